"""How much light a surface sends to the camera: lamps with shadows, light from everywhere, corners darker."""

from __future__ import annotations

import numpy as np

from mtan_edu.data.rooms.rays import hidden
from mtan_edu.data.rooms.scene import Lamp, Scene
from mtan_edu.data.rooms.surfaces import patch_and_normal


def shade(scene: Scene, points: np.ndarray, index: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """Light that points on surfaces send towards the camera.

    Args:
        scene: What there is.
        points: The points [m], `(3, n)`.
        index: The solid each lies on, `(n,)`.
        sample: Which place of each lamp shines on each point, in a disc of radius 1, `(2, n)`: several places make soft
            shadows.

    Returns:
        Linear light per color, `(3, n)`.
    """
    color, normal, glow, gloss = _surface(scene, points, index)
    light = scene.ambient[:, None].astype(np.float32) * (_openness(scene, points, normal) * (0.8 + 0.2 * normal[1]))
    shine = np.zeros_like(light)
    for lamp in scene.lamps:
        arriving, mirrored = _from_lamp(scene, lamp, points, normal, sample)
        light += lamp.power[:, None].astype(np.float32) * arriving
        shine += lamp.power[:, None].astype(np.float32) * mirrored
    return color * (light + 2.0 * glow) + gloss * shine


def _surface(
    scene: Scene, points: np.ndarray, index: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    color, normal = np.empty_like(points), np.empty_like(points)
    glow, gloss = np.empty_like(points[0]), np.empty_like(points[0])
    for number, members in groups(index):
        solid = scene.solids[number]
        patch, normal[:, members] = patch_and_normal(solid, points[:, members])
        color[:, members] = solid.material.pattern(patch)
        glow[members], gloss[members] = solid.material.glow, solid.material.gloss
    return color, normal, glow, gloss


def groups(index: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """The positions at which each value of `index` `(n,)` stands."""
    order = np.argsort(index, kind="stable")
    values, starts = np.unique(index[order], return_index=True)
    return list(zip(values.tolist(), np.split(order, starts[1:]), strict=True))


def _from_lamp(
    scene: Scene, lamp: Lamp, points: np.ndarray, normal: np.ndarray, sample: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Light that arrives from a lamp, and light that a glossy surface mirrors from it to the camera, `(n,)` each."""
    spread = (lamp.radius * lamp.view.axes[:, :2]).astype(np.float32) @ sample
    way = lamp.view.origin[:, None].astype(np.float32) + spread - points
    square = (way * way).sum(axis=0)
    way /= np.sqrt(square)
    slant = np.maximum((normal * way).sum(axis=0), 0)
    strength = np.where(slant > 0, 1 / (square + 0.3), 0)
    if lamp.facing:
        strength = strength * np.maximum(way.T @ lamp.view.axes[:, 2].astype(np.float32), 0.0)
    lit = np.flatnonzero(strength > 0)
    strength[lit[hidden(scene.content, lamp.view, points[:, lit], spread[:, lit])]] = 0
    seen = scene.camera.view.origin[:, None].astype(np.float32) - points
    half = way + seen / np.sqrt((seen * seen).sum(axis=0))
    half /= np.sqrt((half * half).sum(axis=0)) + 1e-6
    mirrored = strength * np.maximum((normal * half).sum(axis=0), 0) ** 40
    return strength * slant, mirrored


def _openness(scene: Scene, points: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """How little of the surroundings the room's floor, walls and ceiling block near its edges, `(n,)`."""
    width, height, depth = scene.size
    result = np.ones_like(points[0])
    planes = [(0, -width / 2, 1), (0, width / 2, -1), (1, 0.0, 1), (1, height, -1), (2, -depth, 1), (2, 0.0, -1)]
    for axis, place, sign in planes:
        nearness = np.exp(-np.abs(points[axis] - np.float32(place)) / 0.35)
        result *= 1 - 0.4 * nearness * (0.5 - 0.5 * sign * normal[axis])
    return result
