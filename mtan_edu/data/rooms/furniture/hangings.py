"""What hangs on walls: pictures, windows with curtains, televisions, doors. Back at z = -half_depth, front to +z."""

from __future__ import annotations

import numpy as np

from mtan_edu.data.rooms import materials
from mtan_edu.data.rooms.chance import happens, pick
from mtan_edu.data.rooms.furniture.piece import Piece
from mtan_edu.data.rooms.furniture.small import television
from mtan_edu.data.rooms.labels import OBJECTS, PICTURE, WALL, WINDOW
from mtan_edu.data.rooms.materials import Material
from mtan_edu.data.rooms.patterns import Plain
from mtan_edu.data.rooms.pictures import Blocks, Folds, Fronts, Landscape, Matted, Portrait
from mtan_edu.data.rooms.solids import Solid, ball, box, cylinder, turn_x, turn_z


def picture(rng: np.random.Generator) -> Piece:
    """A framed picture: landscape, portrait or abstract."""
    width, height = rng.uniform(0.4, 1.1), rng.uniform(0.4, 0.9)
    middle = rng.uniform(1.45, 1.75)
    frame = materials.joinery(rng) if happens(rng, 0.7) else materials.metal(rng)
    content = Material(_content(rng), gloss=pick(rng, [0.0, 0.3]))
    rim = rng.uniform(0.02, 0.06)
    solids = [
        box((0, middle, 0), (width, height, 0.03), frame, PICTURE),
        box((0, middle, 0.016), (width - 2 * rim, height - 2 * rim, 0.004), content, PICTURE),
    ]
    return Piece(solids, width / 2, 0.015, middle + height / 2, bottom=middle - height / 2)


def _content(rng: np.random.Generator) -> Landscape | Blocks | Portrait | Matted:
    colors = materials.pick_colors(rng, 5)
    seed = int(rng.integers(1000))
    kind = rng.integers(3)
    inner: Landscape | Blocks | Portrait
    if kind == 0:
        inner = Landscape(colors[0], colors[1], colors[2], colors[3], level=rng.uniform(-0.4, 0.3), seed=seed)
    elif kind == 1:
        inner = Blocks(colors, int(rng.integers(2, 5)), int(rng.integers(2, 5)), seed)
    else:
        skin = materials.from_srgb(*(np.array([225, 180, 150]) * rng.uniform(0.4, 1.0)).astype(int).tolist())
        inner = Portrait(colors[0], skin, colors[1], pick(rng, materials.DARK))
    return Matted(inner, colors[4]) if happens(rng, 0.4) else inner


def window(rng: np.random.Generator) -> Piece:
    """A window by day, dusk or night: frame, bars, panes with a view, sill; curtains at times."""
    width, height, bottom = rng.uniform(0.7, 1.5), rng.uniform(0.8, 1.25), rng.uniform(0.8, 1.05)
    frame = materials.paint(rng) if happens(rng, 0.6) else materials.joinery(rng)
    middle = bottom + height / 2
    solids = [box((0, middle, -0.015), (width - 0.1, height - 0.1, 0.01), _view(rng), WINDOW)]
    for side in (-1, 1):
        solids.append(box((side * (width / 2 - 0.03), middle, 0), (0.06, height, 0.05), frame, WINDOW))
        solids.append(box((0, middle + side * (height / 2 - 0.03), 0), (width, 0.06, 0.05), frame, WINDOW))
    bars = int(rng.integers(0, 3))
    for number in range(bars):
        x = ((number + 1) / (bars + 1) - 0.5) * width
        solids.append(box((x, middle, 0), (0.04, height - 0.1, 0.035), frame, WINDOW))
    if happens(rng, 0.4):
        solids.append(box((0, middle, 0), (width - 0.1, 0.03, 0.03), frame, WINDOW))
    solids.append(box((0, bottom - 0.02, 0.03), (width + 0.08, 0.03, 0.12), frame, WINDOW))
    half_width = width / 2 + 0.05
    if happens(rng, 0.5):
        solids += _curtains(rng, width, bottom, bottom + height)
        half_width = width / 2 + 0.3
    return Piece(solids, half_width, 0.025, bottom + height + 0.12, bottom=bottom - 0.1)


def _curtains(rng: np.random.Generator, width: float, bottom: float, top: float) -> list[Solid]:
    cloth = Material(Folds(materials.pick_color(rng), rng.uniform(0.06, 0.12)))
    rod = materials.metal(rng)
    low = bottom - 0.08
    span = rng.uniform(0.25, 0.5)
    solids = [box((0, top + 0.08, 0.06), (width + 0.5, 0.025, 0.025), rod, WINDOW)]
    for side in (-1, 1):
        x = side * (width / 2 + 0.2 - span / 2)
        solids.append(box((x, (low + top + 0.07) / 2, 0.06), (span, top + 0.07 - low, 0.04), cloth, WINDOW))
    return solids


def _view(rng: np.random.Generator) -> Material:
    day = rng.random()
    if day < 0.65:
        sky, horizon = materials.from_srgb(150, 190, 235), materials.from_srgb(235, 240, 245)
        glow = rng.uniform(0.5, 1.6)
    elif day < 0.85:
        sky, horizon, glow = materials.from_srgb(90, 110, 160), materials.from_srgb(235, 170, 120), 0.5
    else:
        sky, horizon, glow = materials.from_srgb(15, 18, 30), materials.from_srgb(35, 38, 50), 0.1
    green = materials.from_srgb(*rng.integers((50, 80, 40), (120, 140, 90)).tolist())
    ground = materials.pick_color(rng)
    scenery = Landscape(sky, horizon, green, ground, rng.uniform(-0.7, 0.1), int(rng.integers(1000)))
    return Material(scenery, glow=glow, gloss=0.6)


def hanging_television(rng: np.random.Generator) -> Piece:
    """A flat screen on the wall."""
    width = rng.uniform(0.9, 1.4)
    bottom = rng.uniform(0.95, 1.25)
    return Piece(
        television(rng, 0, bottom, 0, width, stand=False), width / 2, 0.025, bottom + 0.57 * width, bottom=bottom
    )


def mirror(rng: np.random.Generator) -> Piece:
    """A mirror in a frame, dull as if it showed a blurred room; the depth sensor sees little of it."""
    width, height, middle = rng.uniform(0.4, 0.7), rng.uniform(0.6, 1.2), rng.uniform(1.3, 1.5)
    glass = Material(Plain(materials.pick_color(rng), 0.5, 0.4), gloss=1.0)
    solids = [
        box((0, middle, 0), (width, height, 0.03), materials.joinery(rng), OBJECTS),
        box((0, middle, 0.016), (width - 0.08, height - 0.08, 0.004), glass, OBJECTS),
    ]
    return Piece(solids, width / 2, 0.015, middle + height / 2, bottom=middle - height / 2)


def clock(rng: np.random.Generator) -> Piece:
    """A round clock."""
    middle, radius = rng.uniform(1.7, 1.95), rng.uniform(0.13, 0.2)
    hand = materials.metal(rng)
    face = Material(Plain(pick(rng, materials.PALE)))
    solids = [
        cylinder((0, middle, 0), radius, 0.04, materials.joinery(rng), OBJECTS, turn_x(np.pi / 2)),
        cylinder((0, middle, 0.012), 0.88 * radius, 0.04, face, OBJECTS, turn_x(np.pi / 2)),
    ]
    for length in (0.5, 0.75):
        turn = turn_z(rng.uniform(0, 2 * np.pi))
        center = turn @ [0, length * radius / 2, 0] + [0, middle, 0.036]
        solids.append(box(center, (0.02, length * radius, 0.008), hand, OBJECTS, turn))
    return Piece(solids, radius, 0.02, middle + radius, bottom=middle - radius)


def door(rng: np.random.Generator) -> Piece:
    """A door, shut, with its frame and handle."""
    width, height = rng.uniform(0.75, 0.95), rng.uniform(1.95, 2.1)
    leaf, frame = materials.joinery(rng), materials.joinery(rng)
    panels = Material(Fronts(leaf.pattern, 1, int(rng.integers(1, 4))))
    solids = [box((0, height / 2, 0), (width - 0.12, height - 0.06, 0.04), panels, WALL)]
    for side in (-1, 1):
        solids.append(box((side * (width / 2 - 0.03), height / 2, 0), (0.06, height, 0.06), frame, WALL))
    solids.append(box((0, height - 0.03, 0), (width, 0.06, 0.06), frame, WALL))
    solids.append(ball((0.35 * width, 1.0, 0.05), (0.1, 0.03, 0.05), materials.metal(rng), WALL))
    return Piece(solids, width / 2, 0.03, height, stands_before=0.6)
