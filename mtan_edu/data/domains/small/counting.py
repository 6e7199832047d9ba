"""How many berries lie on the table? They are of all sizes, so that the colored area does not tell."""

from __future__ import annotations

import numpy as np

from mtan_edu.data.domains.small.canvas import Canvas, mix, photograph, random_color

CLASSES = ("one", "two", "three", "four", "five", "six")

_GAP = 0.06
"""Least distance between two berries."""


def draw_count(rng: np.random.Generator, label: int, size: int) -> np.ndarray:
    """Some berries, uint8 `(size, size, 3)`."""
    table = random_color(rng, hue=(0.05, 0.45), saturation=(0.05, 0.35), value=(0.6, 0.95))
    canvas = Canvas(size, table)
    berry = random_color(rng, hue=(-0.12, 0.05), saturation=(0.6, 1), value=(0.35, 0.85))
    if rng.random() < 0.3:
        berry = random_color(rng, hue=(0.6, 0.78), saturation=(0.4, 0.9), value=(0.3, 0.6))
    for x, y, radius in lay_out(rng, label + 1):
        canvas.disc((x + 0.12 * radius, y + 0.25 * radius), radius, mix(table, (0, 0, 0), 0.35))
        canvas.disc((x, y), radius, berry)
        canvas.disc((x - 0.3 * radius, y - 0.3 * radius), 0.25 * radius, mix(berry, (1, 1, 1), 0.6))
    return photograph(canvas.pixels(), rng)


def lay_out(rng: np.random.Generator, count: int) -> list[tuple[float, float, float]]:
    """Center and radius of berries that do not overlap."""
    mean = rng.uniform(0.13, 0.26)
    while True:
        places: list[tuple[float, float, float]] = []
        for _ in range(60):
            radius = mean * rng.uniform(0.75, 1.25)
            x, y = rng.uniform(radius - 0.95, 0.95 - radius, 2)
            if all(np.hypot(x - a, y - b) > radius + r + _GAP for a, b, r in places):
                places.append((x, y, radius))
            if len(places) == count:
                return places
