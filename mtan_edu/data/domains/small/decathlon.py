"""The embedded domains: drawn when they are first asked for, and read from disk afterwards."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from mtan_edu.data.domains.dataset import HeldDomainDataset
from mtan_edu.data.domains.domain import Domain, DomainSplits
from mtan_edu.data.domains.folder import Progress
from mtan_edu.data.domains.small import (
    clocks,
    counting,
    digits,
    faces,
    flowers,
    letters,
    runes,
    scenes,
    shapes,
    textures,
)
from mtan_edu.data.domains.statistics import color_statistics
from mtan_edu.data.files import SPLITS
from mtan_edu.data.store import Arrays, read_or_draw

DRAWING_VERSION = 2
"""Counts up whenever the same seed gives other pictures, so that sets on disk are drawn anew."""

Draw = Callable[[np.random.Generator, int, int], np.ndarray]
"""From a generator, a label and a size to one picture, uint8 `(size, size, 3)`."""

_DRAWN = "drawn by this project (MIT)"


@dataclass(frozen=True)
class SmallDomain:
    """What there is to know about an embedded domain.

    Attributes:
        classes: Class names in the order of the labels.
        asks: What is asked of a picture.
        draw: Draws a picture; None for the digits, which people wrote.
        mirror: Whether a picture keeps its class when mirrored.
        origin: Where the pictures come from, and their license.
    """

    classes: tuple[str, ...]
    asks: str
    draw: Draw | None
    mirror: bool = True
    origin: str = _DRAWN


DOMAINS: dict[str, SmallDomain] = {
    "digits": SmallDomain(digits.CLASSES, "Which digit did someone write?", None, False, digits.ORIGIN),
    "letters": SmallDomain(letters.CLASSES, "Which capital letter is it?", letters.draw_letter, mirror=False),
    "runes": SmallDomain(
        runes.CLASSES, "Which character of an invented alphabet is it?", runes.draw_rune, mirror=False
    ),
    "textures": SmallDomain(textures.CLASSES, "Which pattern covers the surface?", textures.draw_texture),
    "shapes": SmallDomain(shapes.CLASSES, "Which shape lies among the clutter?", shapes.draw_shape),
    "counting": SmallDomain(counting.CLASSES, "How many berries are there?", counting.draw_count),
    "clocks": SmallDomain(clocks.CLASSES, "Which hour has begun?", clocks.draw_clock, mirror=False),
    "faces": SmallDomain(faces.CLASSES, "Which mood does the face show?", faces.draw_face),
    "flowers": SmallDomain(flowers.CLASSES, "Which species of flower is it?", flowers.draw_flower),
    "scenes": SmallDomain(scenes.CLASSES, "What kind of place is it?", scenes.draw_scene),
}
"""Every embedded domain by its name."""


def decathlon(
    folder: str | Path,
    size: int = 32,
    names: Sequence[str] | None = None,
    train: int = 300,
    val: int = 100,
    seed: int = 0,
    progress: Progress | None = None,
) -> DomainSplits:
    """Open the embedded decathlon; draw it if it is not there.

    Picture i of a domain depends on the seed, the domain, the split and i alone, its class on i alone: classes take
    turns, so that none has more than one picture more than another. A longer set begins with the shorter one.

    Args:
        folder: Where sets are kept; this one becomes a folder in it, with the settings in its name.
        size: Height and width of the images [pixels].
        names: Which domains, in this order; None for all.
        train: Training images per domain. Of the digits there are 1,300 for training and 440 for validation.
        val: Validation images per domain.
        seed: Which pictures.
        progress: Shows how far the drawing is; None to show nothing.

    Raises:
        ValueError: If a number is out of range or a domain unknown.
        OSError: If the folder cannot be written.
    """
    counts = {"train": train, "val": val}
    chosen = _check(names, counts, seed)
    place = Path(folder) / f"decathlon_{size}x{size}_seed{seed}_{train}+{val}"
    needed = len(DOMAINS) * sum(counts.values()) * 3 * size**2
    arrays = read_or_draw(place, SPLITS, DRAWING_VERSION, needed, partial(_draw, counts, size, seed, progress))
    return DomainSplits(place.name, {name: _domain(name, arrays) for name in chosen})


def draw_picture(domain: str, index: int, split: str = "train", size: int = 32, seed: int = 0) -> np.ndarray:
    """Picture `index` of a drawn domain, uint8 `(size, size, 3)`; its label is `index` modulo the number of classes."""
    small = DOMAINS[domain]
    assert small.draw is not None
    stream = np.random.SeedSequence(seed, spawn_key=(zlib.crc32(domain.encode()), SPLITS.index(split), index))
    return small.draw(np.random.default_rng(stream), index % len(small.classes), size)


def _draw(counts: dict[str, int], size: int, seed: int, progress: Progress | None, _: Path) -> dict[str, Arrays]:
    arrays: dict[str, Arrays] = {}
    for split, count in counts.items():
        arrays[split] = dict(zip(_fields("digits"), digits.digits(split, count, size, seed), strict=True))
        drawn = [name for name, small in DOMAINS.items() if small.draw is not None]
        requests: Iterable[tuple[str, int]] = [(name, index) for name in drawn for index in range(count)]
        for name in drawn:
            pictures, labels = _fields(name)
            arrays[split][pictures] = np.empty((count, size, size, 3), np.uint8)
            arrays[split][labels] = np.arange(count) % len(DOMAINS[name].classes)
        for name, index in progress(requests, len(drawn) * count, f"drawing {split}") if progress else requests:
            arrays[split][_fields(name)[0]][index] = draw_picture(name, index, split, size, seed)
    return arrays


def _fields(name: str) -> tuple[str, str]:
    return f"{name}_pictures", f"{name}_labels"


def _domain(name: str, arrays: Mapping[str, Arrays]) -> Domain:
    small, (pictures, labels) = DOMAINS[name], _fields(name)
    train, val = (
        HeldDomainDataset(name, small.classes, arrays[split][pictures], arrays[split][labels]) for split in SPLITS
    )
    mean, std = color_statistics(train)
    return Domain(name, train, val, small.classes, mean, std, small.mirror, small.asks, small.origin)


def _check(names: Sequence[str] | None, counts: dict[str, int], seed: int) -> Sequence[str]:
    for split, count in counts.items():
        if count < 1:
            raise ValueError(f"`{split}` must be 1 or more; got {count}. Both splits need images.")
    if seed < 0:
        raise ValueError(f"`seed` must be 0 or more; got {seed}.")
    unknown = [name for name in names or () if name not in DOMAINS]
    if unknown:
        raise ValueError(
            f"`domains` must be among {', '.join(DOMAINS)}; got {', '.join(unknown)}. Name those that are there."
        )
    return tuple(DOMAINS) if names is None else tuple(names)
