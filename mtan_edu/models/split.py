"""Hard parameter sharing: one shared network, and per task a head."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.models.multi_task import MultiTaskModel
from mtan_edu.models.stage import Backbone


class HardParameterSharing(MultiTaskModel):
    """Hard parameter sharing, the paper's Split: all tasks share the whole backbone and differ in their heads.

    Args:
        backbone: The shared network. Heads read the last stage's features.
        heads: Task name to its head.

    References:
        Caruana, Machine Learning 1997; "Split" in Liu et al., CVPR 2019, section 4.1.2.
    """

    def __init__(self, backbone: Backbone, heads: Mapping[str, nn.Module]) -> None:
        super().__init__()
        self.backbone = backbone
        self.heads = nn.ModuleDict(heads)

    def features(self, image: Float[Tensor, "B C H W"], tasks: Sequence[str]) -> dict[str, Tensor]:
        """The last stage's features, for every task the same.

        Args:
            image: Images, `(B, C, H, W)`.
            tasks: Names of tasks of this model.

        Returns:
            Task name to features, `(B, C, h, w)`.
        """
        *_, last = self.backbone(image).values()
        return dict.fromkeys(tasks, last.p)

    def shared_parameters(self) -> Iterator[nn.Parameter]:
        """Parameters of the backbone."""
        yield from self.backbone.parameters()
