"""Balancing by a fair share of the progress."""

from __future__ import annotations

import math

from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.balancing import GramianBalancing
from mtan_edu.weighting.programs import solve_power_equation


class FairResourceAllocation(GramianBalancing):
    """Fair resource allocation (FairGrad): progress divided among the tasks as bandwidth among the users of a network.

    g is proportional to argmax_d Σ_k ⟨g_k, d⟩^(1-α) / (1-α) over all d no longer than 1 (α = 1: the logarithm). It is
    Σ_k λ_k g_k where, with G = (⟨g_i, g_j⟩),

        G λ = λ^(-1/α)    (number by number), λ > 0

    α says what is fair: towards 0 the sum of the gains counts, 1 is Nash-MTL's product, larger values look more and
    more at the task that gains least. All λ are above 0. g shrinks or grows with the gradients as their length to the
    power (α-1)/(α+1): at α = 1 it is always √K long.

    Where published code differs: the authors, LibMTL and TorchJD let SciPy's least squares search for λ, here the
    equation is solved to rounding. The authors and LibMTL scale the tasks' own parameters by λ too; TorchJD and this
    do not. α is chosen for each data set (LibMTL: 1). For opposite gradients see `NashBargaining`.

    References:
        Ban, Ji, "Fair resource allocation in multi-task learning", ICML 2024, eq. 4 and algorithm 1.
    """

    def __init__(self, num_tasks: int, alpha: float = 2.0) -> None:
        """Balance K tasks.

        Raises:
            ValueError: If `alpha` is not above 0, or not finite.
        """
        super().__init__(num_tasks)
        if not (math.isfinite(alpha) and alpha > 0):
            raise ValueError(f"`alpha` must be finite and above 0; got {alpha}. 1 is Nash-MTL's.")
        self.alpha = alpha

    def weights_from(self, gramian: Float[Tensor, "K K"]) -> Float[Tensor, " K"]:
        """The solution of G λ = λ^(-1/α), `(K,)`."""
        return solve_power_equation(gramian, power=1 / self.alpha)

    def extra_repr(self) -> str:
        """What `print` shows."""
        return f"{super().extra_repr()}, alpha={self.alpha}"
