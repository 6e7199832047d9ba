"""Hard parameter sharing: one shared network, and per task a head."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from mtan_edu.models.multi_task import MultiTaskModel


class HardParameterSharing(MultiTaskModel):
    """Hard parameter sharing, the paper's Split: all tasks share the whole backbone and differ in their heads.

    Args:
        backbone: The shared network. Heads read the last stage's features.
        heads: Task name to its head.

    References:
        Caruana, Machine Learning 1997; "Split (standard)" in Liu et al., CVPR 2019, section 4.1.2.
    """

    def forward(self, image: Float[Tensor, "B C H W"]) -> dict[str, Tensor]:
        """Predict every task.

        Args:
            image: Images, `(B, C, H, W)`.

        Returns:
            Task name to its head's output, `(B, out_channels, H, W)`.

        Raises:
            TypeError: If the images are not floating point.
            ValueError: If the backbone cannot read images of this shape.
        """
        *_, last = self.backbone(image).values()
        return {task: head(last.p) for task, head in self.heads.items()}
