"""Balancing by making the gradients orthogonal and equally long."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.balancing import GramianBalancing
from mtan_edu.weighting.programs import RANK_TOLERANCE

SCALES: dict[str, Callable[[Tensor], Tensor]] = {"min": torch.min, "median": torch.median, "rmse": torch.mean}
"""What becomes of the eigenvalues, by name."""


class IndependentComponentAlignment(GramianBalancing):
    """Independent component alignment (Aligned-MTL): the mean of the gradients, after their conflicts are removed.

    The matrix of gradients is replaced by the nearest one whose singular values are all the same, σ. With the
    eigenvalues and eigenvectors of G = (⟨g_i, g_j⟩) = V diag(e) Vᵀ:

        g = Σ_k λ_k g_k,    λ = σ V diag(1/√e) Vᵀ (1/K, ..., 1/K)

    σ² is the smallest eigenvalue ("min"), the median (the lower one of two in the middle) or the mean ("rmse"). The
    smallest makes steps that no task would find too long; the others take longer ones, in the same direction.
    Eigenvalues below 1e-12 of the largest are left out. λ can be negative.

    Where published code differs: the authors' code is TorchJD's (both compute the mean under the name rmse); LibMTL's
    fails, since it calls a function that torch has removed, and has "min" only.

    References:
        Senushkin et al., "Independent component alignment for multi-task learning", CVPR 2023, algorithm 1.
    """

    def __init__(self, num_tasks: int, scale: str = "min") -> None:
        """Balance K tasks.

        Raises:
            ValueError: If `scale` is unknown.
        """
        super().__init__(num_tasks)
        if scale not in SCALES:
            raise ValueError(f"`scale` must be one of {', '.join(SCALES)}; got {scale!r}. min is the usual.")
        self.scale = scale

    def weights_from(self, gramian: Float[Tensor, "K K"]) -> Float[Tensor, " K"]:
        """σ V diag(1/√e) Vᵀ (1/K, ..., 1/K), `(K,)`."""
        values, vectors = torch.linalg.eigh(gramian)
        kept = values > RANK_TOLERANCE * values.max()
        values, vectors = values[kept], vectors[:, kept]
        mean = torch.full((len(gramian),), 1 / len(gramian), dtype=gramian.dtype)
        return SCALES[self.scale](values).sqrt() * vectors @ (vectors.T @ mean / values.sqrt())

    def extra_repr(self) -> str:
        """What `print` shows."""
        return f"{super().extra_repr()}, scale={self.scale!r}"
