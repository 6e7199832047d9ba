"""Synthetic rooms: indoor scenes with NYUv2's classes, drawn by casting rays; depth and normals are exact."""

from mtan_edu.data.rooms.draw import RoomArrays, draw_room
from mtan_edu.data.rooms.generate import rooms
from mtan_edu.data.rooms.labels import ROOM_CLASSES

__all__ = ["ROOM_CLASSES", "RoomArrays", "draw_room", "rooms"]
