"""Where rays meet solids: exact, one formula per shape.

A solid is a unit shape under an affine map, so a ray is taken into the unit shape's coordinates, where the formulae are
short; the distance along the ray, in multiples of its direction, is the same in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mtan_edu.data.rooms.solids import Shape, Solid

_SLACK = 1e-4
"""How much wider than its corners a solid is searched for [slope], against rounding."""

_NEAREST = 0.02
"""Distance in front of a viewpoint from which solids are searched for [m]."""

_EDGES = np.array([(a, b) for a in range(8) for b in range(a) if (a ^ b) in (1, 2, 4)]).T
"""The corners between which a box's twelve edges run, `(2, 12)`: those that differ in one sign."""

_TINY = 1e-30
"""Added to a direction's components, so that a ray parallel to a face divides by no zero."""


@dataclass(frozen=True, eq=False)
class Viewpoint:
    """A point and the way it looks: a camera, and in the same way a lamp, for what a lamp does not see lies in shadow.

    Attributes:
        origin: Where it stands [m], `(3,)`.
        axes: Its right, up and backward directions in world coordinates, one per column, `(3, 3)`.
    """

    origin: np.ndarray
    axes: np.ndarray

    def bounds(self, solids: Sequence[Solid], margin: float = 0.0) -> np.ndarray:
        """Between which slopes each solid can be seen, from the viewpoint or `margin` right, left, above, below of it.

        Args:
            solids: P solids.
            margin: How far the eye may move [m].

        Returns:
            Least and greatest horizontal, least and greatest vertical slope of each, and its least distance in front
            [m], `(P, 5)`; for a solid behind, the least slope is above the greatest.
        """
        corners = np.array([solid.corners for solid in solids]) - self.origin[:, None]  # (P, 3, 8)
        seen = self.axes.T @ corners * np.array([1.0, 1.0, -1.0])[:, None]  # right, up, in front
        start, end = seen[:, :, _EDGES[0]], seen[:, :, _EDGES[1]]  # (P, 3, 12)
        crossing = (start[:, 2:] < _NEAREST) != (end[:, 2:] < _NEAREST)
        share = (_NEAREST - start[:, 2:]) / np.where(crossing, end[:, 2:] - start[:, 2:], 1.0)
        points = np.concatenate([seen, start + share * (end - start)], axis=2)  # (P, 3, 20)
        valid = np.concatenate([seen[:, 2] >= _NEAREST, crossing[:, 0]], axis=1)
        right, up, front = np.moveaxis(points, 1, 0)
        front = np.where(valid, front, 1.0)
        slack = _SLACK + margin / front
        limits = [
            np.where(valid, sign * place / front - slack, np.inf).min(axis=1) * sign
            for place in (right, up)
            for sign in (1, -1)
        ]
        return np.stack([*limits, seen[:, 2].min(axis=1)], axis=1)


def hit_distance(solid: Solid, origin: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """How far rays that start outside a solid run until they meet it.

    Args:
        solid: The solid.
        origin: Where the rays start [m]: all of them, `(3, 1)`, or each, `(3, n)`.
        directions: Their directions, of any length, `(3, n)`.

    Returns:
        Multiples of the direction, `(n,)`; infinite where the ray misses.
    """
    enter, leave = _span(solid, origin, directions)
    return np.where((enter <= leave) & (enter > 0), enter, np.inf)


def nearest_hits(
    solids: Sequence[Solid], view: Viewpoint, across: np.ndarray, along: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What each ray of an image grid meets first.

    Args:
        solids: All there is.
        view: Where the rays start and which way they look.
        across: Horizontal slope of each column's rays, ascending, `(W,)`.
        along: Vertical slope of each row's rays, descending, `(H,)`.

    Returns:
        Depth along the optical axis [m], `(H, W)`, infinite where nothing is met, and the index of the solid met,
        `(H, W)`.
    """
    directions = view_directions(view, across, along)  # (3, H, W)
    depth = np.full(directions.shape[1:], np.inf, directions.dtype)
    index = np.zeros(depth.shape, np.intp)
    limits = view.bounds(solids)
    columns = np.searchsorted(across, limits[:, :2])
    rows = np.searchsorted(-along, -limits[:, 3:1:-1])
    for number in np.flatnonzero((columns[:, 0] < columns[:, 1]) & (rows[:, 0] < rows[:, 1])).tolist():
        window = (slice(*rows[number]), slice(*columns[number]))
        rays = directions[(slice(None), *window)]
        found = hit_distance(solids[number], view.origin[:, None], rays.reshape(3, -1)).reshape(rays.shape[1:])
        closer = found < depth[window]
        np.copyto(depth[window], found, where=closer)
        np.copyto(index[window], number, where=closer)
    return depth, index


def view_directions(view: Viewpoint, across: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Directions in world coordinates that run 1 m along the optical axis each, `(3, H, W)`."""
    right, up, back = view.axes.T.astype(across.dtype)
    return right[:, None, None] * across[None, None, :] + up[:, None, None] * along[None, :, None] - back[:, None, None]


def hidden(
    solids: Sequence[Solid], view: Viewpoint, points: np.ndarray, spread: np.ndarray | None = None
) -> np.ndarray:
    """Which points a viewpoint cannot see because a solid stands between.

    Args:
        solids: Whatever may stand between.
        view: From where it is looked.
        points: Points on surfaces [m], `(3, n)`.
        spread: For each point, how far beside the viewpoint's origin it is looked from [m], `(3, n)`, at right angles
            to the way it looks: the places on a lamp that is no point. None for the origin itself.

    Returns:
        `(n,)` bool.
    """
    dtype = points.dtype
    result = np.zeros(points.shape[1], bool)
    if not result.size or not solids:
        return result
    right, up, back = view.axes.T.astype(dtype) @ (points - view.origin[:, None].astype(dtype))
    order = np.argsort(right / np.maximum(-back, dtype.type(1e-6)))  # neighbors in the view stand side by side
    front = np.maximum(-back[order], dtype.type(1e-6))
    across, along = right[order] / front, up[order] / front
    points = points[:, order]
    eye = view.origin[:, None].astype(dtype) + (0 if spread is None else spread[:, order])
    ways = eye - points
    least = 2e-3 / np.maximum(front, dtype.type(0.1))  # 2 mm off the surface on which the point lies
    margin = 0.0 if spread is None else float(np.sqrt((spread * spread).sum(axis=0).max()))
    limits = view.bounds(solids, margin).astype(dtype)
    columns = np.searchsorted(across, limits[:, :2])
    found = np.zeros_like(result)
    for number in np.flatnonzero(columns[:, 0] < columns[:, 1]).tolist():
        first, last = columns[number]
        low, high, nearest = limits[number, 2:]
        height = along[first:last]
        near = np.flatnonzero((height > low) & (height < high) & (front[first:last] > nearest)) + first
        if near.size:
            enter, leave = _span(solids[number], points[:, near], ways[:, near])
            found[near] |= (enter <= leave) & (enter > least[near]) & (enter < 1)
    result[order] = found
    return result


def _span(solid: Solid, origin: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where rays enter and leave a solid, in multiples of their directions; those that miss leave before they enter."""
    to_unit = solid.to_unit.astype(directions.dtype)
    start = to_unit @ (origin - solid.center[:, None].astype(directions.dtype)).astype(directions.dtype)
    return _SPANS[solid.shape](start, to_unit @ directions)


def _box_span(start: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where rays enter and leave the cube [-1, 1]³: between its nearest far and its farthest near face."""
    inverse = 1.0 / (directions + directions.dtype.type(_TINY))
    middle, reach = -start * inverse, np.abs(inverse)
    return (middle - reach).max(axis=0), (middle + reach).min(axis=0)


def _ball_span(start: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where rays enter and leave the unit ball: |s + t d|² = 1."""
    return _roots(start, directions)


def _cylinder_span(start: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where rays enter and leave the unit cylinder: the endless one around y, cut by two planes."""
    enter_side, leave_side = _roots(start[[0, 2]], directions[[0, 2]])
    enter_caps, leave_caps = _box_span(start[1:2], directions[1:2])
    return np.maximum(enter_side, enter_caps), np.minimum(leave_side, leave_caps)


def _roots(start: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    square = (directions * directions).sum(axis=0) + directions.dtype.type(_TINY)
    middle = -(start * directions).sum(axis=0) / square
    nearest = start + middle * directions  # the ray's point closest to the axis or center
    rest = 1.0 - (nearest * nearest).sum(axis=0)
    reach = np.sqrt(np.maximum(rest, 0.0) / square)
    missed = rest < 0.0
    return np.where(missed, np.inf, middle - reach), np.where(missed, -np.inf, middle + reach)


_SPANS = {Shape.BOX: _box_span, Shape.CYLINDER: _cylinder_span, Shape.BALL: _ball_span}
