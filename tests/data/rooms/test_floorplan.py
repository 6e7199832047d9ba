from __future__ import annotations

import math

import numpy as np
import pytest

from mtan_edu.data.rooms.floorplan import Floorplan, Place, Rectangle
from mtan_edu.data.rooms.furnish import furnish
from mtan_edu.data.rooms.furniture import beds, hangings, seats, small, storage, tables
from mtan_edu.data.rooms.furniture.piece import Piece
from mtan_edu.data.rooms.solids import Solids

MAKERS = [
    beds.bed, beds.nightstand, seats.side_chair, seats.office_chair, seats.sofa, tables.dining_table,
    tables.coffee_table, tables.side_table, tables.desk, storage.wardrobe, storage.dresser, storage.sideboard,
    storage.kitchen_row, storage.bookshelf, storage.wall_shelf, small.floor_lamp, small.plant, small.floor_things,
    hangings.picture, hangings.window, hangings.hanging_television, hangings.mirror, hangings.clock, hangings.door,
]  # fmt: skip
CUPBOARD = Piece((), half_width=0.5, half_depth=0.3, top=1.8)


def plan() -> Floorplan:
    """An empty room of 4 m by 5 m."""
    return Floorplan(4.0, 5.0, 2.5, camera=(0.0, -0.4))


def furnished(seed: int) -> Floorplan:
    """A room with furniture."""
    room = plan()
    furnish(room, np.random.default_rng(seed))
    return room


def test_rectangles_overlap_exactly_when_they_share_a_point() -> None:
    first = Rectangle(0.0, 0.0, 0.3, 1.0, 0.5)
    rng = np.random.default_rng(2)
    for _ in range(30):
        x, z, yaw = rng.uniform(-2.5, 2.5), rng.uniform(-2.5, 2.5), rng.uniform(-3, 3)
        other = Rectangle(x, z, yaw, 0.4, 0.7)
        grid = [other.point(a * 0.4, b * 0.7) for a in np.linspace(-1, 1, 21) for b in np.linspace(-1, 1, 21)]
        distance = min(first.distance(*point) for point in grid)
        if abs(distance - 0.02) > 0.06:  # clearly apart or clearly within
            assert first.overlaps(other) == other.overlaps(first) == (distance < 0.02)


def test_a_rectangle_reaches_as_far_as_its_corners() -> None:
    rectangle = Rectangle(0.0, 0.0, 0.4, 1.0, 0.5)
    corners = [rectangle.point(a, b) for a in (-1.0, 1.0) for b in (-0.5, 0.5)]
    assert rectangle.reach(0.6, 0.8) == pytest.approx(max(0.6 * x + 0.8 * z for x, z in corners))


def test_two_pieces_do_not_stand_in_one_place() -> None:
    room = plan()
    assert room.add(Place(CUPBOARD, 0.0, -3.0, 0.0))
    assert not room.add(Place(CUPBOARD, 0.3, -3.2, 1.0))
    assert room.add(Place(CUPBOARD, 1.2, -3.0, 0.0))


def test_a_picture_hangs_above_a_low_piece_but_not_behind_a_tall_one() -> None:
    picture = Piece((), 0.4, 0.02, top=1.8, bottom=1.2)
    for top, fits in ((1.0, True), (1.6, False)):
        room = plan()
        assert room.add(Place(Piece((), 0.5, 0.3, top), 0.0, -4.7, 0.0))
        assert room.add(Place(picture, 0.0, -4.97, 0.0)) == fits


def test_nothing_stands_outside_the_room_or_too_near_the_camera() -> None:
    room = plan()
    assert not room.add(Place(CUPBOARD, 1.7, -3.0, 0.0))
    assert not room.add(Place(CUPBOARD, 0.2, -0.9, 0.0))
    assert not room.add(Place(Piece((), 0.5, 0.3, top=2.6), 0.0, -3.0, 0.0))


@pytest.mark.parametrize("wall", range(4))
def test_a_piece_at_a_wall_turns_its_back_to_it(wall: int) -> None:
    place = plan().at_wall(CUPBOARD, wall, along=0.2)
    assert place is not None
    x, z = place.body.point(0.0, -CUPBOARD.half_depth)
    to_wall = [5.0 + z, 2.0 + x, 2.0 - x, -z][wall]
    assert to_wall == pytest.approx(0.001)


@pytest.mark.parametrize("seed", range(5))
def test_pieces_of_a_furnished_room_do_not_overlap(seed: int) -> None:
    places = furnished(seed).places
    assert len(places) > 5
    for number, place in enumerate(places):
        for other in places[:number]:
            if place.piece.bottom < other.piece.top and other.piece.bottom < place.piece.top:
                assert not place.body.overlaps(other.body)


@pytest.mark.parametrize("maker", MAKERS)
def test_a_piece_keeps_to_its_floor_and_stands_on_it(maker) -> None:
    for seed in range(4):
        piece = maker(np.random.default_rng(seed))
        corners = np.concatenate(list(Solids(piece.solids).corners), axis=1)
        assert corners[1].min() >= piece.bottom - 0.03
        assert corners[1].max() <= piece.top + 0.3
        if piece.bottom == 0:
            assert corners[1].min() < 0.03
        assert np.abs(corners[0]).max() <= piece.half_width + 0.32
        assert corners[2].min() >= -piece.half_depth - 0.15


def test_the_camera_sees_what_stands_before_it() -> None:
    room = plan()
    assert room.seen(0.0, -3.0)
    assert not room.seen(1.9, -1.0)
    assert math.isclose(math.hypot(*room.looks), 1)
