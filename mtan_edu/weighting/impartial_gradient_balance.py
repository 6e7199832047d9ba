"""Balancing by equal progress along every task's direction."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.balancing import GramianBalancing
from mtan_edu.weighting.programs import RANK_TOLERANCE


class ImpartialGradientBalance(GramianBalancing):
    """Impartial multi-task learning, the balance of gradients (IMTL-G): a step as long along every task's direction.

    g = Σ_k λ_k g_k with |Σ_k λ_k| = 1 and ⟨g, g_k⟩ / ‖g_k‖ the same for all k. With the cosines C = (cos(g_i, g_j)):

        λ = v / |Σ_k v_k|,    v_k = (C⁺ 1)_k / ‖g_k‖

    Only the direction of a gradient decides where g points. A λ can be negative. Where Σ v nears 0, which takes three
    tasks or more, the step grows without bound. Where Σ v = 0, as for two opposite gradients of the same length, there
    is no such step: λ = 0.

    Where published code differs: all divide by Σ v, so that λ sums to 1. Where Σ v is negative, which the size of a
    loss decides, their step climbs every loss; this one turns it around, and λ sums to -1. The paper and LibMTL solve
    for tasks 2 to K against the first, which fails where gradients depend on each other. TorchJD takes G⁺ n, with
    G = (⟨g_i, g_j⟩) and n = (‖g_k‖), where this takes the cosines': the same where gradients are independent.

    References:
        Liu et al., "Towards impartial multi-task learning", ICLR 2021, section 3.1.
        Quinton, Rey, "Jacobian descent for multi-objective optimization", 2024, for the pseudo-inverse.
    """

    def weights_from(self, gramian: Float[Tensor, "K K"]) -> Float[Tensor, " K"]:
        """The weights, with sum 1 or -1, `(K,)`."""
        lengths = gramian.diagonal().sqrt()
        cosines = gramian / torch.outer(lengths, lengths)
        solution = torch.linalg.pinv(cosines, rtol=RANK_TOLERANCE, hermitian=True).sum(dim=1) / lengths
        total = solution.sum()
        if total.abs() <= RANK_TOLERANCE * solution.abs().sum():
            return torch.zeros_like(lengths)
        return solution / total.abs()
