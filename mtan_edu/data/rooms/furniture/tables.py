"""Tables and desks."""

from __future__ import annotations

import numpy as np

from mtan_edu.data.rooms import materials
from mtan_edu.data.rooms.chance import happens, pick
from mtan_edu.data.rooms.furniture.piece import Piece, Support, legs
from mtan_edu.data.rooms.labels import TABLE
from mtan_edu.data.rooms.pictures import Fronts
from mtan_edu.data.rooms.solids import box, cylinder


def dining_table(rng: np.random.Generator) -> Piece:
    """A table to sit at, round or angular."""
    height = rng.uniform(0.71, 0.77)
    if happens(rng, 0.3):
        return _round_table(rng, rng.uniform(0.45, 0.65), height)
    return _four_legs(rng, rng.uniform(1.1, 1.8), rng.uniform(0.75, 0.95), height)


def coffee_table(rng: np.random.Generator) -> Piece:
    """A low table, round or angular."""
    height = rng.uniform(0.36, 0.48)
    if happens(rng, 0.3):
        return _round_table(rng, rng.uniform(0.3, 0.45), height)
    return _four_legs(rng, rng.uniform(0.8, 1.2), rng.uniform(0.45, 0.65), height, shelf=happens(rng, 0.4))


def side_table(rng: np.random.Generator) -> Piece:
    """A small table."""
    height = rng.uniform(0.5, 0.65)
    if happens(rng, 0.5):
        return _round_table(rng, rng.uniform(0.2, 0.28), height)
    return _four_legs(rng, rng.uniform(0.4, 0.55), rng.uniform(0.4, 0.5), height)


def desk(rng: np.random.Generator) -> Piece:
    """A desk: a top on legs on one side and drawers on the other, or on two boards."""
    top = materials.joinery(rng)
    width, depth, height = rng.uniform(1.1, 1.6), rng.uniform(0.6, 0.75), rng.uniform(0.72, 0.76)
    solids = [box((0, height - 0.02, 0), (width, 0.04, depth), top, TABLE)]
    under = height - 0.04
    if happens(rng, 0.6):
        drawers = materials.Material(Fronts(top.pattern, 1, 3))
        side = pick(rng, [-1, 1])
        solids.append(box((side * (width / 2 - 0.22), under / 2, 0), (0.4, under, depth - 0.06), drawers, TABLE))
        for z in (-1, 1):
            place = (-side * (width / 2 - 0.04), under / 2, z * (depth / 2 - 0.04))
            solids.append(box(place, (0.05, under, 0.05), top, TABLE))
    else:
        for side in (-1, 1):
            solids.append(box((side * (width / 2 - 0.03), under / 2, 0), (0.04, under, depth - 0.04), top, TABLE))
        solids.append(box((0, under - 0.2, -depth / 2 + 0.04), (width - 0.1, 0.35, 0.02), top, TABLE))
    support = Support(0, height, 0, width / 2 - 0.05, depth / 2 - 0.05)
    return Piece(solids, width / 2, depth / 2, height + 0.5, supports=(support,), stands_before=0.55)


def _four_legs(rng: np.random.Generator, width: float, depth: float, height: float, shelf: bool = False) -> Piece:
    top = materials.joinery(rng)
    under = top if happens(rng, 0.7) else materials.metal(rng)
    leg = rng.uniform(0.04, 0.08)
    x, z = width / 2 - leg, depth / 2 - leg
    solids = legs(x, z, height - 0.03, leg, under, TABLE, happens(rng, 0.3))
    solids.append(box((0, height - 0.02, 0), (width, 0.04, depth), top, TABLE))
    if happens(rng, 0.6):
        for side in (-1, 1):
            solids.append(box((0, height - 0.08, side * z), (2 * x, 0.08, 0.025), under, TABLE))
            solids.append(box((side * x, height - 0.08, 0), (0.025, 0.08, 2 * z), under, TABLE))
    supports = [Support(0, height, 0, width / 2 - 0.05, depth / 2 - 0.05)]
    if shelf:
        solids.append(box((0, 0.13, 0), (2 * x, 0.025, 2 * z), under, TABLE))
        supports.append(Support(0, 0.1425, 0, x - 0.08, z - 0.08))
    return Piece(solids, width / 2, depth / 2, height + 0.3, supports=supports)


def _round_table(rng: np.random.Generator, radius: float, height: float) -> Piece:
    top = materials.joinery(rng)
    solids = [
        cylinder((0, height - 0.02, 0), radius, 0.04, top, TABLE),
        cylinder((0, height / 2, 0), 0.04, height - 0.05, top, TABLE),
        cylinder((0, 0.015, 0), 0.6 * radius, 0.03, top, TABLE),
    ]
    support = Support(0, height, 0, 0.65 * radius, 0.65 * radius)
    return Piece(solids, radius, radius, height + 0.3, supports=(support,))
