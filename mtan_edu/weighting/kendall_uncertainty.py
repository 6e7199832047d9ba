"""Weighting by a learned uncertainty, each task by the likelihood that its loss stands for."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.weighting.base import LossWeighting

FACTORS = {"classification": 1.0, "regression": 0.5}
"""f of each kind of task."""


class KendallUncertaintyWeighting(LossWeighting):
    """Learns how uncertain each task is; in the original form, which knows classification from regression.

    L = Σ_k ( f_k L_k / σ_k² + log σ_k ), learned as s_k = log σ_k², that is f_k exp(-s_k) L_k + s_k / 2

    f_k is 1/2 for a regression: the negative log-likelihood of a Gaussian of variance σ², with L_k the squared error.
    It is 1 for a classification: a softmax of scores divided by σ², with L_k the cross-entropy, where the paper lets
    go of a factor that is 1 at σ = 1. With L_k held fixed the minimum is at σ_k² = 2 f_k L_k, where λ_k = 1 / (2 L_k)
    for either kind: f changes how a task begins, not where it settles. The total may be negative.

    s is a parameter: hand it to the optimizer together with the network's. A loss of exactly 0, as where a batch has
    no label for a task, says nothing of its uncertainty: s_k / 2 is left out, which would draw s_k down and λ_k up.

    References:
        Kendall et al., CVPR 2018, eq. 7 (regressions) and 10 (a regression and a classification). Our depth loss is
        an absolute and our normal loss an angular error: for those the Gaussian is a manner of speaking (a Laplace
        distribution would have L / b + log b).
        Implementations differ. The factor is 1/2 for every task with Liu et al. (CVPR 2019), in LibMTL, Nash-MTL and
        TorchJD, as in `UncertaintyWeighting`; for regressions an example by Gal, one of the authors, has twice ours,
        exp(-s) L + s. s starts at 0 there, in Nash-MTL and TorchJD, as here; at -0.5 with Liu et al. and in LibMTL;
        at -0.7 in Auto-λ. It moves at the network's rate, as here, but at its own, 0.025, in Nash-MTL and FAMO.
        Nash-MTL reports exp(-s) as the weight; the factor of the gradient is half of that.
    """

    weighs_some = True
    factors: Tensor

    def __init__(self, kinds: Sequence[str], initial_log_variance: float = 0.0) -> None:
        """Weight one task per given kind, starting from the same log-variance for all.

        Args:
            kinds: "classification" or "regression" for each task, in the tasks' order.
            initial_log_variance: Where every s_k starts.

        Raises:
            ValueError: If there is no task, or another kind, or the start is not finite.
        """
        super().__init__(len(kinds))
        if not set(kinds) <= FACTORS.keys():
            raise ValueError(
                f"`kinds` must hold classification or regression for each task; got {list(kinds)}. "
                "A cross-entropy is a classification's loss."
            )
        if not math.isfinite(initial_log_variance):
            raise ValueError(
                f"`initial_log_variance` must be finite; got {initial_log_variance}. 0.0 is a variance of 1."
            )
        self.register_buffer("factors", torch.tensor([FACTORS[kind] for kind in kinds]), persistent=False)
        self.log_variance = nn.Parameter(torch.full((len(kinds),), float(initial_log_variance)))

    def combine(self, losses: Float[Tensor, " K"]) -> Float[Tensor, ""]:
        """Σ_k ( f_k exp(-s_k) L_k + s_k / 2 ), without s_k / 2 where L_k is 0."""
        likelihood = self.factors.to(losses) * (-self.log_variance).exp() * losses
        return (likelihood + (losses != 0) * self.log_variance / 2).sum()

    def weights(self) -> Float[Tensor, " K"]:
        """λ_k = f_k exp(-s_k), `(K,)`."""
        return self.factors.to(self.log_variance) * (-self.log_variance.detach()).exp()

    def extra_repr(self) -> str:
        """What `print` shows."""
        return f"{super().extra_repr()}, factors={self.factors.tolist()}"
