"""A SegNet that is walked depth by depth, so that features of other networks can come in between."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from torch import Tensor, nn

from mtan_edu.models.blocks import conv_blocks, conv_bn_relu
from mtan_edu.models.checks import check_widths
from mtan_edu.models.pooling import max_pool
from mtan_edu.models.segnet import BLOCKS_AFTER_U

BLOCKS = tuple(1 + blocks for blocks in BLOCKS_AFTER_U)
"""3x3 convolutions of each depth, shallow to deep: VGG-16's 2, 2, 3, 3, 3."""


class Pooled(NamedTuple):
    """A halved map.

    Attributes:
        features: The maxima, `(B, C, H/2, W/2)`.
        where: Their positions in the map before, of the same shape.
    """

    features: Tensor
    where: Tensor


class SegNetColumn(nn.Module):
    """One network of several that stand side by side and exchange features between their depths.

    The networks that hold columns carry the features: a column has the blocks and nothing else.

    Args:
        widths: Channels of the five depths, shallow to deep.
        in_channels: Channels of the images.
        beside: Whether each block but the first reads, next to the column's own map, another column's of the same
            shape.
        last: Channels before, between and after the two blocks of decoder stage 1, where they are not the usual ones;
            empty for a column that ends before that stage.

    References:
        Badrinarayanan, Kendall, Cipolla, TPAMI 2017.
    """

    def __init__(
        self, widths: Sequence[int], in_channels: int = 3, beside: bool = False, last: Sequence[int] | None = None
    ) -> None:
        super().__init__()
        w = check_widths(widths, 5, (16, 32, 64, 128, 128))
        times = 2 if beside else 1
        read = (in_channels, *(times * width for width in w[:-1]))
        written = (w[0], *w[:-1])
        encoder = {f"encoder_{j + 1}": conv_blocks(read[j], w[j], BLOCKS[j]) for j in range(5)}
        decoder = {f"decoder_{k + 1}": conv_blocks(times * w[k], written[k], BLOCKS[k]) for k in reversed(range(5))}
        if last is not None:
            del decoder["decoder_1"]
        if last:
            decoder["decoder_1"] = nn.Sequential(*(conv_bn_relu(a, b) for a, b in itertools.pairwise(last)))
        self.encoder, self.decoder = nn.ModuleDict(encoder), nn.ModuleDict(decoder)

    def encode(self, stage: str, features: Tensor) -> Pooled:
        """One depth of the encoder: its block, then pooling.

        Args:
            stage: "encoder_1" ... "encoder_5".
            features: What the block reads, `(B, C, H, W)`.

        Returns:
            The halved map.
        """
        return Pooled(*max_pool(self.encoder[stage](features)))

    def decode(self, stage: str, features: Tensor) -> Tensor:
        """One depth of the decoder: its block.

        Args:
            stage: "decoder_5" ... "decoder_1".
            features: What the block reads, `(B, C, H, W)`.

        Returns:
            Features of the same height and width.
        """
        return self.decoder[stage](features)

    def parameters_without(self, stage: str) -> Iterator[nn.Parameter]:
        """Parameters of all blocks but the one of `stage`."""
        for blocks in (self.encoder, self.decoder):
            for name, block in blocks.items():
                if name != stage:
                    yield from block.parameters()
