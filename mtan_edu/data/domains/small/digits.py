"""Real handwritten digits, which scikit-learn brings along."""

from __future__ import annotations

import numpy as np
from PIL import Image

CLASSES = tuple("0123456789")

ORIGIN = (
    "scikit-learn's digits: test set of Optical Recognition of Handwritten Digits (Alpaydin, Kaynak 1998), "
    "UCI Machine Learning Repository, CC BY 4.0"
)

_TRAIN_SHARE = 0.75
"""The first three quarters of each digit's pictures are for training. The set seems to be in the order of its writers
(an image's nearest neighbor of the same digit lies within 140 places in 59 % of the cases, by chance in 15 %), so that
most of those who wrote the rest are met in validation only."""

_INK = 16
"""Largest value of a pixel: how many of 4x4 finer pixels are inked."""


def digits(split: str, count: int, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Handwritten digits, as many of each as can be.

    Args:
        split: "train" or "val".
        count: How many pictures; all there are if they are fewer.
        size: Height and width [pixels]; stored are 8x8.
        seed: Which pictures, and in which order.

    Returns:
        Pictures, uint8 `(n, size, size, 3)`, and labels, int64 `(n,)`.
    """
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]  # loads SciPy, for a second

    stored = load_digits()
    per_class = []
    for digit in range(len(CLASSES)):
        own = np.flatnonzero(stored.target == digit)
        first = round(_TRAIN_SHARE * len(own))
        own = own[:first] if split == "train" else own[first:]
        per_class.append(np.random.default_rng([seed, digit]).permutation(own))
    rounds = min(len(own) for own in per_class)
    chosen = np.stack([own[:rounds] for own in per_class], axis=1).ravel()[:count]  # 0, 1, ... 9, 0, 1, ...
    return np.stack([_picture(stored.images[index], size) for index in chosen]), stored.target[chosen].astype(np.int64)


def _picture(ink: np.ndarray, size: int) -> np.ndarray:
    gray = Image.fromarray(np.round(255 * ink / _INK).astype(np.uint8))
    return np.asarray(gray.resize((size, size), Image.Resampling.BICUBIC).convert("RGB"))
