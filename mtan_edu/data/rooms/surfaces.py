"""What is seen where a ray meets a solid: point, normal, and coordinates on the surface for its pattern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mtan_edu.data.rooms.solids import Shape, Solid, Solids


@dataclass(frozen=True, eq=False)
class Patch:
    """Points on one solid's surface, in the coordinates in which patterns are drawn.

    Attributes:
        u: Coordinate along the surface, horizontal on upright faces [m], `(n,)`.
        v: Coordinate along the surface, vertical on upright faces [m], `(n,)`.
        unit: The same points within the unit shape, `(3, n)`.
        face: The own axis that the face is perpendicular to: 0 x, 1 y, 2 z (the side of a cylinder or ball: 2), `(n,)`.
        half: Half the solid's extent along each of its own axes [m], `(3,)`.
    """

    u: np.ndarray
    v: np.ndarray
    unit: np.ndarray
    face: np.ndarray
    half: np.ndarray

    @property
    def front(self) -> np.ndarray:
        """Which points lie on the face that looks along the solid's own +z axis, `(n,)` bool."""
        return (self.face == 2) & (self.unit[2] > 0)


Runs = Sequence[tuple[int, slice]]
"""Which solid, by number, each run of points lies on."""


def runs_by_solid(solids: Solids, index: np.ndarray) -> tuple[np.ndarray, Runs]:
    """Bring points into an order in which those of a solid, and solids of a shape, are neighbors.

    Args:
        solids: All there is.
        index: The number of the solid that each point lies on, `(n,)`.

    Returns:
        The order, `(n,)`, and the runs that it consists of, by shape and number.
    """
    by_shape = np.argsort(solids.shapes, kind="stable")
    rank = np.empty(len(solids), np.int16)  # numbers of 16 bits are sorted fastest
    rank[by_shape] = np.arange(len(solids))
    ranks = rank.take(index)
    order = np.argsort(ranks, kind="stable")
    sizes = np.bincount(ranks, minlength=len(solids))
    ends = np.cumsum(sizes)
    present = np.flatnonzero(sizes)
    parts = zip(by_shape[present].tolist(), (ends - sizes)[present].tolist(), ends[present].tolist(), strict=True)
    return order, [(number, slice(first, last)) for number, first, last in parts]


def inverse(order: np.ndarray) -> np.ndarray:
    """The order that undoes `order`, `(n,)`: to take by it is faster than to write by `order`."""
    result = np.empty_like(order)
    result[order] = np.arange(len(order))
    return result


def patch_and_normal(solid: Solid, points: np.ndarray) -> tuple[Patch, np.ndarray]:
    """Surface coordinates and outward unit normals of points on a solid.

    Args:
        solid: The solid.
        points: Points on its surface [m], `(3, n)`.

    Returns:
        The points as a Patch, and normals in world coordinates, `(3, n)`.
    """
    patches, normal = patches_and_normals(Solids([solid]), points, [(0, slice(0, points.shape[1]))])
    return patches[0], normal


def patches_and_normals(solids: Solids, points: np.ndarray, runs: Runs) -> tuple[list[Patch], np.ndarray]:
    """Surface coordinates and outward unit normals of points on several solids.

    Args:
        solids: All there is.
        points: Points on surfaces [m], `(3, n)`.
        runs: Which points lie on which solid; solids of a shape are neighbors.

    Returns:
        A Patch per run, and normals in world coordinates, `(3, n)`.
    """
    dtype = points.dtype
    numbers = np.array([number for number, _ in runs], np.intp)
    sizes = [run.stop - run.start for _, run in runs]
    half, axes = solids.half.astype(dtype), solids.axes[numbers].astype(dtype)
    to_unit, center = solids.to_unit.astype(dtype), solids.center.astype(dtype)
    unit, normal = np.empty_like(points), np.empty_like(points)
    for number, run in runs:
        np.matmul(to_unit[number], points[:, run] - center[number], out=unit[:, run])
    halves = np.repeat(half[numbers].T, sizes, axis=1)  # (3, n)
    face, u, v = np.empty(points.shape[1], np.int8), np.empty_like(points[0]), np.empty_like(points[0])
    edges = [0, *np.cumsum(sizes).tolist()]
    firsts = np.searchsorted(solids.shapes[numbers], [*Shape, len(Shape)]).tolist()
    for shape, first, last in zip(Shape, firsts, firsts[1:], strict=False):
        if first == last:
            continue
        part = slice(edges[first], edges[last])
        here, wide = unit[:, part], halves[:, part]
        normal[:, part], face[part] = _NORMALS[shape](here, wide, axes[first:last], sizes[first:last])
        u[part], v[part] = _SURFACE[shape](here, wide, face[part])
    patches = [Patch(u[run], v[run], unit[:, run], face[run], half[number]) for number, run in runs]
    return patches, normal


def _box_normal(
    unit: np.ndarray, half: np.ndarray, axes: np.ndarray, sizes: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Normals in world coordinates and faces of points on boxes, so many of them on each."""
    x, y, z = np.abs(unit)
    facing = z > np.maximum(x, y)  # it lies farthest out along z
    upright = (y > x) & ~facing
    left, below, behind = unit < 0
    away = np.where(facing, behind, np.where(upright, below, left))
    face = upright.view(np.int8) + 2 * facing.view(np.int8)
    sides = np.concatenate([axes, -axes], axis=2).transpose(1, 0, 2).reshape(3, -1)  # of each box: x y z -x -y -z
    number = np.repeat(np.arange(0, 6 * len(axes), 6), sizes)
    return sides.take(number + (face + 3 * away.view(np.int8)), axis=1), face


def _ball_normal(
    unit: np.ndarray, half: np.ndarray, axes: np.ndarray, sizes: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Normals in world coordinates and faces of points on balls, so many of them on each."""
    return _turned(_unit_length(unit / half), axes, sizes), np.full(unit.shape[1], 2, np.int8)


def _cylinder_normal(
    unit: np.ndarray, half: np.ndarray, axes: np.ndarray, sizes: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Normals in world coordinates and faces of points on cylinders, so many of them on each."""
    on_cap = np.abs(unit[1]) > np.hypot(unit[0], unit[2])
    normal = np.where(on_cap, unit.dtype.type(0), unit / half)
    normal[1] = np.where(on_cap, np.sign(unit[1]), unit.dtype.type(0))
    return _turned(_unit_length(normal), axes, sizes), np.where(on_cap, np.int8(1), np.int8(2))


def _unit_length(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.sqrt((vectors * vectors).sum(axis=0))


def _turned(vectors: np.ndarray, axes: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Vectors from own into world coordinates."""
    parts = np.split(vectors, np.cumsum(sizes)[:-1], axis=1)
    return np.concatenate([turn @ part for turn, part in zip(axes, parts, strict=True)], axis=1)


def _flat(unit: np.ndarray, half: np.ndarray, face: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y, z = unit * half
    return np.where(face == 0, z, x), np.where(face == 1, z, y)


def _around(unit: np.ndarray, half: np.ndarray, face: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y, z = unit * half
    angle = np.arctan2(unit[0], unit[2]) * half[0]
    return np.where(face == 1, x, angle), np.where(face == 1, z, y)


_NORMALS = {Shape.BOX: _box_normal, Shape.CYLINDER: _cylinder_normal, Shape.BALL: _ball_normal}
_SURFACE = {Shape.BOX: _flat, Shape.CYLINDER: _around, Shape.BALL: _around}
