"""Cross-stitch networks: one network per task, and learned mixtures of their features between the depths."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.models.checks import check_image
from mtan_edu.models.columns import SegNetColumn
from mtan_edu.models.multi_task import MultiTaskModel
from mtan_edu.models.pooling import max_unpool
from mtan_edu.models.segnet import IMAGE_MULTIPLE

OWN_SHARE = 0.9
"""Weight of a task's own map at the start (Misra et al., section 5.2: 0.9 own, 0.1 other)."""


class CrossStitchUnits(nn.Module):
    """The units of a network: each mixes the maps of K tasks, differently for every task.

        x_i = Σ_k α_ik · map_k,   α a K x K matrix per unit

    Units stand before encoder stages 2 to 5 and before decoder stages 5 to 1.

    Args:
        num_tasks: K.

    References:
        Misra, Shrivastava, Gupta, Hebert, "Cross-stitch networks for multi-task learning", CVPR 2016, eq. 1.
    """

    def __init__(self, num_tasks: int) -> None:
        super().__init__()
        self.encoder = nn.Parameter(torch.empty(4, num_tasks, num_tasks))
        self.decoder = nn.Parameter(torch.empty(5, num_tasks, num_tasks))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Start with 0.9 of the own map and 0.1 of the others', in equal parts; each row sums to 1."""
        K = self.encoder.shape[-1]
        own, other = (OWN_SHARE, (1 - OWN_SHARE) / (K - 1)) if K > 1 else (1.0, 0.0)
        with torch.no_grad():
            for units in (self.encoder, self.decoder):
                units.fill_(other)
                units.diagonal(dim1=1, dim2=2).fill_(own)

    def forward(self, stage: str, maps: Sequence[Tensor]) -> list[Tensor]:
        """Mix what a stage shall read.

        Args:
            stage: "encoder_2" ... "encoder_5", "decoder_5" ... "decoder_1".
            maps: One map per task, each `(B, C, H, W)`.

        Returns:
            One mixture per task, each `(B, C, H, W)`.
        """
        return [_mix(row, maps) for row in _unit(self.encoder, self.decoder, stage)]


class CommonStitchUnits(nn.Module):
    """Units that mix the maps of K tasks into one that all tasks get: the form of the code of Liu et al.

        x_i = Σ_k α_k · map_k   for every task i,   α starts at 1

    They have no index for the task that reads, so that from the second depth on all tasks read the same. That is not
    the published unit (`CrossStitchUnits`); it is here so that the authors' checkpoints load.

    Args:
        num_tasks: K.
    """

    def __init__(self, num_tasks: int) -> None:
        super().__init__()
        self.encoder = nn.Parameter(torch.empty(4, num_tasks))
        self.decoder = nn.Parameter(torch.empty(5, num_tasks))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Start with the sum of the maps."""
        nn.init.ones_(self.encoder)
        nn.init.ones_(self.decoder)

    def forward(self, stage: str, maps: Sequence[Tensor]) -> list[Tensor]:
        """Mix what a stage shall read.

        Args:
            stage: "encoder_2" ... "encoder_5", "decoder_5" ... "decoder_1".
            maps: One map per task, each `(B, C, H, W)`.

        Returns:
            The same mixture for every task, each `(B, C, H, W)`.
        """
        return [_mix(_unit(self.encoder, self.decoder, stage), maps)] * len(maps)


class CrossStitchNetwork(MultiTaskModel):
    """The paper's Cross-Stitch: a SegNet per task, with a cross-stitch unit between any two depths.

    Units stand before encoder stages 2 to 5 and before each decoder stage, where unpooling follows the unit and
    puts values back to the maxima of the task that reads.

    All tasks train all networks but for the last block, which only its own task reads: `task_parameters` are those
    of a task's last block and head. A single task's prediction needs all networks.

    Args:
        widths: Channels of the five depths, shallow to deep.
        heads: Task name to its head.
        units: Makes the units for K tasks.

    References:
        Misra et al., CVPR 2016; "Multi-Task Network, Cross-Stitch" in Liu et al., CVPR 2019, section 4.1.2.
    """

    def __init__(
        self,
        widths: Sequence[int],
        heads: Mapping[str, nn.Module],
        units: Callable[[int], nn.Module] = CrossStitchUnits,
    ) -> None:
        super().__init__()
        self.networks = nn.ModuleDict({task: SegNetColumn(widths) for task in heads})
        self.units = units(len(heads))
        self.heads = nn.ModuleDict(heads)

    def features(self, image: Float[Tensor, "B C H W"], tasks: Sequence[str]) -> dict[str, Tensor]:
        """What each task's own network makes of the mixtures.

        Args:
            image: Images, `(B, 3, H, W)`, H and W multiples of 32 [pixels].
            tasks: Names of tasks of this model.

        Returns:
            Task name to its features, `(B, C, H, W)`.
        """
        check_image(image, 3, multiple=IMAGE_MULTIPLE)
        networks = self._columns
        maps = [image] * len(networks)
        positions: dict[int, list[Tensor]] = {}
        for number in (1, 2, 3, 4, 5):
            stage = f"encoder_{number}"
            mixed = self.units(stage, maps) if number > 1 else maps
            pooled = [network.encode(stage, x) for network, x in zip(networks, mixed, strict=True)]
            maps, positions[number] = [own.features for own in pooled], [own.where for own in pooled]
        for number in (5, 4, 3, 2, 1):
            stage = f"decoder_{number}"
            unpooled = map(max_unpool, self.units(stage, maps), positions[number])
            maps = [network.decode(stage, x) for network, x in zip(networks, unpooled, strict=True)]
        return {task: features for task, features in zip(self.tasks, maps, strict=True) if task in tasks}

    def shared_parameters(self) -> Iterator[nn.Parameter]:
        """Parameters of the units, and of all networks without their last block."""
        for network in self._columns:
            yield from network.parameters_without("decoder_1")
        yield from self.units.parameters()

    def task_parameters(self, task: str) -> Iterator[nn.Parameter]:
        """Parameters of the last block of the task's network, and of its head.

        Raises:
            ValueError: If the model has no such task.
        """
        yield from super().task_parameters(task)
        yield from self._columns[self.tasks.index(task)].decoder["decoder_1"].parameters()

    @property
    def _columns(self) -> list[SegNetColumn]:
        return [cast(SegNetColumn, network) for network in self.networks.values()]


def _unit(encoder: Tensor, decoder: Tensor, stage: str) -> Tensor:
    """The unit before a stage: encoder 2, 3, 4, 5 in this order, decoder 5, 4, 3, 2, 1."""
    side, _, number = stage.rpartition("_")
    return encoder[int(number) - 2] if side == "encoder" else decoder[5 - int(number)]


def _mix(weights: Tensor, maps: Sequence[Tensor]) -> Tensor:
    """Σ_k weights[k] · maps[k]."""
    return torch.stack([weight * features for weight, features in zip(weights, maps, strict=True)]).sum(dim=0)
