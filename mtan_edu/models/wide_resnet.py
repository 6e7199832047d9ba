"""Wide ResNet: the backbone of the paper's image classification, ten domains with images of their own."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.models.blocks import conv_bn_relu
from mtan_edu.models.checks import check_image, check_positive, check_widths
from mtan_edu.models.stage import Backbone, Stage, StageChannels

STEM_CHANNELS = 16
"""Of the first convolution, whatever the width (Zagoruyko and Komodakis, table 1)."""

SMALLEST_SIDE = 8
"""Height and width [pixels] that three halvings bring to 1."""


class WideResNetBackbone(Backbone):
    """Wide residual network (WRN) in four stages: stem, stage_1, stage_2, stage_3; each but the stem halves the map.

    A stage has one view of its features: u = p.

    Args:
        depth: Layers: 6 n + 4, with n blocks in each stage. The paper's is 28.
        widths: Channels of the three stages. The paper's are 64, 128, 256: 4 times 16, 32, 64.
        in_channels: Channels of the images.

    Raises:
        ValueError: If the depth is not 6 n + 4, there are not three widths, or a number is below 1.

    References:
        Zagoruyko, Komodakis, BMVC 2016. The paper of Liu et al. has the stride in the first convolution of a stage;
        their code, and this, in the second.
    """

    def __init__(self, depth: int, widths: Sequence[int], in_channels: int = 3) -> None:
        super().__init__()
        widths = check_widths(widths, 3, (16, 32, 64))
        check_positive("in_channels", in_channels, "Color images have 3.")
        if depth < 10 or depth % 6 != 4:
            raise ValueError(f"`depth` must be 6 n + 4 with n of at least 1; got {depth}. The paper's is 28.")
        blocks = (depth - 4) // 6
        channels = (STEM_CHANNELS, *widths)
        self.in_channels = in_channels
        self.stem = nn.Conv2d(in_channels, STEM_CHANNELS, kernel_size=3, padding=1)
        self.stages = nn.ModuleDict({f"stage_{i + 1}": _stage(channels[i], channels[i + 1], blocks) for i in range(3)})
        self.norm = nn.BatchNorm2d(widths[-1], momentum=0.9)  # the authors': statistics follow the task at hand
        self.stage_channels = {
            name: StageChannels(c, c) for name, c in zip(("stem", *self.stages), channels, strict=True)
        }

    def forward(self, image: Float[Tensor, "B C H W"]) -> dict[str, Stage]:
        """Compute every stage.

        Args:
            image: Images, `(B, C, H, W)`, H and W at least 8 [pixels].

        Returns:
            Stage name to (u, p), in the order in which they are computed.

        Raises:
            TypeError: If the images are not floating point.
            ValueError: If they have another shape.
        """
        check_image(image, self.in_channels, smallest=SMALLEST_SIDE)
        features = self.stem(image)  # (B, 16, H, W)
        stages = {"stem": Stage(features, features)}
        for name, blocks in self.stages.items():
            features = blocks(features)  # (B, C, H / 2^j, W / 2^j)
            stages[name] = Stage(features, features)
        last = F.relu(self.norm(features))
        return stages | {name: Stage(last, last)}


class PreActivationBlock(nn.Module):
    """BatchNorm, ReLU, 3x3 convolution, twice, and a shortcut around them.

    Args:
        in_channels: Channels read.
        out_channels: Channels written.
        stride: Of the second convolution.

    References:
        Zagoruyko, Komodakis, BMVC 2016, figure 1 (c).
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, kernel_size=3, stride=stride, padding=1)
        changes = stride > 1 or in_channels != out_channels
        self.shortcut = nn.Sequential(
            *([nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=stride)] if changes else [])
        )

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B D h w"]:
        """Add.

        Args:
            x: `(B, in_channels, H, W)`.

        Returns:
            `(B, out_channels, H / stride, W / stride)`.
        """
        found = self.conv1(F.relu(self.bn1(x)))
        found = self.conv2(F.relu(self.bn2(found)))
        return found + self.shortcut(x)


class ClassificationHead(nn.Module):
    """The mean of each channel, and a linear layer.

    Args:
        in_channels: Channels of the features.
        classes: Number of classes.
        window: Side of the square at the top left over which the mean is taken; None = the whole map. The authors
            pool 8x8, and of the 9x9 map of an image of 72x72 drop the last row and column.
    """

    def __init__(self, in_channels: int, classes: int, window: int | None = None) -> None:
        super().__init__()
        self.linear = nn.Linear(in_channels, classes)
        self.window = window

    def forward(self, features: Float[Tensor, "B C H W"]) -> Float[Tensor, "B N"]:
        """Classify.

        Args:
            features: `(B, in_channels, H, W)`.

        Returns:
            Scores before softmax, `(B, classes)`.
        """
        return self.linear(features[:, :, : self.window, : self.window].mean(dim=(2, 3)))


def wide_resnet_transitions(widths: Sequence[int]) -> dict[str, nn.Module]:
    """The layers f that carry attended features from one stage to the next, shared by all tasks.

    Args:
        widths: Channels of the three stages.

    Returns:
        Stage name to the layer that leads to it, for every stage but the stem.

    References:
        The code of Liu et al., CVPR 2019.
    """
    channels = (STEM_CHANNELS, *widths)
    return {
        f"stage_{number}": nn.Sequential(conv_bn_relu(before, after), nn.MaxPool2d(kernel_size=2, ceil_mode=True))
        for number, (before, after) in enumerate(itertools.pairwise(channels), start=1)
    }


def wide_resnet_last_transition(widths: Sequence[int]) -> nn.Module:
    """The layer f between the last stage and the heads.

    Args:
        widths: Channels of the three stages.

    Returns:
        A network that keeps the last stage's shape.
    """
    return conv_bn_relu(widths[-1], widths[-1])


def _stage(in_channels: int, out_channels: int, blocks: int) -> nn.Sequential:
    """The first block changes the channels and halves the map."""
    first = PreActivationBlock(in_channels, out_channels, stride=2)
    return nn.Sequential(first, *(PreActivationBlock(out_channels, out_channels) for _ in range(blocks - 1)))
