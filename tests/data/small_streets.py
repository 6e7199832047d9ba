"""A small data set in the layout that the authors of MTAN prepared CityScapes in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

FRAMES = {"train": 3, "val": 2}

# The group of each of the 19 classes, written out by hand, and void: its labels -1 find the last entry.
SEVEN = np.array([0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 5, 6, 6, 6, 6, 6, 6, -1])
TWO = np.array([0] * 11 + [1] * 8 + [0])


def write_streets(folder: Path, labels: Sequence[int] = (2, 7, 19), depth: bool = True, side: int = 32) -> Path:
    """Write `{train,val}/{image,label_<n>,depth}/<index>.npy` of random values, some of them unknown.

    Args:
        folder: Where to.
        labels: Which label folders.
        depth: Whether there is depth.
        side: Height of the images; they are twice as wide.
    """
    for seed, (split, frames) in enumerate(FRAMES.items()):
        generator = np.random.default_rng(seed)
        for index in range(frames):
            fine = generator.integers(-1, 19, (side, 2 * side))
            inverse = generator.uniform(0.01, 0.49, (side, 2 * side, 1)).astype(np.float32)
            inverse[generator.random(inverse.shape) < 0.2] = 0
            stored = {"image": generator.random((side, 2 * side, 3)), "depth": inverse}
            stored |= {"label_2": TWO[fine], "label_7": SEVEN[fine].astype(float), "label_19": fine}
            wanted = ["image", *(f"label_{count}" for count in labels), *(["depth"] if depth else [])]
            for name in wanted:
                (folder / split / name).mkdir(parents=True, exist_ok=True)
                np.save(folder / split / name / f"{index}.npy", stored[name])
    return folder
