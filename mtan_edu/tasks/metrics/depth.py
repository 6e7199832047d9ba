"""How far depths are off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.tasks.activations import at_least_float32
from mtan_edu.tasks.checks import check_same_shape


class DepthMetrics:
    """Absolute and relative error, pooled over every pixel of a set whose depth is known.

        absolute_error = 1/|V| Σ_{p ∈ V} |ŷ_p - y_p|            [unit of the depths]
        relative_error = 1/|V| Σ_{p ∈ V} |ŷ_p - y_p| / y_p      [fraction]

    V are the pixels, over all images, whose true depth y is not 0.

    References:
        Liu et al., CVPR 2019, section 4.1.2. Differs: the authors' code averages over the pixels of each batch and then
        over batches, so that its figure depends on the batch size, and a pixel in an image full of holes counts
        more. On one batch the two agree.
    """

    higher_is_better: ClassVar[Mapping[str, bool]] = {"absolute_error": False, "relative_error": False}

    def __init__(self) -> None:
        """Start with no pixel seen."""
        self.sums = torch.zeros(2, dtype=torch.float64)  # of the absolute and of the relative error
        self.pixels = 0

    @torch.no_grad()
    def update(self, output: Float[Tensor, "B 1 H W"], target: Float[Tensor, "B 1 H W"]) -> None:
        """Add one batch.

        Args:
            output: Predicted depth, `(B, 1, H, W)`.
            target: True depth, `(B, 1, H, W)`; 0 where unknown.

        Raises:
            ValueError: If the shapes differ.
        """
        check_same_shape(output, target)
        valid = target != 0
        truth = target[valid]
        absolute = (at_least_float32(output)[valid] - truth).abs()
        errors = torch.stack([absolute, absolute / truth])  # (2, |V|)
        self.sums += errors.cpu().double().sum(dim=1)  # float64 on the CPU: not every GPU has it
        self.pixels += truth.numel()

    def compute(self) -> dict[str, float]:
        """Figures over all batches so far; NaN if no depth was known or a prediction was NaN."""
        if self.pixels == 0:
            return dict.fromkeys(self.higher_is_better, float("nan"))
        return dict(zip(self.higher_is_better, (self.sums / self.pixels).tolist(), strict=True))
