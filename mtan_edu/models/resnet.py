"""ResNet with output stride 8: the encoder of DeepLabv3."""

from __future__ import annotations

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.models.checks import check_image, check_positive, check_widths
from mtan_edu.models.residual import BasicBlock, Bottleneck
from mtan_edu.models.stage import Backbone, Stage, StageChannels

DILATIONS = (1, 1, 2, 4)
"""Of the four stages. Stages 3 and 4 look further instead of halving the map."""

SMALLEST_SIDE = 16
"""Height and width [pixels] from which on the last stage has more than one pixel."""


class ResNetBackbone(Backbone):
    """Residual network (ResNet) in four stages: stage_1 ... stage_4, at 1/4, 1/8, 1/8 and 1/8 of the image's size.

    Stages 3 and 4 keep the size: their strided convolutions lose the stride, and their 3x3 convolutions are dilated
    by 2 and 4, the formerly strided one by half of that. u is what all blocks of a stage but the last have computed,
    p is what the last one makes of it.

    Args:
        blocks: Residual blocks of the four stages, such as 3, 4, 6, 3.
        widths: Channels of the four stages' 3x3 convolutions. The usual ones are 64, 128, 256, 512.
        block: `BasicBlock` (ResNet-18 and 34) or `Bottleneck` (50 and 101), which widens its output by 4.
        in_channels: Channels of the images.

    Raises:
        ValueError: If there are not four widths, or a number is below 1.

    References:
        He, Zhang, Ren, Sun, CVPR 2016; dilated as in Chen, Papandreou, Schroff, Adam, arXiv 1706.05587; cut into
        stages as in the code of Liu et al., CVPR 2019.
    """

    def __init__(
        self,
        blocks: Sequence[int],
        widths: Sequence[int],
        block: type[BasicBlock] | type[Bottleneck] = Bottleneck,
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        widths = check_widths(widths, 4, (16, 32, 64, 128))
        check_positive("in_channels", in_channels, "Color images have 3.")
        self.in_channels = in_channels
        self.stem = nn.Sequential(
            nn.Conv2d(in_channels, widths[0], kernel_size=7, stride=2, padding=3, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
        )
        self.stages_u, self.stages_p, self.stage_channels = nn.ModuleDict(), nn.ModuleDict(), {}
        read = widths[0]
        for number, (count, width, dilation) in enumerate(zip(blocks, widths, DILATIONS, strict=True), start=1):
            stage, written = f"stage_{number}", width * block.expansion
            first = block(read, width, stride=2 if number == 2 else 1, dilations=(max(1, dilation // 2), dilation))
            others = [block(written, width, dilations=(dilation, dilation)) for _ in range(count - 1)]
            *before, self.stages_p[stage] = [first, *others]
            self.stages_u[stage] = nn.Sequential(*before)
            self.stage_channels[stage] = StageChannels(written, written)
            read = written

    def forward(self, image: Float[Tensor, "B C H W"]) -> dict[str, Stage]:
        """Compute every stage.

        Args:
            image: Images, `(B, C, H, W)`, H and W at least 16 [pixels].

        Returns:
            Stage name to (u, p), in the order in which they are computed.

        Raises:
            TypeError: If the images are not floating point.
            ValueError: If they have another shape.
        """
        check_image(image, self.in_channels, smallest=SMALLEST_SIDE)
        stages = {}
        features = self.stem(image)  # (B, w[0], H / 4, W / 4)
        for name in self.stages_u:
            u = self.stages_u[name](features)  # (B, C, H / 4, W / 4), later (B, C, H / 8, W / 8)
            features = self.stages_p[name](u)
            stages[name] = Stage(u, p=features)
        return stages


def resnet_transitions(widths: Sequence[int]) -> dict[str, nn.Module]:
    """The layers f that carry attended features from one stage to the next, shared by all tasks.

    A bottleneck block, and where the map is halved, a pooling after it.

    Args:
        widths: Channels of the four stages' outputs.

    Returns:
        Stage name to the layer that leads to it, for every stage but the first.

    References:
        The code of Liu et al., CVPR 2019, which has ResNet-50.
    """
    first, second, third, fourth = widths
    return {
        "stage_2": nn.Sequential(_carry(first, second), nn.MaxPool2d(kernel_size=2, ceil_mode=True)),
        "stage_3": _carry(second, third),
        "stage_4": _carry(third, fourth),
    }


def _carry(in_channels: int, out_channels: int) -> Bottleneck:
    return Bottleneck(in_channels, max(1, out_channels // Bottleneck.expansion), out_channels=out_channels)
