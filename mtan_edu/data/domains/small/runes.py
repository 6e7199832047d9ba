"""An alphabet that nobody knows: invented characters, written by shaky hands in black on white."""

from __future__ import annotations

import numpy as np

from mtan_edu.data.domains.small.canvas import Canvas, photograph
from mtan_edu.data.domains.small.geometry import Points, curve, placed

CLASSES = tuple(f"rune {number:02}" for number in range(1, 31))

_ALPHABET = 68
"""Which alphabet: of 120 that were drawn, the one whose two most similar runes differ most."""


def draw_rune(rng: np.random.Generator, label: int, size: int) -> np.ndarray:
    """One rune, uint8 `(size, size, 3)`."""
    canvas = Canvas(size, (1, 1, 1))
    scale = (rng.uniform(0.4, 0.75), rng.uniform(0.45, 0.8))
    shift = (rng.uniform(-0.25, 0.25), rng.uniform(-0.2, 0.2))
    angle, slant, width = rng.uniform(-22, 22), rng.uniform(-0.3, 0.3), rng.uniform(0.07, 0.16)
    for stroke in _strokes(label):
        shaky = stroke + rng.normal(0, 0.09, stroke.shape)
        canvas.stroke(placed(curve(shaky), shift, scale, angle, slant), width, (0.1, 0.1, 0.1))
    return photograph(canvas.pixels(), rng, light=0.05, noise=0.02)


def _strokes(label: int) -> list[Points]:
    """What makes this rune, the same for every seed.

    On a grid of 3x4 places, a stroke of two or three lines, and one or two of one line that begin where it has been.
    """
    rng = np.random.default_rng([_ALPHABET, label])
    first = rng.permutation(12)[: 3 + label % 2]
    strokes = [first]
    for _ in range(1 + label // 2 % 2):
        free = np.setdiff1d(np.arange(12), np.concatenate(strokes))
        strokes.append(np.array([rng.choice(first), rng.choice(free)]))
    return [np.stack([places % 3 - 1.0, (places // 3) / 1.5 - 1.0], axis=1) for places in strokes]
