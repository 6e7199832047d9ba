"""Balancing by taking out of each gradient what opposes another."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.balancing import GramianBalancing
from mtan_edu.weighting.draws import Draws


class ProjectingConflictingGradients(GramianBalancing):
    """Projecting Conflicting Gradients (PCGrad, "gradient surgery"): each gradient loses what opposes another.

    g = Σ_i g_i', where g_i' starts as g_i and meets the other tasks j one after another, in random order:

        if ⟨g_i', g_j⟩ < 0:    g_i' ← g_i' - ⟨g_i', g_j⟩ / ‖g_j‖² · g_j

    Every g_i' is a sum of the gradients, so g = Σ_k λ_k g_k. λ_k is 1 where nothing conflicts, that is as under equal
    weighting, never below 1 otherwise. With three tasks or more it depends on the order, which is drawn anew in every
    step, from the seed and the number of the step; with two it does not.

    Where published code differs: nothing but the order. LibMTL and nash-mtl draw one with Python's `random`, LibMTL
    adds 1e-8 to ‖g_j‖². The authors draw one order for all tasks i, in nash-mtl and TorchJD each i has its own, as
    here and in the paper's algorithm.

    References:
        Yu et al., "Gradient surgery for multi-task learning", NeurIPS 2020, algorithm 1.
    """

    def __init__(self, num_tasks: int, seed: int = 0) -> None:
        """Balance K tasks, in orders that follow from the seed.

        Raises:
            ValueError: If `seed` is negative.
        """
        super().__init__(num_tasks)
        self.draws = Draws(seed)

    def weights_from(self, gramian: Float[Tensor, "K K"]) -> Float[Tensor, " K"]:
        """How much of each gradient is in the sum of the projected ones, `(K,)`."""
        generator = self.draws.generator()
        shares = torch.eye(len(gramian), dtype=gramian.dtype)  # g_i' = Σ_k shares[i, k] g_k
        for i, own in enumerate(shares):
            for j in torch.randperm(len(gramian), generator=generator).tolist():
                product = own @ gramian[j]
                if j != i and product < 0:
                    own[j] -= product / gramian[j, j]
        return shares.sum(dim=0)

    def extra_repr(self) -> str:
        """What `print` shows."""
        return f"{super().extra_repr()}, seed={self.draws.seed}"
