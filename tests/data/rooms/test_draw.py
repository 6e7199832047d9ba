from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from mtan_edu.data.rooms import ROOM_CLASSES, RoomArrays, draw_room
from mtan_edu.data.rooms.camera import KINECT_FOCAL_LENGTH, Camera, field_of_view
from mtan_edu.data.rooms.draw import render
from mtan_edu.data.rooms.labels import TABLE, WALL
from mtan_edu.data.rooms.materials import Material
from mtan_edu.data.rooms.patterns import Plain
from mtan_edu.data.rooms.rays import Viewpoint
from mtan_edu.data.rooms.scene import Scene
from mtan_edu.data.rooms.solids import ball, box, turn_x, turn_y

SIZE = (36, 52)
GRAY = Material(Plain((0.5, 0.5, 0.5)))


@cache
def room(index: int, split: str = "train", size: tuple[int, int] = SIZE) -> RoomArrays:
    """A room, drawn once for all tests."""
    return draw_room(4, index, split, size)


def picture_of(solid, axes: np.ndarray | None = None) -> RoomArrays:
    """What a camera at the origin sees of one solid before a far wall, without noise of the lamps."""
    view = Viewpoint(np.zeros(3), np.eye(3) if axes is None else axes)
    camera = Camera(view, 0.5, np.ones(3), 0.01)
    behind = box((0.0, 0.0, 0.0), (300.0, 300.0, 80.0), GRAY, WALL)
    far = [replace(behind, center=side * np.array([0.0, 0.0, 100.0])) for side in (-1, 1)]
    scene = Scene((solid, *far), (solid,), (), np.ones(3), (4.0, 2.5, 4.0), camera)
    return render(scene, SIZE, np.random.default_rng(0))


def directions() -> np.ndarray:
    """Camera rays that run 1 m along the optical axis, `(H, W, 3)`."""
    height, width = SIZE
    focal = KINECT_FOCAL_LENGTH * max(width / 640, height / 480)
    row, column = np.mgrid[:height, :width] + 0.5
    return np.stack([(column - width / 2) / focal, (height / 2 - row) / focal, -np.ones(SIZE)], axis=-1)


def unit(normal: np.ndarray) -> np.ndarray:
    """Stored normals as vectors, `(H, W, 3)`."""
    return normal / 32767


def same(first: RoomArrays, second: RoomArrays) -> bool:
    """Whether two rooms agree in every number."""
    return all(np.array_equal(vars(first)[name], vars(second)[name]) for name in vars(first))


def measured(drawn: RoomArrays) -> np.ndarray:
    """Where the solid, not the wall behind it, is seen and measured, `(H, W)` bool."""
    return (drawn.depth > 0) & (drawn.label != WALL)


def test_the_classes_are_those_of_nyuv2() -> None:
    from mtan_edu.data import NYUV2_CLASSES

    assert ROOM_CLASSES == NYUV2_CLASSES


def test_a_room_has_the_compact_form() -> None:
    drawn = room(0)
    assert (drawn.image.dtype, drawn.image.shape) == (np.uint8, (36, 52, 3))
    assert (drawn.label.dtype, drawn.label.shape) == (np.int8, (36, 52))
    assert (drawn.depth.dtype, drawn.depth.shape) == (np.uint16, (36, 52))
    assert (drawn.normal.dtype, drawn.normal.shape) == (np.int16, (36, 52, 3))
    assert drawn.label.min() >= -1
    assert drawn.label.max() <= 12


def test_a_wall_that_faces_the_camera_has_one_depth_and_the_normal_0_0_1() -> None:
    drawn = picture_of(box((0.0, 0.0, -3.0), (20.0, 20.0, 1.0), GRAY, TABLE))
    assert measured(drawn).mean() > 0.9
    assert (drawn.depth[measured(drawn)] == 2500).all()
    assert (drawn.normal[measured(drawn)] == (0, 0, 32767)).all()


def test_the_floor_below_a_level_camera_has_the_normal_0_1_0_and_the_depth_of_a_plane() -> None:
    drawn = picture_of(box((0.0, -1.7, 0.0), (30.0, 1.0, 30.0), GRAY, TABLE))
    below = measured(drawn) & (directions()[..., 1] < -0.2)
    assert below.sum() > 50
    assert (drawn.normal[below] == (0, 32767, 0)).all()
    expected = -1.2 / directions()[..., 1][below]
    np.testing.assert_allclose(drawn.depth[below] / 1000, expected, atol=0.00051)


def test_a_camera_that_looks_down_sees_the_floor_tilted_towards_it() -> None:
    drawn = picture_of(box((0.0, -1.7, 0.0), (30.0, 1.0, 30.0), GRAY, TABLE), axes=turn_x(-0.5))
    normals = unit(drawn.normal[measured(drawn)])
    np.testing.assert_allclose(normals, np.tile([0, np.cos(0.5), np.sin(0.5)], (len(normals), 1)), atol=4e-5)


def test_a_wall_on_the_right_has_a_normal_to_the_left() -> None:
    drawn = picture_of(box((2.0, 0.0, 0.0), (1.0, 30.0, 30.0), GRAY, TABLE), axes=turn_y(-0.6))
    assert unit(drawn.normal[measured(drawn)])[:, 0].max() < -0.5


def test_a_ball_has_the_depth_and_normals_of_a_sphere() -> None:
    drawn = picture_of(ball((0.0, 0.0, -3.0), (2.0, 2.0, 2.0), GRAY, TABLE))
    on_ball = measured(drawn)
    points = directions()[on_ball] * drawn.depth[on_ball, None] / 1000
    np.testing.assert_allclose(np.linalg.norm(points - [0, 0, -3], axis=1), 1, atol=0.0015)
    np.testing.assert_allclose(unit(drawn.normal[on_ball]), points - [0, 0, -3], atol=0.0015)


@pytest.mark.parametrize("index", range(3))
def test_normals_agree_with_those_of_the_measured_points(index: int) -> None:
    drawn = room(index, size=(96, 128))
    height, width = drawn.depth.shape
    across, along = field_of_view((height, width))
    rays = np.stack(np.broadcast_arrays(across, along[:, None], np.float32(-1)), axis=-1)
    points = rays * drawn.depth[..., None] / 1000.0
    computed = np.cross(points[1:-1, 2:] - points[1:-1, :-2], points[:-2, 1:-1] - points[2:, 1:-1])
    computed /= np.linalg.norm(computed, axis=-1, keepdims=True) + 1e-12
    stored = unit(drawn.normal)
    windows = np.lib.stride_tricks.sliding_window_view(stored, (3, 3), axis=(0, 1))
    flat = (windows.max(axis=(-1, -2)) - windows.min(axis=(-1, -2))).max(axis=-1) < 1e-4
    depths = np.lib.stride_tricks.sliding_window_view(drawn.depth.astype(float), (3, 3))
    near, far = depths.min(axis=(-1, -2)), depths.max(axis=(-1, -2))
    labels = np.lib.stride_tricks.sliding_window_view(drawn.label, (3, 3))
    one_thing = (labels.max(axis=(-1, -2)) == labels.min(axis=(-1, -2))) & (far < 1.15 * near)
    flat &= (near > 0) & one_thing  # no parallel surface behind another
    angle = np.degrees(np.arccos(np.clip((computed * stored[1:-1, 1:-1]).sum(-1), -1, 1)))[flat]
    assert flat.mean() > 0.15
    assert np.median(angle) < 1.0  # what rounding to whole millimetres does
    assert np.mean(angle < 8) > 0.95


@pytest.mark.parametrize("index", range(6))
def test_normals_have_length_1_where_depth_is_known_and_0_where_not(index: int) -> None:
    drawn = room(index)
    length = np.linalg.norm(unit(drawn.normal), axis=-1)
    np.testing.assert_allclose(length[drawn.depth > 0], 1, atol=1e-4)
    assert (length[drawn.depth == 0] == 0).all()


def test_normals_look_towards_the_camera() -> None:
    drawn = room(1)
    facing = -(unit(drawn.normal) * directions()).sum(axis=-1)
    assert facing[drawn.depth > 0].min() > 0


def test_every_room_shows_several_classes_and_none_fills_the_picture() -> None:
    for index in range(8):
        labels = room(index).label
        classes, counts = np.unique(labels[labels >= 0], return_counts=True)
        assert len(classes) >= 4
        assert counts.max() < 0.65 * labels.size


def test_every_class_is_seen_in_some_rooms_and_the_sensor_misses_some_of_each() -> None:
    drawn = [room(index) for index in range(16)]
    seen = np.array([[(one.label == number).any() for number in range(13)] for one in drawn]).sum(axis=0)
    assert seen.min() >= 1
    missing = np.mean([(one.depth == 0).mean() for one in drawn])
    assert 0.05 < missing < 0.2


def test_the_same_seed_split_and_index_give_the_same_room() -> None:
    assert same(draw_room(4, 2, "train", SIZE), room(2))


@pytest.mark.parametrize("other", [(5, 0, "train"), (4, 1, "train"), (4, 0, "val")])
def test_another_seed_index_or_split_gives_another_room(other: tuple[int, int, str]) -> None:
    drawn = draw_room(*other, SIZE)
    assert np.mean(drawn.label != room(0).label) > 0.1
    assert np.mean(drawn.image != room(0).image) > 0.5


def test_training_and_validation_rooms_never_meet() -> None:
    train = [room(index).depth for index in range(4)]
    val = [room(index, "val").depth for index in range(4)]
    assert not any(np.mean(a == b) > 0.3 for a in train for b in val)


def test_another_size_shows_the_same_room() -> None:
    large, small = room(3, size=(96, 128)), room(3, size=(48, 64))
    pooled = large.image.reshape(48, 2, 64, 2, 3).mean(axis=(1, 3))
    assert np.corrcoef(pooled.ravel(), small.image.ravel())[0, 1] > 0.95
    known = (large.depth[::2, ::2] > 0) & (small.depth > 0)
    ratio = large.depth[::2, ::2][known] / small.depth[known]
    assert np.mean(np.abs(ratio - 1) < 0.03) > 0.85
    assert np.mean(large.label[::2, ::2] == small.label) > 0.9


@pytest.mark.parametrize("size", [(8, 8), (8, 40), (41, 9)])
def test_images_of_any_shape_can_be_drawn(size: tuple[int, int]) -> None:
    drawn = draw_room(0, 0, "val", size)
    assert drawn.image.shape == (*size, 3)
    assert (drawn.depth > 0).any()


@pytest.mark.parametrize(
    ("seed", "index", "split", "size", "sentence"),
    [
        (-1, 0, "train", SIZE, "`seed` must be 0 or more; got -1"),
        (0, -2, "train", SIZE, "`index` must be 0 or more; got -2"),
        (0, 0, "test", SIZE, "`split` must be one of train, val; got 'test'"),
        (0, 0, "train", (4, 64), "`size` must be a height and a width of at least 8 pixels"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    seed: int, index: int, split: str, size: tuple[int, int], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        draw_room(seed, index, split, size)


def test_an_image_of_nyuv2s_shape_has_the_field_of_view_of_a_kinect() -> None:
    across, along = field_of_view((480, 640))
    assert across[0] == pytest.approx(-319.5 / KINECT_FOCAL_LENGTH)
    assert along[0] == pytest.approx(239.5 / KINECT_FOCAL_LENGTH)
    assert field_of_view((96, 128))[0][-1] == pytest.approx(63.5 / (KINECT_FOCAL_LENGTH / 5))
