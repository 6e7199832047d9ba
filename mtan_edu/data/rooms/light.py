"""How much light a surface sends to the camera: lamps with shadows, light from everywhere, corners darker."""

from __future__ import annotations

import numpy as np

from mtan_edu.data.rooms.rays import hidden
from mtan_edu.data.rooms.scene import Lamp, Scene
from mtan_edu.data.rooms.surfaces import Runs, inverse, patches_and_normals, runs_by_solid


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
    order, runs = runs_by_solid(scene.solids, index)
    points, sample = points.take(order, axis=1), sample.take(order, axis=1)
    color, normal, glow, gloss = _surface(scene, points, runs)
    light = scene.ambient[:, None].astype(np.float32) * (_openness(scene, points, normal) * (0.8 + 0.2 * normal[1]))
    glossy = np.flatnonzero(gloss)
    shine = np.zeros((3, len(glossy)), np.float32)
    for lamp in scene.lamps:
        arriving, mirrored = _from_lamp(scene, lamp, points, normal, sample, glossy)
        light += lamp.power[:, None].astype(np.float32) * arriving
        shine += lamp.power[:, None].astype(np.float32) * mirrored
    result = color * (light + 2.0 * glow)
    for row, mirrored in zip(result, gloss.take(glossy) * shine, strict=True):
        row[glossy] += mirrored
    return result.take(inverse(order), axis=1)


def _surface(scene: Scene, points: np.ndarray, runs: Runs) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Color and normal, `(3, n)`, glow and gloss, `(n,)`, of points on solids."""
    patches, normal = patches_and_normals(scene.solids, points, runs)
    color = np.empty_like(points)
    glow, gloss = np.empty_like(points[0]), np.empty_like(points[0])
    for (number, run), patch in zip(runs, patches, strict=True):
        material = scene.solids[number].material
        color[:, run] = material.pattern(patch)
        glow[run], gloss[run] = material.glow, material.gloss
    return color, normal, glow, gloss


def _from_lamp(
    scene: Scene, lamp: Lamp, points: np.ndarray, normal: np.ndarray, sample: np.ndarray, glossy: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Light that arrives from a lamp, `(n,)`, and light that the glossy points mirror from it to the camera."""
    spread = (lamp.radius * lamp.view.axes[:, :2]).astype(np.float32) @ sample
    way = lamp.view.origin[:, None].astype(np.float32) + spread - points
    square = (way * way).sum(axis=0)
    way /= np.sqrt(square)
    slant = np.maximum((normal * way).sum(axis=0), 0)
    strength = np.where(slant > 0, 1 / (square + 0.3), 0)
    if lamp.facing:
        strength = strength * np.maximum(way.T @ lamp.view.axes[:, 2].astype(np.float32), 0.0)
    lit = np.flatnonzero(strength > 0)
    strength[lit[hidden(scene.obstacles, lamp.view, points.take(lit, axis=1), spread.take(lit, axis=1))]] = 0
    seen = scene.camera.view.origin[:, None].astype(np.float32) - points.take(glossy, axis=1)
    half = way.take(glossy, axis=1) + seen / np.sqrt((seen * seen).sum(axis=0))
    half /= np.sqrt((half * half).sum(axis=0)) + 1e-6
    mirrored = strength.take(glossy) * np.maximum((normal.take(glossy, axis=1) * half).sum(axis=0), 0) ** 40
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
