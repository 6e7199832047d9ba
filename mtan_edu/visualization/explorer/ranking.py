"""Which of a stage's channels are worth looking at first: by disagreement, by variance, by contrast."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from mtan_edu.records import MaskRecord
from mtan_edu.visualization.mask_statistics import channel_contrast

CRITERIA = ("disagreement", "variance", "contrast")
"""What channels can be sorted by."""


@dataclass(frozen=True)
class Ranking:
    """How the channels of a stage score, and their order.

    Attributes:
        scores: Criterion to a score per channel, `(C,)`; NaN where it cannot be measured.
    """

    scores: dict[str, np.ndarray]

    def order(self, criterion: str) -> list[int]:
        """Channel numbers, highest score first. Equal scores: the lower number first; without a score: last."""
        scores = self.scores[criterion]
        return [int(channel) for channel in np.argsort(np.where(np.isnan(scores), np.inf, -scores), kind="stable")]

    def best(self, count: int) -> list[int]:
        """The first channels of all three orders, taken in turn; sorted by number."""
        in_turn = itertools.chain.from_iterable(zip(*(self.order(criterion) for criterion in CRITERIA), strict=True))
        return sorted(list(dict.fromkeys(in_turn))[:count])


def rank_channels(record: MaskRecord, stage: str) -> Ranking:
    """Score the channels of a stage over all recorded images.

    - disagreement: 1 - r, with r Pearson's correlation between two tasks' masks over the pixels of an image; mean
      over images and pairs of tasks. 0 = the tasks look in the same places, 1 = unrelated places, 2 = opposite ones.
      Centered, because masks lie around 0.5: without centering even unrelated masks have a cosine near 1.
    - variance: of a pixel's value over the images, mean over pixels and tasks. 0 = the same mask for every image.
    - contrast: standard deviation over the pixels, mean over images and tasks. 0 = the mask looks nowhere.

    Args:
        record: The masks of some epoch.
        stage: Stage name.

    Returns:
        The scores. Disagreement needs two tasks and variance two images; without them they are NaN.
    """
    masks = np.stack([record.values(task, stage) for task in record.tasks if stage in record.masks[task]])
    pairs = [
        1 - channel_correlation(first, second) for first, second in itertools.combinations(masks, 2)
    ]  # each (B, C)
    none = np.full(masks.shape[2], np.nan)
    return Ranking(
        {
            "disagreement": _mean(np.stack(pairs).reshape(-1, masks.shape[2])) if pairs else none,
            "variance": _mean(_variance(masks)) if masks.shape[1] > 1 else none,
            "contrast": _mean(channel_contrast(masks).reshape(-1, masks.shape[2])),
        }
    )


def channel_correlation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Pearson's correlation over the pixels, map by map.

    Args:
        first: Masks of one task, `(..., h, w)`.
        second: Masks of another task, of the same shape.

    Returns:
        Correlations in [-1, 1], `(...)`; NaN where one of the two maps is constant.
    """
    known = np.isfinite(first) & np.isfinite(second)
    count = np.maximum(known.sum(axis=(-2, -1), keepdims=True), 1)

    def centered(masks: np.ndarray) -> np.ndarray:
        values = np.where(known, masks, 0).astype(np.float64)
        return np.where(known, values - values.sum(axis=(-2, -1), keepdims=True) / count, 0)

    a, b = centered(first), centered(second)
    squares = (a * a).sum(axis=(-2, -1)) * (b * b).sum(axis=(-2, -1))
    varies = squares > 1e-24  # constant maps leave rounding errors
    r = (a * b).sum(axis=(-2, -1)) / np.sqrt(np.where(varies, squares, 1))
    return np.where(varies, np.clip(r, -1, 1), np.nan)


def _variance(masks: np.ndarray) -> np.ndarray:
    """Masks `(K, B, C, h, w)` to the variance over B, `(K h w, C)`. A pixel that is ever NaN has none."""
    variance = masks.astype(np.float64).var(axis=1)  # (K, C, h, w)
    return np.moveaxis(variance, 1, -1).reshape(-1, masks.shape[2])


def _mean(values: np.ndarray) -> np.ndarray:
    """Mean over the first axis of what is a number."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    return np.where(count > 0, np.where(known, values, 0).sum(axis=0) / np.maximum(count, 1), np.nan)
