"""Weighting that brings gradients to a common size, longer for tasks that lag behind."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.balancing import GramianBalancing

RATE = 0.025
"""Learning rate of the weights: the one that nash-mtl and FAMO use for theirs."""

BETAS, EPSILON = (0.9, 0.999), 1e-8
"""Adam's usual numbers."""

SMALLEST = 1e-3
"""A weight goes no lower, so that none turns negative."""


class GradientNormalization(GramianBalancing):
    """Gradient normalization (GradNorm): learned weights that give slow tasks the longer gradients.

    g = Σ_k w_k g_k. After each step one step of Adam moves w to lessen

        Σ_k | w_k ‖g_k‖ - T_k |,    T_k = mean_i(w_i ‖g_i‖) · r_k^α,    r_k = (L_k / L_k⁰) / mean_i(L_i / L_i⁰)

    with the targets T held fixed; then w is scaled to sum to K. L_k⁰ is the task's first loss, r_k thus how far it
    lags behind, α how strongly that counts: 0 makes all gradients equally long. w starts at 1, stays above 0, and acts
    on the losses, that is on the tasks' own parameters too. A task without a gradient in a step, or whose first loss
    is 0, waits until it has one; its weight is only rescaled.

    The derivative by w_k is ‖g_k‖ times the sign of what stands between the bars.

    Where published code differs: the paper takes ‖g_k‖ on the last shared layer only, to save time; LibMTL and this on
    all shared parameters, which an attention network uses at every depth. LibMTL learns w = K softmax(s), takes the
    mean loss of the first epoch for L⁰ and leaves the first epoch equal. Adam's state and rate are the weights' own
    here; in LibMTL the network's optimizer moves s.

    References:
        Chen et al., "GradNorm: gradient normalization for adaptive loss balancing in deep multitask networks", ICML
        2018, eq. 1-2 and algorithm 1; α = 1.5 on NYUv2.
    """

    scales: Tensor
    first_losses: Tensor
    mean: Tensor
    square: Tensor
    steps: Tensor

    def __init__(self, num_tasks: int, alpha: float = 1.5) -> None:
        """Weight K tasks, equally at first.

        Raises:
            ValueError: If `alpha` is not finite.
        """
        super().__init__(num_tasks)
        if not math.isfinite(alpha):
            raise ValueError(f"`alpha` must be finite; got {alpha}. The authors use 1.5 on NYUv2.")
        self.alpha = alpha
        self.register_buffer("scales", torch.ones(num_tasks, dtype=torch.float64))  # w
        for name in ("first_losses", "mean", "square", "steps"):
            self.register_buffer(name, torch.zeros(num_tasks, dtype=torch.float64))

    def weights_for(self, gramian: Float[Tensor, "K K"], losses: Float[Tensor, " K"]) -> Float[Tensor, " K"]:
        """The weights w of this step, `(K,)`. Moves them for the next."""
        weights = self.scales.clone()
        lengths = gramian.diagonal().sqrt()
        self.first_losses.copy_(torch.where((self.first_losses == 0) & (lengths > 0), losses, self.first_losses))
        heard = (lengths > 0) & (self.first_losses > 0)
        if heard.any():
            self._move(heard, self._derivative(lengths[heard], losses[heard], heard))
        return weights

    def own_weights(self) -> Float[Tensor, " K"]:
        """The weights of the last step, `(K,)`: GradNorm weighs losses."""
        return self.weights()

    def weights_from(self, gramian: Float[Tensor, "K K"]) -> Float[Tensor, " K"]:
        """The weights now, `(K,)`: they follow from the steps before."""
        return self.scales.clone()

    def _derivative(self, lengths: Tensor, losses: Tensor, heard: Tensor) -> Tensor:
        """Of Σ_k | w_k ‖g_k‖ - T_k | by w, for the tasks that are heard."""
        weighted = self.scales[heard] * lengths
        progress = losses / self.first_losses[heard]
        lag = progress / progress.mean() if progress.mean() > 0 else torch.ones_like(progress)
        return (weighted - weighted.mean() * lag**self.alpha).sign() * lengths

    def _move(self, heard: Tensor, derivative: Tensor) -> None:
        """One step of Adam, then a sum of K."""
        self.steps[heard] += 1
        self.mean[heard] = torch.lerp(self.mean[heard], derivative, 1 - BETAS[0])
        self.square[heard] = torch.lerp(self.square[heard], derivative**2, 1 - BETAS[1])
        mean = self.mean[heard] / (1 - BETAS[0] ** self.steps[heard])
        square = self.square[heard] / (1 - BETAS[1] ** self.steps[heard])
        self.scales[heard] -= RATE * mean / (square.sqrt() + EPSILON)
        self.scales.clamp_(min=SMALLEST)
        self.scales *= self.num_tasks / self.scales.sum()

    def extra_repr(self) -> str:
        """What `print` shows."""
        return f"{super().extra_repr()}, alpha={self.alpha}"
