"""Augmentation by name."""

from __future__ import annotations

from mtan_edu.data.loading import Augmentation
from mtan_edu.data.transforms import Compose, RandomFlip, RandomScaleCrop


def augmentation(name: str) -> Augmentation | None:
    """What is done to a training image before the network sees it; None = nothing.

    Args:
        name: "none", "flip" or "scale-flip".
    """
    known: dict[str, Augmentation | None] = {
        "none": None,
        "flip": RandomFlip(),
        "scale-flip": Compose(RandomScaleCrop(), RandomFlip()),
    }
    return known[name]
