"""Soft sharing by concatenation: every task has a network of its own that reads along in a shared one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.models.checks import check_image
from mtan_edu.models.columns import Pooled, SegNetColumn
from mtan_edu.models.multi_task import MultiTaskModel
from mtan_edu.models.pooling import max_unpool
from mtan_edu.models.segnet import IMAGE_MULTIPLE


class DenseSharing(MultiTaskModel):
    """The paper's Dense: a shared SegNet, and per task another one that reads the shared maps beside its own.

    Encoder:  s_j = pool(S_j(s_{j-1})),   t_j = pool(T_j([t_{j-1} ; s_{j-1}]))      s_0, t_0: the image alone
    Decoder:  v_k = unpool(s),            t_k = T_k([unpool(t) ; v_k]),   s = S_k(v_k)

    The shared network learns from what the tasks read: it has no head. Each network unpools to its own maxima.

    Args:
        widths: Channels of the five depths, shallow to deep.
        heads: Task name to its head.
        dead_channels: The authors' code gives the shared network a last block with as many outputs as there are
            semantic classes, which nobody reads: it never gets a gradient. Here it is left out, unless this says
            how many outputs it shall have, as their checkpoints need it.

    References:
        "Multi-Task Network, Dense" in Liu et al., CVPR 2019, section 4.1.2; their own baseline.
    """

    def __init__(self, widths: Sequence[int], heads: Mapping[str, nn.Module], dead_channels: int | None = None) -> None:
        super().__init__()
        first = widths[0]
        self.backbone = SegNetColumn(widths, last=() if dead_channels is None else (first, first, dead_channels))
        own = {task: SegNetColumn(widths, beside=True, last=(2 * first, 2 * first, first)) for task in heads}
        self.networks = nn.ModuleDict(own)
        self.heads = nn.ModuleDict(heads)

    def features(self, image: Float[Tensor, "B C H W"], tasks: Sequence[str]) -> dict[str, Tensor]:
        """What each task's own network makes of the image and the shared network.

        Args:
            image: Images, `(B, 3, H, W)`, H and W multiples of 32 [pixels].
            tasks: Names of tasks of this model.

        Returns:
            Task name to its features, `(B, C, H, W)`.
        """
        check_image(image, 3, multiple=IMAGE_MULTIPLE)
        encoded, decoded = self._shared(image)
        return {task: self._task(task, image, encoded, decoded) for task in tasks}

    def shared_parameters(self) -> Iterator[nn.Parameter]:
        """Parameters of the shared network."""
        yield from self.backbone.parameters()

    def task_parameters(self, task: str) -> Iterator[nn.Parameter]:
        """Parameters of the task's own network and head.

        Raises:
            ValueError: If the model has no such task.
        """
        yield from super().task_parameters(task)
        yield from self.networks[task].parameters()

    def _shared(self, image: Tensor) -> tuple[dict[str, Pooled], dict[str, Tensor]]:
        """What the tasks read: the shared encoder's pooled maps, and the decoder's unpooled ones."""
        encoded, decoded = {}, {}
        features = image
        for stage in self.backbone.encoder:
            encoded[stage] = self.backbone.encode(stage, features)
            features = encoded[stage].features
        for number in (5, 4, 3, 2, 1):
            stage = f"decoder_{number}"
            decoded[stage] = max_unpool(features, encoded[f"encoder_{number}"].where)
            if number > 1:
                features = self.backbone.decode(stage, decoded[stage])
        return encoded, decoded

    def _task(self, task: str, image: Tensor, encoded: dict[str, Pooled], decoded: dict[str, Tensor]) -> Tensor:
        network = cast(SegNetColumn, self.networks[task])
        features, positions = image, []
        for stage, shared in encoded.items():
            pooled = network.encode(stage, features)
            positions.append(pooled.where)
            features = torch.cat([pooled.features, shared.features], dim=1)  # (B, 2 w[j], H / 2^j, W / 2^j)
        features = pooled.features  # at the turning point the decoder takes the task's own map
        for stage, shared_map in decoded.items():
            own = max_unpool(features, positions.pop())
            features = network.decode(stage, torch.cat([own, shared_map], dim=1))
        return features
