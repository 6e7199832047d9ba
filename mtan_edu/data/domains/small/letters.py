"""Capital letters in many hands: pens, slants, widths and inks of all kinds."""

from __future__ import annotations

import numpy as np

from mtan_edu.data.domains.small.canvas import Canvas, contrasting_colors, mix, photograph
from mtan_edu.data.domains.small.geometry import Points, arc, placed

CLASSES = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def draw_letter(rng: np.random.Generator, label: int, size: int) -> np.ndarray:
    """One letter, uint8 `(size, size, 3)`."""
    ink, paper = contrasting_colors(rng)
    canvas = Canvas(size, paper)
    scale = (rng.uniform(0.5, 0.8), rng.uniform(0.5, 0.75))
    shift = (rng.uniform(-0.18, 0.18), rng.uniform(-0.18, 0.18))
    angle, slant, width = rng.uniform(-12, 12), rng.uniform(-0.1, 0.35), rng.uniform(0.1, 0.3)
    strokes = [placed(stroke, shift, scale, angle, slant) for stroke in STROKES[CLASSES[label]]]
    shadow = rng.random() < 0.3
    for stroke in strokes:
        if shadow:
            canvas.stroke(stroke + 0.1, width, mix(ink, paper, 0.6))
    for stroke in strokes:
        canvas.stroke(stroke, width, ink)
    if rng.random() < 0.25 and width > 0.2:  # hollow letters
        for stroke in strokes:
            canvas.stroke(stroke, 0.45 * width, paper)
    return photograph(canvas.pixels(), rng)


def _line(*points: float) -> Points:
    """A line through points, whose coordinates follow each other."""
    return np.array(points, float).reshape(-1, 2)


def _joined(*parts: Points) -> Points:
    return np.concatenate(parts)


_BOWL = _joined(_line(-0.5, 1, -0.5, -1, 0, -1), arc((0, -0.45), (0.52, 0.55), -90, 90), _line(-0.5, 0.1))
_RING = arc((0, 0), (0.65, 1), -90, 270)

STROKES: dict[str, tuple[Points, ...]] = {
    "A": (_line(-0.6, 1, 0, -1, 0.6, 1), _line(-0.36, 0.25, 0.36, 0.25)),
    "B": (
        _joined(_line(-0.5, 1, -0.5, -1, 0, -1), arc((0, -0.52), (0.45, 0.48), -90, 90), _line(-0.5, -0.04)),
        _joined(_line(0, -0.04), arc((0.05, 0.48), (0.52, 0.52), -90, 90), _line(-0.5, 1)),
    ),
    "C": (arc((0.05, 0), (0.6, 1), -50, -310),),
    "D": (_joined(_line(-0.1, 1, -0.5, 1, -0.5, -1), arc((-0.1, 0), (0.65, 1), -90, 90)),),
    "E": (_line(0.5, -1, -0.5, -1, -0.5, 1, 0.5, 1), _line(-0.5, 0, 0.3, 0)),
    "F": (_line(0.5, -1, -0.5, -1, -0.5, 1), _line(-0.5, 0, 0.3, 0)),
    "G": (_joined(arc((0.05, 0), (0.6, 1), -50, -345), _line(0.63, 0.1, 0.15, 0.1)),),
    "H": (_line(-0.5, -1, -0.5, 1), _line(0.5, -1, 0.5, 1), _line(-0.5, 0, 0.5, 0)),
    "I": (_line(0, -1, 0, 1), _line(-0.3, -1, 0.3, -1), _line(-0.3, 1, 0.3, 1)),
    "J": (_joined(_line(0.4, -1), arc((0, 0.5), (0.4, 0.5), 0, 180)),),
    "K": (_line(-0.5, -1, -0.5, 1), _line(0.5, -1, -0.5, 0.1), _line(-0.15, -0.2, 0.55, 1)),
    "L": (_line(-0.45, -1, -0.45, 1, 0.5, 1),),
    "M": (_line(-0.65, 1, -0.6, -1, 0, 0.3, 0.6, -1, 0.65, 1),),
    "N": (_line(-0.5, 1, -0.5, -1, 0.5, 1, 0.5, -1),),
    "O": (_RING,),
    "P": (_BOWL,),
    "Q": (_RING, _line(0.1, 0.45, 0.65, 1.05)),
    "R": (_BOWL, _line(-0.05, 0.1, 0.55, 1)),
    "S": (_joined(arc((0, -0.5), (0.5, 0.5), -30, -270), arc((0, 0.5), (0.52, 0.5), -90, 150)),),
    "T": (_line(-0.6, -1, 0.6, -1), _line(0, -1, 0, 1)),
    "U": (_joined(_line(-0.5, -1), arc((0, 0.45), (0.5, 0.55), 180, 0), _line(0.5, -1)),),
    "V": (_line(-0.6, -1, 0, 1, 0.6, -1),),
    "W": (_line(-0.75, -1, -0.38, 1, 0, -0.3, 0.38, 1, 0.75, -1),),
    "X": (_line(-0.55, -1, 0.55, 1), _line(0.55, -1, -0.55, 1)),
    "Y": (_line(-0.55, -1, 0, 0, 0.55, -1), _line(0, 0, 0, 1)),
    "Z": (_line(-0.5, -1, 0.5, -1, -0.5, 1, 0.5, 1),),
}
"""Strokes of each letter in a box from -1 to 1, about two thirds as wide as high."""
