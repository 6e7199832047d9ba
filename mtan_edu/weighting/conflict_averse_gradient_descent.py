"""Balancing by helping the task that a mean step would help least."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.balancing import GramianBalancing
from mtan_edu.weighting.programs import least_agreeing, onto_dual_cone, square_root


class ConflictAverseGradientDescent(GramianBalancing):
    """Conflict-Averse Gradient descent (CAGrad): near the mean gradient, the step whose worst task gains most.

    g = argmax_d min_k ⟨g_k, d⟩  with  ‖d - g₀‖ ≤ c ‖g₀‖,  g₀ = 1/K Σ_k g_k

    Its dual is a program in K weights:

        g = g₀ + c ‖g₀‖ / ‖g_w‖ · g_w,    w = argmin ⟨g_w, g₀⟩ + c ‖g₀‖ ‖g_w‖,    g_w = Σ_k w_k g_k

    over all w ≥ 0 with Σ_k w_k = 1. So λ_k = 1/K + c ‖g₀‖ / ‖g_w‖ · w_k, at least 1/K. c in [0, 1) keeps the step near
    the mean, so that the mean loss still falls; 0 is the mean; a large c comes to MGDA's direction. Where g_w = 0
    solves the program, the d nearest to g₀ that opposes no task is taken.

    Where published code differs, in scale alone: LibMTL and nash-mtl divide g by 1 + c² (rescale = 1, which the
    authors' code offers), and nash-mtl multiplies by K. TorchJD does neither, as here, and returns 0 where g_w = 0.
    The authors let SciPy search for w, TorchJD solves a cone program; here w follows from one equation in one unknown,
    solved to rounding.

    References:
        Liu et al., "Conflict-averse gradient descent for multi-task learning", NeurIPS 2021, algorithm 1;
        c = 0.4 on NYUv2.
    """

    def __init__(self, num_tasks: int, c: float = 0.4) -> None:
        """Balance K tasks.

        Raises:
            ValueError: If `c` is negative or not finite.
        """
        super().__init__(num_tasks)
        if not (math.isfinite(c) and c >= 0):
            raise ValueError(f"`c` must be finite and at least 0; got {c}. The authors use 0.4 on NYUv2.")
        self.c = c

    def weights_from(self, gramian: Float[Tensor, "K K"]) -> Float[Tensor, " K"]:
        """1/K + c ‖g₀‖ / ‖g_w‖ · w, `(K,)`."""
        vectors = square_root(gramian)
        mean = torch.full((len(gramian),), 1 / len(gramian), dtype=gramian.dtype)
        radius = self.c * (vectors @ mean).norm()
        if radius == 0:
            return mean
        worst = least_agreeing(vectors, vectors @ mean, float(radius))
        if worst is None:
            return onto_dual_cone(vectors, mean)
        return mean + radius / (vectors @ worst).norm() * worst

    def extra_repr(self) -> str:
        """What `print` shows."""
        return f"{super().extra_repr()}, c={self.c}"
