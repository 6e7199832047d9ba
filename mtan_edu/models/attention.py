"""The attention module: the idea of MTAN, in two 1x1 convolutions."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn


class AttentionModule(nn.Module):
    """One task's attention at one stage: a soft mask for every channel and pixel of the shared features.

        a = h(g(x)),   g = 1x1 convolution, BatchNorm, ReLU
                       h = 1x1 convolution, BatchNorm, sigmoid

    x holds what the task may look at: the shared features u, and, from the second stage on, what the task attended
    to at the stage before. A 1x1 convolution mixes channels within a pixel and never looks at its neighbors, so
    the module decides, pixel by pixel, which shared channels the task needs. The sigmoid makes it a matter of
    degree: 0 blocks a feature, 1 lets it pass. Nobody tells the module what to select: it is trained by its task's
    loss alone.

    Args:
        in_channels: Channels of x.
        mid_channels: Channels between the two convolutions. In SegNet as many as the mask has.
        out_channels: Channels of the mask: those of the features that it selects from.

    References:
        Liu et al., CVPR 2019, eq. 2 and figure 2. (The paper writes the ReLU only in its figure.)
    """

    def __init__(self, in_channels: int, mid_channels: int, out_channels: int) -> None:
        super().__init__()
        self.g = nn.Sequential(
            nn.Conv2d(in_channels, mid_channels, kernel_size=1), nn.BatchNorm2d(mid_channels), nn.ReLU()
        )
        self.h = nn.Sequential(
            nn.Conv2d(mid_channels, out_channels, kernel_size=1), nn.BatchNorm2d(out_channels), nn.Sigmoid()
        )

    def forward(self, features: Float[Tensor, "B C_in H W"]) -> Float[Tensor, "B C_out H W"]:
        """Compute the mask.

        Args:
            features: What the task may look at, `(B, C_in, H, W)`.

        Returns:
            The attention mask, values in [0, 1], `(B, C_out, H, W)`.
        """
        return self.h(self.g(features))


def apply_mask(mask: Float[Tensor, "B C H W"], features: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
    """Select from shared features: â = a ⊙ p, element by element.

    Args:
        mask: Attention mask a, `(B, C, H, W)`.
        features: Shared features p, of the same shape.

    Returns:
        Task-specific features â, `(B, C, H, W)`.

    Raises:
        ValueError: If the shapes differ. (Torch would stretch a 1x1 mask over the whole map without a word.)

    References:
        Liu et al., CVPR 2019, eq. 1.
    """
    if mask.shape != features.shape:
        raise ValueError(
            f"`mask` must have the features' shape {tuple(features.shape)}; got {tuple(mask.shape)}. "
            "A mask has one value for every channel and pixel."
        )
    return mask * features
