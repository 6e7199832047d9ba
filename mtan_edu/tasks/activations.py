"""From a network's raw output to a prediction: log-probabilities, or unit vectors."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

SHORTEST = 1e-12
"""A vector shorter than this has no direction. Any number far below a real output's length will do."""


def at_least_float32(values: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """Half precision becomes float32: sums over a whole image need its digits. float64 stays float64."""
    return values.to(torch.promote_types(values.dtype, torch.float32))


def log_probabilities(logits: Float[Tensor, "B N *S"]) -> Float[Tensor, "B N *S"]:
    """Logarithm of each class's probability, per pixel or per image.

    log ŷ_n = z_n - log Σ_m exp(z_m), with z the scores of one pixel or image. Doing it twice changes nothing.

    Args:
        logits: Unnormalized scores, `(B, N, H, W)` or `(B, N)`.

    Returns:
        Natural logarithms in the same shape; exp of them sums to 1 over the classes.
    """
    return torch.log_softmax(at_least_float32(logits), dim=1)


def unit_vectors(vectors: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
    """The direction of each pixel's vector: û = v / ‖v‖.

    Where v = 0 there is no direction. The result is then 0, not NaN, and the gradient of û is taken as that of v:
    it stays of order 1, where dividing by a tiny number instead would make it 10¹² times as long.

    Args:
        vectors: Any vectors, `(B, C, H, W)`.

    Returns:
        Vectors of length 1, or (0, 0, 0) where there is no direction, `(B, C, H, W)`.
    """
    vectors = at_least_float32(vectors)
    length = torch.linalg.vector_norm(vectors, dim=1, keepdim=True)  # (B, 1, H, W)
    # "shorter", not "not longer": a NaN length stays NaN and is seen.
    return vectors / torch.where(length < SHORTEST, 1.0, length)
