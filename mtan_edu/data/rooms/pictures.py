"""Patterns with content: what hangs in a frame, runs on a screen, stands behind a window, lines a shelf."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mtan_edu.data.rooms.patterns import Color, cell_random, mix, noise

if TYPE_CHECKING:
    from mtan_edu.data.rooms.surfaces import Patch


@dataclass(frozen=True)
class Landscape:
    """Sky, hills and ground: a painting, a film on a screen, or the view from a window."""

    sky: Color
    horizon: Color
    hills: Color
    ground: Color
    level: float = 0.0
    seed: int = 0

    def __call__(self, patch: Patch) -> np.ndarray:
        x, y = patch.unit[0], patch.unit[1]
        color = mix(self.horizon, self.sky, np.clip((y - self.level) / (1 - self.level), 0, 1))
        ridge = self.level + 0.5 * noise(1.5 * x + 9, 0 * x, self.seed) - 0.1
        color = np.where(y < ridge, mix(self.hills, self.horizon, 0.25 * noise(8 * x, 8 * y, self.seed)), color)
        return np.where(y < self.level - 0.15, mix(self.ground, self.hills, noise(4 * x, 9 * y, self.seed)), color)


@dataclass(frozen=True)
class Blocks:
    """An abstract painting: unequal rectangles of a few colors."""

    colors: tuple[Color, ...]
    columns: int = 3
    rows: int = 4
    seed: int = 0

    def __call__(self, patch: Patch) -> np.ndarray:
        x, y = (patch.unit[0] + 1) / 2, (patch.unit[1] + 1) / 2
        column = np.floor(self.columns * np.maximum(x, 0) ** 1.4)
        row = np.floor(self.rows * y + cell_random(column, column, self.seed))
        chosen = (cell_random(column, row, self.seed + 3) * len(self.colors)).astype(np.int64)
        return np.asarray(self.colors, np.float32).T[:, np.minimum(chosen, len(self.colors) - 1)]


@dataclass(frozen=True)
class Portrait:
    """A head and shoulders before a background."""

    background: Color
    skin: Color
    cloth: Color
    hair: Color

    def __call__(self, patch: Patch) -> np.ndarray:
        x, y = patch.unit[0] * min(1.0, patch.half[0] / patch.half[1] + 0.2), patch.unit[1]
        color = mix(self.background, (0.0, 0.0, 0.0), 0.4 * np.clip(np.hypot(x, y), 0, 1))
        color = np.where((x / 0.75) ** 2 + ((y + 1) / 0.75) ** 2 < 1, _column(self.cloth), color)
        color = np.where((x / 0.42) ** 2 + ((y - 0.22) / 0.5) ** 2 < 1, _column(self.hair), color)
        return np.where((x / 0.33) ** 2 + ((y - 0.12) / 0.42) ** 2 < 1, _column(self.skin), color)


@dataclass(frozen=True)
class Matted:
    """A picture with a pale margin around it."""

    inner: Landscape | Blocks | Portrait
    margin: Color
    share: float = 0.72

    def __call__(self, patch: Patch) -> np.ndarray:
        outside = np.maximum(np.abs(patch.unit[0]), np.abs(patch.unit[1])) > self.share
        return np.where(outside, _column(self.margin), self.inner(patch))


@dataclass(frozen=True)
class Spines:
    """Book spines side by side, `count` of them along the own x axis, with a band where the title is printed."""

    colors: tuple[Color, ...]
    count: int = 6
    seed: int = 0

    def __call__(self, patch: Patch) -> np.ndarray:
        place = (patch.unit[0] + 1) / 2 * self.count
        number = np.clip(np.floor(place), 0, self.count - 1)
        chosen = (cell_random(number, number, self.seed) * len(self.colors)).astype(np.int64)
        color = np.asarray(self.colors, np.float32).T[:, np.minimum(chosen, len(self.colors) - 1)]
        title = np.abs(patch.unit[1] - 0.8 * cell_random(number, number + 5, self.seed)) < 0.12
        color = np.where(title & patch.front, 0.55 * color + 0.35, color)
        pages = (patch.face == 1)[None]
        gap = (place - number < 0.12) | (place - number > 0.94)
        return np.where(pages, np.float32(0.7), color) * np.where(gap, 0.35, 1.0)


@dataclass(frozen=True)
class Folds:
    """Cloth that hangs in folds."""

    color: Color
    period: float = 0.09

    def __call__(self, patch: Patch) -> np.ndarray:
        wave = np.sin(2 * np.pi * patch.u / self.period + 1.5 * np.sin(7 * patch.u))
        return _column(self.color) * (0.8 + 0.25 * wave)


@dataclass(frozen=True)
class Fronts:
    """A cupboard's front: doors or drawers parted by dark joints, on the face that looks along the own +z axis."""

    body: object
    columns: int = 2
    rows: int = 1
    joint: float = 0.012

    def __call__(self, patch: Patch) -> np.ndarray:
        color = self.body(patch)  # type: ignore[operator]
        x, y = (patch.unit[0] + 1) / 2 * self.columns, (patch.unit[1] + 1) / 2 * self.rows
        off_x = np.abs(x - np.round(x)) * 2 * patch.half[0] / self.columns
        off_y = np.abs(y - np.round(y)) * 2 * patch.half[1] / self.rows
        seam = patch.front & ((off_x < self.joint) | (off_y < self.joint))
        return color * np.where(seam, 0.35, 1.0)


def _column(color: Color) -> np.ndarray:
    return np.asarray(color, np.float32)[:, None]
