"""Small things: books, vases, balls, boxes, lamps, plants, and televisions."""

from __future__ import annotations

import numpy as np

from mtan_edu.data.rooms import materials
from mtan_edu.data.rooms.chance import happens, pick
from mtan_edu.data.rooms.furniture.piece import Piece
from mtan_edu.data.rooms.labels import BOOKS, OBJECTS, TV, UNLABELED
from mtan_edu.data.rooms.materials import Material
from mtan_edu.data.rooms.patterns import Plain
from mtan_edu.data.rooms.pictures import Landscape, Spines
from mtan_edu.data.rooms.solids import Solid, ball, box, cylinder, turn_y, turn_z


def books(
    rng: np.random.Generator, x: float, y: float, z: float, width: float, depth: float, clear: float
) -> list[Solid]:
    """Upright books: a few boxes of unequal height, each with several spines to the front."""
    colors = materials.pick_colors(rng, 5)
    solids = []
    left, right = x - width / 2, x + width / 2
    while left < right - 0.02:
        part = min(rng.uniform(0.06, 0.22), right - left)
        height, thick = clear * rng.uniform(0.6, 0.95), depth * rng.uniform(0.75, 1.0)
        spines = Material(Spines(colors, max(1, round(part / 0.035)), int(rng.integers(1000))))
        solids.append(box((left + part / 2, y + height / 2, z), (part, height, thick), spines, BOOKS))
        left += part
    return solids


def book_stack(rng: np.random.Generator, x: float, y: float, z: float, reach: float) -> list[Solid]:
    """Books lying on each other, each turned a little."""
    solids = []
    for _ in range(rng.integers(1, 5)):
        thick, size = rng.uniform(0.02, 0.05), min(0.15, reach) * rng.uniform(0.8, 1.0)
        axes = turn_y(rng.uniform(-0.5, 0.5))
        cover = Material(Plain(materials.pick_color(rng)))
        solids.append(box((x, y + thick / 2, z), (1.5 * size, thick, 1.1 * size), cover, BOOKS, axes))
        y += thick
    return solids


def small_thing(
    rng: np.random.Generator, x: float, y: float, z: float, reach: float, clear: float = 0.5
) -> list[Solid]:
    """One thing that fits into a circle of radius `reach` [m] and under `clear` [m]: vase, ball, box, mug, bottle."""
    surface = materials.paint(rng) if happens(rng, 0.7) else materials.metal(rng)
    label = UNLABELED if happens(rng, 0.15) else OBJECTS
    size = reach * rng.uniform(0.6, 1.0)
    height = min(clear - 0.02, size * rng.uniform(1.0, 3.0))
    kind = rng.integers(5)
    if kind == 0:
        size = min(size, clear / 2 - 0.01)
        return [ball((x, y + size, z), (2 * size, 2 * size, 2 * size), surface, label)]
    if kind == 1:
        axes = turn_y(rng.uniform(0, np.pi))
        return [box((x, y + height / 2, z), (1.3 * size, height, size), surface, label, axes)]
    if kind == 2:
        return [cylinder((x, y + height / 2, z), 0.7 * size, height, surface, label)]
    if kind == 3:  # a bottle: body and neck
        body = 0.65 * height
        return [
            cylinder((x, y + body / 2, z), 0.45 * size, body, surface, label),
            cylinder((x, y + height / 2, z), 0.18 * size, height, surface, label),
        ]
    foot = cylinder((x, y + 0.1 * height, z), 0.5 * size, 0.2 * height, surface, label)  # a vase: foot, belly, rim
    belly = ball((x, y + 0.5 * height, z), (1.5 * size, 0.8 * height, 1.5 * size), surface, label)
    return [foot, belly, cylinder((x, y + 0.9 * height, z), 0.35 * size, 0.2 * height, surface, label)]


def table_lamp(rng: np.random.Generator, x: float, y: float, z: float) -> list[Solid]:
    """A lamp with a foot and a shade."""
    foot = materials.metal(rng)
    shade = Material(Plain(pick(rng, materials.PALE)), glow=pick(rng, [0.0, 0.5]))
    radius = rng.uniform(0.1, 0.15)
    return [
        cylinder((x, y + 0.01, z), 0.07, 0.02, foot, OBJECTS),
        cylinder((x, y + 0.13, z), 0.015, 0.24, foot, OBJECTS),
        cylinder((x, y + 0.3, z), radius, 0.2, shade, OBJECTS),
    ]


def floor_lamp(rng: np.random.Generator) -> Piece:
    """A standing lamp."""
    foot, height = materials.metal(rng), rng.uniform(1.4, 1.7)
    shade = Material(Plain(pick(rng, materials.PALE)), glow=pick(rng, [0.0, 0.6]))
    solids = [
        cylinder((0, 0.015, 0), 0.15, 0.03, foot, OBJECTS),
        cylinder((0, height / 2, 0), 0.015, height, foot, OBJECTS),
        cylinder((0, height, 0), 0.19, 0.28, shade, OBJECTS),
    ]
    return Piece(solids, 0.2, 0.2, height + 0.15)


def plant(rng: np.random.Generator) -> Piece:
    """A pot with leaves."""
    pot, height = materials.paint(rng), rng.uniform(0.25, 0.4)
    solids = [cylinder((0, height / 2, 0), 0.16, height, pot, OBJECTS)]
    top = height
    for _ in range(rng.integers(5, 10)):
        green = materials.from_srgb(*rng.integers((30, 70, 25), (90, 140, 70)).tolist())
        leaf = Material(Plain(green, 0.5, 0.02))
        axes = turn_y(rng.uniform(0, 2 * np.pi)) @ turn_z(rng.uniform(0.3, 1.4))
        length = rng.uniform(0.3, 0.6)
        center = axes @ [0.4 * length, 0, 0] + [0, height, 0]
        solids.append(ball(center, (length, 0.05, 0.14), leaf, OBJECTS, axes))
        top = max(top, center[1] + length / 2)
    return Piece(solids, 0.28, 0.28, top)


def floor_things(rng: np.random.Generator) -> Piece:
    """A carton, a basket, a ball or a bag left on the floor."""
    reach = rng.uniform(0.14, 0.28)
    return Piece(small_thing(rng, 0.0, 0.0, 0.0, reach, 0.6), reach, reach, 0.6)


def television(rng: np.random.Generator, x: float, y: float, z: float, width: float, stand: bool = True) -> list[Solid]:
    """A flat screen, its lower edge at `y` plus a foot where it stands; dark or running."""
    height = 0.57 * width
    casing = Material(Plain((0.015, 0.015, 0.017)), gloss=0.4)
    sky, horizon, hills, ground = materials.pick_colors(rng, 4)
    film = Landscape(sky, horizon, hills, ground, level=rng.uniform(-0.4, 0.2), seed=int(rng.integers(100)))
    dark = Plain((0.012, 0.013, 0.016), 0.3, 0.5)
    screen = Material(film, glow=0.5, gloss=0.6) if happens(rng, 0.4) else Material(dark, gloss=1.0)
    solids = []
    if stand:
        solids.append(box((x, y + 0.01, z), (0.35 * width, 0.02, 0.16), casing, TV))
        solids.append(box((x, y + 0.05, z - 0.01), (0.08, 0.08, 0.03), casing, TV))
        y += 0.07
    solids.append(box((x, y + height / 2, z), (width, height, 0.05), casing, TV))
    solids.append(box((x, y + height / 2, z + 0.0255), (width - 0.04, height - 0.04, 0.003), screen, TV))
    return solids
