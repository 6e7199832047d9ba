"""The depth sensor: where it measures nothing, as a structured-light camera does not."""

from __future__ import annotations

import numpy as np

from mtan_edu.data.rooms.patterns import noise
from mtan_edu.data.rooms.rays import Viewpoint, hidden
from mtan_edu.data.rooms.scene import Scene

BASELINE = 0.075
"""Distance between a Kinect's infrared projector and its camera [m]. Khoshelham and Elberink, Sensors 2012."""


def holes(
    scene: Scene, points: np.ndarray, normal: np.ndarray, index: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Where the sensor measures no depth.

    It projects a pattern from beside the camera and finds it in the image. It fails where the projector's light does
    not arrive (a strip beside near things), where it grazes the surface, in patches on glossy surfaces, and here and
    there.

    Args:
        scene: What there is.
        points: The points seen [m], `(3, n)`.
        normal: Their unit normals, `(3, n)`.
        index: The solid each lies on, `(n,)`.
        rng: Draws what is left to chance.

    Returns:
        `(n,)` bool.
    """
    camera = scene.camera.view
    projector = Viewpoint(camera.origin + BASELINE * camera.axes[:, 0], camera.axes)
    shadowed = hidden(scene.content, projector, points)
    way = camera.origin[:, None] - points
    slant = (way * normal).sum(axis=0) / np.sqrt((way * way).sum(axis=0))
    draws = rng.random((2, points.shape[1]), dtype=np.float32)
    grazing = slant < 0.06 + 0.14 * draws[0]
    gloss = np.array([solid.material.gloss for solid in scene.solids])[index]
    x, y, z = points
    patches = noise((x + z) / 0.25, y / 0.25, 3)
    blinded = (gloss > 0.45) & (patches < 0.5 * gloss)
    return shadowed | grazing | blinded | (draws[1] < 0.004)
