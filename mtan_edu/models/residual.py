"""The blocks that residual networks are made of: each adds something to what it reads."""

from __future__ import annotations

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut around them: relu(x + F(x)).

    Args:
        in_channels: Channels read.
        width: Channels written.
        stride: Of the first convolution.
        dilations: Of the two convolutions.

    References:
        He, Zhang, Ren, Sun, CVPR 2016, figure 5 (left).
    """

    expansion = 1

    def __init__(self, in_channels: int, width: int, *, stride: int = 1, dilations: tuple[int, int] = (1, 1)) -> None:
        super().__init__()
        first, second = dilations
        self.conv1 = _conv3(in_channels, width, stride, first)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = _conv3(width, width, 1, second)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = _shortcut(in_channels, width, stride)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B D h w"]:
        """Add.

        Args:
            x: `(B, in_channels, H, W)`.

        Returns:
            `(B, width, H / stride, W / stride)`, values ≥ 0.
        """
        found = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(self.downsample(x) + found)


class Bottleneck(nn.Module):
    """A 3x3 convolution between two 1x1 convolutions, and a shortcut around them: relu(x + F(x)).

    Args:
        in_channels: Channels read.
        width: Channels of the 3x3 convolution.
        stride: Of the 3x3 convolution.
        dilations: The first one is that of the 3x3 convolution; it has no second.
        out_channels: Channels written; None = 4 times `width`.

    References:
        He, Zhang, Ren, Sun, CVPR 2016, figure 5 (right); the stride in the 3x3 convolution as in torchvision.
    """

    expansion = 4

    def __init__(
        self,
        in_channels: int,
        width: int,
        *,
        stride: int = 1,
        dilations: tuple[int, int] = (1, 1),
        out_channels: int | None = None,
    ) -> None:
        super().__init__()
        out_channels = width * self.expansion if out_channels is None else out_channels
        self.conv1 = nn.Conv2d(in_channels, width, kernel_size=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = _conv3(width, width, stride, dilations[0])
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, out_channels, kernel_size=1, bias=False)
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.downsample = _shortcut(in_channels, out_channels, stride)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B D h w"]:
        """Add.

        Args:
            x: `(B, in_channels, H, W)`.

        Returns:
            `(B, out_channels, H / stride, W / stride)`, values ≥ 0.
        """
        found = F.relu(self.bn1(self.conv1(x)))
        found = F.relu(self.bn2(self.conv2(found)))
        found = self.bn3(self.conv3(found))
        return F.relu(self.downsample(x) + found)


def _conv3(in_channels: int, out_channels: int, stride: int, dilation: int) -> nn.Conv2d:
    return nn.Conv2d(
        in_channels, out_channels, kernel_size=3, stride=stride, padding=dilation, dilation=dilation, bias=False
    )


def _shortcut(in_channels: int, out_channels: int, stride: int) -> nn.Sequential:
    """Nothing where the shape stays; else a 1x1 convolution and BatchNorm."""
    if stride == 1 and in_channels == out_channels:
        return nn.Sequential()
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=stride, bias=False), nn.BatchNorm2d(out_channels)
    )
