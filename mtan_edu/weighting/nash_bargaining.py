"""Balancing by a bargain between the tasks."""

from __future__ import annotations

import math

from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.balancing import GramianBalancing
from mtan_edu.weighting.programs import solve_power_equation


class NashBargaining(GramianBalancing):
    """Nash bargaining (Nash-MTL): the step with the greatest product of the tasks' gains.

    g is proportional to argmax_d Σ_k log ⟨g_k, d⟩ over all d no longer than 1. It is Σ_k α_k g_k where, with
    G = (⟨g_i, g_j⟩),

        G α = 1 / α    (number by number), α > 0

    that is, every task's weight times its gain is the same. As in the authors' code, G is first divided by its
    Frobenius norm, and a g longer than `max_norm` is shortened to it:

        λ = α √‖G‖ · min(1, max_norm / ‖·‖)

    All λ are above 0. Each α_k ∝ 1 / the size of its loss: how large a loss is does not matter.

    Where published code differs: the authors, LibMTL and TorchJD go through at most 20 linear approximations of the
    equation, from the solution of the step before. That leaves a state, and errors: mostly small, at times as large
    as the result (docs/weightings.md). Here the equation is solved, and nothing is remembered. The authors' code can
    reuse λ for some steps to save time; not so here. LibMTL scales the tasks' own parameters as well. Without a
    direction that helps all, as for opposite gradients, there is no bargain; G + 1e-10 then has large weights that
    cancel.

    References:
        Navon et al., "Multi-task learning as a bargaining game", ICML 2022, claim 3.1 and algorithm 1; scaling and
        max_norm = 1: their code.
    """

    def __init__(self, num_tasks: int, max_norm: float = 1.0) -> None:
        """Balance K tasks.

        Raises:
            ValueError: If `max_norm` is not above 0.
        """
        super().__init__(num_tasks)
        if not max_norm > 0:  # NaN is not
            raise ValueError(f"`max_norm` must be above 0; got {max_norm}. The authors use 1.0; inf limits nothing.")
        self.max_norm = max_norm

    def weights_from(self, gramian: Float[Tensor, "K K"]) -> Float[Tensor, " K"]:
        """α √‖G‖, shortened, `(K,)`."""
        weights = solve_power_equation(gramian, power=1.0) * gramian.norm().sqrt()
        length = (weights @ gramian @ weights).clamp(min=0).sqrt()
        return weights * min(1.0, self.max_norm / float(length)) if length > 0 else weights

    def extra_repr(self) -> str:
        """What `print` shows."""
        limit = "inf" if math.isinf(self.max_norm) else self.max_norm
        return f"{super().extra_repr()}, max_norm={limit}"
