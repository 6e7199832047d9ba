"""Weighting that cares for the task that is worst off."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.base import LossDependentWeighting
from mtan_edu.weighting.logarithm import above_zero, check_not_negative, logarithm

WARM_UP_EPOCHS = 5
"""Epochs of warm-up in the authors' code: four, and one more in which nadirs are measured."""


class SmoothTchebycheff(LossDependentWeighting):
    """Smooth Tchebycheff scalarization (STCH): makes the largest loss small, smoothly.

    L = K μ log Σ_k exp( u_k / μ ), with u_k = log(L_k / n_k); λ_k = K softmax(u / μ)_k / L_k

    n_k, the nadir, is task k's mean loss in the last epoch of the warm-up: u_k says how far the task has come since.
    The smaller μ, the nearer to K max_k u_k, where only the task that has come least far is trained; the larger, the
    nearer to equal shares, λ_k = 1 / L_k. At μ = 1 it is the sum Σ_k L_k / n_k within a logarithm.

    During the warm-up, in the first 5 epochs, L = Σ_k log L_k, as in `ScaleInvariantWeighting`.

    A loss of exactly 0, as where a batch has no label for a task, has no logarithm: the task is left out of the step
    (λ = 0). A mean loss of 0 makes no nadir: n_k = 1 then. A negative loss is refused. The total may be negative.

    References:
        Lin et al., "Smooth Tchebycheff Scalarization for Multi-Objective Optimization", ICML 2024, as the
        authors' code for multi-task learning uses it: on log(L / n), with equal preferences, times K, and μ = 1.
        Implementations differ. TorchJD has the equation as printed, μ log Σ_k exp( w_k (L_k - z_k) / μ ): on the losses
        themselves, less an ideal point z that is 0 unless given, with preferences w of 1/K and without the factor K;
        there a loss of large unit is the largest for ever. LibMTL and the authors add 1e-20 before the logarithm,
        report weights of 1, and forget the nadir when a training is resumed.
    """

    epochs: Tensor
    nadir: Tensor

    def __init__(self, num_tasks: int, smoothing: float = 1.0, warm_up_epochs: int = WARM_UP_EPOCHS) -> None:
        """Weight K tasks.

        Args:
            num_tasks: Number of tasks, K.
            smoothing: μ.
            warm_up_epochs: Epochs until nadirs are known.

        Raises:
            ValueError: If `smoothing` is not finite and above 0, or there is no epoch of warm-up.
        """
        super().__init__(num_tasks)
        if not (math.isfinite(smoothing) and smoothing > 0):
            raise ValueError(f"`smoothing` must be finite and above 0; got {smoothing}. The authors use 1.0.")
        if warm_up_epochs < 1:
            raise ValueError(
                f"`warm_up_epochs` must be at least 1; got {warm_up_epochs}. The losses of its last epoch are the unit."
            )
        self.smoothing, self.warm_up_epochs = smoothing, warm_up_epochs
        self.register_buffer("epochs", torch.tensor(0))
        self.register_buffer("nadir", torch.ones(num_tasks, dtype=torch.float64))

    def combine(self, losses: Float[Tensor, " K"]) -> Float[Tensor, ""]:
        """K μ log Σ_k exp( u_k / μ ) over the losses above 0; in the warm-up Σ_k log L_k."""
        check_not_negative(losses)
        if self.epochs < self.warm_up_epochs:
            return logarithm(losses).sum()
        if not above_zero(losses).any():
            return (losses * 0).sum()
        return self.num_tasks * self.smoothing * self._exponents(losses).logsumexp(dim=0)

    def weights_at(self, losses: Float[Tensor, " K"]) -> Float[Tensor, " K"]:
        """λ_k = K softmax(u / μ)_k / L_k, in the warm-up 1 / L_k, `(K,)`; 0 where L_k is 0."""
        shares = 1.0 if self.epochs < self.warm_up_epochs else self.num_tasks * self._exponents(losses).softmax(dim=0)
        return torch.where(above_zero(losses), shares / losses, 0.0)

    def end_epoch(self, mean_losses: Float[Tensor, " K"]) -> None:
        """Take the mean losses of the warm-up's last epoch for the nadir.

        Args:
            mean_losses: Each task's unweighted training loss, averaged over the epoch, `(K,)`; best in float64.

        Raises:
            ValueError: If there are not K losses.
        """
        super().end_epoch(mean_losses)
        self.epochs += 1
        if self.epochs == self.warm_up_epochs:
            self.nadir.copy_(torch.where(above_zero(mean_losses), mean_losses.detach(), 1.0))

    def _exponents(self, losses: Tensor) -> Tensor:
        """U / μ, `(K,)`; -∞ where L_k is 0."""
        progress = logarithm(losses) - self.nadir.log().to(losses)
        return (progress / self.smoothing).masked_fill(~above_zero(losses), -math.inf)

    def extra_repr(self) -> str:
        """What `print` shows."""
        return f"{super().extra_repr()}, smoothing={self.smoothing}, warm_up_epochs={self.warm_up_epochs}"
