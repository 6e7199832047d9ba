from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mtan_edu.data.rooms import materials
from mtan_edu.data.rooms.camera import Camera, expose
from mtan_edu.data.rooms.labels import TV, WALL
from mtan_edu.data.rooms.light import shade
from mtan_edu.data.rooms.materials import Material
from mtan_edu.data.rooms.patterns import Plain, cell_random, noise
from mtan_edu.data.rooms.rays import Viewpoint
from mtan_edu.data.rooms.scene import Lamp, Scene
from mtan_edu.data.rooms.sensor import holes
from mtan_edu.data.rooms.solids import Solid, ball, box, turn_x
from mtan_edu.data.rooms.surfaces import patch_and_normal

GRAY = Material(Plain((0.5, 0.5, 0.5), uneven=0.0))
MAKERS = [
    materials.paint, materials.wood, materials.metal, materials.fabric, materials.wall_cover, materials.floor_cover,
    materials.rug,
]  # fmt: skip
CAMERA = Camera(Viewpoint(np.array([0.0, 1.2, 0.0]), np.eye(3)), 0.5, np.ones(3), 0.01)
FLOOR = box((0.0, -0.5, -2.0), (8.0, 1.0, 8.0), GRAY, 4)


def lit(content: tuple[Solid, ...], points: np.ndarray, power: float = 1.0) -> np.ndarray:
    """Light that floor points send to the camera below a small lamp at 2 m height, `(3, n)`."""
    lamp = Lamp(Viewpoint(np.array([0.0, 2.0, -2.0]), turn_x(-np.pi / 2)), power * np.ones(3), 0.0, facing=False)
    scene = Scene((FLOOR,), content, (lamp,), np.zeros(3), (8.0, 2.5, 8.0), CAMERA)
    index = np.zeros(points.shape[1], np.intp)
    return shade(scene, points.astype(np.float32), index, np.zeros((2, points.shape[1]), np.float32))


def surface_of(solid: Solid) -> np.ndarray:
    """Points on the faces of a box, `(3, n)`."""
    rng = np.random.default_rng(0)
    points = rng.uniform(-1, 1, (3, 300))
    points[rng.integers(0, 3, 300), np.arange(300)] = 1.0
    return solid.center[:, None] + solid.half[:, None] * points


@pytest.mark.parametrize("maker", MAKERS)
def test_a_material_has_a_color_everywhere(maker: Callable[[np.random.Generator], Material]) -> None:
    for seed in range(12):
        solid = box((0.3, 0.1, -0.2), (1.4, 0.9, 0.6), maker(np.random.default_rng(seed)), 0)
        patch, _ = patch_and_normal(solid, surface_of(solid))
        color = solid.material.pattern(patch)
        assert color.shape == (3, 300)
        assert color.min() >= 0
        assert color.max() < 1.6


def test_walls_floors_and_cupboards_share_their_colors() -> None:
    def brightness(maker: Callable[[np.random.Generator], Material]) -> np.ndarray:
        solids = [box((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), maker(np.random.default_rng(seed)), 0) for seed in range(60)]
        return np.array([s.material.pattern(patch_and_normal(s, surface_of(s))[0]).mean() for s in solids])

    kinds = [brightness(maker) for maker in (materials.wall_cover, materials.floor_cover, materials.joinery)]
    spread = min(kind.std() for kind in kinds)
    centers = [kind.mean() for kind in kinds]
    assert max(centers) - min(centers) < 2 * spread


def test_noise_is_smooth_and_between_0_and_1() -> None:
    u = np.linspace(-9, 9, 4000)
    values = noise(u, 0.3 * u, seed=5)
    assert 0 <= values.min() < 0.2
    assert 0.8 < values.max() <= 1
    assert np.abs(np.diff(values)).max() < 0.02


def test_a_cell_has_one_random_number() -> None:
    cells = np.array([3, 3, 4, -3])
    values = cell_random(cells, np.array([1, 1, 1, 1]))
    assert values[0] == values[1]
    assert len(np.unique(values)) == 3


def test_light_falls_on_the_floor_by_distance_and_slant_and_not_below_a_table() -> None:
    points = np.array([[0.0, 0.0, -2.0], [1.5, 0.0, -2.0], [-1.5, 0.0, -2.0]]).T
    table = box((-0.7, 1.0, -2.0), (0.6, 0.05, 0.6), GRAY, 9)
    below, beside, shadowed = lit((table,), points)[0]
    assert below == pytest.approx(0.5 / 4.3, rel=1e-3)
    assert beside == pytest.approx(0.5 * 0.8 / 6.55, rel=1e-3)
    assert shadowed == 0
    np.testing.assert_allclose(lit((), points, power=3.0), 3 * lit((), points), rtol=1e-5)


def test_a_lamp_that_is_no_point_throws_a_soft_shadow() -> None:
    edge = np.tile(np.array([[-1.35], [0.0], [-2.0]]), (1, 4))
    lamp = Lamp(Viewpoint(np.array([0.0, 2.0, -2.0]), turn_x(-np.pi / 2)), np.ones(3), 0.3, facing=False)
    table = box((-1.0, 1.0, -2.0), (0.7, 0.05, 0.7), GRAY, 9)
    scene = Scene((FLOOR,), (table,), (lamp,), np.zeros(3), (8.0, 2.5, 8.0), CAMERA)
    places = np.array([[-1, 1, -1, 1], [0, 0, 0.5, 0.5]], np.float32)
    light = shade(scene, edge.astype(np.float32), np.zeros(4, np.intp), places)[0]
    assert (light > 0).tolist() == [False, True, False, True]


def test_a_window_lights_only_the_room_before_it() -> None:
    view = Viewpoint(np.array([0.0, 1.0, -2.0]), np.eye(3))  # it looks along -z
    lamp = Lamp(view, np.ones(3), 0.0, facing=True)
    scene = Scene((FLOOR,), (), (lamp,), np.zeros(3), (8.0, 2.5, 8.0), CAMERA)
    points = np.array([[0.0, 0.0, -3.0], [0.0, 0.0, -1.0]], np.float32).T
    light = shade(scene, points, np.zeros(2, np.intp), np.zeros((2, 2), np.float32))[0]
    assert light[0] > 0
    assert light[1] == 0


def test_the_camera_adapts_to_the_light_and_its_noise_is_the_generators() -> None:
    light = np.random.default_rng(0).uniform(0.2, 1.0, (3, 20, 30)).astype(np.float32)
    one = expose(light, CAMERA, np.random.default_rng(1))
    assert one.shape == (20, 30, 3)
    np.testing.assert_array_equal(one, expose(light, CAMERA, np.random.default_rng(1)))
    assert (one != expose(light, CAMERA, np.random.default_rng(2))).mean() > 0.3
    brighter = expose(5 * light, CAMERA, np.random.default_rng(1))
    assert abs(one.mean() - brighter.mean()) < 3


def missing(content: tuple[Solid, ...], labels: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Holes in a picture `(H, W)` of a wall at 4 m and, where `labels` is 1, of the content before it."""
    wall = box((0.0, 1.2, -4.5), (20.0, 20.0, 1.0), GRAY, WALL)
    scene = Scene((wall,), content, (), np.zeros(3), (8.0, 2.5, 8.0), CAMERA)
    height, width = depth.shape
    x, y = np.meshgrid(np.linspace(-0.6, 0.6, width), np.linspace(0.4, -0.4, height))
    points = np.stack([x * depth, y * depth + 1.2, -depth]).reshape(3, -1).astype(np.float32)
    normal = np.tile(np.array([[0.0], [0.0], [1.0]], np.float32), (1, depth.size))
    return holes(scene, depth, points, normal, labels.ravel(), np.random.default_rng(0))


def test_the_sensor_sees_a_plain_wall_but_for_the_rim_and_a_few_pixels() -> None:
    found = missing((), np.zeros((60, 80), np.intp), np.full((60, 80), 4.0))
    assert found[2:, :-3].mean() < 0.02
    assert found[:, -1].all()


def test_the_sensor_misses_a_strip_of_wall_to_the_left_of_a_near_thing() -> None:
    labels = np.zeros((60, 80), np.intp)
    labels[:, 35:45] = 1
    depth = np.where(labels == 1, 1.0, 4.0)
    thing = box((0.0, 1.2, -1.1), (0.15, 4.0, 0.2), GRAY, 6)
    found = missing((thing,), labels, depth)
    assert found[5:, 32:34].mean() > 0.9
    assert found[5:, 47:50].mean() < 0.1
    assert found[5:, 5:20].mean() < 0.02


def test_the_sensor_is_blinded_by_part_of_a_glossy_screen() -> None:
    screen = box((0.0, 1.2, -4.0), (10.0, 10.0, 0.01), Material(Plain((0.0, 0.0, 0.0)), gloss=1.0), TV)
    found = missing((screen,), np.ones((60, 80), np.intp), np.full((60, 80), 3.995))
    assert 0.2 < found.mean() < 0.98


def test_a_ball_is_lit_on_the_side_of_the_lamp() -> None:
    thing = ball((0.0, 0.5, -2.0), (1.0, 1.0, 1.0), GRAY, 6)
    scene_points = np.array([[0.0, 1.0, -2.0], [0.0, 0.0, -2.0]], np.float32).T
    lamp = Lamp(Viewpoint(np.array([0.0, 2.0, -2.0]), turn_x(-np.pi / 2)), np.ones(3), 0.0, facing=False)
    scene = Scene((thing,), (thing,), (lamp,), np.zeros(3), (8.0, 2.5, 8.0), CAMERA)
    top, bottom = shade(scene, scene_points, np.zeros(2, np.intp), np.zeros((2, 2), np.float32))[0]
    assert top > 0
    assert bottom == 0
