"""One task, one network: what multi-task learning is compared with."""

from __future__ import annotations

from collections.abc import Mapping

from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.models.multi_task import MultiTaskModel
from mtan_edu.models.stage import Backbone


class SingleTask(MultiTaskModel):
    """A backbone with one head: the paper's Single-Task, One Task.

    Args:
        backbone: The network.
        heads: The name of the one task to its head.

    Raises:
        ValueError: If there is not exactly one task.

    References:
        Liu et al., CVPR 2019, section 4.1.2.
    """

    def __init__(self, backbone: Backbone, heads: Mapping[str, nn.Module]) -> None:
        if len(heads) != 1:
            raise ValueError(
                f"`tasks` must hold exactly one task for a single-task network; got {len(heads)}: {', '.join(heads)}. "
                "Train one network per task, or choose a model that shares."
            )
        super().__init__(backbone, heads)

    def forward(self, image: Float[Tensor, "B C H W"]) -> dict[str, Tensor]:
        """Predict the task.

        Args:
            image: Images, `(B, C, H, W)`.

        Returns:
            The task's name to its head's output, `(B, out_channels, H, W)`.

        Raises:
            TypeError: If the images are not floating point.
            ValueError: If the backbone cannot read images of this shape.
        """
        *_, last = self.backbone(image).values()
        return {task: head(last.p) for task, head in self.heads.items()}
