"""A piece of furniture: solids in its own coordinates, the room it takes, and where small things may stand on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mtan_edu.data.rooms.materials import Material
from mtan_edu.data.rooms.solids import Solid, box, cylinder


@dataclass(frozen=True)
class Support:
    """A level top on which small things may stand, in the piece's own coordinates [m]."""

    x: float
    y: float
    z: float
    half_width: float
    half_depth: float


@dataclass(frozen=True, eq=False)
class Piece:
    """Solids around the origin of the floor, front towards +z.

    Attributes:
        solids: What it is made of.
        half_width: Half of the floor it covers along x [m].
        half_depth: Half of the floor it covers along z [m].
        bottom: Height of its lowest point [m]; 0 unless it hangs.
        top: Height of its highest point [m].
        supports: Tops for small things.
        stands_before: Room that must stay free before its front [m].
    """

    solids: Sequence[Solid]
    half_width: float
    half_depth: float
    top: float
    bottom: float = 0.0
    supports: Sequence[Support] = field(default=())
    stands_before: float = 0.0


def legs(
    half_x: float, half_z: float, height: float, thickness: float, material: Material, label: int, round_: bool = False
) -> list[Solid]:
    """Four legs at (±half_x, ±half_z), from the floor up to `height` [m]."""
    result = []
    for x in (-half_x, half_x):
        for z in (-half_z, half_z):
            middle = (x, height / 2, z)
            if round_:
                result.append(cylinder(middle, thickness / 2, height, material, label))
            else:
                result.append(box(middle, (thickness, height, thickness), material, label))
    return result
