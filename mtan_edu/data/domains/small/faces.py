"""Cartoon faces of all colors: which mood do eyes, brows and mouth show?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mtan_edu.data.domains.small.canvas import Canvas, Color, brightness, mix, photograph, random_color
from mtan_edu.data.domains.small.geometry import Points, arc, ellipse, placed

Place = Callable[[Points], Points]
"""From a place in the face, whose head is about 2 high, to one on the sheet."""


@dataclass(frozen=True)
class Mood:
    """What a mood does to a face.

    Attributes:
        eye: Radius of an open eye; 0 if closed.
        lid: The line of a closed eye, around (0, 0).
        brow_deg: How much the brows fall towards the nose; negative if they rise.
        brow: Height of the brows.
        mouth: Outline of an open mouth, or the line of a closed one.
        opened: Whether the mouth is open.
    """

    mouth: Points
    opened: bool = False
    eye: float = 0.13
    lid: Points | None = None
    brow_deg: float = 0
    brow: float = -0.5


MOODS: dict[str, Mood] = {
    "happy": Mood(arc((0, 0.3), (0.42, 0.28), 10, 170)),
    "sad": Mood(arc((0, 0.72), (0.36, 0.26), 190, 350), brow_deg=-25),
    "angry": Mood(arc((0, 0.68), (0.36, 0.12), 190, 350), brow_deg=28, brow=-0.4),
    "surprised": Mood(ellipse((0, 0.55), (0.17, 0.22)), opened=True, eye=0.19, brow=-0.66),
    "asleep": Mood(arc((0, 0.5), (0.2, 0.05), 20, 160), eye=0, lid=arc((0, -0.05), (0.18, 0.12), 10, 170)),
    "laughing": Mood(
        arc((0, 0.36), (0.42, 0.4), 0, 180), opened=True, eye=0, lid=arc((0, 0.08), (0.18, 0.14), 190, 350)
    ),
}

CLASSES = tuple(MOODS)


def draw_face(rng: np.random.Generator, label: int, size: int) -> np.ndarray:
    """One face, uint8 `(size, size, 3)`."""
    canvas = Canvas(size, random_color(rng, saturation=(0.1, 0.7), value=(0.3, 0.95)))
    height = rng.uniform(0.42, 0.8)
    scale = (height * rng.uniform(0.85, 1.05), height)
    shift, tilt = (
        (rng.uniform(height - 0.9, 0.9 - height), rng.uniform(height - 0.9, 0.95 - height)),
        rng.uniform(-22, 22),
    )
    skin = random_color(rng, saturation=(0.2, 0.7), value=(0.5, 1))
    hair = random_color(rng, saturation=(0.2, 0.9), value=(0.1, 0.9))

    def place(points: Points) -> Points:
        return placed(points, shift, scale, tilt)

    _head(canvas, rng, place, skin, hair)
    _features(canvas, rng, place, MOODS[CLASSES[label]], (0.08, 0.06, 0.1) if brightness(skin) > 0.35 else (1, 1, 1))
    return photograph(canvas.pixels(), rng)


def _head(canvas: Canvas, rng: np.random.Generator, place: Place, skin: Color, hair: Color) -> None:
    style = rng.integers(4)
    if style == 0:  # long hair falls behind the head
        canvas.polygon(place(np.concatenate([arc((0, -0.1), (1.15, 1.05), 180, 360), [[1.2, 1], [-1.2, 1]]])), hair)
    for side in (-1, 1):
        canvas.polygon(place(ellipse((side * 0.95, 0.05), (0.16, 0.22))), mix(skin, (0, 0, 0), 0.15))
    canvas.polygon(place(ellipse((0, 0), (0.95, 1))), skin)
    if style == 1:
        canvas.polygon(
            place(np.concatenate([arc((0, -0.05), (1, 1.02), 205, 335), arc((0, -0.6), (0.75, 0.2), 0, -180)])), hair
        )
    if style == 2:
        tips = arc((0, 0), (1.25, 1.25), 215, 325)
        tips[1::2] *= 0.8
        canvas.polygon(place(np.concatenate([tips, arc((0, -0.5), (0.7, 0.25), 0, -180)])), hair)


def _features(canvas: Canvas, rng: np.random.Generator, place: Place, mood: Mood, ink: Color) -> None:
    apart, width = rng.uniform(0.34, 0.44), rng.uniform(0.09, 0.13)
    look = rng.uniform(-0.05, 0.05, 2)
    for side in (-1, 1):
        eye = np.array([side * apart, -0.12])
        if mood.lid is not None:
            canvas.stroke(place(eye + mood.lid), 0.8 * width, ink)
        else:
            canvas.polygon(place(ellipse((eye[0], eye[1]), (1.5 * mood.eye, 1.5 * mood.eye))), (1, 1, 1))
            canvas.polygon(place(ellipse((eye[0] + look[0], eye[1] + look[1]), (mood.eye, mood.eye))), (0.1, 0.1, 0.15))
        brow = placed(np.array([[-0.2, 0], [0.2, 0]]), (eye[0], mood.brow), angle_deg=-side * mood.brow_deg)
        canvas.stroke(place(brow), 0.8 * width, ink)
    canvas.stroke(place(np.array([[0, 0.05], [rng.choice([-0.08, 0.08]), 0.2]])), 0.5 * width, ink)
    if mood.opened:
        canvas.polygon(place(mood.mouth), (0.45, 0.08, 0.1))
    else:
        canvas.stroke(place(mood.mouth), width, ink)
