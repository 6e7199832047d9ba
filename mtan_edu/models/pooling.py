"""Maps made smaller and larger: max-pooling that remembers where each maximum was, its inverse, and interpolation."""

from __future__ import annotations

import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor


def max_pool(features: Float[Tensor, "B C H W"]) -> tuple[Float[Tensor, "B C h w"], Int[Tensor, "B C h w"]]:
    """Halve height and width by keeping the largest of each 2x2 window.

    Args:
        features: `(B, C, H, W)`, H and W even.

    Returns:
        The maxima, `(B, C, H/2, W/2)`, and where each one was: its position in the flattened H x W map.
    """
    pooled, indices = F.max_pool2d(features, kernel_size=2, stride=2, return_indices=True)
    return pooled, indices


def max_unpool(features: Float[Tensor, "B C h w"], indices: Int[Tensor, "B C h w"]) -> Float[Tensor, "B C H W"]:
    """Double height and width: put each value back where its maximum was, zeros elsewhere.

    Equals `torch.nn.functional.max_unpool2d`, but is a scatter, whose gradient is a gather: the same numbers in
    every run on a GPU, where `max_unpool2d` has no deterministic form.

    Args:
        features: `(B, C, H/2, W/2)`.
        indices: Positions from the `max_pool` that this undoes, of the same shape.

    Returns:
        `(B, C, H, W)`.
    """
    B, C, h, w = features.shape
    empty = features.new_zeros(B, C, 4 * h * w)
    filled = empty.scatter(2, indices.flatten(2), features.flatten(2))  # (B, C, H * W)
    return filled.view(B, C, 2 * h, 2 * w)


def fit_to(features: Float[Tensor, "B C h w"], size: tuple[int, int]) -> Float[Tensor, "B C H W"]:
    """Bring maps to a size, bilinearly and with aligned corners; maps of that size come back as they are.

    Args:
        features: `(B, C, h, w)`.
        size: H and W [pixels].

    Returns:
        `(B, C, H, W)`.
    """
    if features.shape[2:] == size:
        return features
    return F.interpolate(features, size=size, mode="bilinear", align_corners=True)
