"""A floor plan: where pieces of furniture stand, none within another, none where the camera stands."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from mtan_edu.data.rooms.furniture.piece import Piece
from mtan_edu.data.rooms.solids import Solid, turn_y

_GAP = 0.02
"""Room left between two pieces [m]."""


@dataclass(frozen=True)
class Rectangle:
    """A turned rectangle of floor.

    Attributes:
        x: Its center [m].
        z: Its center [m].
        yaw: How far it is turned around y [rad]; at 0 its front looks along +z.
        half_width: Half its extent from left to right [m].
        half_depth: Half its extent from back to front [m].
    """

    x: float
    z: float
    yaw: float
    half_width: float
    half_depth: float

    @cached_property
    def turn(self) -> tuple[float, float]:
        """Cosine and sine of its yaw."""
        return math.cos(self.yaw), math.sin(self.yaw)

    def point(self, right: float, front: float) -> tuple[float, float]:
        """World (x, z) of a point `right` and `front` of the center [m]."""
        c, s = self.turn
        return self.x + c * right + s * front, self.z - s * right + c * front

    def reach(self, x: float, z: float) -> float:
        """Half its extent along the direction (x, z) of length 1 [m]."""
        c, s = self.turn
        return self.half_width * abs(c * x - s * z) + self.half_depth * abs(s * x + c * z)

    def overlaps(self, other: Rectangle) -> bool:
        """Whether two rectangles come closer than the gap: no side's direction parts them (separating axis theorem)."""
        return not (self._parted(other) or other._parted(self))

    def _parted(self, other: Rectangle) -> bool:
        """Whether the other lies wholly beyond a line along one of its own sides."""
        (c, s), (other_c, other_s) = self.turn, other.turn
        off_x, off_z = other.x - self.x, other.z - self.z
        along, across = abs(c * other_c + s * other_s), abs(s * other_c - c * other_s)  # turn between the two
        right = self.half_width + other.half_width * along + other.half_depth * across + _GAP
        front = self.half_depth + other.half_width * across + other.half_depth * along + _GAP
        return abs(c * off_x - s * off_z) >= right or abs(s * off_x + c * off_z) >= front

    def distance(self, x: float, z: float) -> float:
        """Distance of a point from the rectangle [m]; 0 within it."""
        c, s = self.turn
        off_x, off_z = x - self.x, z - self.z
        right, front = abs(c * off_x - s * off_z), abs(s * off_x + c * off_z)
        return math.hypot(max(right - self.half_width, 0.0), max(front - self.half_depth, 0.0))


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

    @cached_property
    def body(self) -> Rectangle:
        """The floor it takes."""
        return Rectangle(self.x, self.z, self.yaw, self.piece.half_width, self.piece.half_depth)

    @cached_property
    def wanted(self) -> Rectangle:
        """The floor it takes, and the free floor that it wants before its front."""
        half = self.piece.stands_before / 2
        x, z = self.body.point(0.0, half)
        return Rectangle(x, z, self.yaw, self.piece.half_width, self.piece.half_depth + half)

    def solids(self) -> list[Solid]:
        """The piece's solids in world coordinates."""
        turn, offset = turn_y(self.yaw), np.array([self.x, 0.0, self.z])
        return [solid.moved(turn, offset) for solid in self.piece.solids]


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
        if not self._within(place) or any(_collide(place, other, belongs) for other in self.places):
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
        return bool(ahead > 0.88 * math.hypot(right, front))

    def _within(self, place: Place) -> bool:
        body = place.body
        wide, deep = body.reach(1.0, 0.0), body.reach(0.0, 1.0)
        inside = abs(place.x) + wide <= self.width / 2 and abs(place.z + self.depth / 2) + deep <= self.depth / 2
        return inside and place.piece.top <= self.height - 0.05 and body.distance(*self.camera) > self.clear


def _collide(place: Place, other: Place, belongs: bool) -> bool:
    a, b = place.piece, other.piece
    if a.bottom >= b.top or b.bottom >= a.top:
        return False
    if belongs:
        return place.body.overlaps(other.body)
    return place.body.overlaps(other.wanted) or place.wanted.overlaps(other.body)
