from __future__ import annotations

import numpy as np
import pytest

from mtan_edu.data.rooms.camera import field_of_view
from mtan_edu.data.rooms.materials import Material
from mtan_edu.data.rooms.patterns import Plain
from mtan_edu.data.rooms.rays import Viewpoint, hidden, nearest_hits, view_directions
from mtan_edu.data.rooms.scene import build_scene
from mtan_edu.data.rooms.solids import Solid, ball, box, cylinder, turn_x, turn_y, turn_z
from mtan_edu.data.rooms.spans import hit_distance

GRAY = Material(Plain((0.5, 0.5, 0.5)))
ORIGIN = np.array([[0.3], [1.3], [2.0]])


def rays(count: int = 400) -> np.ndarray:
    """Directions around -z, `(3, count)`."""
    rng = np.random.default_rng(3)
    return np.stack([rng.uniform(-0.5, 0.5, count), rng.uniform(-0.5, 0.4, count), -np.ones(count)])


def hits(solid: Solid) -> tuple[np.ndarray, np.ndarray]:
    """Rays that meet the solid, and where, `(3, n)` each."""
    directions = rays()
    distance = hit_distance(solid, ORIGIN, directions)
    met = np.isfinite(distance)
    assert 10 < met.sum() < met.size
    return directions[:, met], ORIGIN + distance[met] * directions[:, met]


def test_a_box_is_met_on_the_plane_of_its_front() -> None:
    _, points = hits(box((0.2, 1.0, 0.0), (1.0, 0.8, 0.6), GRAY, 0))
    on_front = np.isclose(points[2], 0.3, atol=1e-12)
    assert on_front.mean() > 0.5
    assert (points[2] <= 0.3 + 1e-12).all()
    assert np.abs(points[0, on_front] - 0.2).max() <= 0.5 + 1e-12


def test_a_ball_is_met_at_its_radius_and_as_early_as_the_quadratic_formula_says() -> None:
    solid = ball((0.1, 1.3, -0.5), (1.4, 1.4, 1.4), GRAY, 0)
    directions, points = hits(solid)
    np.testing.assert_allclose(np.linalg.norm(points - solid.center[:, None], axis=0), 0.7, rtol=1e-12)
    off = ORIGIN - solid.center[:, None]
    a, b, c = (directions**2).sum(0), 2 * (directions * off).sum(0), (off**2).sum() - 0.49
    first = (-b - np.sqrt(b * b - 4 * a * c)) / (2 * a)
    np.testing.assert_allclose(points, ORIGIN + first * directions, rtol=1e-10)


def test_a_cylinder_is_met_on_its_side_or_on_a_cap() -> None:
    solid = cylinder((0.2, 0.5, 0.0), 0.6, 0.9, GRAY, 0)
    _, points = hits(solid)
    radius = np.hypot(points[0] - 0.2, points[2])
    on_side, on_cap = np.isclose(radius, 0.6), np.isclose(points[1], 0.95)
    assert (on_side | on_cap).all()
    assert on_side.any()
    assert on_cap.any()


@pytest.mark.parametrize("make", [box, ball])
def test_turning_a_solid_and_the_rays_together_changes_no_distance(make) -> None:
    turn = turn_y(0.7) @ turn_x(-0.4) @ turn_z(1.1)
    directions, center = rays(), np.array([0.1, 1.1, -0.3])
    straight = hit_distance(make(center, (1.0, 0.6, 1.4), GRAY, 0), ORIGIN, directions)
    turned = hit_distance(make(turn @ center, (1.0, 0.6, 1.4), GRAY, 0, turn), turn @ ORIGIN, turn @ directions)
    np.testing.assert_allclose(turned, straight, rtol=1e-9)


def test_a_ray_parallel_to_a_face_meets_the_box_or_passes_it() -> None:
    solid = box((0.0, 0.0, 0.0), (2.0, 2.0, 2.0), GRAY, 0)
    ahead = np.array([[0.0], [0.0], [-1.0]])
    assert hit_distance(solid, np.array([[0.0], [0.0], [3.0]]), ahead) == pytest.approx(2.0)
    assert hit_distance(solid, np.array([[0.0], [1.5], [3.0]]), ahead) == np.inf


def test_a_solid_behind_is_not_met() -> None:
    assert np.isinf(hit_distance(ball((0.0, 1.0, 9.0), (1.0, 1.0, 1.0), GRAY, 0), ORIGIN, rays())).all()


def test_seeking_solids_only_where_they_can_be_seen_misses_no_hit() -> None:
    scene = build_scene(np.random.default_rng(5))
    across, along = field_of_view((18, 26))
    depth, index = nearest_hits(scene.solids, scene.camera.view, across, along)
    directions = view_directions(scene.camera.view, across, along).reshape(3, -1)
    origin = scene.camera.view.origin[:, None]
    every = np.stack([hit_distance(solid, origin, directions) for solid in scene.solids])
    np.testing.assert_array_equal(depth.ravel(), every.min(axis=0))
    np.testing.assert_array_equal(index.ravel(), every.argmin(axis=0))


def test_seeking_shadows_only_where_a_lamp_sees_the_solid_misses_no_shadow() -> None:
    scene = build_scene(np.random.default_rng(6))
    rng = np.random.default_rng(0)
    points = rng.uniform(-1, 1, (3, 300)) * [[1.2], [0.7], [1.5]] + [[0.0], [0.8], [-2.0]]
    for lamp in scene.lamps:
        spread = lamp.radius * lamp.view.axes[:, :2] @ rng.uniform(-0.7, 0.7, (2, 300))
        way = lamp.view.origin[:, None] + spread - points
        every = np.stack([hit_distance(solid, points, way) for solid in scene.content])
        front = -(lamp.view.axes.T @ (points - lamp.view.origin[:, None]))[2]
        safe = ~((every < 0.01) & (every > 0)).any(axis=0) & (front > 0.1)
        expected = (every < 1).any(axis=0)
        np.testing.assert_array_equal(hidden(scene.content, lamp.view, points, spread)[safe], expected[safe])


def test_a_point_is_hidden_exactly_when_a_solid_stands_before_it() -> None:
    view = Viewpoint(np.zeros(3), np.eye(3))
    screen = box((0.0, 0.0, -2.0), (1.0, 1.0, 0.2), GRAY, 0)
    points = np.array([[0.0, 0.0, -4.0], [3.0, 0.0, -4.0], [0.0, 0.0, -1.0], [0.0, 0.0, -1.9]]).T
    np.testing.assert_array_equal(hidden([screen], view, points), [True, False, False, False])
