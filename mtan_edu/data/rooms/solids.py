"""Solids: a unit box, cylinder or ball, stretched, turned and moved to its place.

World axes: x right, y up, z towards the side of the room where the camera stands; lengths in metres.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import overload

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


_UPRIGHT = np.eye(3)
_UPRIGHT.flags.writeable = False  # many solids share it


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
        return self.moved(turn_y(yaw), np.array([x, y, z]))

    def moved(self, turn: np.ndarray, offset: np.ndarray) -> Solid:
        """The solid turned around the world's origin by `turn` `(3, 3)`, then moved by `offset` [m], `(3,)`."""
        center, axes = turn @ self.center + offset, turn @ self.axes
        return Solid(self.shape, center, self.half, axes, self.material, self.label)

    @cached_property
    def to_unit(self) -> np.ndarray:
        """What takes a world direction into the coordinates of the unit shape, `(3, 3)`."""
        return (self.axes / self.half).T


class Solids(Sequence[Solid]):
    """Several solids, with their numbers side by side, so that one call of NumPy can treat them all.

    Args:
        solids: P solids.

    Attributes:
        shapes: The unit shape of each, `(P,)`.
        center: Where their centers stand [m], `(P, 3, 1)`.
        half: Half their extents along their own axes [m], `(P, 3)`.
        axes: Their own axes in world coordinates, one per column, `(P, 3, 3)`.
        to_unit: What takes a world direction into the coordinates of each unit shape, `(P, 3, 3)`.
    """

    def __init__(self, solids: Sequence[Solid]) -> None:
        self._solids = tuple(solids)
        self.shapes = np.array([solid.shape for solid in self._solids], np.int8)
        self.center = np.array([solid.center for solid in self._solids]).reshape(-1, 3, 1)
        self.half = np.array([solid.half for solid in self._solids]).reshape(-1, 3)
        self.axes = np.array([solid.axes for solid in self._solids]).reshape(-1, 3, 3)
        self.to_unit = (self.axes / self.half[:, None]).transpose(0, 2, 1)

    @classmethod
    def of(cls, solids: Sequence[Solid]) -> Solids:
        """Solids as such; what is so already stays as it is."""
        return solids if isinstance(solids, cls) else cls(solids)

    @overload
    def __getitem__(self, index: int) -> Solid: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Solid]: ...

    def __getitem__(self, index: int | slice) -> Solid | Sequence[Solid]:
        return self._solids[index]

    def __len__(self) -> int:
        return len(self._solids)

    @cached_property
    def corners(self) -> np.ndarray:
        """The eight corners of the box around each [m], `(P, 3, 8)`."""
        return self.center + (self.axes * self.half[:, None]) @ _CORNERS


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
    return Solid(shape, middle, extents / 2, _UPRIGHT if axes is None else axes, material, label)
