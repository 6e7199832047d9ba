"""The small networks that every model here is made of."""

from __future__ import annotations

from torch import nn


def conv_bn_relu(in_channels: int, out_channels: int, count: int = 1) -> nn.Sequential:
    """A 3x3 convolution that keeps the size of the map, BatchNorm, ReLU; once, or several times in a row.

    Args:
        in_channels: Channels read.
        out_channels: Channels written.
        count: How many such triples. The first one changes the channels.

    Returns:
        A network `(B, in_channels, H, W)` → `(B, out_channels, H, W)`, values ≥ 0.
    """
    layers: list[nn.Module] = []
    for number in range(count):
        layers += [
            nn.Conv2d(in_channels if number == 0 else out_channels, out_channels, kernel_size=3, padding=1),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),  # BatchNorm's gradient does not need its output: a third of the memory saved
        ]
    return nn.Sequential(*layers)


def conv_blocks(in_channels: int, out_channels: int, count: int, convolutions: int = 1) -> nn.Sequential:
    """Several blocks of `conv_bn_relu`, of which the first changes the channels.

    Args:
        in_channels: Channels read.
        out_channels: Channels written.
        count: Number of blocks.
        convolutions: 3x3 convolutions per block.

    Returns:
        A network `(B, in_channels, H, W)` → `(B, out_channels, H, W)`, values ≥ 0.
    """
    channels = [in_channels] + [out_channels] * count
    return nn.Sequential(*(conv_bn_relu(channels[i], channels[i + 1], convolutions) for i in range(count)))


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


COMPACT = 128
"""Most channels between the two convolutions of a compact head."""


def compact_head(in_channels: int, out_channels: int) -> nn.Sequential:
    """A dense head that stays small on wide features: a 3x3 convolution to at most 128 channels, and a 1x1 one.

    Args:
        in_channels: Channels of the features.
        out_channels: Channels of the prediction.

    Returns:
        A network `(B, in_channels, H, W)` → `(B, out_channels, H, W)`, values unbounded.
    """
    between = min(in_channels, COMPACT)
    return nn.Sequential(conv_bn_relu(in_channels, between), nn.Conv2d(between, out_channels, kernel_size=1))
