"""How well pixels are classified."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mtan_edu.data import IGNORE_LABEL
from mtan_edu.tasks.checks import check_labels


class SegmentationMetrics:
    """Mean intersection over union and pixel accuracy, pooled over every labelled pixel of a set.

    With M[t, p] the number of pixels of class t that were predicted as p:

        mean_iou       = mean over classes n of  M[n, n] / (Σ_p M[n, p] + Σ_t M[t, n] - M[n, n])
        pixel_accuracy = Σ_n M[n, n] / Σ M

    A class that neither occurs nor is predicted has the union 0 and is left out of the mean.

    References:
        Liu et al., CVPR 2019, section 4.1.2; the pooled form is that of the authors' later code. Differs: an absent
        class makes that code's mean IoU NaN. The paper's tables used a mean over images, which gives lower figures.
    """

    higher_is_better: ClassVar[Mapping[str, bool]] = {"mean_iou": True, "pixel_accuracy": True}

    def __init__(self, num_classes: int) -> None:
        """Start with no pixel seen; `num_classes` is N."""
        self.num_classes = num_classes
        self.confusion = torch.zeros(num_classes, num_classes, dtype=torch.int64)  # [target, prediction]
        self.undefined = False

    @torch.no_grad()
    def update(self, output: Float[Tensor, "B N H W"], target: Int[Tensor, "B H W"]) -> None:
        """Count one batch.

        Args:
            output: Scores or log-probabilities, `(B, N, H, W)`.
            target: Class of each pixel, `(B, H, W)`; IGNORE_LABEL where unknown.

        Raises:
            ValueError: If the shapes do not fit, or a label is neither a class nor IGNORE_LABEL.
            TypeError: If the labels are not integers.
        """
        check_labels(output, target)
        best, predicted = output.max(dim=1)  # (B, H, W); the maximum of scores with a NaN is NaN
        valid = target != IGNORE_LABEL
        self.undefined |= bool((valid & ~best.isfinite()).any())
        pairs = target[valid].long() * self.num_classes + predicted[valid]
        counts = torch.bincount(pairs, minlength=self.num_classes**2)
        self.confusion += counts.view(self.num_classes, self.num_classes).cpu()

    def compute(self) -> dict[str, float]:
        """Figures over all batches so far; NaN if no pixel was labelled or a score was not finite."""
        if self.undefined or self.confusion.sum() == 0:
            return dict.fromkeys(self.higher_is_better, float("nan"))
        hits = self.confusion.diagonal()
        union = self.confusion.sum(dim=0) + self.confusion.sum(dim=1) - hits
        iou = hits.double() / union  # 0/0 = NaN for an absent class
        return {
            "mean_iou": iou[union > 0].mean().item(),
            "pixel_accuracy": (hits.sum().double() / self.confusion.sum()).item(),
        }
