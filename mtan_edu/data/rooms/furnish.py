"""Recipes: what stands in a living room, a bedroom, a study, a dining kitchen, and where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from mtan_edu.data.rooms import materials
from mtan_edu.data.rooms.chance import happens, pick
from mtan_edu.data.rooms.floorplan import Floorplan, Place
from mtan_edu.data.rooms.furniture import beds, hangings, seats, small, storage, tables
from mtan_edu.data.rooms.furniture.piece import Piece, Support
from mtan_edu.data.rooms.labels import FLOOR
from mtan_edu.data.rooms.solids import Solid, box

Maker = Callable[[np.random.Generator], Piece]
_TRIES = 20
"""Places tried for a piece before it is left out."""


def furnish(plan: Floorplan, rng: np.random.Generator) -> None:
    """Fill a floor plan by one of the recipes."""
    pick(rng, [_living_room, _bedroom, _study, _dining_kitchen], [0.32, 0.26, 0.18, 0.24])(plan, rng)
    _maybe(plan, rng, 0.6, storage.wardrobe)
    _maybe(plan, rng, 0.6, _with_things(storage.dresser))
    _hang(plan, rng)
    _stand_about(plan, rng)


def _living_room(plan: Floorplan, rng: np.random.Generator) -> None:
    couch = _at_wall(plan, rng, seats.sofa, askew=0.1) or _anywhere(plan, rng, seats.sofa)
    if couch and happens(rng, 0.8):
        _before(plan, rng, couch, _with_things(tables.coffee_table), 0.35)
    if couch and happens(rng, 0.5):
        _beside(plan, rng, couch, _with_things(tables.side_table))
    _maybe(plan, rng, 0.65, _tv_set)
    _maybe(plan, rng, 0.9, hangings.window)
    _maybe(plan, rng, 0.35, hangings.hanging_television)
    _maybe(plan, rng, 0.8, _with_things(storage.bookshelf))
    if happens(rng, 0.6):
        _anywhere(plan, rng, seats.sofa)
    if happens(rng, 0.5):
        _dining_group(plan, rng)
    _maybe(plan, rng, 0.5, _with_things(storage.dresser))


def _bedroom(plan: Floorplan, rng: np.random.Generator) -> None:
    sleeping = _at_wall(plan, rng, beds.bed)
    if sleeping:
        for side in (-1, 1):
            if happens(rng, 0.7):
                _beside(plan, rng, sleeping, _with_things(beds.nightstand), side)
    _maybe(plan, rng, 0.9, hangings.window)
    _maybe(plan, rng, 0.4, _tv_set)
    _maybe(plan, rng, 0.5, storage.wardrobe)
    _maybe(plan, rng, 0.5, _with_things(storage.dresser))
    if happens(rng, 0.55):
        _desk_group(plan, rng)
    _maybe(plan, rng, 0.5, _with_things(storage.bookshelf))
    if happens(rng, 0.5):
        _anywhere(plan, rng, seats.chair)


def _study(plan: Floorplan, rng: np.random.Generator) -> None:
    _desk_group(plan, rng)
    _maybe(plan, rng, 0.9, _with_things(storage.bookshelf))
    _maybe(plan, rng, 0.85, hangings.window)
    if happens(rng, 0.6):
        _desk_group(plan, rng)
    _maybe(plan, rng, 0.6, _with_things(storage.bookshelf))
    _maybe(plan, rng, 0.6, _with_things(storage.dresser))
    if happens(rng, 0.5):
        _at_wall(plan, rng, seats.sofa, askew=0.1)
    _maybe(plan, rng, 0.6, storage.wall_shelf)
    if happens(rng, 0.7):
        _anywhere(plan, rng, seats.chair)


def _dining_kitchen(plan: Floorplan, rng: np.random.Generator) -> None:
    _dining_group(plan, rng)
    _maybe(plan, rng, 0.85, _with_things(storage.kitchen_row))
    _maybe(plan, rng, 0.85, hangings.window)
    _maybe(plan, rng, 0.4, hangings.hanging_television)
    _maybe(plan, rng, 0.6, _with_things(storage.sideboard))
    _maybe(plan, rng, 0.5, _with_things(storage.bookshelf))
    _maybe(plan, rng, 0.5, storage.wardrobe)
    if happens(rng, 0.3):
        _at_wall(plan, rng, seats.sofa, askew=0.1)


def _hang(plan: Floorplan, rng: np.random.Generator) -> None:
    """What hangs on the walls of any room."""
    _maybe(plan, rng, 0.3, hangings.door)
    _maybe(plan, rng, 0.15, hangings.window)
    _maybe(plan, rng, 0.35, storage.wall_shelf)
    _maybe(plan, rng, 0.3, hangings.mirror)
    _maybe(plan, rng, 0.25, hangings.clock)
    for _ in range(rng.integers(1, 5)):
        _maybe(plan, rng, 1.0, hangings.picture)


def _stand_about(plan: Floorplan, rng: np.random.Generator) -> None:
    """What stands about in any room."""
    _maybe(plan, rng, 0.35, small.floor_lamp)
    for chance, maker in ((0.6, seats.chair), (0.3, seats.chair), (0.5, small.plant)):
        if happens(rng, chance):
            _anywhere(plan, rng, maker)
    for _ in range(rng.integers(1, 6)):
        _anywhere(plan, rng, small.floor_things)
    if happens(rng, 0.45):
        plan.places.append(_rug(plan, rng))


def _rug(plan: Floorplan, rng: np.random.Generator) -> Place:
    size = rng.uniform(1.2, 2.4), 0.008, rng.uniform(0.9, 1.6)
    piece = Piece([box((0, 0.004, 0), size, materials.rug(rng), FLOOR)], size[0] / 2, size[2] / 2, 0.0)
    x = rng.uniform(-1, 1) * (plan.width - size[0]) / 2 * 0.5
    return Place(piece, x, -plan.depth * rng.uniform(0.4, 0.6), rng.uniform(-0.15, 0.15))


def _dining_group(plan: Floorplan, rng: np.random.Generator) -> None:
    table = _anywhere(plan, rng, _with_things(tables.dining_table))
    if not table:
        return
    pattern = rng.integers(2**32)
    seat = [seats.side_chair, seats.side_chair, seats.office_chair][rng.integers(3)]
    wide, deep = table.piece.half_width, table.piece.half_depth
    spots = [(x * wide, side * deep, side) for side in (-1, 1) for x in ((0,) if wide < 0.6 else (-0.45, 0.45))]
    for right, front, side in spots:
        if happens(rng, 0.8):
            piece = seat(np.random.default_rng(pattern))  # the same chair again
            out = side * (piece.half_depth + rng.uniform(0.03, 0.2))
            x, z = table.body.point(right, front + out)
            yaw = table.yaw + (np.pi if side > 0 else 0.0) + rng.uniform(-0.25, 0.25)
            plan.add(Place(piece, x, z, yaw), belongs=True)


def _desk_group(plan: Floorplan, rng: np.random.Generator) -> None:
    desk = _at_wall(plan, rng, _desk_with_screen if happens(rng, 0.6) else _with_things(tables.desk))
    if desk and happens(rng, 0.85):
        piece = seats.chair(rng)
        x, z = desk.body.point(
            rng.uniform(-0.2, 0.2), desk.piece.half_depth + piece.half_depth + rng.uniform(0.03, 0.3)
        )
        plan.add(Place(piece, x, z, desk.yaw + np.pi + rng.uniform(-0.6, 0.6)), belongs=True)


def _desk_with_screen(rng: np.random.Generator) -> Piece:
    return _with_television(tables.desk(rng), rng, rng.uniform(0.45, 0.6))


def _tv_set(rng: np.random.Generator) -> Piece:
    stand = storage.sideboard(rng) if happens(rng, 0.7) else storage.dresser(rng)
    return _with_television(stand, rng, min(2 * stand.half_width, rng.uniform(0.8, 1.3)))


def _with_television(piece: Piece, rng: np.random.Generator, width: float) -> Piece:
    top = piece.supports[0]
    screen = small.television(rng, top.x, top.y, top.z - 0.05, width)
    spare = (piece.half_width - width / 2) / 2 - 0.01
    sides = []
    if spare > 0.07:
        off = width / 2 + spare
        sides = [Support(s * off, top.y, top.z, spare, top.half_depth) for s in (-1, 1)]
    taller = replace(piece, solids=[*piece.solids, *screen], supports=sides, top=top.y + 0.6 * width + 0.1)
    return replace(taller, solids=[*taller.solids, *_things(taller, rng)])


def _with_things(maker: Maker) -> Maker:
    """A maker whose pieces carry small things on their tops."""

    def make(rng: np.random.Generator) -> Piece:
        piece = maker(rng)
        return replace(piece, solids=[*piece.solids, *_things(piece, rng)])

    return make


def _things(piece: Piece, rng: np.random.Generator) -> list[Solid]:
    solids: list[Solid] = []
    for top in piece.supports:
        columns, rows = max(1, int(top.half_width / 0.14)), max(1, int(top.half_depth / 0.14))
        wide, deep = top.half_width / columns, top.half_depth / rows
        reach = min(wide, deep, 0.13)
        for column in range(columns):
            for row in range(rows):
                if happens(rng, 0.5):
                    x = top.x + (2 * column + 1 - columns) * wide
                    z = top.z + (2 * row + 1 - rows) * deep
                    solids += _thing(rng, x, top.y, z, reach)
    return solids


def _thing(rng: np.random.Generator, x: float, y: float, z: float, reach: float) -> list[Solid]:
    kind = rng.random()
    if kind < 0.33:
        return small.book_stack(rng, x, y, z, reach)
    if kind < 0.45 and reach > 0.09:
        return small.books(rng, x, y, z, 2 * reach - 0.02, 0.17, 0.26)
    if kind < 0.53 and reach > 0.1:
        return small.table_lamp(rng, x, y, z)
    return small.small_thing(rng, x, y, z, reach)


def _maybe(plan: Floorplan, rng: np.random.Generator, chance: float, maker: Maker) -> Place | None:
    return _at_wall(plan, rng, maker) if happens(rng, chance) else None


def _at_wall(plan: Floorplan, rng: np.random.Generator, maker: Maker, askew: float = 0.0) -> Place | None:
    piece = maker(rng)
    for attempt in range(_TRIES):
        wall = pick(rng, [0, 1, 2, 3], [0.46, 0.26, 0.26, 0.02])
        turn = rng.normal(0, askew) if askew and happens(rng, 0.5) else 0.0
        place = plan.at_wall(piece, wall, rng.uniform(-1, 1), turn)
        if place and (_in_picture(plan, place) or attempt > 0.8 * _TRIES) and plan.add(place):
            return place
    return None


def _anywhere(plan: Floorplan, rng: np.random.Generator, maker: Maker) -> Place | None:
    piece = maker(rng)
    for attempt in range(_TRIES):
        x, z = rng.uniform(-0.5, 0.5) * plan.width, -plan.depth * rng.uniform(0.2, 0.95)
        yaw = pick(rng, [0, np.pi / 2, -np.pi / 2, np.pi]) + rng.normal(0, 0.25)
        place = Place(piece, x, z, yaw)
        if (_in_picture(plan, place) or attempt > 0.8 * _TRIES) and plan.add(place):
            return place
    return None


def _in_picture(plan: Floorplan, place: Place) -> bool:
    return plan.seen(*place.body.point(0.0, place.piece.half_depth))


def _before(plan: Floorplan, rng: np.random.Generator, place: Place, maker: Maker, gap: float) -> None:
    piece = maker(rng)
    off = place.piece.half_depth + piece.half_depth + gap * rng.uniform(0.7, 1.4)
    x, z = place.body.point(rng.uniform(-0.2, 0.2), off)
    plan.add(Place(piece, x, z, place.yaw + rng.normal(0, 0.05)), belongs=True)


def _beside(plan: Floorplan, rng: np.random.Generator, place: Place, maker: Maker, side: int | None = None) -> None:
    piece = maker(rng)
    side = side or pick(rng, [-1, 1])
    right = side * (place.piece.half_width + piece.half_width + rng.uniform(0.03, 0.15))
    front = -place.piece.half_depth + piece.half_depth + 0.005
    x, z = place.body.point(right, front)
    plan.add(Place(piece, x, z, place.yaw), belongs=True)
