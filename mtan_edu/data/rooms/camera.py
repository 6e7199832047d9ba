"""The camera: held by hand at the near side of the room, looking into it and slightly down, with a Kinect's view."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mtan_edu.data.rooms.rays import Viewpoint
from mtan_edu.data.rooms.solids import turn_x, turn_y, turn_z

KINECT_FOCAL_LENGTH = 518.858
"""Focal length of NYUv2's color camera [pixels of its 640 x 480 image]. Silberman et al., ECCV 2012, toolbox."""


@dataclass(frozen=True, eq=False)
class Camera:
    """Where the camera stands, and how it exposes.

    Attributes:
        view: Where it stands and looks.
        exposure: Mean brightness it aims at, 0 to 1.
        balance: What its white balance leaves of a color cast, per color.
        noise: Strength of its noise.
    """

    view: Viewpoint
    exposure: float
    balance: np.ndarray
    noise: float


def place_camera(rng: np.random.Generator, width: float, depth: float) -> Camera:
    """Stand in the near part of a room, whose side is z = 0, and look at some point in its far part."""
    origin = np.array([rng.uniform(-0.36, 0.36) * width, rng.uniform(1.1, 1.7), -rng.uniform(0.05, 0.3) * depth])
    target = np.array([rng.uniform(-0.35, 0.35) * width, rng.uniform(0.42, 1.42), -rng.uniform(0.75, 0.9) * depth])
    x, y, z = target - origin
    yaw, pitch = np.arctan2(-x, -z), np.arctan2(y, np.hypot(x, z))
    axes = turn_y(yaw) @ turn_x(pitch) @ turn_z(rng.normal(0, 0.02))
    balance = np.exp(rng.normal(0, 0.07, 3))
    return Camera(Viewpoint(origin, axes), rng.uniform(0.45, 0.72), balance, rng.uniform(0.006, 0.02))


def field_of_view(size: tuple[int, int], rays: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Slopes of the rays through the pixels of an image that shows NYUv2's field of view, or a part of it.

    The view is scaled to cover the image, so that one of another shape than 4:3 loses its top and bottom, or its sides.

    Args:
        size: Height and width [pixels].
        rays: Rays per pixel along each side; one passes through the pixel's center.

    Returns:
        Horizontal slope of each column of rays, `(rays * W,)`, ascending, and vertical slope of each row,
        `(rays * H,)`, descending.
    """
    height, width = size
    focal = KINECT_FOCAL_LENGTH * max(width / 640, height / 480)
    across = ((np.arange(width * rays) + 0.5) / rays - width / 2) / focal
    along = (height / 2 - (np.arange(height * rays) + 0.5) / rays) / focal
    return across.astype(np.float32), along.astype(np.float32)


def expose(light: np.ndarray, camera: Camera, rng: np.random.Generator) -> np.ndarray:
    """Turn light into the camera's picture: exposure, white balance, vignette, noise, gamma.

    Args:
        light: Linear light per pixel, `(3, H, W)`.
        camera: How it exposes.
        rng: Draws the noise.

    Returns:
        Colors, uint8 `(H, W, 3)`.
    """
    height, width = light.shape[1:]
    level = np.percentile(light.mean(axis=0), 60) + 1e-4
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    vignette = 1 - 0.12 * (x * x + y * y)
    picture = light * (camera.exposure**2.2 / level) * vignette * camera.balance[:, None, None]
    picture = 1 - np.exp(-1.35 * picture**1.15)  # bright lights fade to white as on film
    draws = rng.standard_normal((3, height, width), dtype=np.float32)
    picture = np.maximum(picture + camera.noise * draws * (0.1 + np.sqrt(picture)), 0)
    return np.clip(255 * picture ** (1 / 2.2) + 0.5, 0, 255).astype(np.uint8).transpose(1, 2, 0)
