"""Balancing by keeping the gradients as parallel as they usually are."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.balancing import GramianBalancing
from mtan_edu.weighting.draws import Draws

NEARLY_PARALLEL = 1 - 1e-6
"""Largest cosine that a gradient is turned to: for 1, infinitely much of another would have to be added."""


class GradientVaccine(GramianBalancing):
    """Gradient Vaccine (GradVac): a gradient that is less parallel to another than usual is turned towards it.

    g = Σ_i g_i', where g_i' starts as g_i and meets the other tasks j one after another, in random order. With
    φ = cos(g_i', g_j) and φ̂_ij, what this cosine was on average:

        if φ < φ̂_ij:    g_i' ← g_i' + ‖g_i'‖ (φ̂_ij √(1 - φ²) - φ √(1 - φ̂_ij²)) / (‖g_j‖ √(1 - φ̂_ij²)) · g_j
        φ̂_ij ← (1 - β) φ̂_ij + β φ

    after which the cosine is φ̂_ij. φ̂ starts at 0, where the turn is PCGrad's projection. g = Σ_k λ_k g_k with λ_k ≥ 1.
    Orders follow from the seed and the number of the step. A task without a gradient is
    left out, and its φ̂ are kept.

    Where published code differs: LibMTL updates φ̂ only where it has turned a gradient; TorchJD always, as here. Both
    use β = 0.5. The paper works layer by layer as well; here, as in TorchJD, all shared parameters are one vector.
    φ̂ beyond 1 - 1e-6 counts as that; the others add 1e-8 to the denominator.

    References:
        Wang et al., "Gradient Vaccine: investigating and improving multi-task optimization in massively multilingual
        models", ICLR 2021, algorithm 1.
    """

    usual_cosines: Tensor

    def __init__(self, num_tasks: int, decay: float = 0.5, seed: int = 0) -> None:
        """Balance K tasks.

        Args:
            num_tasks: K.
            decay: β, the share of the newest cosine in the average.
            seed: Seed of the orders.

        Raises:
            ValueError: If `decay` is not in [0, 1], or `seed` is negative.
        """
        super().__init__(num_tasks)
        if not 0 <= decay <= 1:
            raise ValueError(f"`decay` must be between 0 and 1; got {decay}. LibMTL and TorchJD use 0.5.")
        self.decay = decay
        self.draws = Draws(seed)
        self.register_buffer("usual_cosines", torch.zeros(num_tasks, num_tasks, dtype=torch.float64))  # φ̂

    def weights_for(self, gramian: Float[Tensor, "K K"], losses: Float[Tensor, " K"]) -> Float[Tensor, " K"]:
        """How much of each gradient is in the sum of the turned ones, `(K,)`; 0 without a gradient."""
        moved = gramian.diagonal() > 0
        tasks, generator = moved.nonzero().flatten().tolist(), self.draws.generator()
        shares = torch.diag(moved.double())  # g_i' = Σ_k shares[i, k] g_k
        for i in tasks:
            others = [j for j in tasks if j != i]
            for position in torch.randperm(len(others), generator=generator).tolist():
                self._meet(shares[i], gramian, i, others[position])
        return shares.sum(dim=0)

    def _meet(self, own: Tensor, gramian: Tensor, i: int, j: int) -> None:
        """Turn g_i' towards g_j if it is less parallel than usual."""
        length, other = (own @ gramian @ own).clamp(min=0).sqrt(), gramian[j, j].sqrt()
        if length == 0:  # taken out by those before
            return
        cosine = (own @ gramian[j] / (length * other)).clamp(-1, 1)
        usual = self.usual_cosines[i, j].clamp(max=NEARLY_PARALLEL)
        if cosine < usual:
            sine, usual_sine = (1 - cosine**2).sqrt(), (1 - usual**2).sqrt()
            own[j] += length * (usual * sine - cosine * usual_sine) / (other * usual_sine)
        self.usual_cosines[i, j] += self.decay * (cosine - self.usual_cosines[i, j])

    def weights_from(self, gramian: Float[Tensor, "K K"]) -> Float[Tensor, " K"]:
        """The same, where all tasks have a gradient, `(K,)`."""
        return self.weights_for(gramian, torch.ones(self.num_tasks))

    def extra_repr(self) -> str:
        """What `print` shows."""
        return f"{super().extra_repr()}, decay={self.decay}, seed={self.draws.seed}"
