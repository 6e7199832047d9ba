"""The head of DeepLabv3: atrous spatial pyramid pooling."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

RATES = (12, 24, 36)
"""Dilations of the three 3x3 convolutions at output stride 8 (Chen et al., 2017, section 4)."""

CHANNELS = 256
"""Of every branch (the same)."""


class AtrousSpatialPyramidPooling(nn.Module):
    """Atrous spatial pyramid pooling (ASPP): look at a pixel's surroundings from near, from afar, and as a whole.

    Five branches read the same features: a 1x1 convolution, 3x3 convolutions dilated by 12, 24 and 36, and the
    image's mean. They are concatenated and projected by a 1x1 convolution, of which dropout blanks half.

    Args:
        in_channels: Channels of the features.
        channels: Channels of every branch, and of the result.

    References:
        Chen, Papandreou, Schroff, Adam, "Rethinking Atrous Convolution", arXiv 1706.05587, section 3.3.
    """

    def __init__(self, in_channels: int, channels: int = CHANNELS) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            [_branch(in_channels, channels), *(_branch(in_channels, channels, r) for r in RATES)]
        )
        self.whole = _branch(in_channels, channels)
        self.project = _branch((2 + len(RATES)) * channels, channels)
        self.dropout = nn.Dropout(0.5)

    def forward(self, features: Float[Tensor, "B C H W"]) -> Float[Tensor, "B D H W"]:
        """Look.

        Args:
            features: `(B, in_channels, H, W)`.

        Returns:
            `(B, channels, H, W)`.

        Raises:
            ValueError: If there is one image in training, whose mean BatchNorm cannot normalize.
        """
        B, _, H, W = features.shape
        if self.training and B == 1:
            raise ValueError(
                "`image` must be a batch of at least 2 in training; got 1. "
                "The head normalizes the images' means over the batch. Call `model.eval()` to predict one image."
            )
        mean = self.whole(features.mean(dim=(2, 3), keepdim=True))  # (B, channels, 1, 1)
        seen = [branch(features) for branch in self.branches] + [F.interpolate(mean, size=(H, W), mode="nearest")]
        return self.dropout(self.project(torch.cat(seen, dim=1)))


def deeplab_head(in_channels: int, out_channels: int, channels: int = CHANNELS) -> nn.Sequential:
    """The head of DeepLabv3: ASPP, a 3x3 convolution with BatchNorm and ReLU, a 1x1 convolution.

    Args:
        in_channels: Channels of the features.
        out_channels: Channels of the prediction.
        channels: Channels in between.

    Returns:
        A network `(B, in_channels, H, W)` → `(B, out_channels, H, W)`, values unbounded.
    """
    return nn.Sequential(
        AtrousSpatialPyramidPooling(in_channels, channels),
        nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
        nn.BatchNorm2d(channels),
        nn.ReLU(inplace=True),
        nn.Conv2d(channels, out_channels, kernel_size=1),
    )


def _branch(in_channels: int, out_channels: int, rate: int | None = None) -> nn.Sequential:
    """A 1x1 convolution, or a dilated 3x3 one, with BatchNorm and ReLU."""
    convolution = (
        nn.Conv2d(in_channels, out_channels, kernel_size=1, bias=False)
        if rate is None
        else nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=rate, dilation=rate, bias=False)
    )
    return nn.Sequential(convolution, nn.BatchNorm2d(out_channels), nn.ReLU(inplace=True))
