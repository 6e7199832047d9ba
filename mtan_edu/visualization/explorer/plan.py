"""What fits: how far masks are pooled, and how many channels, epochs and images travel to the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mtan_edu.visualization.words import listing, plural

Size = tuple[int, int, int]
"""Channels, height and width of a stage's masks."""


@dataclass(frozen=True)
class Plan:
    """What is sent.

    Attributes:
        side: Longest side of a map [pixels]; longer ones are pooled.
        channels: Stage to how many of its channels.
        epochs: Places of the epochs.
        images: How many images, from the first.
    """

    side: int
    channels: Mapping[str, int]
    epochs: tuple[int, ...]
    images: int


@dataclass(frozen=True)
class _Rung:
    """One step of the ladder: a limit on each axis; None = no limit."""

    side: int | None
    fewest_channels: int | None
    epochs: int | None
    images: int | None


_LADDER = (
    _Rung(None, None, None, None),
    _Rung(96, 8, None, None),
    _Rung(64, 8, None, None),
    _Rung(48, 6, None, None),
    _Rung(48, 6, 12, None),
    _Rung(48, 6, 6, None),
    _Rung(48, 4, 6, 8),
    _Rung(32, 4, 6, 8),
    _Rung(32, 4, 4, 4),
    _Rung(32, 1, 3, 4),
    _Rung(16, 1, 2, 2),
    _Rung(8, 1, 2, 1),
)
"""Tried from the top: what is lost first is what the eye misses least. Pixels that a cell of the grid cannot show
go first, then channels that rank low, then epochs between the first and the last, then images."""


def make_plan(sizes: Mapping[str, Size], tasks: int, epochs: int, images: int, budget: int) -> Plan:
    """The first step of the ladder that fits, with as many channels as fit on it.

    A stage gets no more bytes than another: deep stages, whose maps are small, keep all of their channels.

    Args:
        sizes: Stage to the recorded size of its masks.
        tasks: How many tasks there are.
        epochs: How many epochs were recorded.
        images: How many images were recorded.
        budget: Bytes that the masks may take.

    Returns:
        The plan.

    Raises:
        ValueError: If not even the last step fits.
    """
    for rung in _LADDER:
        side = rung.side or max(max(size[1:]) for size in sizes.values())
        kept, count = thinned(epochs, rung.epochs or epochs), min(images, rung.images or images)
        repeats = len(kept) * count * tasks
        areas = {stage: int(np.prod(pooled_size(size[1:], side))) for stage, size in sizes.items()}
        left = budget // repeats - sum(areas.values())  # the mean over a stage's channels is always there
        channels = _channels(sizes, areas, left)
        fewest = {stage: min(size[0], rung.fewest_channels or size[0]) for stage, size in sizes.items()}
        if all(channels[stage] >= fewest[stage] for stage in sizes):
            return Plan(side, channels, kept, count)
    raise ValueError(
        f"`megabytes` must leave room for masks; got {budget:,} bytes for {plural(len(sizes), 'stage')} of "
        f"{plural(tasks, 'task')}. Allow more."
    )


def plan_notes(
    plan: Plan, sizes: Mapping[str, Size], labels: Sequence[str], images: int, megabytes: float
) -> list[str]:
    """What a plan leaves out, as sentences for the screen; none if nothing is.

    Args:
        plan: The plan.
        sizes: Stage to the recorded size of its masks.
        labels: What the recorded epochs are called.
        images: How many images were recorded.
        megabytes: What everything may take.
    """
    notes = []
    if any(max(size[1:]) > plan.side for size in sizes.values()):
        notes.append(f"maps are averaged down to at most {plan.side} pixels a side")
    capped = [f"{plan.channels[stage]} of {size[0]} at {stage}" for stage, size in sizes.items()
              if plan.channels[stage] < size[0]]  # fmt: skip
    if capped:
        chosen = "those that rank highest by disagreement, variance and contrast, in turn"
        notes.append(f"not all channels are here ({chosen}): {listing(capped)}")
    if len(plan.epochs) < len(labels):
        notes.append(f"{len(plan.epochs)} of {len(labels)} recorded epochs are here")
    if plan.images < images:
        notes.append(f"the first {plan.images} of {images} images are here")
    return [f"To stay within {megabytes:g} MB: {'; '.join(notes)}."] if notes else []


def pooled_size(size: tuple[int, ...], side: int) -> tuple[int, int]:
    """Height and width with neither above `side`, in the same ratio."""
    height, width = size
    longest = max(size)
    if longest <= side:
        return height, width
    return max(1, round(height * side / longest)), max(1, round(width * side / longest))


def thinned(count: int, most: int) -> tuple[int, ...]:
    """At most `most` of `count` places: the first, the last, and between them denser towards the first.

    Networks change most at the beginning, so that epochs 0, 1, 2, 4, 8 show more than equal steps.
    """
    if count <= most:
        return tuple(range(count))
    if most == 1:
        return (count - 1,)
    if most == 2:
        return (0, count - 1)
    places = {0, count - 1, *np.geomspace(1, count - 1, most - 1).round().astype(int).tolist()}
    missing = [place for place in range(count) if place not in places]
    return tuple(sorted([*places, *missing[: most - len(places)]]))


def pool(masks: np.ndarray, side: int) -> np.ndarray:
    """Shrink maps by averages over equal areas; a NaN spreads to every pixel that it would have been part of.

    Args:
        masks: `(..., h, w)`.
        side: Longest side allowed [pixels].

    Returns:
        `(..., h', w')`; the maps themselves if they are small enough.
    """
    size = masks.shape[-2:]
    rows, columns = pooled_size(size, side)
    if (rows, columns) == size:
        return masks
    over_rows, over_columns = _shares(size[0], rows), _shares(size[1], columns)
    known = np.isfinite(masks)
    pooled = over_rows @ np.where(known, masks, 0) @ over_columns.T
    if known.all():
        return pooled
    touched = over_rows @ (~known).astype(np.float32) @ over_columns.T
    return np.where(touched > 1e-6, np.float32(np.nan), pooled)


def _channels(sizes: Mapping[str, Size], areas: Mapping[str, int], left: int) -> dict[str, int]:
    """Channels of each stage when no stage takes more than a common limit of bytes, the highest that fits."""

    def at(limit: int) -> dict[str, int]:
        return {stage: min(size[0], limit // areas[stage]) for stage, size in sizes.items()}

    low, high = 0, max(size[0] * areas[stage] for stage, size in sizes.items())
    while low < high:
        middle = (low + high + 1) // 2
        fits = sum(count * areas[stage] for stage, count in at(middle).items()) <= left
        low, high = (middle, high) if fits else (low, middle - 1)
    return at(low)


def _shares(before: int, after: int) -> np.ndarray:
    """How much each of `before` pixels adds to each of `after`, `(after, before)`; rows sum to 1."""
    edges = np.linspace(0, before, after + 1)
    starts = np.maximum(edges[:-1, None], np.arange(before)[None])
    ends = np.minimum(edges[1:, None], np.arange(1, before + 1)[None])
    return (np.maximum(ends - starts, 0) * after / before).astype(np.float32)
