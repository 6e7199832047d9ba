"""Weighting by how fast each loss falls."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.base import LossWeighting


class DynamicWeightAverage(LossWeighting):
    """Dynamic Weight Average (DWA): a task whose loss falls slowly gets a higher weight.

    L = Σ_k λ_k L_k with

        λ_k(t) = K exp(w_k(t-1) / T) / Σ_i exp(w_i(t-1) / T),    w_k(t-1) = L_k(t-1) / L_k(t-2)

    L_k(t) is task k's mean unweighted training loss in epoch t, K the number of tasks, T the temperature: the larger,
    the nearer to equal weights. In the first two epochs λ = 1. The weights always sum to K.

    A loss of exactly 0 has no ratio to the next: w = 1 then, as if nothing had changed.

    References:
        Liu et al., CVPR 2019, eq. 7, with T = 2. Differs: ratios are computed in float64, and 0/0 is no NaN.
        Implementations: the authors' and LibMTL's are as here. Nash-MTL, FAMO and CAGrad take the means of the last 25
        steps and of the 25 before in place of epochs, and divide the total by K. TorchJD keeps no history in its
        `state_dict`, and a mean loss of 0 makes its weights NaN. Weighted losses must not be averaged: λ would cancel.
    """

    weighs_some = True
    epochs: Tensor
    history: Tensor

    def __init__(self, num_tasks: int, temperature: float = 2.0) -> None:
        """Weight K tasks.

        Raises:
            ValueError: If `temperature` is not above 0.
        """
        super().__init__(num_tasks)
        if not temperature > 0:  # NaN is not
            raise ValueError(f"`temperature` must be above 0; got {temperature}. The paper uses 2.0.")
        self.temperature = temperature
        self.register_buffer("epochs", torch.tensor(0))
        self.register_buffer("history", torch.ones(2, num_tasks, dtype=torch.float64))  # L(t-2), L(t-1)

    def weights(self) -> Float[Tensor, " K"]:
        """λ of the epoch that comes next or runs now, `(K,)`, float64."""
        if self.epochs < 2:
            return torch.ones(self.num_tasks, dtype=torch.float64)
        before, last = self.history
        ratio = torch.where(before == 0, 1.0, last / before)
        exponent = (ratio / self.temperature).nan_to_num()  # an overflow becomes the largest number
        return self.num_tasks * exponent.softmax(dim=0)

    def end_epoch(self, mean_losses: Float[Tensor, " K"]) -> None:
        """Remember the epoch's mean unweighted losses.

        Args:
            mean_losses: Each task's unweighted training loss, averaged over the epoch, `(K,)`; best in float64.

        Raises:
            ValueError: If there are not K losses, or one is not finite.
        """
        super().end_epoch(mean_losses)
        if not mean_losses.isfinite().all():
            raise ValueError(
                f"`mean_losses` must be finite; got {mean_losses.tolist()}. "
                "Lower the learning rate, or look for damaged targets."
            )
        self.history.copy_(torch.stack([self.history[1], mean_losses.detach().to(self.history)]))
        self.epochs += 1

    def extra_repr(self) -> str:
        """What `print` shows."""
        return f"{super().extra_repr()}, temperature={self.temperature}"
