"""One shape among clutter: which is it, wherever it lies and however it is turned?"""

from __future__ import annotations

import numpy as np

from mtan_edu.data.domains.small.canvas import Canvas, Color, brightness, photograph, random_color
from mtan_edu.data.domains.small.geometry import Points, arc, ellipse, placed, regular, star


def draw_shape(rng: np.random.Generator, label: int, size: int) -> np.ndarray:
    """One shape, uint8 `(size, size, 3)`."""
    paper = random_color(rng, saturation=(0.1, 0.6), value=(0.2, 0.9))
    canvas = Canvas(size, paper)
    for _ in range(rng.integers(3, 8)):
        _clutter(canvas, rng)
    scale, shift = rng.uniform(0.38, 0.62), (rng.uniform(-0.34, 0.34), rng.uniform(-0.34, 0.34))
    outline = placed(SHAPES[CLASSES[label]], shift, scale, rng.uniform(0, 360))
    canvas.polygon(outline, _apart(rng, paper))
    return photograph(canvas.pixels(), rng, noise=0.05)


def _clutter(canvas: Canvas, rng: np.random.Generator) -> None:
    start = rng.uniform(-1, 1, 2)
    color = random_color(rng, value=(0.2, 1))
    if rng.random() < 0.6:
        canvas.stroke(np.stack([start, start + rng.uniform(-1.2, 1.2, 2)]), rng.uniform(0.03, 0.09), color)
    else:
        canvas.disc((start[0], start[1]), rng.uniform(0.05, 0.13), color)


def _apart(rng: np.random.Generator, paper: Color) -> Color:
    """A color that stands out from the paper."""
    while True:
        color = random_color(rng, value=(0.2, 1))
        if abs(brightness(color) - brightness(paper)) > 0.25:
            return color


def _cross() -> Points:
    arm = np.array([[-0.3, -1], [0.3, -1], [0.3, -0.3], [1, -0.3]])
    return np.concatenate([placed(arm[1:], angle_deg=90 * turn) for turn in range(4)])


def _ring() -> Points:
    """An outline that goes around, through a slit, and back inside."""
    outer, inner = arc((0, 0), (1, 1), 0, 359.5), arc((0, 0), (0.55, 0.55), 359.5, 0)
    return np.concatenate([outer, inner])


def _crescent() -> Points:
    return np.concatenate([arc((0, 0), (1, 1), 55, 305), arc((0.55, 0), (0.82, 0.82), 270, 90)])


def _heart() -> Points:
    t = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    x = np.sin(t) ** 3
    y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)) / 16
    return np.stack([x, y], axis=1)


SHAPES: dict[str, Points] = {
    "disc": ellipse((0, 0), (0.95, 0.95)),
    "triangle": regular(3, 1.15),
    "square": regular(4, 1.15),
    "bar": np.array([[-1.1, -0.4], [1.1, -0.4], [1.1, 0.4], [-1.1, 0.4]]),
    "hexagon": regular(6),
    "star": star(5, 0.42),
    "cross": _cross(),
    "ring": _ring(),
    "crescent": _crescent(),
    "heart": _heart(),
}

CLASSES = tuple(SHAPES)
