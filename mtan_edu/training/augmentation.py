"""Augmentation by name."""

from __future__ import annotations

from mtan_edu.data.loading import Augmentation
from mtan_edu.data.transforms import Compose, RandomFlip, RandomScaleCrop


def augmentation(name: str, *, mirror: bool = True) -> Augmentation | None:
    """What is done to a training image before the network sees it; None = nothing.

    Args:
        name: "none", "flip" or "scale-flip".
        mirror: Whether an image may be flipped: one of a digit may not, and is only enlarged then.
    """
    known: dict[str, Augmentation | None] = {
        "none": None,
        "flip": RandomFlip() if mirror else None,
        "scale-flip": Compose(RandomScaleCrop(), RandomFlip()) if mirror else RandomScaleCrop(),
    }
    return known[name]
