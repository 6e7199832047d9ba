"""Masks in numbers: per task, pair of tasks and stage, beside the start of training and the spread over the images."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mtan_edu.records import MaskRecord
from mtan_edu.visualization.explorer.plan import pool
from mtan_edu.visualization.explorer.source import MaskSource
from mtan_edu.visualization.mask_numbers import OF_TASKS, mask_numbers_table

MOST_VALUES = 5_000_000
"""Mask values that are measured before anything is shown: about two seconds of one core."""

_SIDES = (96, 64, 48, 32, 16, 8)  # that larger maps are averaged down to


def pack_numbers(source: MaskSource, places: Sequence[int], most: int = MOST_VALUES) -> dict[str, Any]:
    """The statistics of `mask_numbers_table` for the last epoch, and for others as long as there is time.

    They are measured on the recorded masks, not on those that travel to the page. Only where one epoch alone exceeds
    `most`, images are left out (two stay, for the spread) and then maps averaged down; "reduced" says so.

    Args:
        source: Where the masks come from.
        places: Places of the epochs that are sent.
        most: Mask values that may be measured, all epochs together.

    Returns:
        "tasks" and "pairs": names of the statistics; "start": what the first epoch is called, None if it is not the
        untrained network; "images": how many were measured; "reduced": a sentence or ""; "epochs": place to statistic
        to task or pair to, per stage, [value, spread, start], None where there is none; "noise": stage to the CKA of
        white noise of as many pixels and channels.
    """
    last, start = places[-1], _start(source)
    record, reduced = _affordable(source.masks(last), most)
    before = None if start is None else _reduced(source.masks(0), record)
    epochs, left = {}, most
    for place in (last, *reversed(places[:-1])):
        if place != last and left < _size(record):
            break
        left -= _size(record)
        of = record if place == last else _reduced(source.masks(place), record)
        epochs[str(place)] = _measure(of, None if place == 0 else before)
    pairs = [name for of in epochs.values() for name in of if name not in OF_TASKS]
    return {
        "tasks": list(OF_TASKS),
        "pairs": list(dict.fromkeys(pairs)),
        "start": start,
        "images": len(record.images),
        "reduced": reduced,
        "epochs": epochs,
        "noise": noise_alignment(record),
    }


def noise_alignment(record: MaskRecord) -> dict[str, float]:
    """Linear CKA that white noise would have in the place of the masks: C / (n + C) for n pixels and C channels.

    For independent X and Y of n rows and C columns with unit variance, E‖YᵀX‖² = n C², E‖XᵀX‖² ≈ n² C + n C², and so
    CKA = ‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖) ≈ C / (n + C): near 1 where pixels are few and channels many.

    Args:
        record: The masks; n = images times pixels.

    Returns:
        Stage to CKA.
    """
    noise = {}
    for stage, masks in (item for stages in record.masks.values() for item in stages.items()):
        rows = masks.shape[0] * math.prod(masks.shape[2:])
        noise[stage] = masks.shape[1] / (rows + masks.shape[1])
    return noise


def numbers_record(source: MaskSource, place: int, most: int = MOST_VALUES) -> MaskRecord:
    """The masks of an epoch as they are measured: all of them, if there are at most so many values."""
    return _affordable(source.masks(place), most)[0]


def _measure(record: MaskRecord, before: MaskRecord | None) -> dict[str, dict[str, list[Any]]]:
    """Stage after stage, as a task may have no masks at one of them."""
    stages = list(dict.fromkeys(stage for of in record.masks.values() for stage in of))
    tables = [
        mask_numbers_table(_at(record, stage), None if before is None else _at(before, stage)) for stage in stages
    ]
    table = pd.concat(tables)
    found: dict[str, dict[str, list[Any]]] = {}
    for (name, of), rows in table.groupby(["statistic", "of"], sort=False):
        measured = dict(zip(rows["stage"], rows[["value", "spread", "start"]].to_numpy(dtype=float), strict=True))
        found.setdefault(str(name), {})[str(of)] = [
            [_plain(value) for value in measured[stage]] if stage in measured else [None] * 3 for stage in stages
        ]
    return found


def _at(record: MaskRecord, stage: str) -> MaskRecord:
    masks = {task: {stage: of[stage]} for task, of in record.masks.items() if stage in of}
    return MaskRecord(record.images, masks, record.epoch)


def _start(source: MaskSource) -> str | None:
    return source.labels[0] if source.epochs[0] == 0 and len(source.epochs) > 1 else None


def _size(record: MaskRecord) -> int:
    return sum(masks.size for stages in record.masks.values() for masks in stages.values())


def _affordable(record: MaskRecord, most: int) -> tuple[MaskRecord, str]:
    """The masks, fewer or smaller if there are too many of them, and a sentence about it."""
    if _size(record) <= most:
        return record, ""
    images = len(record.images)
    kept = max(min(2, images), most * images // _size(record))
    fewer, words = _first(record, kept), f"the first {kept} of {images} images" if kept < images else ""
    for side in _SIDES:
        if _size(fewer) <= most:
            break
        fewer = _pooled(fewer, side)
        smaller = f"maps averaged down to at most {side} pixels a side"
        words = f"{f'the first {kept} images, ' if kept < images else ''}{smaller}"
    return fewer, f"Measured on a part of the masks, as there are so many: {words}."


def _reduced(record: MaskRecord, like: MaskRecord) -> MaskRecord:
    """The same part of the masks of another epoch."""
    longest = max(max(masks.shape[2:]) for stages in like.masks.values() for masks in stages.values())
    return _pooled(_first(record, len(like.images)), longest)


def _first(record: MaskRecord, images: int) -> MaskRecord:
    if images == len(record.images):
        return record
    masks = {task: {stage: of[:images] for stage, of in stages.items()} for task, stages in record.masks.items()}
    return MaskRecord(record.images[:images], masks, record.epoch)


def _pooled(record: MaskRecord, side: int) -> MaskRecord:
    masks: Mapping[str, Mapping[str, np.ndarray]] = {
        task: {
            stage: of if max(of.shape[2:]) <= side else pool(record.values(task, stage), side)
            for stage, of in stages.items()
        }
        for task, stages in record.masks.items()
    }
    return MaskRecord(record.images, masks, record.epoch)


def _plain(value: float) -> float | None:
    return float(f"{value:.5g}") if np.isfinite(value) else None
