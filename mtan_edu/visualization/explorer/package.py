"""Masks as bytes with a table of contents: what a browser needs to look at them without asking anybody.

The data begin with the ranges of the means, float32 (lowest, highest) per epoch, image, task and stage. Then, each in
the same order: the means over a stage's channels, in 255 steps of their range; the chosen channels, 255 = 1.0; what
is not a number, a bit per pixel, where there is any; predictions; images. The index says where each part begins.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np

from mtan_edu.records import Display, MaskRecord
from mtan_edu.visualization.browser.looks import task_looks
from mtan_edu.visualization.explorer.numbers import pack_numbers
from mtan_edu.visualization.explorer.pictures import encode_image
from mtan_edu.visualization.explorer.plan import Plan, Size, make_plan, plan_notes, pool, pooled_size
from mtan_edu.visualization.explorer.predictions import pack_predictions
from mtan_edu.visualization.explorer.ranking import CRITERIA, Ranking, rank_channels
from mtan_edu.visualization.explorer.source import MaskSource
from mtan_edu.visualization.style import (
    DIFFERENCE_COLORMAP,
    MASK_COLORMAP,
    NAN_COLOR,
    UNKNOWN_COLOR,
)
from mtan_edu.visualization.target_panels import SCALAR_COLORMAP, class_colors

MASK_COLORMAPS = tuple(dict.fromkeys((MASK_COLORMAP, "cividis", "gray")))
"""Color maps that masks can be shown in, the default first: perceptual and sequential."""

SMALLEST = 0.05
"""Megabytes below which nothing is packed."""

_PREDICTION_SHARE = 0.125  # of the budget


@dataclass(frozen=True)
class MaskPackage:
    """Masks as bytes, and what they are.

    Attributes:
        index: The table of contents, as JSON has it.
        data: Everything it points to.
    """

    index: dict[str, Any]
    data: bytes

    @property
    def compressed(self) -> bytes:
        """The data as they travel: zlib, which every browser unpacks by itself."""
        return zlib.compress(self.data)


def pack_masks(source: MaskSource, megabytes: float = 8.0) -> MaskPackage:
    """Pack masks, images and predictions so that a page can show them.

    Masks recorded in 8 bits stay exact unless they are pooled; the error of others is at most 1/510. What does not
    fit is pooled, ranked and left out as `make_plan` says, and the index has a sentence about it.

    Args:
        source: Where they come from.
        megabytes: What the data may take [10^6 bytes].

    Returns:
        Index and data.

    Raises:
        ValueError: If the budget leaves no room, or the records do not belong together.
    """
    if not (math.isfinite(megabytes) and megabytes >= SMALLEST):
        raise ValueError(f"`megabytes` must be at least {SMALLEST}; got {megabytes}. 8 appear in under a second.")
    budget = int(megabytes * 1e6)
    last = source.masks(len(source.epochs) - 1)
    sizes = _sizes(last)
    images = [encode_image(colors) for colors in last.images]
    room = budget - sum(map(len, images)) - int(_PREDICTION_SHARE * budget if source.tasks else 0)
    room -= 8 * len(source.epochs) * len(images) * len(last.tasks) * len(sizes)  # the ranges of the means
    plan = make_plan(sizes, len(last.tasks), len(source.epochs), len(images), room)
    rankings = {stage: rank_channels(last, stage) for stage in sizes}
    writer = _Writer(source, plan, last, rankings)
    parts, flaws = writer.write()
    predictions, predicted = pack_predictions(source, plan.epochs, plan.images, int(_PREDICTION_SHARE * budget))
    offsets = _offsets(parts)
    at = sum(map(len, parts.values()))
    places = np.cumsum([at + len(predicted), *map(len, images[: plan.images])]).tolist()
    notes = plan_notes(plan, sizes, source.labels, len(images), megabytes)
    index = {
        "name": source.name,
        "images": [
            {"offset": place, "length": len(image)} for place, image in zip(places, images[: plan.images], strict=False)
        ],
        "size": list(last.images.shape[1:3]),
        "tasks": _tasks(last.tasks, source),
        "stages": [writer.stage(stage, sizes[stage]) for stage in sizes],
        "epochs": [{"epoch": source.epochs[p], "label": source.labels[p], "place": p} for p in plan.epochs],
        "offsets": offsets,
        "flaws": flaws,
        "predictions": None if predictions is None else {**predictions, "offset": at},
        "ranked": source.labels[-1],
        "notes": notes,
        "colormaps": {name: colormap_hex(name) for name in (*MASK_COLORMAPS, DIFFERENCE_COLORMAP)},
        "maskColormaps": list(MASK_COLORMAPS),
        "differenceColormap": DIFFERENCE_COLORMAP,
        "scalarColormap": SCALAR_COLORMAP,
        "nanColor": NAN_COLOR,
        "unknownColor": UNKNOWN_COLOR,
        "numbers": pack_numbers(source, plan.epochs),
    }
    return MaskPackage(_plain(index), b"".join([*parts.values(), predicted, *images[: plan.images]]))


def colormap_hex(name: str) -> str:
    """The 256 colors of a map, six hexadecimal digits each."""
    colors = matplotlib.colormaps[name](np.arange(256), bytes=True)[:, :3]
    return np.ascontiguousarray(colors).tobytes().hex()


def quantize(values: np.ndarray, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Numbers as uint8, 0 = low and 255 = high; what lies outside is cut off, and NaN becomes 0."""
    share = (np.nan_to_num(values, nan=low) - low) / ((high - low) or 1)
    return np.round(np.clip(share, 0, 1) * 255).astype(np.uint8)


def pack_display(display: Display) -> dict[str, Any]:
    """How a page shows a task's targets and predictions."""
    colors = class_colors(max(len(display.classes), 1)) if display.kind == "classes" else []
    return {"kind": display.kind, "classes": list(display.classes), "unit": display.unit, "colors": list(colors)}


class _Writer:
    """Fills the parts of the data, one epoch after another."""

    def __init__(self, source: MaskSource, plan: Plan, last: MaskRecord, rankings: Mapping[str, Ranking]) -> None:
        self._source, self._plan, self._last, self._rankings = source, plan, last, rankings
        self._sizes = _sizes(last)
        self._sent = {stage: rankings[stage].best(plan.channels[stage]) for stage in self._sizes}
        self._area = {stage: int(np.prod(pooled_size(size[1:], plan.side))) for stage, size in self._sizes.items()}
        leading = (len(plan.epochs), plan.images, len(last.tasks))
        self._ranges = np.zeros((*leading, len(self._sizes), 2), dtype="<f4")
        self._means = np.zeros((*leading, sum(self._area.values())), dtype=np.uint8)
        amounts = [len(self._sent[stage]) * self._area[stage] for stage in self._sizes]
        self._channels = np.zeros((*leading, sum(amounts)), dtype=np.uint8)
        self._bad: list[bytes] = []
        self._bad_index: list[list[int]] = []

    def write(self) -> tuple[dict[str, bytes], dict[str, Any]]:
        """All parts by their names, and what no mask may be, counted per epoch."""
        missing, outside = [], []
        for e, place in enumerate(self._plan.epochs):
            record = self._source.masks(place)
            counts = [self._write(e, k, task, record) for k, task in enumerate(record.tasks)]
            missing.append(sum(count[0] for count in counts))
            outside.append(sum(count[1] for count in counts))
        parts = {
            "ranges": self._ranges.tobytes(),
            "means": self._means.tobytes(),
            "channels": self._channels.tobytes(),
            "bad": b"".join(self._bad),
        }
        return parts, {"nan": missing, "outside": outside, "bad": self._bad_index}

    def stage(self, stage: str, size: Size) -> dict[str, Any]:
        """What the page must know of a stage."""
        height, width = pooled_size(size[1:], self._plan.side)
        ranking = self._rankings[stage]
        return {
            "name": stage,
            "channels": size[0],
            "height": size[1],
            "width": size[2],
            "sent": {"channels": self._sent[stage], "height": height, "width": width},
            "orders": {criterion: ranking.order(criterion) for criterion in CRITERIA},
            "scores": {criterion: _rounded(ranking.scores[criterion]) for criterion in CRITERIA},
            "without": [task for task in self._last.tasks if stage not in self._last.masks[task]],
        }

    def _write(self, e: int, k: int, task: str, record: MaskRecord) -> tuple[int, int]:
        missing, outside, mean_at, channel_at = 0, 0, 0, 0
        for s, stage in enumerate(self._sizes):
            area, sent = self._area[stage], self._sent[stage]
            if stage in record.masks[task]:
                values = record.values(task, stage)[: self._plan.images]  # (B, C, h, w)
                missing += int((~np.isfinite(values)).sum())
                outside += int(((values < 0) | (values > 1)).sum())
                means = pool(values.mean(axis=1), self._plan.side)
                chosen = pool(values[:, sent], self._plan.side)
                self._means[e, :, k, mean_at : mean_at + area], self._ranges[e, :, k, s] = _in_own_range(means)
                flat = quantize(chosen).reshape(len(chosen), -1)
                self._channels[e, :, k, channel_at : channel_at + len(sent) * area] = flat
                self._note_bad((e, k, s), np.concatenate([means[:, None], chosen], axis=1))
            mean_at, channel_at = mean_at + area, channel_at + len(sent) * area
        return missing, outside

    def _note_bad(self, where: tuple[int, int, int], maps: np.ndarray) -> None:
        """A bit per pixel of the mean and the channels, for the images that have a NaN there."""
        e, k, s = where
        for b, of in enumerate(~np.isfinite(maps)):
            if of.any():
                self._bad_index.append([e, b, k, s, sum(map(len, self._bad))])
                self._bad.append(np.packbits(of.ravel()).tobytes())


def _in_own_range(means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Maps `(B, h, w)` as uint8 `(B, h w)`, and the range that 0 and 255 stand for, `(B, 2)`."""
    flat = means.reshape(len(means), -1)
    known = np.isfinite(flat)
    low = np.where(known, flat, np.inf).min(axis=1)
    high = np.where(known, flat, -np.inf).max(axis=1)
    empty = ~known.any(axis=1)
    low, high = np.where(empty, 0, low), np.where(empty, 1, high)
    share = (np.where(known, flat, low[:, None]) - low[:, None]) / np.where(high > low, high - low, 1)[:, None]
    return np.round(share * 255).astype(np.uint8), np.stack([low, high], axis=1)


def _sizes(record: MaskRecord) -> dict[str, Size]:
    """Stage to the shape of its masks, stages in the order in which the network computes them."""
    sizes: dict[str, Size] = {}
    for stages in record.masks.values():
        for stage, masks in stages.items():
            _, channels, height, width = masks.shape
            sizes.setdefault(stage, (channels, height, width))
    return sizes


def _tasks(names: Sequence[str], source: MaskSource) -> list[dict[str, Any]]:
    found = []
    for look in task_looks(names):
        name = look["name"]
        display = source.tasks[name].display if name in source.tasks else None
        found.append({**look, "display": None if display is None else pack_display(display)})
    return found


def _offsets(parts: Mapping[str, bytes]) -> dict[str, int]:
    ends = np.cumsum([0, *map(len, parts.values())]).tolist()
    return dict(zip(parts, ends, strict=False))


def _rounded(scores: np.ndarray) -> list[float]:
    return [round(float(score), 4) for score in scores]


def _plain(value: Any) -> Any:
    """What JSON can hold: a number that is none becomes null."""
    return json.loads(json.dumps(value, default=list).replace("NaN", "null"))
