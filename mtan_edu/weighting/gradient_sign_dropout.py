"""Balancing by letting the tasks draw lots for the sign, number by number."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.balancing import GradientBalancing
from mtan_edu.weighting.draws import Draws


class GradientSignDropout(GradientBalancing):
    """Gradient Sign Dropout (GradDrop): each number of the gradient takes one sign, and drops the tasks of the other.

    For every shared parameter's number, with the tasks' gradients x_k there:

        P = ½ (1 + Σ_k x_k / Σ_k |x_k|)                      how positive they are
        U ~ uniform(0, 1)                                    drawn for this number, in this step
        x = Σ_k m_k x_k,   m_k = 1 if x_k > 0 and P > U, or x_k < 0 and P < U; else l

    l is the leak, what passes in spite of the wrong sign; 0 = nothing, 1 = equal weighting. Draws follow from the
    seed and the number of the step; the same on every CPU, and on every GPU, but not on both.

    No λ describes this. `weights` tells instead which share of its gradient each task was left with,
    Σ m_k x_k² / Σ x_k², in [0, 1]; 0 for a task without a gradient.

    Where published code differs: the paper takes the signs of the gradients at a feature map, times the map and
    summed over the batch, and masks these; LibMTL likewise. nash-mtl and TorchJD mask parameters' gradients, as here:
    an attention network has many shared feature maps, which depend on each other.

    References:
        Chen et al., "Just pick a sign: optimizing deep multitask models with gradient sign dropout", NeurIPS 2020,
        algorithm 1, lines 10-15.
    """

    def __init__(self, num_tasks: int, leak: float = 0.0, seed: int = 0) -> None:
        """Balance K tasks.

        Raises:
            ValueError: If `leak` is not in [0, 1], or `seed` is negative.
        """
        super().__init__(num_tasks)
        if not 0 <= leak <= 1:  # NaN is not
            raise ValueError(f"`leak` must be between 0 and 1; got {leak}. 0 drops the other sign wholly.")
        self.leak = leak
        self.draws = Draws(seed)

    def combine(self, gradients: Float[Tensor, "K P"], losses: Float[Tensor, " K"]) -> Float[Tensor, " P"]:
        """What is left of the sum."""
        lots = torch.rand(
            gradients.shape[1],
            dtype=gradients.dtype,
            device=gradients.device,
            generator=self.draws.generator(gradients.device),
        )
        sum_of_sizes = gradients.abs().sum(dim=0)
        purity = 0.5 * (1 + gradients.sum(dim=0) / sum_of_sizes)  # NaN where no task has a gradient: no sign then
        positive, negative = purity > lots, purity < lots
        total = torch.zeros_like(lots)
        for k, own in enumerate(gradients):  # one at a time: (K, P) is the largest thing here already
            kept = own * torch.where(((own > 0) & positive) | ((own < 0) & negative), 1.0, self.leak)
            total += kept
            share = torch.linalg.vecdot(kept, own) / torch.linalg.vecdot(own, own)
            self.last_weights[k] = 0.0 if math.isnan(share) else share
        return total

    def extra_repr(self) -> str:
        """What `print` shows."""
        return f"{super().extra_repr()}, leak={self.leak}, seed={self.draws.seed}"
