"""Weighting by a learned uncertainty."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.weighting.base import LossWeighting


class UncertaintyWeighting(LossWeighting):
    """Learns how uncertain each task is, and counts uncertain tasks less.

    L = Σ_k ( L_k / (2 exp(s_k)) + s_k / 2 ), with s_k = log σ_k², the learned log-variance of task k.

    The first term alone would let every s_k grow without end; the second makes that costly. With L_k held fixed the
    minimum is at σ_k² = L_k, where the weight is λ_k = 1 / (2 exp(s_k)) = 1 / (2 L_k). The total may be negative.
    s is a parameter: hand it to the optimizer together with the network's. A loss of exactly 0, as where a batch has
    no label for a task, says nothing of its uncertainty: s_k / 2 is left out, which would draw s_k down and λ_k up.

    References:
        Kendall et al., CVPR 2018, eq. 7, for a regression. Differs, as the code of Liu et al. (CVPR 2019) does: the
        factor 1/2 for every task, classification included, and a start at s = -0.5 (λ = 0.82). Differs from that code
        too: at a loss of 0.
        `KendallUncertaintyWeighting` is the original, and says where other implementations differ.
    """

    weighs_some = True

    def __init__(self, num_tasks: int, initial_log_variance: float = -0.5) -> None:
        """Weight K tasks, starting from the same log-variance for all.

        Raises:
            ValueError: If `initial_log_variance` is not finite.
        """
        super().__init__(num_tasks)
        if not math.isfinite(initial_log_variance):
            raise ValueError(
                f"`initial_log_variance` must be finite; got {initial_log_variance}. The authors start at -0.5."
            )
        self.log_variance = nn.Parameter(torch.full((num_tasks,), float(initial_log_variance)))

    def combine(self, losses: Float[Tensor, " K"]) -> Float[Tensor, ""]:
        """Σ_k ( L_k / (2 exp(s_k)) + s_k / 2 ), without s_k / 2 where L_k is 0."""
        return (losses / (2 * self.log_variance.exp()) + (losses != 0) * self.log_variance / 2).sum()

    def weights(self) -> Float[Tensor, " K"]:
        """λ_k = 1 / (2 exp(s_k)), `(K,)`."""
        return 1 / (2 * self.log_variance.detach().exp())
