"""The 13 classes of the rooms: those of NYUv2, in the same order, assigned as its authors' tables assign them.

A pillow, a lamp and a plant are objects; a nightstand is furniture; a desk is a table; a rug is floor; a curtain is
window; a door is wall.

References:
    Couprie et al., Indoor semantic segmentation using depth information, ICLR 2013 (the 13 classes).
"""

from __future__ import annotations

ROOM_CLASSES: tuple[str, ...] = (
    "bed",
    "books",
    "ceiling",
    "chair",
    "floor",
    "furniture",
    "objects",
    "picture",
    "sofa",
    "table",
    "tv",
    "wall",
    "window",
)
"""Class names in the order of their labels."""

BED, BOOKS, CEILING, CHAIR, FLOOR, FURNITURE, OBJECTS, PICTURE, SOFA, TABLE, TV, WALL, WINDOW = range(len(ROOM_CLASSES))

UNLABELED = -1
"""The label of clutter that belongs to no class, as NYUv2 has it too."""
