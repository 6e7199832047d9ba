"""SegNet: an encoder-decoder whose decoder puts features back where the encoder's maxima were."""

from __future__ import annotations

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.models.blocks import conv_blocks, conv_bn_relu
from mtan_edu.models.checks import check_image, check_positive, check_widths
from mtan_edu.models.pooling import max_pool, max_unpool
from mtan_edu.models.stage import Backbone, Stage, StageChannels

BLOCKS_AFTER_U = (1, 1, 2, 2, 2)
"""3x3 convolutions after the first one of each stage, shallow to deep: VGG-16's 2, 2, 3, 3, 3 in all."""

IMAGE_MULTIPLE = 32
"""Five poolings halve the image five times."""


class SegNetBackbone(Backbone):
    """SegNet in ten stages: encoder_1 ... encoder_5, then decoder_5 ... decoder_1.

    An encoder stage convolves (u), convolves on (p), and halves the map. A decoder stage doubles the map with the
    positions that the encoder stage of the same depth remembers (u), and convolves (p).

    Args:
        widths: Channels of the five depths, shallow to deep. The paper's are 64, 128, 256, 512, 512.
        in_channels: Channels of the images.
        convolutions: 3x3 convolutions in each of SegNet's blocks: 1, or 2 in the paper's deeper Split.

    Raises:
        ValueError: If there are not five widths, or a number is below 1.

    References:
        Badrinarayanan, Kendall, Cipolla, TPAMI 2017; cut into stages as in Liu et al., CVPR 2019, figure 2.
    """

    def __init__(self, widths: Sequence[int], in_channels: int = 3, convolutions: int = 1) -> None:
        super().__init__()
        w = check_widths(widths, 5, (16, 32, 64, 128, 128))
        check_positive("in_channels", in_channels, "Color images have 3.")
        check_positive("convolutions", convolutions, "SegNet has 1 in each block.")
        read = (in_channels, *w[:-1])  # channels that encoder stage j reads
        written = (w[0], *w[:-1])  # channels that decoder stage k writes: those of the next one, shallower
        self.in_channels = in_channels
        self.encoder_u = nn.ModuleDict(
            {f"encoder_{j + 1}": conv_bn_relu(read[j], w[j], convolutions) for j in range(5)}
        )
        self.encoder_p = nn.ModuleDict(
            {f"encoder_{j + 1}": conv_blocks(w[j], w[j], BLOCKS_AFTER_U[j], convolutions) for j in range(5)}
        )
        self.decoder_p = nn.ModuleDict(
            {
                f"decoder_{k + 1}": conv_blocks(w[k], written[k], 1 + BLOCKS_AFTER_U[k], convolutions)
                for k in reversed(range(5))
            }
        )
        self.stage_channels = {f"encoder_{j + 1}": StageChannels(w[j], w[j]) for j in range(5)}
        self.stage_channels |= {f"decoder_{k + 1}": StageChannels(w[k], written[k]) for k in reversed(range(5))}

    def forward(self, image: Float[Tensor, "B C H W"]) -> dict[str, Stage]:
        """Compute every stage.

        Args:
            image: Images, `(B, C, H, W)`, H and W multiples of 32 [pixels].

        Returns:
            Stage name to (u, p), in the order in which they are computed.

        Raises:
            TypeError: If the images are not floating point.
            ValueError: If they have another shape.
        """
        check_image(image, self.in_channels, multiple=IMAGE_MULTIPLE)
        stages = {}
        positions = []
        features = image
        for name in self.encoder_u:
            u = self.encoder_u[name](features)  # (B, w[j], H / 2^j, W / 2^j)
            p = self.encoder_p[name](u)
            stages[name] = Stage(u, p)
            features, where = max_pool(p)
            positions.append(where)
        for name in self.decoder_p:
            u = max_unpool(features, positions.pop())  # (B, w[k], H / 2^k, W / 2^k)
            features = self.decoder_p[name](u)  # (B, w[k-1], H / 2^k, W / 2^k)
            stages[name] = Stage(u, p=features)
        return stages


def segnet_transitions(widths: Sequence[int]) -> dict[str, nn.Module]:
    """The layers f that carry attended features from one stage to the next, shared by all tasks.

    A 3x3 convolution with BatchNorm and ReLU, followed by pooling on the way down and preceded by bilinear
    up-sampling on the way up; at the turning point from encoder to decoder, both.

    Args:
        widths: Channels of the five depths, shallow to deep.

    Returns:
        Stage name to the layer that leads to it, for every stage but the first. It maps the channels of the
        stage before to this stage's `p`.

    References:
        Liu et al., CVPR 2019, section 3.2. That a turning point has two 3x3 convolutions, and that the bilinear
        grid has aligned corners, is the authors' code.
    """
    w = check_widths(widths, 5, (16, 32, 64, 128, 128))

    def down() -> nn.Module:
        return nn.MaxPool2d(kernel_size=2, stride=2)

    def up() -> nn.Module:
        return nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)

    transitions: dict[str, nn.Module] = {}
    for j in (1, 2, 3, 4):
        transitions[f"encoder_{j + 1}"] = nn.Sequential(conv_bn_relu(w[j - 1], w[j]), down())
    transitions["decoder_5"] = nn.Sequential(conv_bn_relu(w[4], w[4]), down(), up(), conv_bn_relu(w[4], w[3]))
    for k in (3, 2, 1, 0):
        transitions[f"decoder_{k + 1}"] = nn.Sequential(up(), conv_bn_relu(w[k], w[max(k - 1, 0)]))
    return transitions
