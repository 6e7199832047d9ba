"""Weighting by how much each loss fell in the last step."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.base import LossDependentWeighting
from mtan_edu.weighting.logarithm import above_zero, check_not_negative

RATE = 0.025
"""Learning rate of the logits, as in the paper and all code."""

BETAS, EPSILON = (0.9, 0.999), 1e-8
"""Adam's usual numbers."""

OFFSET = 1e-8
"""What all code adds to a loss before its logarithm."""


class FastAdaptiveMultitaskOptimization(LossDependentWeighting):
    """Fast Adaptive Multitask Optimization (FAMO): helps the tasks whose loss fell least, without their gradients.

    L = c Σ_k z_k log D_k, with z = softmax(ξ), D_k = L_k + 1e-8 and c = 1 / Σ_k (z_k / D_k), held fixed

    so λ_k = c z_k / D_k: above 0, with sum 1. After the step the losses of the same batch are looked at again, which
    costs a second pass through the network. With δ_k = log D_k before - log D_k after, by how much each loss fell,

        ξ ← one step of Adam along z_k (δ_k - Σ_i z_i δ_i) + γ ξ_k

    which takes weight from the tasks that fell most. γ draws ξ back to equal weights, z = 1/K.

    A loss of exactly 0, as where a batch has no label for a task, is left out of the step (λ = 0): its D of 1e-8 would
    take nearly all weight from the others. A negative loss is refused.

    References:
        Liu et al., "FAMO: Fast Adaptive Multitask Optimization", NeurIPS 2023, algorithm 1, with losses whose best
        value is 0; the code can subtract another. ξ moves by Adam, as in all code, with rate 0.025.
        Implementations differ. γ is 1e-3 in LibMTL and TorchJD, as here; of the authors, 0.01 in their example and
        their trainers' default, 1e-5 in the class that these use, 1e-3 where they train on QM9. The authors limit
        the norm of the shared gradient to 1: in the example after the backward pass; in the trainers before it, where
        there is nothing yet to limit. Not so here, in LibMTL or TorchJD. Their second pass updates BatchNorm's
        running means once more. LibMTL and TorchJD, as all of the above, let a loss of 0 take the weight.
    """

    looks_again = True
    logits: Tensor
    mean: Tensor
    square: Tensor
    steps: Tensor

    def __init__(self, num_tasks: int, weight_decay: float = 1e-3) -> None:
        """Weight K tasks, equally at first.

        Args:
            num_tasks: Number of tasks, K.
            weight_decay: γ.

        Raises:
            ValueError: If `weight_decay` is negative or not finite.
        """
        super().__init__(num_tasks)
        if not (math.isfinite(weight_decay) and weight_decay >= 0):
            raise ValueError(
                f"`weight_decay` must be finite and at least 0; got {weight_decay}. The authors use 1e-5 to 1e-2."
            )
        self.weight_decay = weight_decay
        for name in ("logits", "mean", "square"):
            self.register_buffer(name, torch.zeros(num_tasks, dtype=torch.float64))
        self.register_buffer("steps", torch.tensor(0))

    def combine(self, losses: Float[Tensor, " K"]) -> Float[Tensor, ""]:
        """C Σ_k z_k log D_k."""
        check_not_negative(losses)
        return (self._normalized(losses.detach()) * (losses + OFFSET).log()).sum()

    def weights_at(self, losses: Float[Tensor, " K"]) -> Float[Tensor, " K"]:
        """λ_k = c z_k / D_k, `(K,)`; 0 where L_k is 0."""
        return self._normalized(losses) / (losses + OFFSET)

    @torch.no_grad()
    def see_losses_again(self, losses: Float[Tensor, " K"]) -> None:
        """Move ξ by what the step has done.

        Raises:
            ValueError: If there are not K losses, or one is negative.
        """
        super().see_losses_again(losses)
        check_not_negative(losses)
        shares = self._shares(self.last_losses)
        fall = (self.last_losses + OFFSET).log() - (losses.to(self.last_losses) + OFFSET).log()
        gradient = shares * (fall - (shares * fall).sum()) + self.weight_decay * self.logits
        self.steps += 1
        self.mean.lerp_(gradient, 1 - BETAS[0])
        self.square.lerp_(gradient**2, 1 - BETAS[1])
        mean, square = (
            moment / (1 - beta ** self.steps.item())
            for moment, beta in zip((self.mean, self.square), BETAS, strict=True)
        )
        self.logits -= RATE * mean / (square.sqrt() + EPSILON)

    def _shares(self, losses: Tensor) -> Tensor:
        """Z among the tasks whose loss is above 0, `(K,)`; 0 for the others."""
        logits = self.logits.to(losses).masked_fill(~above_zero(losses), -math.inf)
        return logits.softmax(dim=0).nan_to_num()  # NaN if no loss is above 0

    def _normalized(self, losses: Tensor) -> Tensor:
        """C z, `(K,)`."""
        shares = self._shares(losses)
        return shares / (shares / (losses + OFFSET)).sum() if shares.any() else shares

    def extra_repr(self) -> str:
        """What `print` shows."""
        return f"{super().extra_repr()}, weight_decay={self.weight_decay}"
