"""A floor plan: where pieces of furniture stand, none within another, none where the camera stands."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mtan_edu.data.rooms.furniture.piece import Piece
from mtan_edu.data.rooms.solids import Solid, turn_y

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
        x, _, z = turn_y(self.yaw) @ [right, 0.0, front]
        return self.x + x, self.z + z

    def corners(self, before: float = 0.0) -> np.ndarray:
        """Corners of the floor it takes, with `before` [m] added at its front, `(4, 2)`."""
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
        clear: Radius around the camera in which nothing stands [m].
        places: What stands or hangs where.
    """

    width: float
    depth: float
    height: float
    camera: tuple[float, float]
    clear: float = 0.8
    places: list[Place] = field(default_factory=list)

    def add(self, piece: Piece, x: float, z: float, yaw: float, belongs: bool = False) -> Place | None:
        """Put a piece at (x, z) if there is room for it.

        Args:
            piece: What to put.
            x: Where its origin shall stand [m].
            z: Where its origin shall stand [m].
            yaw: How far it is turned around y [rad].
            belongs: Whether it may stand where another piece wants free room before its front, as a chair at a desk.

        Returns:
            Its place, or None if there is no room.
        """
        place = Place(piece, x, z, yaw)
        if not self._within(place) or any(self._collide(place, other, belongs) for other in self.places):
            return None
        self.places.append(place)
        return place

    def add_at_wall(
        self, piece: Piece, wall: int, along: float, belongs: bool = False, turn: float = 0.0
    ) -> Place | None:
        """Put a piece with its back to a wall.

        Args:
            piece: What to put.
            wall: 0 far, 1 left, 2 right, 3 behind the camera.
            along: Where along the wall, -1 to 1.
            belongs: As in `add`.
            turn: Further turn around y [rad], for what stands slightly askew.

        Returns:
            Its place, or None if there is no room.
        """
        off = piece.half_depth + abs(np.sin(turn)) * piece.half_width + (0.001 if turn == 0 else 0.02)
        side, end = self.width / 2 - piece.half_width, self.depth / 2 - piece.half_width
        if min(side, end) <= 0:
            return None
        x, z, yaw = [
            (along * side, -self.depth + off, 0.0),
            (-self.width / 2 + off, -self.depth / 2 + along * end, np.pi / 2),
            (self.width / 2 - off, -self.depth / 2 + along * end, -np.pi / 2),
            (along * side, -off, np.pi),
        ][wall]
        return self.add(piece, x, z, yaw + turn, belongs)

    def _within(self, place: Place) -> bool:
        x, z = place.corners().T
        inside = abs(x).max() <= self.width / 2 and z.min() >= -self.depth and z.max() <= 0
        if not inside or place.piece.top > self.height - 0.05:
            return False
        return _distance_to_rectangle(self.camera, place) > self.clear

    def _collide(self, place: Place, other: Place, belongs: bool) -> bool:
        a, b = place.piece, other.piece
        if a.bottom >= b.top or b.bottom >= a.top:
            return False
        body_a, body_b = place.corners(), other.corners()
        if belongs:
            return _overlap(body_a, body_b)
        return _overlap(body_a, other.corners(b.stands_before)) or _overlap(place.corners(a.stands_before), body_b)


def _distance_to_rectangle(point: tuple[float, float], place: Place) -> float:
    right, _, front = turn_y(-place.yaw) @ [point[0] - place.x, 0.0, point[1] - place.z]
    return float(np.hypot(max(abs(right) - place.piece.half_width, 0), max(abs(front) - place.piece.half_depth, 0)))


def _overlap(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two rectangles overlap: no side's direction parts them (separating axis theorem)."""
    for rectangle in (a, b):
        for start, end in ((0, 1), (1, 2)):
            direction = rectangle[end] - rectangle[start]
            direction = direction / np.hypot(*direction)
            on_a, on_b = a @ direction, b @ direction
            if on_a.max() + _GAP <= on_b.min() or on_b.max() + _GAP <= on_a.min():
                return False
    return True
