"""Where rays enter and leave solids: exact, one formula per shape.

A solid is a unit shape under an affine map, so a ray is taken into the unit shape's coordinates, where the formulae are
short; the distance along the ray, in multiples of its direction, is the same in both.
"""

from __future__ import annotations

import numpy as np

from mtan_edu.data.rooms.solids import Shape, Solid

_TINY = 1e-30
"""Added to a direction's components, so that a ray parallel to a face divides by no zero."""


def hit_distance(solid: Solid, origin: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """How far rays that start outside a solid run until they meet it.

    Args:
        solid: The solid.
        origin: Where the rays start [m]: all of them, `(3, 1)`, or each, `(3, n)`.
        directions: Their directions, of any length, `(3, n)`.

    Returns:
        Multiples of the direction, `(n,)`; infinite where the ray misses.
    """
    to_unit = solid.to_unit.astype(directions.dtype)
    start = to_unit @ (origin - solid.center[:, None].astype(directions.dtype)).astype(directions.dtype)
    enter, leave = _SPANS[solid.shape](start, to_unit @ directions)
    return np.where((enter <= leave) & (enter > 0), enter, np.inf)


def spans(
    shapes: np.ndarray, sizes: np.ndarray, starts: np.ndarray, directions: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where rays enter and leave solids of several shapes.

    Args:
        shapes: The shape of each solid, ascending, `(k,)`.
        sizes: How many rays are paired with each, `(k,)`.
        starts: Where the rays start in the coordinates of the unit shape, `(3, n)`.
        directions: Their directions in the same coordinates, `(3, n)`.

    Returns:
        Multiples of the directions, `(n,)` each; rays that miss leave before they enter.
    """
    ends = np.searchsorted(shapes, [*Shape, len(Shape)])
    edges = np.concatenate([[0], np.cumsum(sizes)])[ends].tolist()
    found = [
        _SPANS[shape](starts[:, first:last], directions[:, first:last])
        for shape, first, last in zip(Shape, edges[:-1], edges[1:], strict=True)
        if first < last
    ]
    if len(found) == 1:
        return found[0]
    return np.concatenate([enter for enter, _ in found]), np.concatenate([leave for _, leave in found])


def _box_span(start: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where rays enter and leave the cube [-1, 1]³: between its nearest far and its farthest near face."""
    inverse = 1.0 / (directions + directions.dtype.type(_TINY))
    middle, reach = start * inverse, np.abs(inverse)
    enter, leave = _rows(np.minimum, middle + reach), _rows(np.maximum, middle - reach)
    return np.negative(enter, out=enter), np.negative(leave, out=leave)


def _ball_span(start: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where rays enter and leave the unit ball: |s + t d|² = 1."""
    return _roots(start, directions)


def _cylinder_span(start: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where rays enter and leave the unit cylinder: the endless one around y, cut by two planes."""
    enter_side, leave_side = _roots(start[::2], directions[::2])
    enter_caps, leave_caps = _box_span(start[1:2], directions[1:2])
    return np.maximum(enter_side, enter_caps), np.minimum(leave_side, leave_caps)


def _roots(start: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    square = _rows(np.add, directions * directions) + directions.dtype.type(_TINY)
    middle = -_rows(np.add, start * directions) / square
    nearest = start + middle * directions  # the ray's point closest to the axis or center
    rest = 1.0 - _rows(np.add, nearest * nearest)
    reach = np.sqrt(np.maximum(rest, 0.0) / square)
    missed = rest < 0.0
    return np.where(missed, np.inf, middle - reach), np.where(missed, -np.inf, middle + reach)


def _rows(combine: np.ufunc, values: np.ndarray) -> np.ndarray:
    """The rows combined to one, in order and at once; faster than `combine.reduce` for as few as there are here."""
    result = values[0].copy()
    for row in values[1:]:
        combine(result, row, out=result)
    return result


_SPANS = {Shape.BOX: _box_span, Shape.CYLINDER: _cylinder_span, Shape.BALL: _ball_span}
