"""Balancing by equal progress along every task's direction."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.balancing import GramianBalancing
from mtan_edu.weighting.programs import RANK_TOLERANCE


class ImpartialGradientBalance(GramianBalancing):
    """Impartial multi-task learning, the balance of gradients (IMTL-G): a step as long along every task's direction.

    g = Σ_k λ_k g_k with Σ_k λ_k = 1 and ⟨g, g_k⟩ / ‖g_k‖ the same for all k. With G = (⟨g_i, g_j⟩) and the lengths
    n = (‖g_k‖):

        λ = v / Σ_k v_k,    v = G⁺ n

    The size of a loss does not matter, since only directions do. λ can be negative. Where Σ v nears 0 the step grows
    without bound, and where it is negative it climbs: with three tasks or more that do so conflict, as the paper's
    formula does. Where Σ v = 0, as for two opposite gradients of the same length, there is no such step: λ = 0.

    Where published code differs: the paper and LibMTL solve for tasks 2 to K against the first, which fails where
    gradients depend on each other; with the pseudo-inverse, as in TorchJD, the result is the same where that works.

    References:
        Liu et al., "Towards impartial multi-task learning", ICLR 2021, section 3.1.
        Quinton, Rey, "Jacobian descent for multi-objective optimization", 2024, for the pseudo-inverse.
    """

    def weights_from(self, gramian: Float[Tensor, "K K"]) -> Float[Tensor, " K"]:
        """G⁺ n with sum 1, `(K,)`."""
        lengths = gramian.diagonal().sqrt()
        solution = torch.linalg.pinv(gramian, rtol=RANK_TOLERANCE, hermitian=True) @ lengths
        total = solution.sum()
        if total.abs() <= RANK_TOLERANCE * solution.abs().sum():
            return torch.zeros_like(lengths)
        return solution / total
