"""Synthetic rooms: indoor scenes with NYUv2's classes, drawn by casting rays; depth and normals are exact.

What needs torch is loaded when it is first asked for: drawing needs NumPy alone.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from mtan_edu.data.rooms.draw import RoomArrays, draw_room
from mtan_edu.data.rooms.labels import ROOM_CLASSES

if TYPE_CHECKING:
    from mtan_edu.data.rooms.generate import rooms

__all__ = ["ROOM_CLASSES", "RoomArrays", "draw_room", "rooms"]


def __getattr__(name: str) -> Any:
    if name != "rooms":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"{__name__}.generate").rooms
