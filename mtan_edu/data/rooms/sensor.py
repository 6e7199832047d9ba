"""The depth sensor: where it measures nothing, as a structured-light camera does not."""

from __future__ import annotations

import numpy as np

from mtan_edu.data.rooms.patterns import noise
from mtan_edu.data.rooms.rays import Viewpoint, hidden
from mtan_edu.data.rooms.scene import Scene

BASELINE = 0.075
"""Distance between a Kinect's infrared projector and its camera [m]. Khoshelham and Elberink, Sensors 2012."""


RANGE = 4.0
"""Distance from which ever more measurements fail [m]."""


def holes(
    scene: Scene,
    depth: np.ndarray,
    points: np.ndarray,
    normal: np.ndarray,
    index: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Where the sensor measures no depth.

    It projects a pattern from beside the camera and finds it in the image. It fails where the projector's light does
    not arrive (a strip beside near things), where it grazes the surface, across edges of depth, in patches on glossy
    surfaces, far away, at the image's rim, and here and there.

    Args:
        scene: What there is.
        depth: Distance along the optical axis [m], `(H, W)`.
        points: The points seen [m], `(3, H * W)`.
        normal: Their unit normals, `(3, H * W)`.
        index: The solid each lies on, `(H * W,)`.
        rng: Draws what is left to chance.

    Returns:
        `(H, W)` bool.
    """
    camera = scene.camera.view
    projector = Viewpoint(camera.origin + BASELINE * camera.axes[:, 0], camera.axes)
    shadowed = hidden(scene.obstacles, projector, points)
    way = camera.origin[:, None] - points
    slant = (way * normal).sum(axis=0) / np.sqrt((way * way).sum(axis=0))
    chance = rng.random((3, points.shape[1]), dtype=np.float32)
    grazing = slant < 0.06 + 0.2 * chance[0]
    gloss = np.array([solid.material.gloss for solid in scene.solids])[index]
    x, y, z = points
    patches = noise((x + z) / 0.25, y / 0.25, 3)
    blinded = (gloss > 0.45) & (patches < 0.3 + 0.4 * gloss)
    lost = 0.004 + 0.08 * np.maximum(depth.ravel() - RANGE, 0)
    missing = shadowed | grazing | blinded | (chance[1] < lost)
    beside_edge = min(0.6, 0.35 * depth.shape[1] / 128)  # the blurred strip is as wide as 0.7 pixels of 128
    crossed = _edges(depth) & (chance[2] < beside_edge).reshape(depth.shape)
    return missing.reshape(depth.shape) | crossed | _rim(depth.shape)


def _edges(depth: np.ndarray) -> np.ndarray:
    """Pixels beside a jump in depth of more than a twentieth, which no smooth surface makes, `(H, W)` bool."""
    result = np.zeros(depth.shape, bool)
    for axis in (0, 1):
        ahead, behind = np.moveaxis(depth, axis, 0)[1:], np.moveaxis(depth, axis, 0)[:-1]
        jump = np.abs(ahead - behind) > 0.05 * np.minimum(ahead, behind)
        turned = np.moveaxis(result, axis, 0)
        turned[1:] |= jump
        turned[:-1] |= jump
    return result


def _rim(shape: tuple[int, ...]) -> np.ndarray:
    """The strip at the image's right side that the projector does not reach, and a narrow one at its top, `(H, W)`."""
    height, width = shape
    row, column = np.mgrid[:height, :width]
    return (column >= width * 0.975) | (row < height * 0.015)
