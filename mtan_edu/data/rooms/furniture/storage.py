"""Cupboards, dressers, shelves, and the books that stand in them."""

from __future__ import annotations

import numpy as np

from mtan_edu.data.rooms import materials
from mtan_edu.data.rooms.chance import happens, pick
from mtan_edu.data.rooms.furniture.piece import Piece, Support, legs
from mtan_edu.data.rooms.furniture.small import books, small_thing
from mtan_edu.data.rooms.labels import FURNITURE
from mtan_edu.data.rooms.materials import Material
from mtan_edu.data.rooms.pictures import Fronts
from mtan_edu.data.rooms.solids import Solid, ball, box


def wardrobe(rng: np.random.Generator) -> Piece:
    """A tall cupboard with doors."""
    return _cabinet(rng, rng.uniform(0.8, 1.6), rng.uniform(0.5, 0.62), rng.uniform(1.7, 2.15), (1, 1))


def dresser(rng: np.random.Generator) -> Piece:
    """A chest of drawers."""
    return _cabinet(rng, rng.uniform(0.7, 1.4), rng.uniform(0.42, 0.52), rng.uniform(0.75, 1.1), (3, 5))


def sideboard(rng: np.random.Generator) -> Piece:
    """A low, long cabinet, such as a television stands on."""
    return _cabinet(rng, rng.uniform(1.1, 1.8), rng.uniform(0.4, 0.5), rng.uniform(0.42, 0.65), (1, 2))


def kitchen_row(rng: np.random.Generator) -> Piece:
    """Kitchen cabinets: a counter over doors, and a second row hanging above it."""
    lower = _cabinet(rng, rng.uniform(1.4, 2.4), 0.6, 0.88, (1, 2))
    counter = materials.paint(rng) if happens(rng, 0.5) else materials.wood(rng)
    solids = [*lower.solids, box((0, 0.9, 0.01), (2 * lower.half_width, 0.04, 0.62), counter, FURNITURE)]
    top = 0.92
    if happens(rng, 0.7):
        count = max(2, round(lower.half_width * 4))
        doors = Material(Fronts(materials.joinery(rng).pattern, count, 1))
        solids.append(box((0, 1.8, -0.13), (2 * lower.half_width, 0.65, 0.34), doors, FURNITURE))
        top = 2.13
    support = Support(0, 0.92, 0.06, lower.half_width - 0.05, 0.2)
    return Piece(solids, lower.half_width, 0.32, top, supports=(support,), stands_before=0.5)


def bookshelf(rng: np.random.Generator) -> Piece:
    """An open shelf, its boards filled with books and a few things."""
    frame = materials.joinery(rng)
    width, depth, boards = rng.uniform(0.7, 1.3), rng.uniform(0.26, 0.34), int(rng.integers(3, 7))
    gap = rng.uniform(0.3, 0.36)
    height = boards * gap + 0.08
    solids: list[Solid] = [box((0, height / 2, -depth / 2 + 0.008), (width, height, 0.016), frame, FURNITURE)]
    for side in (-1, 1):
        solids.append(box((side * (width / 2 - 0.012), height / 2, 0), (0.024, height, depth), frame, FURNITURE))
    for number in range(boards + 1):
        y = 0.06 + number * gap
        solids.append(box((0, y, 0), (width - 0.048, 0.022, depth), frame, FURNITURE))
        if number < boards and happens(rng, 0.9):
            solids += _row(rng, width / 2 - 0.04, y + 0.011, depth, gap - 0.04)
    support = Support(0, height, 0, width / 2 - 0.05, depth / 2 - 0.04)
    return Piece(solids, width / 2, depth / 2, height + 0.02, supports=(support,) if height < 1.9 else ())


def wall_shelf(rng: np.random.Generator) -> Piece:
    """One or two boards on the wall, with books."""
    frame = materials.joinery(rng)
    width, depth, boards = rng.uniform(0.6, 1.3), rng.uniform(0.2, 0.26), int(rng.integers(1, 4))
    bottom = rng.uniform(1.2, 1.5)
    solids: list[Solid] = []
    for number in range(boards):
        y = bottom + 0.33 * number
        solids.append(box((0, y, 0), (width, 0.025, depth), frame, FURNITURE))
        solids += _row(rng, width / 2 - 0.02, y + 0.0125, depth, 0.28)
    return Piece(solids, width / 2, depth / 2, bottom + 0.33 * boards, bottom=bottom - 0.02)


def _row(rng: np.random.Generator, half_width: float, y: float, depth: float, clear: float) -> list[Solid]:
    """What stands on one board, from left to right: books, gaps, things."""
    solids: list[Solid] = []
    x = -half_width
    while x < half_width - 0.08:
        room = half_width - x
        kind = rng.random()
        if kind < 0.72:
            width = min(room, rng.uniform(0.12, 0.4))
            solids += books(rng, x + width / 2, y, 0.02, width, depth - 0.07, clear)
        elif kind < 0.87 and room > 0.16:
            width = 0.16
            solids += small_thing(rng, x + 0.08, y, 0.02, 0.065, clear)
        else:
            width = min(room, rng.uniform(0.05, 0.2))
        x += width + 0.005
    return solids


def _cabinet(
    rng: np.random.Generator, width: float, depth: float, height: float, rows_between: tuple[int, int]
) -> Piece:
    body, knob = materials.joinery(rng), materials.metal(rng)
    columns, rows = max(1, round(width / rng.uniform(0.4, 0.7))), int(rng.integers(*rows_between, endpoint=True))
    foot = pick(rng, [0.0, 0.1])
    solids: list[Solid] = []
    if foot:
        solids += legs(width / 2 - 0.04, depth / 2 - 0.04, foot, 0.05, body, FURNITURE)
    fronts = Material(Fronts(body.pattern, columns, rows), gloss=body.gloss)
    solids.append(box((0, (foot + height) / 2, 0), (width, height - foot, depth), fronts, FURNITURE))
    for column in range(columns):
        for row in range(rows):
            x = ((column + 0.5) / columns - 0.5) * width
            y = foot + (row + 0.5) / rows * (height - foot)
            solids.append(ball((x, y, depth / 2 + 0.01), (0.05, 0.035, 0.035), knob, FURNITURE))
    support = Support(0, height, 0, width / 2 - 0.04, depth / 2 - 0.04)
    return Piece(
        solids,
        width / 2,
        depth / 2 + 0.02,
        height + 0.02,
        supports=(support,) if height < 1.5 else (),
        stands_before=0.4,
    )
