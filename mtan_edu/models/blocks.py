"""The two small networks that every model here is made of."""

from __future__ import annotations

from torch import nn


def conv_bn_relu(in_channels: int, out_channels: int) -> nn.Sequential:
    """A 3x3 convolution that keeps the size of the map, BatchNorm, ReLU.

    Args:
        in_channels: Channels read.
        out_channels: Channels written.

    Returns:
        A network `(B, in_channels, H, W)` → `(B, out_channels, H, W)`, values ≥ 0.
    """
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),  # BatchNorm's gradient does not need its output: a third of the memory saved
    )


def dense_head(in_channels: int, out_channels: int) -> nn.Sequential:
    """The part that turns features into one task's dense prediction: a 3x3 and a 1x1 convolution, nothing between.

    Args:
        in_channels: Channels of the features.
        out_channels: Channels of the prediction.

    Returns:
        A network `(B, in_channels, H, W)` → `(B, out_channels, H, W)`, values unbounded.
    """
    return nn.Sequential(
        nn.Conv2d(in_channels, in_channels, kernel_size=3, padding=1),
        nn.Conv2d(in_channels, out_channels, kernel_size=1),
    )
