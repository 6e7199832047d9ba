"""How well whole images are classified."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mtan_edu.data import IGNORE_LABEL
from mtan_edu.tasks.checks import check_labels

TOP_5_FROM = 10
"""Fewest classes of which "among the five best" says something: with five or fewer it is always true."""


class ClassificationMetrics:
    """Accuracy, pooled over every labelled image of a set.

        accuracy       = share of the images whose class has the highest score
        top_5_accuracy = share of the images whose class is among the five highest, with 10 classes or more

    Of classes with the same score the first in the order of the labels counts as the higher one.

    References:
        Liu et al., CVPR 2019, section 4.2, "top-1 accuracy".
    """

    def __init__(self, num_classes: int) -> None:
        """Start with no image seen; `num_classes` is N."""
        self.num_classes = num_classes
        self.ranks = torch.zeros(num_classes, dtype=torch.int64)  # how often the true class came first, second, ...
        self.undefined = False

    @staticmethod
    def higher_is_better(num_classes: int) -> Mapping[str, bool]:
        """The figures that a task of N classes has."""
        return dict.fromkeys(_figures(num_classes), True)

    @torch.no_grad()
    def update(self, output: Float[Tensor, "B N"], target: Int[Tensor, " B"]) -> None:
        """Count one batch.

        Args:
            output: Scores or log-probabilities, `(B, N)`.
            target: Class of each image, `(B,)`; IGNORE_LABEL where unknown.

        Raises:
            ValueError: If the shapes do not fit, or a label is neither a class nor IGNORE_LABEL.
            TypeError: If the labels are not integers.
        """
        check_labels(output, target)
        valid = target != IGNORE_LABEL
        scores, label = output[valid], target[valid].long()[:, None]  # (V, N), (V, 1)
        self.undefined |= not bool(scores.isfinite().all())
        own = scores.gather(1, label)
        before = torch.arange(scores.shape[1], device=scores.device) < label
        rank = ((scores > own) | ((scores == own) & before)).sum(dim=1)  # (V,), 0 = the best
        self.ranks += torch.bincount(rank, minlength=self.num_classes).cpu()

    def compute(self) -> dict[str, float]:
        """Figures over all batches so far; NaN if no image was labelled or a score was not finite."""
        figures = _figures(self.num_classes)
        if self.undefined or self.ranks.sum() == 0:
            return dict.fromkeys(figures, float("nan"))
        share = self.ranks.cumsum(dim=0).double() / self.ranks.sum()
        return {name: share[best - 1].item() for name, best in figures.items()}


def _figures(num_classes: int) -> dict[str, int]:
    """Name of a figure to how many of the best classes it looks at."""
    return {"accuracy": 1} | ({"top_5_accuracy": 5} if num_classes >= TOP_5_FROM else {})
