"""Weights chosen by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.base import LossWeighting


class FixedWeights(LossWeighting):
    """Every loss counts by a factor that is chosen once and never changes.

    L = Σ_k λ_k L_k, with λ as given. A weight of 0 leaves a task untrained. With Adam only the ratios of the weights
    matter, since it divides every parameter's gradient by its running size.

    References:
        Kendall et al., CVPR 2018, figure 2: results move far with λ, and a good one has to be searched for. Xin et
        al., "Do Current Multi-Task Optimization Methods in Deep Learning Even Help?", NeurIPS 2022: searched well, it
        is as good as what follows. Implementations agree, but for the mean in place of the sum in some.
    """

    weighs_some = True
    values: Tensor

    def __init__(self, weights: Sequence[float]) -> None:
        """Weight one task per given number.

        Args:
            weights: λ of each task, in the tasks' order.

        Raises:
            ValueError: If there is no weight, one is negative or not finite, or all are 0.
        """
        super().__init__(len(weights))
        if not all(math.isfinite(weight) and weight >= 0 for weight in weights) or not any(weights):
            raise ValueError(
                f"`weights` must be finite, at least 0 and not all 0; got {list(weights)}. "
                "Give each task a number such as 1.0, a larger one to those that shall count more."
            )
        chosen = torch.tensor(weights, dtype=torch.float64)
        self.register_buffer("values", chosen, persistent=False)  # a saved state shall not override the choice

    def weights(self) -> Float[Tensor, " K"]:
        """λ as given, `(K,)`, float64."""
        return self.values.clone()

    def extra_repr(self) -> str:
        """What `print` shows."""
        return f"weights={self.values.tolist()}"
