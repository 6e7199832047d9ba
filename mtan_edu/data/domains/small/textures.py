"""Surfaces that fill the picture: what counts is the pattern, not its colors, its size or its direction."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

from mtan_edu.data.domains.small.canvas import Canvas, contrasting_colors, photograph

Pattern = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]
"""From two coordinates, in periods of the pattern, to the share of the second color, `(n, n)`."""


def draw_texture(rng: np.random.Generator, label: int, size: int) -> np.ndarray:
    """One surface, uint8 `(size, size, 3)`."""
    one, other = contrasting_colors(rng, least=0.25)
    canvas = Canvas(size)
    x, y = canvas.grid()
    angle, periods = rng.uniform(0, np.pi), rng.uniform(1.6, 3)
    across = periods * (np.cos(angle) * x - np.sin(angle) * y) + rng.uniform(0, 4)
    along = periods * (np.sin(angle) * x + np.cos(angle) * y) + rng.uniform(0, 4)
    share = PATTERNS[CLASSES[label]](across, along, rng)
    canvas.wash(np.array(one) + share[..., None] * (np.array(other) - np.array(one)))
    return photograph(canvas.pixels(), rng, light=0.3)


def _stripes(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _within(u, rng.uniform(0.35, 0.65))


def _checks(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return (np.floor(u * 1.5) + np.floor(v * 1.5)) % 2


def _dots(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    v = v * 1.15
    u = u + np.floor(v) % 2 / 2
    return (np.hypot(u % 1 - 0.5, v % 1 - 0.5) < rng.uniform(0.24, 0.36)) * 1.0


def _bricks(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    joint = rng.uniform(0.14, 0.2)
    u = u * 0.6 + np.floor(v * 1.2) % 2 / 2
    return ((u % 1 < joint / 2) | (v * 1.2 % 1 < joint)) * 1.0


def _waves(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _within(u + rng.uniform(0.35, 0.5) * np.sin(2 * np.pi * v * 0.45), 0.5)


def _zigzag(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _within(u + rng.uniform(1.2, 1.6) * np.abs(v * 0.8 % 1 - 0.5), 0.5)


def _grid(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    line = rng.uniform(0.16, 0.26)
    return np.maximum(_within(u, line), _within(v, line))


def _rings(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    x, y = u - u.mean() + rng.uniform(-1.2, 1.2), v - v.mean() + rng.uniform(-1.2, 1.2)
    return _within(1.2 * np.hypot(x, y), 0.5)


def _clouds(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    coarse = _noise(rng, int(rng.integers(4, 7)), len(u)) + 0.5 * _noise(rng, 11, len(u))
    return (0.5 + 0.5 * coarse).clip(0, 1)


def _grain(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return (0.5 + 0.4 * _noise(rng, int(rng.integers(24, 40)), len(u))).clip(0, 1)


def _scales(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    share = np.zeros_like(u)
    for row in (1, 0):  # the upper row lies over the lower one
        w = v * 1.6
        shifted = u + (np.floor(w) + row) % 2 / 2
        away = np.hypot(shifted % 1 - 0.5, (w % 1 + row) * 0.55)
        share = np.where(away < 0.56, (away > 0.42) * 1.0, share)
    return share


def _weave(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    over = (np.floor(u * 1.2) + np.floor(v * 1.2)) % 2 == 0
    strand = np.where(over, v, u) * 1.2
    return np.abs(np.sin(np.pi * strand)) ** rng.uniform(0.7, 1.3)


def _within(u: np.ndarray, share: float) -> np.ndarray:
    """1 in this share of each period."""
    return (u % 1 < share) * 1.0


def _noise(rng: np.random.Generator, cells: int, side: int) -> np.ndarray:
    """Smooth noise with so many independent values along each side, `(side, side)`."""
    values = Image.fromarray(rng.normal(size=(cells, cells)).astype(np.float32))
    return np.asarray(values.resize((side, side), Image.Resampling.BICUBIC))


PATTERNS: dict[str, Pattern] = {
    "stripes": _stripes,
    "checks": _checks,
    "dots": _dots,
    "bricks": _bricks,
    "waves": _waves,
    "zigzag": _zigzag,
    "grid": _grid,
    "rings": _rings,
    "clouds": _clouds,
    "grain": _grain,
    "scales": _scales,
    "weave": _weave,
}

CLASSES = tuple(PATTERNS)
