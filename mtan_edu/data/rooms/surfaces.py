"""What is seen where a ray meets a solid: point, normal, and coordinates on the surface for its pattern."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mtan_edu.data.rooms.solids import Shape, Solid


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


def patch_and_normal(solid: Solid, points: np.ndarray) -> tuple[Patch, np.ndarray]:
    """Surface coordinates and outward unit normals of points on a solid.

    Args:
        solid: The solid.
        points: Points on its surface [m], `(3, n)`.

    Returns:
        The points as a Patch, and normals in world coordinates, `(3, n)`.
    """
    dtype = points.dtype
    unit = solid.to_unit.astype(dtype) @ (points - solid.center[:, None].astype(dtype))
    half = solid.half.astype(dtype)
    own, face = _NORMALS[solid.shape](unit, half)
    own /= np.sqrt((own * own).sum(axis=0))
    u, v = _SURFACE[solid.shape](unit, half, face)
    return Patch(u, v, unit, face, half), solid.axes.astype(dtype) @ own


def _box_normal(unit: np.ndarray, half: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    face = np.abs(unit).argmax(axis=0)
    normal = np.zeros_like(unit)
    columns = np.arange(unit.shape[1])
    normal[face, columns] = np.sign(unit[face, columns])
    return normal, face


def _ball_normal(unit: np.ndarray, half: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return unit / half[:, None], np.full(unit.shape[1], 2)


def _cylinder_normal(unit: np.ndarray, half: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    on_cap = np.abs(unit[1]) > np.hypot(unit[0], unit[2])
    normal = np.where(on_cap, 0.0, unit / half[:, None]).astype(unit.dtype)
    normal[1] = np.where(on_cap, np.sign(unit[1]), 0.0)
    return normal, np.where(on_cap, 1, 2)


def _flat(unit: np.ndarray, half: np.ndarray, face: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y, z = unit * half[:, None]
    return np.where(face == 0, z, x), np.where(face == 1, z, y)


def _around(unit: np.ndarray, half: np.ndarray, face: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y, z = unit * half[:, None]
    angle = np.arctan2(unit[0], unit[2]) * half[0]
    return np.where(face == 1, x, angle), np.where(face == 1, z, y)


_NORMALS = {Shape.BOX: _box_normal, Shape.CYLINDER: _cylinder_normal, Shape.BALL: _ball_normal}
_SURFACE = {Shape.BOX: _flat, Shape.CYLINDER: _around, Shape.BALL: _around}
