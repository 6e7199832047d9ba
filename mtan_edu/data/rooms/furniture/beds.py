"""Beds and what stands beside them."""

from __future__ import annotations

import numpy as np

from mtan_edu.data.rooms import materials
from mtan_edu.data.rooms.chance import happens
from mtan_edu.data.rooms.furniture.piece import Piece, Support, legs
from mtan_edu.data.rooms.labels import BED, FURNITURE, OBJECTS
from mtan_edu.data.rooms.pictures import Fronts
from mtan_edu.data.rooms.solids import Solid, ball, box


def bed(rng: np.random.Generator) -> Piece:
    """A bed for one or two: frame, mattress, blanket hanging over, headboard, pillows. Its head is at the back."""
    double = happens(rng, 0.6)
    width = rng.uniform(1.4, 1.8) if double else rng.uniform(0.9, 1.1)
    length, frame_top, top = rng.uniform(1.95, 2.1), rng.uniform(0.25, 0.32), rng.uniform(0.45, 0.6)
    frame, sheet, blanket = materials.joinery(rng), materials.fabric(rng), materials.fabric(rng)
    solids = legs(width / 2 - 0.05, length / 2 - 0.05, 0.15, 0.08, frame, BED)
    solids.append(box((0, (0.12 + frame_top) / 2, 0), (width, frame_top - 0.12, length), frame, BED))
    middle = (frame_top + top) / 2
    solids.append(box((0, middle, 0.02), (width - 0.04, top - frame_top, length - 0.06), sheet, BED))
    covered = length * rng.uniform(0.5, 0.75)
    drop = rng.uniform(0.2, top - 0.1)
    front = length / 2 + 0.015
    solids.append(box((0, top + 0.03 - drop / 2, front - covered / 2), (width + 0.03, drop, covered), blanket, BED))
    if happens(rng, 0.75):
        head = top + rng.uniform(0.3, 0.65)
        solids.append(box((0, head / 2, -length / 2 - 0.03), (width + 0.04, head, 0.06), frame, BED))
    if happens(rng, 0.3):
        foot = top + rng.uniform(0.05, 0.25)
        solids.append(box((0, foot / 2, length / 2 + 0.04), (width + 0.04, foot, 0.05), frame, BED))
    solids += _pillows(rng, 2 if double else 1, width, top, -length / 2)
    return Piece(solids, width / 2 + 0.03, length / 2 + 0.07, top + 0.65, stands_before=0.2)


def _pillows(rng: np.random.Generator, count: int, width: float, top: float, back: float) -> list[Solid]:
    size = min(0.7, 0.9 * width / count)
    cloth = materials.fabric(rng)
    result = []
    for number in range(count):
        x = (number + 0.5 - count / 2) * width / count
        result.append(ball((x, top + 0.06, back + 0.27), (size, 0.2, 0.46), cloth, OBJECTS))
    return result


def nightstand(rng: np.random.Generator) -> Piece:
    """A low cabinet with one or two drawers."""
    body = materials.joinery(rng)
    width, depth, height = rng.uniform(0.4, 0.5), rng.uniform(0.35, 0.42), rng.uniform(0.45, 0.6)
    fronts = materials.Material(Fronts(body.pattern, 1, int(rng.integers(1, 3))))
    solids = legs(width / 2 - 0.03, depth / 2 - 0.03, 0.12, 0.04, body, FURNITURE)
    solids.append(box((0, (height + 0.1) / 2, 0), (width, height - 0.1, depth), fronts, FURNITURE))
    support = Support(0, height, 0, width / 2 - 0.02, depth / 2 - 0.02)
    return Piece(solids, width / 2, depth / 2, height + 0.4, supports=(support,))
