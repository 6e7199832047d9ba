"""Scalar products of gradients."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

COLUMNS = 1 << 20
"""Parameters that are looked at together: a copy of them in float64 takes 8 MB per task."""


def gramian_of(gradients: Float[Tensor, "K P"]) -> Float[Tensor, "K K"]:
    """⟨g_i, g_j⟩ for every pair of tasks.

    Products and sums are float64: what follows solves equations with this matrix, and in float32 the difference of
    two nearly parallel gradients would be lost in the rounding of their squares.

    Args:
        gradients: One gradient per row, `(K, P)`.

    Returns:
        The Gramian, `(K, K)`, float64, on the CPU.
    """
    where = "cpu" if gradients.device.type == "mps" else gradients.device  # Apple's GPUs have no float64
    total = torch.zeros(len(gradients), len(gradients), dtype=torch.float64, device=where)
    for part in gradients.split(COLUMNS, dim=1):
        exact = part.to(where, torch.float64)
        total += exact @ exact.T
    return total.cpu()
