"""Weighting by the geometric mean."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.base import LossDependentWeighting
from mtan_edu.weighting.logarithm import above_zero, check_not_negative, logarithm


class GeometricLossStrategy(LossDependentWeighting):
    """Geometric Loss Strategy (GLS): makes the geometric mean of the losses small.

    L = ( Π_k L_k )^(1/K), that is λ_k = L / (K L_k)

    Like `ScaleInvariantWeighting` it makes the product of the losses small, and its gradient has the same direction;
    but λ is smaller by L / K, so that it goes to 0 with the losses. λ_k L_k is L / K for every task: the weighted
    losses are equal. Unlike a sum, a product hides: half of one loss is worth twice another.

    A loss of exactly 0, as where a batch has no label for a task, would make the product 0 and leave no task a
    gradient. The task is left out of the step (λ = 0), and K counts the others. A negative loss is refused.

    References:
        Chennupati et al., "MultiNet++: Multi-Stream Feature Aggregation and Geometric Loss Strategy for Multi-Task
        Learning", CVPR Workshops 2019. Their variant that counts some tasks twice is not here.
        Implementations differ at 0: TorchJD gives that task a gradient of NaN and the others none, the root of the
        product in LibMTL gives NaN to all. LibMTL reports L_k / (K Π_i L_i) as the weight, which is not the factor of
        the gradient.
    """

    def combine(self, losses: Float[Tensor, " K"]) -> Float[Tensor, ""]:
        """The geometric mean of the losses above 0; 0 if there is none."""
        check_not_negative(losses)
        count = above_zero(losses).sum()
        return torch.where(count > 0, (logarithm(losses).sum() / count.clamp(min=1)).exp(), 0.0)

    def weights_at(self, losses: Float[Tensor, " K"]) -> Float[Tensor, " K"]:
        """λ_k = L / (K L_k), `(K,)`; 0 where L_k is 0."""
        counted = above_zero(losses)
        return torch.where(counted, self.combine(losses) / (counted.sum() * losses), 0.0)
