"""Chairs and sofas."""

from __future__ import annotations

import numpy as np

from mtan_edu.data.rooms import materials
from mtan_edu.data.rooms.chance import happens, pick
from mtan_edu.data.rooms.furniture.piece import Piece, legs
from mtan_edu.data.rooms.labels import CHAIR, OBJECTS, SOFA
from mtan_edu.data.rooms.solids import Solid, ball, box, cylinder, turn_x, turn_y, turn_z


def chair(rng: np.random.Generator) -> Piece:
    """A chair of any kind: wooden, upholstered, or on a turning column."""
    return [side_chair, side_chair, office_chair][rng.integers(3)](rng)


def side_chair(rng: np.random.Generator) -> Piece:
    """Four legs, a seat, and a back of slats, bars or one board."""
    frame = materials.joinery(rng) if happens(rng, 0.8) else materials.metal(rng)
    seat = materials.fabric(rng) if happens(rng, 0.5) else frame
    width, depth, height = rng.uniform(0.4, 0.5), rng.uniform(0.4, 0.48), rng.uniform(0.43, 0.48)
    back = rng.uniform(0.38, 0.55)
    x, z = width / 2 - 0.025, depth / 2 - 0.025
    solids = legs(x, z, height - 0.03, 0.04, frame, CHAIR, happens(rng, 0.4))
    solids.append(box((0, height - 0.01, 0), (width, 0.05, depth), seat, CHAIR))
    for side in (-x, x):
        solids.append(box((side, height + back / 2, -z), (0.04, back, 0.035), frame, CHAIR))
    style = rng.integers(3)
    if style == 0:
        solids.append(box((0, height + 0.6 * back, -z), (width - 0.08, 0.7 * back, 0.03), seat, CHAIR))
    elif style == 1:
        for share in (0.35, 0.65, 0.93):
            solids.append(box((0, height + share * back, -z), (width - 0.08, 0.06, 0.02), frame, CHAIR))
    else:
        solids.append(box((0, height + 0.95 * back, -z), (width, 0.06, 0.03), frame, CHAIR))
        for place in np.linspace(-0.6, 0.6, 4):
            solids.append(box((place * x, height + 0.47 * back, -z), (0.025, 0.9 * back, 0.02), frame, CHAIR))
    return Piece(solids, width / 2, depth / 2, height + back)


def office_chair(rng: np.random.Generator) -> Piece:
    """A padded seat and back on a column with a star of feet, sometimes with arms."""
    pad, frame = materials.fabric(rng), materials.metal(rng)
    height, width = rng.uniform(0.45, 0.52), rng.uniform(0.46, 0.52)
    solids: list[Solid] = [cylinder((0, height / 2, 0), 0.03, height - 0.06, frame, CHAIR)]
    for angle in np.arange(5) * 2 * np.pi / 5:
        arm = turn_y(angle)
        solids.append(box(arm @ [0, 0.06, 0.14], (0.045, 0.04, 0.28), frame, CHAIR, arm))
        solids.append(ball(arm @ [0, 0.03, 0.27], (0.06, 0.06, 0.06), frame, CHAIR))
    solids.append(box((0, height, 0), (width, 0.08, width), pad, CHAIR))
    lean = turn_x(-0.12)
    back = rng.uniform(0.45, 0.65)
    solids.append(box((0, height + 0.1 + back / 2, -width / 2 - 0.03), (width - 0.04, back, 0.07), pad, CHAIR, lean))
    solids.append(box((0, height + 0.06, -width / 2 + 0.01), (0.08, 0.25, 0.03), frame, CHAIR))
    if happens(rng, 0.5):
        for side in (-width / 2, width / 2):
            solids.append(box((side, height + 0.2, 0), (0.05, 0.03, 0.28), frame, CHAIR))
            solids.append(box((side, height + 0.1, 0.02), (0.03, 0.2, 0.04), frame, CHAIR))
    return Piece(solids, 0.3, 0.34, height + 0.15 + back)


def sofa(rng: np.random.Generator) -> Piece:
    """A couch for two or three, or an armchair: base, back, arms, cushions, feet, and now and then pillows."""
    seats = pick(rng, [1, 2, 3], [0.25, 0.35, 0.4])
    cloth = materials.fabric(rng)
    other = cloth if happens(rng, 0.6) else materials.fabric(rng)
    feet = materials.joinery(rng)
    arm, seat_width = rng.uniform(0.12, 0.22), rng.uniform(0.58, 0.7)
    depth, seat, back = rng.uniform(0.82, 0.95), rng.uniform(0.38, 0.45), rng.uniform(0.75, 0.92)
    inner = seats * seat_width
    width, arm_height, foot = inner + 2 * arm, seat + rng.uniform(0.12, 0.22), 0.07
    solids = legs(width / 2 - 0.06, depth / 2 - 0.06, foot, 0.06, feet, SOFA, True)
    base = seat - 0.14
    solids.append(box((0, (foot + base) / 2, 0), (width, base - foot, depth), cloth, SOFA))
    solids.append(box((0, (base + back) / 2, -depth / 2 + 0.1), (inner, back - base, 0.2), cloth, SOFA))
    round_arms = happens(rng, 0.5)
    for side in (-1, 1):
        x = side * (inner + arm) / 2
        solids.append(box((x, (base + arm_height) / 2, 0), (arm, arm_height - base, depth), cloth, SOFA))
        if round_arms:
            solids.append(cylinder((x, arm_height, 0), arm / 2, depth, cloth, SOFA, turn_x(np.pi / 2)))
    lean = turn_x(-0.2)
    for number in range(seats):
        x = (number + 0.5) * seat_width - inner / 2
        solids.append(box((x, seat - 0.06, 0.1), (seat_width - 0.015, 0.16, depth - 0.22), other, SOFA))
        solids.append(box((x, seat + 0.2, -depth / 2 + 0.26), (seat_width - 0.03, 0.42, 0.14), other, SOFA, lean))
    for _ in range(rng.integers(0, seats + 1)):
        solids.append(_pillow(rng, rng.uniform(-0.42, 0.42) * inner, seat, -depth / 2 + 0.45))
    return Piece(solids, width / 2, depth / 2, back, stands_before=0.4)


def _pillow(rng: np.random.Generator, x: float, seat: float, z: float) -> Solid:
    size = rng.uniform(0.34, 0.44)
    axes = turn_x(-0.45) @ turn_z(rng.uniform(-0.3, 0.3))
    return ball((x, seat + 0.45 * size, z), (size, size, 0.17), materials.fabric(rng), OBJECTS, axes)
