from __future__ import annotations

import numpy as np
import pytest

from mtan_edu.data.rooms.materials import Material
from mtan_edu.data.rooms.patterns import Plain
from mtan_edu.data.rooms.solids import Solid, ball, box, cylinder, turn_x, turn_y
from mtan_edu.data.rooms.spans import hit_distance
from mtan_edu.data.rooms.surfaces import patch_and_normal

GRAY = Material(Plain((0.5, 0.5, 0.5)))
TURN = turn_y(0.5) @ turn_x(-0.3)
CENTER = np.array([0.1, 0.2, -3.0])
SOLIDS = [
    box(CENTER, (1.0, 0.6, 0.8), GRAY, 0, TURN),
    ball(CENTER, (1.0, 0.6, 0.8), GRAY, 0, TURN),
    cylinder(CENTER, 0.4, 0.7, GRAY, 0, TURN),
]


def seen_points(solid: Solid) -> tuple[np.ndarray, np.ndarray]:
    """Rays from the origin that meet the solid, and where, `(3, n)` each."""
    rng = np.random.default_rng(1)
    directions = np.stack([rng.uniform(-0.3, 0.3, 500), rng.uniform(-0.3, 0.3, 500), -np.ones(500)])
    distance = hit_distance(solid, np.zeros((3, 1)), directions)
    met = np.isfinite(distance)
    return directions[:, met], distance[met] * directions[:, met]


@pytest.mark.parametrize("solid", SOLIDS)
def test_normals_have_length_1_and_look_towards_the_viewer(solid: Solid) -> None:
    directions, points = seen_points(solid)
    _, normal = patch_and_normal(solid, points)
    np.testing.assert_allclose(np.linalg.norm(normal, axis=0), 1, rtol=1e-12)
    assert ((normal * directions).sum(axis=0) < 1e-9).all()


@pytest.mark.parametrize("solid", SOLIDS)
def test_a_step_along_the_surface_is_perpendicular_to_the_normal(solid: Solid) -> None:
    directions, points = seen_points(solid)
    _, normal = patch_and_normal(solid, points)
    for step in ([[1e-6], [0.0], [0.0]], [[0.0], [1e-6], [0.0]]):
        beside = directions + np.array(step)
        distance = hit_distance(solid, np.zeros((3, 1)), beside)
        slope = ((distance * beside - points) * normal).sum(axis=0) / 3e-6
        assert (np.abs(slope) < 1e-3).mean() > 0.98  # all but those beside an edge


def test_on_the_front_of_a_box_u_is_horizontal_and_v_vertical() -> None:
    solid = box((0.0, 0.0, 0.0), (2.0, 1.0, 0.4), GRAY, 0)
    patch, normal = patch_and_normal(solid, np.array([[0.7, -0.2], [0.3, 0.1], [0.2, 0.2]]))
    np.testing.assert_allclose(patch.u, [0.7, -0.2])
    np.testing.assert_allclose(patch.v, [0.3, 0.1])
    assert patch.front.all()
    np.testing.assert_array_equal(normal, [[0, 0], [0, 0], [1, 1]])


def test_a_ball_normal_points_away_from_its_center() -> None:
    _, points = seen_points(solid := ball(CENTER, (0.8, 0.8, 0.8), GRAY, 0))
    _, normal = patch_and_normal(solid, points)
    np.testing.assert_allclose(normal, (points - CENTER[:, None]) / 0.4, rtol=1e-9)
