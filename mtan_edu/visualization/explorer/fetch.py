"""What a page asks the kernel for: maps that did not fit, at the size at which they were recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mtan_edu.visualization.explorer.package import quantize
from mtan_edu.visualization.explorer.source import MaskSource

MOST_MAPS = 400
"""Maps that one message may ask for."""


def fetch_maps(source: MaskSource, wanted: Sequence[Sequence[Any]]) -> tuple[dict[str, Any], list[bytes]]:
    """Read maps at their recorded size.

    Args:
        source: Where they come from.
        wanted: Each: place of the epoch, image, task name, stage name, and channel number or "mean".

    Returns:
        For each map its key, height, width, the range that 0 and 255 stand for, and where its pixels and its bits of
        what is not a number (None if all are numbers) begin in the one buffer; and that buffer.

    Raises:
        ValueError: If there are too many, or one of them does not exist.
    """
    if len(wanted) > MOST_MAPS:
        raise ValueError(f"`maps` must be at most {MOST_MAPS} in one message; got {len(wanted)}. Ask in parts.")
    maps, buffer = [], bytearray()
    for key in sorted(wanted, key=lambda key: int(key[0])):
        values = _read(source, key)
        low, high = (0.0, 1.0) if key[4] != "mean" else _finite_range(values)
        bad = ~np.isfinite(values)
        height, width = values.shape
        found = {"key": list(key), "height": height, "width": width, "low": low, "high": high, "at": len(buffer)}
        buffer += quantize(values, low, high).tobytes()
        found["bad"] = len(buffer) if bad.any() else None
        if bad.any():
            buffer += np.packbits(bad.ravel()).tobytes()
        maps.append(found)
    return {"maps": maps}, [bytes(buffer)]


def _read(source: MaskSource, key: Sequence[Any]) -> np.ndarray:
    place, image, task, stage, channel = key
    try:
        if min(place, image, 0 if channel == "mean" else channel) < 0:
            raise IndexError(key)
        of = source.masks(place).values(task, stage)[image]
        return of.mean(axis=0) if channel == "mean" else of[channel]
    except (IndexError, KeyError, TypeError) as error:
        raise ValueError(f"`maps` must name recorded maps; got {list(key)!r}. Ask for what the index lists.") from error


def _finite_range(values: np.ndarray) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
