"""What the tasks should have and have predicted, packed for the pixel view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mtan_edu.records import PredictionRecord
from mtan_edu.visualization.explorer.plan import thinned
from mtan_edu.visualization.explorer.source import MaskSource

BYTES_PER_PIXEL = {"classes": 2, "scalar": 2, "direction": 3}
"""What a pixel of each kind of task takes."""

UNKNOWN = {"classes": 65535, "scalar": 0, "direction": 0}
"""What stands for an unknown pixel; a direction is unknown where all three components are 0."""


def pack_predictions(
    source: MaskSource, epochs: Sequence[int], images: int, budget: int
) -> tuple[dict[str, Any] | None, bytes]:
    """Pack targets and predictions of the tasks whose kind is known.

    Classes travel as 16-bit labels, scalars in 65,534 steps between their lowest and highest number, components of a
    direction in steps of 1/127. What exceeds the budget is sampled coarser (every second pixel, every fourth, ...),
    and if that is not enough only the first and last epochs stay.

    Args:
        source: Where they come from.
        epochs: Places of the epochs that are sent.
        images: How many images are sent, from the first.
        budget: Bytes that they may take.

    Returns:
        Where everything stands, None if there are no predictions; and the bytes.
    """
    recorded = {place: record for place in epochs if (record := source.predictions(place)) is not None}
    if not recorded:
        return None, b""
    last = recorded[max(recorded)]
    maps = [name for name, task in last.tasks.items() if last.targets[name].ndim > 1]
    per_pixel = sum(BYTES_PER_PIXEL[last.tasks[name].display.kind] for name in maps)
    size = last.targets[maps[0]].shape[1:3] if maps else (1, 1)
    step, kept = _fit(size, per_pixel * images, sorted(recorded), budget)
    index, data = encode_predictions([recorded[place] for place in kept], slice(images), step)
    return {**index, "epochs": [list(epochs).index(place) for place in kept]}, data


def encode_predictions(
    records: Sequence[PredictionRecord], images: slice, step: int = 1
) -> tuple[dict[str, Any], bytes]:
    """Targets of the last record and predictions of all, for some of the images.

    Args:
        records: Predictions for the same images.
        images: Which images.
        step: Every how many pixels are kept, along both sides.

    Returns:
        Height, width, step, and per task where its targets and then its predictions, record by record, begin; and the
        bytes.
    """
    last = records[-1]
    maps = [of for of in last.targets.values() if of.ndim > 1]
    size = maps[0].shape[1:3] if maps else (1, 1)
    rows, columns = (np.arange(step // 2, side, step) for side in size)
    buffer, tasks = bytearray(), {}
    for name, task in last.tasks.items():
        kind = task.display.kind
        arrays = [last.targets[name], *(record.predictions[name] for record in records)]
        arrays = [array[images] for array in arrays]
        if last.targets[name].ndim == 1:
            tasks[name] = {"whole": True, "targets": arrays[0].tolist(), "values": [a.tolist() for a in arrays[1:]]}
            continue
        if kind != "direction":
            arrays = [array.reshape(*array.shape[:3]) for array in arrays]
        arrays = [array[:, rows][:, :, columns] for array in arrays]
        limits = scalar_limits(arrays) if kind == "scalar" else (0.0, 0.0)
        tasks[name] = {"whole": False, "low": limits[0], "high": limits[1], "targets": len(buffer)}
        buffer += _encode(arrays[0], kind, limits)
        tasks[name]["values"] = len(buffer)
        for array in arrays[1:]:
            buffer += _encode(array, kind, limits)
    return {"height": len(rows), "width": len(columns), "step": step, "tasks": tasks}, bytes(buffer)


def _fit(size: tuple[int, ...], per_pixel: int, recorded: list[int], budget: int) -> tuple[int, list[int]]:
    """How coarse, and which epochs: all of them at every fourth pixel at the least, then fewer."""

    def cost(step: int, epochs: int) -> int:
        return per_pixel * (epochs + 1) * int(np.prod([len(range(step // 2, side, step)) for side in size]))

    for most in (len(recorded), 2, 1):
        kept = [recorded[place] for place in thinned(len(recorded), most)]
        step = 1
        while step < 4 and cost(step, len(kept)) > budget:
            step *= 2
        if cost(step, len(kept)) <= budget:
            return step, kept
    while cost(step, 1) > budget and step < max(size):
        step *= 2
    return step, recorded[-1:]


def scalar_limits(arrays: Sequence[np.ndarray]) -> tuple[float, float]:
    """The lowest and the highest known number; 0 and 1 if none is known."""
    known = np.concatenate([array[np.isfinite(array) & (array != 0)].ravel() for array in arrays])
    return (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)


def _encode(array: np.ndarray, kind: str, limits: tuple[float, float]) -> bytes:
    if kind == "classes":
        return np.where(array < 0, UNKNOWN[kind], array.astype(np.int64)).astype("<u2").tobytes()
    if kind == "direction":
        return np.round(np.clip(np.nan_to_num(array), -1, 1) * 127).astype(np.int8).tobytes()
    low, high = limits
    share = (array.astype(np.float64) - low) / ((high - low) or 1)
    steps = 1 + np.round(np.clip(np.nan_to_num(share), 0, 1) * 65534)
    return np.where(np.isfinite(array) & (array != 0), steps, UNKNOWN[kind]).astype("<u2").tobytes()
