"""Weighting by chance."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.base import LossWeighting


class RandomLossWeighting(LossWeighting):
    """Random Loss Weighting (RLW): draws new weights in every step. What cannot beat it has balanced nothing.

    L = Σ_k λ_k L_k, with λ = softmax(x), x_k ~ N(0, 1), drawn anew in every call

    The weights are above 0 and sum to 1; the mean of each is 1/K. They follow from the seed and the number of the
    call alone: a resumed training draws as an undisturbed one, and nothing touches the global random state. They
    belong to positions, not to tasks: in another order of tasks each position keeps its draw, and over many steps all
    positions are alike.

    References:
        Lin et al., "Reasonable Effectiveness of Random Weighting: A Litmus Test for Multi-Task Learning", TMLR 2022,
        with the normal distribution, the one its implementations take unless told otherwise. Left out: the paper's
        other distributions, which LibMTL has (uniform, Dirichlet, Bernoulli), and random weights of gradients (RGW).
        Implementations (LibMTL, Nash-MTL, TorchJD) agree, but draw from the global random state. Their weights sum to
        1, so that a step without Adam is a K-th of equal weighting's.
    """

    weighs_some = True
    seed: Tensor
    calls: Tensor

    def __init__(self, num_tasks: int, seed: int = 0) -> None:
        """Weight K tasks at random.

        Raises:
            ValueError: If `seed` is negative.
        """
        super().__init__(num_tasks)
        if seed < 0:
            raise ValueError(f"`seed` must be 0 or above; got {seed}. Any such integer will do, 0 for one.")
        self.register_buffer("seed", torch.tensor(seed))
        self.register_buffer("calls", torch.tensor(0))

    def forward(self, losses: Float[Tensor, " K"]) -> Float[Tensor, ""]:
        """Σ_k λ_k L_k with fresh λ."""
        self._check("losses", losses)
        self.calls += 1
        return self.combine(losses)

    def weights(self) -> Float[Tensor, " K"]:
        """λ of the last call, `(K,)`, float64; before the first, a draw that no step uses."""
        sequence = np.random.SeedSequence(int(self.seed), spawn_key=(int(self.calls),))
        return torch.from_numpy(np.random.default_rng(sequence).standard_normal(self.num_tasks)).softmax(dim=0)

    def extra_repr(self) -> str:
        """What `print` shows."""
        return f"{super().extra_repr()}, seed={self.seed}"
