"""Balancing by projecting each gradient to where it opposes no task."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.balancing import GramianBalancing
from mtan_edu.weighting.programs import onto_dual_cone, square_root


class UnconflictingProjection(GramianBalancing):
    """Unconflicting projection of gradients (UPGrad): the mean of the gradients, each moved until it opposes no task.

    g = 1/K Σ_i π(g_i),    π(x) = argmin_y ‖y - x‖²  over all y with ⟨y, g_k⟩ ≥ 0 for every task k

    No task is opposed, ⟨g, g_k⟩ ≥ 0. π(g_i) = Σ_k v_k g_k, with v the solution of a quadratic program in K unknowns:
    argmin vᵀ G v over all v ≥ e_i, for G = (⟨g_i, g_j⟩). So g = Σ_k λ_k g_k with λ_k ≥ 1/K, and 1/K where nothing
    conflicts: unlike PCGrad, which opposes a task less but not never, and depends on an order.

    Where published code differs: TorchJD, the authors', divides G by its trace and adds 1e-4 to its diagonal before it
    solves, which moves λ by about as much; here G is taken as it is.

    References:
        Quinton, Rey, "Jacobian descent for multi-objective optimization", 2024, eq. 3 and proposition 1.
    """

    def weights_from(self, gramian: Float[Tensor, "K K"]) -> Float[Tensor, " K"]:
        """The mean of the projections' weights, `(K,)`."""
        vectors = square_root(gramian)
        tasks = torch.eye(len(gramian), dtype=gramian.dtype)
        return torch.stack([onto_dual_cone(vectors, task) for task in tasks]).mean(dim=0)
