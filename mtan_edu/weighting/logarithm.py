"""Logarithms of losses, for the weightings that need them: what to do where there is none."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

SMALLEST = torch.finfo(torch.float32).tiny
"""The smallest number of full precision, 1.2e-38: below it 1 / L is infinite. Such a loss counts as 0."""


def check_not_negative(losses: Float[Tensor, " K"]) -> None:
    """Refuse losses without a logarithm.

    Raises:
        ValueError: If a loss is negative. NaN passes: whoever trains names the task.
    """
    if (losses < 0).any():
        raise ValueError(
            f"`losses` must be at least 0, since their logarithm is taken; got {losses.tolist()}. "
            "Use losses whose best value is 0, such as 1 - cosine instead of -cosine, or another weighting."
        )


def above_zero(losses: Float[Tensor, " K"]) -> Bool[Tensor, " K"]:
    """Which losses have a logarithm, `(K,)`. NaN counts among them, so that it is not lost."""
    return ~(losses < SMALLEST)


def logarithm(losses: Float[Tensor, " K"]) -> Float[Tensor, " K"]:
    """Log L_k, `(K,)`; 0, with gradient 0, where L_k is 0."""
    return torch.where(above_zero(losses), losses, 1.0).log()
