"""A floor plan: where pieces of furniture stand, none within another, none where the camera stands."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from mtan_edu.data.rooms.furniture.piece import Piece
from mtan_edu.data.rooms.solids import Solid

_GAP = 0.02
"""Room left between two pieces [m]."""


@dataclass(frozen=True, eq=False)
class Place:
    """Where a piece stands.

    Attributes:
        piece: The piece.
        x: Where its origin stands [m].
        z: Where its origin stands [m].
        yaw: How far it is turned around y [rad]; at 0 its front looks along +z.
    """

    piece: Piece
    x: float
    z: float
    yaw: float

    def point(self, right: float, front: float) -> tuple[float, float]:
        """World (x, z) of a point `right` and `front` of the piece's origin [m]."""
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        return self.x + c * right + s * front, self.z - s * right + c * front

    @cached_property
    def body(self) -> np.ndarray:
        """Corners of the floor it takes [m], `(4, 2)`."""
        return self._corners(0.0)

    @cached_property
    def wanted(self) -> np.ndarray:
        """Corners of that floor and of the free room that it wants before its front [m], `(4, 2)`."""
        return self._corners(self.piece.stands_before)

    def _corners(self, before: float) -> np.ndarray:
        wide, deep = self.piece.half_width, self.piece.half_depth
        rectangle = [(-wide, -deep), (wide, -deep), (wide, deep + before), (-wide, deep + before)]
        return np.array([self.point(*corner) for corner in rectangle])

    def solids(self) -> list[Solid]:
        """The piece's solids in world coordinates."""
        return [solid.placed(self.x, self.z, self.yaw) for solid in self.piece.solids]


@dataclass(eq=False)
class Floorplan:
    """A room and what stands in it. x runs from -width / 2 to width / 2, z from -depth (the far wall) to 0.

    Attributes:
        width: Along x [m].
        depth: Along z [m].
        height: From floor to ceiling [m].
        camera: (x, z) of the camera [m].
        looks: Direction (x, z) in which it looks, of length 1.
        clear: Radius around the camera in which nothing stands [m].
        places: What stands or hangs where.
    """

    width: float
    depth: float
    height: float
    camera: tuple[float, float]
    looks: tuple[float, float] = (0.0, -1.0)
    clear: float = 0.75
    places: list[Place] = field(default_factory=list)

    def add(self, place: Place, belongs: bool = False) -> bool:
        """Put a piece at a place if there is room for it.

        Args:
            place: What stands where.
            belongs: Whether it may stand where another piece wants free room before its front, as a chair at a desk.

        Returns:
            Whether there was room.
        """
        if not self._within(place) or any(self._collide(place, other, belongs) for other in self.places):
            return False
        self.places.append(place)
        return True

    def at_wall(self, piece: Piece, wall: int, along: float, turn: float = 0.0) -> Place | None:
        """Where a piece stands with its back to a wall, if that is long enough.

        Args:
            piece: The piece.
            wall: 0 far, 1 left, 2 right, 3 behind the camera.
            along: Where along the wall, -1 to 1.
            turn: Further turn around y [rad], for what stands slightly askew.
        """
        off = piece.half_depth + abs(math.sin(turn)) * piece.half_width + (0.001 if turn == 0 else 0.02)
        side, end = self.width / 2 - piece.half_width, self.depth / 2 - piece.half_width
        if min(side, end) <= 0:
            return None
        x, z, yaw = [
            (along * side, -self.depth + off, 0.0),
            (-self.width / 2 + off, -self.depth / 2 + along * end, math.pi / 2),
            (self.width / 2 - off, -self.depth / 2 + along * end, -math.pi / 2),
            (along * side, -off, math.pi),
        ][wall]
        return Place(piece, x, z, yaw + turn)

    def seen(self, x: float, z: float) -> bool:
        """Whether a point lies within 28° of the way the camera looks: within its picture, seen from above."""
        right, front = x - self.camera[0], z - self.camera[1]
        ahead = right * self.looks[0] + front * self.looks[1]
        return ahead > 0.88 * math.hypot(right, front)

    def _within(self, place: Place) -> bool:
        x, z = place.body.T
        inside = abs(x).max() <= self.width / 2 and z.min() >= -self.depth and z.max() <= 0
        if not inside or place.piece.top > self.height - 0.05:
            return False
        return _distance_to_rectangle(self.camera, place) > self.clear

    def _collide(self, place: Place, other: Place, belongs: bool) -> bool:
        a, b = place.piece, other.piece
        if a.bottom >= b.top or b.bottom >= a.top:
            return False
        reach = sum(math.hypot(p.half_width, p.half_depth + p.stands_before) for p in (a, b)) + _GAP
        if math.hypot(place.x - other.x, place.z - other.z) > reach:
            return False
        if belongs:
            return _overlap(place.body, other.body)
        return _overlap(place.body, other.wanted) or _overlap(place.wanted, other.body)


def _distance_to_rectangle(point: tuple[float, float], place: Place) -> float:
    c, s = math.cos(place.yaw), math.sin(place.yaw)
    x, z = point[0] - place.x, point[1] - place.z
    right, front = abs(c * x - s * z), abs(s * x + c * z)
    return math.hypot(max(right - place.piece.half_width, 0.0), max(front - place.piece.half_depth, 0.0))


def _overlap(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two rectangles overlap: no side's direction parts them (separating axis theorem)."""
    for rectangle in (a, b):
        for start, end in ((0, 1), (1, 2)):
            direction = rectangle[end] - rectangle[start]
            direction = direction / math.hypot(*direction)
            on_a, on_b = a @ direction, b @ direction
            if on_a.max() + _GAP <= on_b.min() or on_b.max() + _GAP <= on_a.min():
                return False
    return True
