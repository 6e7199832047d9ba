"""Solids: a unit box, cylinder or ball, stretched, turned and moved to its place.

World axes: x right, y up, z towards the side of the room where the camera stands; lengths in metres.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

import numpy as np

from mtan_edu.data.rooms.materials import Material


class Shape(IntEnum):
    """Which unit shape a solid is made of: all lie within [-1, 1]³."""

    BOX = 0
    CYLINDER = 1
    """Radius 1 around the y axis, from y = -1 to y = 1."""
    BALL = 2


_CORNERS = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]).T
"""The corners of the cube [-1, 1]³, `(3, 8)`; the bits of a corner's number are the signs of x, y, z."""


@dataclass(frozen=True, eq=False)
class Solid:
    """One convex body with one material and one label.

    Attributes:
        shape: The unit shape.
        center: Where its center stands [m], `(3,)`.
        half: Half its extent along each of its own axes [m], `(3,)`.
        axes: Its own axes in world coordinates, one per column, `(3, 3)`.
        material: How it looks.
        label: Its class, or UNLABELED.
    """

    shape: Shape
    center: np.ndarray
    half: np.ndarray
    axes: np.ndarray
    material: Material
    label: int

    def placed(self, x: float, z: float, yaw: float = 0.0, y: float = 0.0) -> Solid:
        """The solid turned by `yaw` [rad] around the world's y axis, then moved by (x, y, z)."""
        turn = turn_y(yaw)
        return replace(self, center=turn @ self.center + np.array([x, y, z]), axes=turn @ self.axes)

    @cached_property
    def to_unit(self) -> np.ndarray:
        """What takes a world direction into the coordinates of the unit shape, `(3, 3)`."""
        return (self.axes / self.half).T

    @cached_property
    def corners(self) -> np.ndarray:
        """The eight corners of the box around it [m], `(3, 8)`."""
        return self.center[:, None] + (self.axes * self.half) @ _CORNERS


def box(
    center: Iterable[float], size: Iterable[float], material: Material, label: int, axes: np.ndarray | None = None
) -> Solid:
    """A box of `size` (full extents along x, y, z [m]) around `center`."""
    return _solid(Shape.BOX, center, size, material, label, axes)


def cylinder(
    center: Iterable[float],
    radius: float,
    height: float,
    material: Material,
    label: int,
    axes: np.ndarray | None = None,
) -> Solid:
    """An upright cylinder around `center`."""
    return _solid(Shape.CYLINDER, center, (2 * radius, height, 2 * radius), material, label, axes)


def ball(
    center: Iterable[float], size: Iterable[float], material: Material, label: int, axes: np.ndarray | None = None
) -> Solid:
    """A ball, or an ellipsoid, of `size` (full extents along x, y, z [m]) around `center`."""
    return _solid(Shape.BALL, center, size, material, label, axes)


def turn_x(angle: float) -> np.ndarray:
    """Turn around x by `angle` [rad]: y goes towards z, `(3, 3)`."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


def turn_y(angle: float) -> np.ndarray:
    """Turn around y by `angle` [rad]: z goes towards x, `(3, 3)`."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def turn_z(angle: float) -> np.ndarray:
    """Turn around z by `angle` [rad]: x goes towards y, `(3, 3)`."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def _solid(
    shape: Shape,
    center: Iterable[float],
    size: Iterable[float],
    material: Material,
    label: int,
    axes: np.ndarray | None,
) -> Solid:
    middle, extents = np.array(tuple(center), float), np.array(tuple(size), float)
    return Solid(shape, middle, extents / 2, np.eye(3) if axes is None else axes, material, label)
