"""Equal weighting: no weighting at all."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.base import LossWeighting


class EqualWeighting(LossWeighting):
    """Every loss counts as it is.

    L = Σ_k L_k, that is λ_k = 1 for every task k.

    References:
        Liu et al., CVPR 2019, section 4.1.3, "equal weighting".
        Implementations have the sum, as here, or the mean (both in TorchJD), which without Adam is a smaller rate.
    """

    weighs_some = True

    def weights(self) -> Float[Tensor, " K"]:
        """1 for every task, `(K,)`."""
        return torch.ones(self.num_tasks)
