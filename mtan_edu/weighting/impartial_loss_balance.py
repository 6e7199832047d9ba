"""Weighting by learned scales that make the losses equally large."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.weighting.base import LossWeighting


class ImpartialLossBalance(LossWeighting):
    """Impartial Multi-Task Learning, its balance of losses (IMTL-L): learns to scale every loss to the same size.

    L = Σ_k ( exp(s_k) L_k - s_k ), with s_k the learned scale of task k; λ_k = exp(s_k)

    With L_k held fixed the minimum is at exp(s_k) = 1 / L_k, where every weighted loss λ_k L_k is 1. This is
    uncertainty weighting without the uncertainty: with s = -log σ² it is twice the objective of
    `UncertaintyWeighting`, and only the start differs, here at λ = 1. The total may be negative.

    s is a parameter: hand it to the optimizer together with the network's. A loss of exactly 0, as where a batch has
    no label for a task, says nothing of its size: -s_k is left out, which would draw s_k and λ_k up.

    References:
        Liu et al., "Towards Impartial Multi-Task Learning", ICLR 2021: the part that balances losses; its balance of
        gradients (IMTL-G) is a method of its own. The base of the power is any number above 1 there, e in practice.
        Implementations: TorchJD has it as here but for a loss of 0. LibMTL has it only together with IMTL-G, and lets
        the gradients of the scaled losses be balanced, as the paper proposes for both parts together.
    """

    weighs_some = True

    def __init__(self, num_tasks: int) -> None:
        """Weight K tasks, starting from the scale 1 (s = 0)."""
        super().__init__(num_tasks)
        self.log_scale = nn.Parameter(torch.zeros(num_tasks))

    def combine(self, losses: Float[Tensor, " K"]) -> Float[Tensor, ""]:
        """Σ_k ( exp(s_k) L_k - s_k ), without -s_k where L_k is 0."""
        return (self.log_scale.exp() * losses - (losses != 0) * self.log_scale).sum()

    def weights(self) -> Float[Tensor, " K"]:
        """λ_k = exp(s_k), `(K,)`."""
        return self.log_scale.detach().exp()
