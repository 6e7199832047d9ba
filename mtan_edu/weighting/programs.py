"""Small programs that gradient balancing solves: K unknowns, K the number of tasks. All of them to rounding.

SciPy is loaded when the first is solved; its import costs half a second.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

RANK_TOLERANCE = 1e-12
"""Eigenvalues of a Gramian below this share of the largest count as 0: singular values of the gradients below 1e-6 of
the largest, which in gradients of float32 are rounding."""


def square_root(gramian: Float[Tensor, "K K"]) -> Float[Tensor, "K K"]:
    """A matrix R with Rᵀ R = gramian: columns with the same lengths and angles as the gradients.

    The cosines are decomposed, not the products, so that a short gradient beside a long one keeps its digits.
    """
    norms = gramian.diagonal().sqrt()
    values, vectors = torch.linalg.eigh(gramian / torch.outer(norms, norms))
    return values.clamp(min=0).sqrt()[:, None] * vectors.T * norms


def shortest_combination(gramian: Float[Tensor, "K K"]) -> Float[Tensor, " K"]:
    """argmin_w ‖Σ_k w_k g_k‖² over w ≥ 0 with Σ_k w_k = 1.

    Non-negative least squares without the second condition, min_x≥0 ‖Σ x_k g_k‖² + (Σ x_k - 1)², has its minimum at a
    multiple of w: for x = t w, the best t leaves l² / (1 + l²), with l the length of Σ w_k g_k, and that grows with l.
    """
    from scipy.optimize import nnls  # type: ignore[import-untyped]

    unit = gramian.diagonal().min().sqrt()  # the result is no longer than the shortest gradient
    rows = torch.cat([square_root(gramian) / unit, torch.ones(1, len(gramian), dtype=gramian.dtype)])
    goal = torch.zeros(len(gramian) + 1, dtype=gramian.dtype)
    goal[-1] = 1.0
    multiple = torch.from_numpy(nnls(rows.numpy(), goal.numpy())[0])
    return multiple / multiple.sum()
