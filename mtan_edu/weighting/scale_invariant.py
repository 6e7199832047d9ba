"""Weighting that does not depend on the losses' units."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.base import LossDependentWeighting
from mtan_edu.weighting.logarithm import above_zero, check_not_negative, logarithm


class ScaleInvariantWeighting(LossDependentWeighting):
    """Scale-invariant weighting (SI): sums logarithms, so that it does not matter in which unit a loss is measured.

    L = Σ_k log L_k, that is λ_k = 1 / L_k

    A loss ten times as large has the same gradient of its logarithm. What counts is by how many percent a loss falls:
    it is the product of the losses that is made small. λ grows without limit as a loss goes to 0. The total may be
    negative.

    A loss of exactly 0, as where a batch has no label for a task, has no logarithm: the task is left out of the step
    (λ = 0). A negative loss is refused.

    References:
        Navon et al., "Multi-Task Learning as a Bargaining Game", ICML 2022, where it is a baseline.
        Implementations differ at 0: Nash-MTL and FAMO take the logarithm as it is, -∞ there; the same sum in LibMTL,
        in the first epochs of its smooth Tchebycheff scalarization, adds 1e-20 to L. Both of the former report the
        weight as 1.
    """

    weighs_some = True

    def combine(self, losses: Float[Tensor, " K"]) -> Float[Tensor, ""]:
        """Σ_k log L_k, over the losses above 0."""
        check_not_negative(losses)
        return logarithm(losses).sum()

    def weights_at(self, losses: Float[Tensor, " K"]) -> Float[Tensor, " K"]:
        """λ_k = 1 / L_k, `(K,)`; 0 where L_k is 0."""
        return torch.where(above_zero(losses), 1 / losses, 0.0)
