"""Patterns: the color of a surface as a function of the place on it. All colors are linear light in [0, 1]."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mtan_edu.data.rooms.surfaces import Patch

Color = tuple[float, float, float]
Pattern = Callable[["Patch"], np.ndarray]
"""From points on a surface to their colors, `(3, n)`."""

_GRID = 128
"""Side of the grid of random values that all patterns share; a power of two."""


@cache
def _random_grid() -> np.ndarray:
    return np.random.default_rng(20190411).random((_GRID, _GRID), dtype=np.float32)


@cache
def _random_corners() -> np.ndarray:
    """For each cell of the grid, the values at its lower left, lower right, upper left, upper right, `(cells, 4)`."""
    below, above = _random_grid(), np.roll(_random_grid(), -1, axis=1)
    return np.stack([np.roll(row, -step, axis=0) for row in (below, above) for step in (0, 1)], axis=-1).reshape(-1, 4)


def noise(u: np.ndarray, v: np.ndarray, seed: int = 0) -> np.ndarray:
    """Smooth noise in [0, 1] whose bumps are one unit apart, `(n,)`: random values on a grid, blended between."""
    u, v = u + 17.3 * seed, v + 5.7 * seed
    left, low = np.floor(u), np.floor(v)
    s, t = u - left, v - low
    s, t = s * s * (3 - 2 * s), t * t * (3 - 2 * t)
    i, j = left.astype(np.int32) & (_GRID - 1), low.astype(np.int32) & (_GRID - 1)  # modulo _GRID, but faster
    corners = _random_corners().take(i * _GRID + j, axis=0).T
    rest = 1 - s
    return (corners[0] * rest + corners[1] * s) * (1 - t) + (corners[2] * rest + corners[3] * s) * t


def cell_random(i: np.ndarray, j: np.ndarray, seed: int = 0) -> np.ndarray:
    """A random number in [0, 1] for each cell (i, j), `(n,)`."""
    columns = np.asarray(i).astype(np.int64) * 7 + seed * 29
    rows = np.asarray(j).astype(np.int64) * 11 + seed * 13
    return _random_grid()[columns % _GRID, rows % _GRID]


def mix(a: Color | np.ndarray, b: Color | np.ndarray, share: np.ndarray) -> np.ndarray:
    """Colors between `a` (share 0) and `b` (share 1), `(3, n)`."""
    return _column(a) * (1 - share) + _column(b) * share


@dataclass(frozen=True)
class Plain:
    """One color, a little uneven, as paint and cloth are.

    Attributes:
        color: The color.
        uneven: How far the brightness strays, as a share.
        grain: Size of the unevenness [m].
        seed: Which unevenness.
    """

    color: Color
    uneven: float = 0.08
    grain: float = 0.15
    seed: int = 0

    def __call__(self, patch: Patch) -> np.ndarray:
        shade = noise(patch.u / self.grain, patch.v / self.grain, self.seed)
        return _column(self.color) * (1 + self.uneven * (2 * shade - 1))


@dataclass(frozen=True)
class Wood:
    """Grain that runs along the longer side, in two shades."""

    light: Color
    dark: Color
    width: float = 0.03
    seed: int = 0

    def __call__(self, patch: Patch) -> np.ndarray:
        upright = patch.half[1] > max(patch.half[0], patch.half[2])
        across, along = (patch.u, patch.v) if upright else (patch.v, patch.u)
        rings = noise(across / self.width, along / (12 * self.width), self.seed)
        fibers = noise(across / (0.25 * self.width), along / (4 * self.width), self.seed + 1)
        return mix(self.light, self.dark, 0.7 * rings + 0.3 * fibers)


@dataclass(frozen=True)
class Planks:
    """A wooden floor: boards side by side, each of its own brightness."""

    light: Color
    dark: Color
    width: float = 0.12
    length: float = 1.1
    seed: int = 0

    def __call__(self, patch: Patch) -> np.ndarray:
        row = np.floor(patch.u / self.width)
        shifted = patch.v / self.length + cell_random(row, row, self.seed)
        board = np.floor(shifted)
        shade = cell_random(row, board, self.seed + 1)
        grain = noise(patch.u / (0.2 * self.width), patch.v / self.width, self.seed)
        seam = (patch.u / self.width - row < 0.06) | (shifted - board < 0.008)
        return mix(self.light, self.dark, 0.65 * shade + 0.35 * grain) * np.where(seam, 0.55, 1.0)


@dataclass(frozen=True)
class Stripes:
    """Bands of two colors, upright ones along u or level ones along v."""

    first: Color
    second: Color
    period: float = 0.2
    share: float = 0.5
    level: bool = False

    def __call__(self, patch: Patch) -> np.ndarray:
        place = (patch.v if self.level else patch.u) / self.period
        return mix(self.first, self.second, (place - np.floor(place) < self.share).astype(patch.u.dtype))


@dataclass(frozen=True)
class Checks:
    """Woven checks: two sets of bands across each other."""

    first: Color
    second: Color
    period: float = 0.2

    def __call__(self, patch: Patch) -> np.ndarray:
        across, along = patch.u / self.period, patch.v / self.period
        bands = (across - np.floor(across) < 0.5).astype(patch.u.dtype) + (along - np.floor(along) < 0.5)
        return mix(self.first, self.second, bands / 2)


@dataclass(frozen=True)
class Tiles:
    """Tiles or bricks with joints, each of its own brightness; every other row shifted by `offset`."""

    color: Color
    joint: Color
    width: float = 0.3
    height: float = 0.3
    offset: float = 0.0
    uneven: float = 0.15
    seed: int = 0

    def __call__(self, patch: Patch) -> np.ndarray:
        row = np.floor(patch.v / self.height)
        across = patch.u / self.width + self.offset * (row % 2)
        column = np.floor(across)
        edge = 0.03 * self.width
        seam = (across - column < edge / self.width) | (patch.v / self.height - row < edge / self.height)
        shade = 1 + self.uneven * (2 * cell_random(column, row, self.seed) - 1)
        return np.where(seam, _column(self.joint), _column(self.color) * shade)


@dataclass(frozen=True)
class Dots:
    """Dots on a ground, as on wallpaper and cushions."""

    ground: Color
    dot: Color
    period: float = 0.15
    radius: float = 0.3

    def __call__(self, patch: Patch) -> np.ndarray:
        row = np.floor(patch.v / self.period)
        across = patch.u / self.period + 0.5 * (row % 2)
        off = np.hypot(across - np.floor(across) - 0.5, patch.v / self.period - row - 0.5)
        return mix(self.ground, self.dot, (off < self.radius).astype(patch.u.dtype))


@dataclass(frozen=True)
class Carpet:
    """Pile, with a border and a medallion drawn into the unit shape."""

    ground: Color
    border: Color
    middle: Color
    motif: int = 0

    def __call__(self, patch: Patch) -> np.ndarray:
        x, z = patch.unit[0], patch.unit[2]
        rim = np.maximum(np.abs(x), np.abs(z))
        color = np.where((rim > 0.8) & (rim < 0.92), _column(self.border), _column(self.ground))
        figure = np.hypot(x, z) if self.motif == 0 else np.abs(x) + np.abs(z)
        if self.motif < 2:
            color = np.where((figure < 0.5) & (figure > 0.15), _column(self.middle), color)
        return color * (0.85 + 0.3 * noise(patch.u / 0.02, patch.v / 0.02, self.motif))


def _column(color: Color | np.ndarray) -> np.ndarray:
    return np.asarray(color, np.float32).reshape(3, -1)
