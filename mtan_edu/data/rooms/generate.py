"""The embedded data set: rooms that are drawn when they are first asked for, and read from disk afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from mtan_edu.data.dataset import DenseDataset
from mtan_edu.data.rooms.draw import SPLITS, check_request
from mtan_edu.data.rooms.labels import ROOM_CLASSES
from mtan_edu.data.rooms.worker import Request, draw_rooms
from mtan_edu.data.splits import DataSplits
from mtan_edu.data.store import Arrays, read_or_draw

DRAWING_VERSION = 2
"""Counts up whenever the same seed gives other pictures, so that sets on disk are drawn anew."""

Progress = Callable[[Iterable[Any], int, str], Iterable[Any]]
"""Shows how far an iteration is: (iterable, total, description) to the same items."""

_BYTES_PER_PIXEL = 3 + 1 + 2 + 6


def rooms(
    folder: str | Path,
    size: tuple[int, int] = (96, 128),
    train: int = 300,
    val: int = 100,
    seed: int = 0,
    progress: Progress | None = None,
    workers: int | None = None,
) -> DataSplits:
    """Open a set of synthetic rooms; draw it if it is not there.

    The set lies in `folder/rooms_<H>x<W>_seed<seed>_<train>+<val>/`: train.npz, val.npz, checksums.json. It appears
    there whole or not at all. A set that is damaged, or drawn by another version of this library, is drawn again.
    Room i of a split is the same in sets of any length.

    Args:
        folder: Where sets of rooms are kept.
        size: Height and width of the images [pixels], at least 8 each.
        train: Number of training rooms.
        val: Number of validation rooms; none of them is a training room.
        seed: Another seed, other rooms.
        progress: Shows how far the drawing is; None to show nothing.
        workers: Processes that draw; None to choose.

    Returns:
        Both splits, in memory.

    Raises:
        ValueError: If a number is out of range.
        OSError: If the folder cannot be written.
    """
    counts = {"train": train, "val": val}
    _check(size, counts, seed, workers)
    place = Path(folder) / f"rooms_{size[0]}x{size[1]}_seed{seed}_{train}+{val}"
    needed = sum(counts.values()) * size[0] * size[1] * _BYTES_PER_PIXEL
    arrays = read_or_draw(place, SPLITS, DRAWING_VERSION, needed, partial(_draw, size, counts, seed, progress, workers))
    splits = {name: DenseDataset(values, ROOM_CLASSES) for name, values in arrays.items()}
    return DataSplits(splits["train"], splits["val"], place.name, ROOM_CLASSES)


def _draw(
    size: tuple[int, int],
    counts: dict[str, int],
    seed: int,
    progress: Progress | None,
    workers: int | None,
    working: Path,
) -> dict[str, Arrays]:
    requests: list[Request] = [(split, index) for split in SPLITS for index in range(counts[split])]
    arrays = {split: _empty(counts[split], size) for split in SPLITS}
    with closing(draw_rooms(requests, seed, size, working, workers)) as drawing:  # ends the workers, come what may
        drawn: Iterable[Any] = zip(requests, drawing, strict=True)
        if progress is not None:
            drawn = progress(drawn, len(requests), "drawing rooms")
        for (split, index), room in drawn:
            for name, values in vars(room).items():
                arrays[split][name][index] = values
    return arrays


def _empty(count: int, size: tuple[int, int]) -> Arrays:
    return {
        "image": np.empty((count, *size, 3), np.uint8),
        "label": np.empty((count, *size), np.int8),
        "depth": np.empty((count, *size), np.uint16),
        "normal": np.empty((count, *size, 3), np.int16),
    }


def _check(size: tuple[int, int], counts: dict[str, int], seed: int, workers: int | None) -> None:
    check_request(seed, 0, "train", size)
    for name, count in counts.items():
        if count < 1:
            raise ValueError(f"`{name}` must be 1 or more; got {count}. Both splits need rooms.")
    if workers is not None and workers < 1:
        raise ValueError(f"`workers` must be 1 or more; got {workers}. Leave it out to choose by itself.")
