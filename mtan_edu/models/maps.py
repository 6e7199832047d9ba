"""Tensors of networks that this project did not write, seen as maps: which axis is what?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from torch import Tensor

MOST_PREFIX_TOKENS = 8
"""Class, distillation and register tokens that may stand before those of the image."""


@dataclass(frozen=True)
class ChannelsFirst:
    """`(B, C, h, w)`: as it is."""

    def to_map(self, tensor: Tensor, image_size: tuple[int, int]) -> Tensor:
        """The tensor itself."""
        return tensor


@dataclass(frozen=True)
class ChannelsLast:
    """`(B, h, w, C)`."""

    def to_map(self, tensor: Tensor, image_size: tuple[int, int]) -> Tensor:
        """Bring the channels before the map's axes."""
        return tensor.permute(0, 3, 1, 2)


@dataclass(frozen=True)
class Tokens:
    """`(B, N, C)`: one row of channels per patch, row by row of the image.

    Attributes:
        prefix: Tokens before those of the image.
        stride: Side of a patch [pixels].
    """

    prefix: int
    stride: int

    def to_map(self, tensor: Tensor, image_size: tuple[int, int]) -> Tensor:
        """Lay the tokens out as the image lies.

        Raises:
            ValueError: If their number fits no map of this image.
        """
        B, N, C = tensor.shape
        sizes = [size for size in _sizes(image_size, self.stride) if math.prod(size) == N - self.prefix]
        if not sizes:
            raise ValueError(
                f"`image` must give a map of tokens of {self.stride}x{self.stride} pixels; got "
                f"{N - self.prefix} tokens for {image_size[0]}x{image_size[1]} pixels. "
                "Use a size that the patches divide."
            )
        h, w = sizes[0]
        return tensor[:, self.prefix :].transpose(1, 2).reshape(B, C, h, w)


Layout: TypeAlias = ChannelsFirst | ChannelsLast | Tokens
"""How a tensor is turned into a map, `(B, C, h, w)`, of an image of some height and width."""


@dataclass(frozen=True)
class SeenMap:
    """What a tensor looks like as a map.

    Attributes:
        layout: How it is turned into one.
        channels: C.
        size: h and w.
    """

    layout: Layout
    channels: int
    size: tuple[int, int]


def see_map(value: Any, batch: int, image_size: tuple[int, int]) -> SeenMap | None:
    """Find out whether, and how, what a network computed is a map.

    A tensor of four axes has its channels where the other two axes are in the proportion of the image. One of three
    axes is a row of tokens if, after a few that stand before them, they fill a map in that proportion. A single
    pixel is no map.

    Args:
        value: What a module read or returned: a tensor, or tensors in tuples, lists or mappings, of which the first
            counts.
        batch: Number of images.
        image_size: Their height and width [pixels].

    Returns:
        The map, or None.
    """
    tensor = first_tensor(value)
    if tensor is None or tensor.shape[0] != batch:
        return None
    seen = None
    if tensor.ndim == 4:
        _, a, b, c = tensor.shape
        first, last = SeenMap(ChannelsFirst(), a, (b, c)), SeenMap(ChannelsLast(), c, (a, b))
        seen = next((found for found in (first, last) if _in_proportion(found.size, image_size)), None)
    elif tensor.ndim == 3:
        seen = _see_tokens(tensor.shape[1], tensor.shape[2], image_size)
    return seen if seen is not None and seen.size != (1, 1) else None


def first_tensor(value: Any) -> Tensor | None:
    """The first floating-point tensor of three axes or more in nested tuples, lists and mappings, or None.

    Args:
        value: What a module read or returned.
    """
    return next(_tensors(value), None)


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        if value.ndim >= 3 and value.is_floating_point():
            yield value
    elif isinstance(value, Mapping):
        yield from _tensors(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _tensors(part)


def _see_tokens(count: int, channels: int, image_size: tuple[int, int]) -> SeenMap | None:
    """Patches that divide the image come first, and few tokens before them; then patches that do not divide it."""
    strides = range(1, max(image_size) + 1)
    dividing = [s for s in strides if not any(side % s for side in image_size)]
    for prefix in range(MOST_PREFIX_TOKENS + 1):
        for stride in dividing:
            size = (image_size[0] // stride, image_size[1] // stride)
            if math.prod(size) == count - prefix:
                return SeenMap(Tokens(prefix, stride), channels, size)
    for stride in strides:
        for size in _sizes(image_size, stride):
            if math.prod(size) == count:
                return SeenMap(Tokens(0, stride), channels, size)
    return None


def _sizes(image_size: tuple[int, int], stride: int) -> list[tuple[int, int]]:
    """The maps that patches of a side may give: what is left over at the edge is padded, or dropped."""
    H, W = image_size
    return [(-(-H // stride), -(-W // stride)), (H // stride, W // stride)]


def _in_proportion(size: tuple[int, int], image_size: tuple[int, int]) -> bool:
    """Whether height and width were divided by about the same: by one number, up to a pixel of the map."""
    (h, w), (H, W) = size, image_size
    if h > H or w > W:
        return False
    return abs(h * W - w * H) <= max(H, W) * (h != H or w != W) or (h, w) == (H, W)
