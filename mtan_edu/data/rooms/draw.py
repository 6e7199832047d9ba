"""Draw one room: what a camera sees of it, and the exact geometry and classes behind every pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mtan_edu.data.rooms.camera import expose, field_of_view
from mtan_edu.data.rooms.labels import ROOM_CLASSES
from mtan_edu.data.rooms.light import shade
from mtan_edu.data.rooms.rays import nearest_hits, view_directions
from mtan_edu.data.rooms.scene import Scene, build_scene
from mtan_edu.data.rooms.sensor import holes
from mtan_edu.data.rooms.surfaces import inverse, patches_and_normals, runs_by_solid

SPLITS = ("train", "val")
"""Names of the splits; a scene belongs to one alone."""

SMALLEST_SIDE = 8
"""Least height and width of an image [pixels]."""

_RAYS = 2
"""Rays per pixel along each side of the image; each is lit from another place of a lamp."""

_BAND = 60_000
"""About how many rays are followed together: few enough for their numbers to stay in the processor's cache."""

_BRIGHTEST = 12.0
"""Light above which a ray counts no further, so that one glint does not whiten a whole pixel."""


@dataclass(frozen=True, eq=False)
class RoomArrays:
    """One room in the compact form of a data set.

    Attributes:
        image: Colors, uint8 `(H, W, 3)`.
        label: Class of each pixel, int8 `(H, W)`; -1 unlabelled.
        depth: Distance along the optical axis [mm], uint16 `(H, W)`; 0 where the sensor measured nothing.
        normal: Unit normal in camera axes (x right, y up, z towards the camera) times 32767, int16 `(H, W, 3)`;
            (0, 0, 0) where depth is 0.
    """

    image: np.ndarray
    label: np.ndarray
    depth: np.ndarray
    normal: np.ndarray


def draw_room(seed: int, index: int, split: str = "train", size: tuple[int, int] = (96, 128)) -> RoomArrays:
    """Draw the room that (seed, split, index) stands for.

    The scene depends on these three alone; another size shows the same scene in other pixels.

    Args:
        seed: Which set of rooms.
        index: Which room of the set.
        split: "train" or "val".
        size: Height and width of the image [pixels].

    Returns:
        The image and its targets.

    Raises:
        ValueError: If the split is unknown, seed or index negative, or the size too small.
    """
    check_request(seed, index, split, size)
    stream = [seed, SPLITS.index(split), index]
    scene = build_scene(np.random.default_rng([*stream, 0]))
    return render(scene, size, np.random.default_rng([*stream, 1]))


def render(scene: Scene, size: tuple[int, int], rng: np.random.Generator) -> RoomArrays:
    """Take a scene's picture and measure it.

    Args:
        scene: What there is.
        size: Height and width [pixels].
        rng: Draws the noise of camera and sensor.

    Returns:
        The image and its targets.
    """
    image = expose(_light(scene, size), scene.camera, rng)
    across, along = field_of_view(size)
    depth, index = nearest_hits(scene.solids, scene.camera.view, across, along)
    points = _points(scene, across, along, depth)
    normal = _normals(scene, points, index.ravel())
    missing = holes(scene, depth, points, normal, index.ravel(), rng)
    seen = scene.camera.view.axes.T.astype(np.float32) @ normal  # world to camera axes
    seen[:, missing.ravel()] = 0
    labels = np.array([solid.label for solid in scene.solids], np.int8)[index]
    return RoomArrays(
        image=image,
        label=labels,
        depth=np.where(missing, 0, np.round(1000 * depth)).astype(np.uint16),
        normal=np.round(32767 * seen).astype(np.int16).reshape(3, *size).transpose(1, 2, 0),
    )


def check_request(seed: int, index: int, split: str, size: tuple[int, int]) -> None:
    """Refuse what no room can be drawn for.

    Raises:
        ValueError: If the split is unknown, seed or index negative, or the size too small.
    """
    if split not in SPLITS:
        raise ValueError(f"`split` must be one of {', '.join(SPLITS)}; got {split!r}.")
    for name, value in (("seed", seed), ("index", index)):
        if value < 0:
            raise ValueError(f"`{name}` must be 0 or more; got {value}.")
    if len(size) != 2 or min(size) < SMALLEST_SIDE:
        raise ValueError(f"`size` must be a height and a width of at least {SMALLEST_SIDE} pixels each; got {size}.")


def _light(scene: Scene, size: tuple[int, int]) -> np.ndarray:
    """Mean light of each pixel's rays, `(3, H, W)`."""
    across, along = field_of_view(size, _RAYS)
    rows = max(1, _BAND // len(across) // _RAYS) * _RAYS  # whole pixels
    bands = [_band(scene, across, along[start : start + rows]) for start in range(0, len(along), rows)]
    light = np.concatenate(bands, axis=1).reshape(3, size[0], _RAYS, size[1], _RAYS)
    across_pixel = np.add.reduce([light[..., ray] for ray in range(_RAYS)])  # far faster than light.mean(axis=(2, 4))
    return np.add.reduce([across_pixel[:, :, ray] for ray in range(_RAYS)]) / _RAYS**2


def _band(scene: Scene, across: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Light that the rays of some rows bring back, `(3, rows, columns)`."""
    depth, index = nearest_hits(scene.solids, scene.camera.view, across, along)
    points = _points(scene, across, along, depth)
    light = shade(scene, points, index.ravel(), _lamp_places(depth.shape))
    return np.minimum(light, _BRIGHTEST).reshape(3, *depth.shape)


def _lamp_places(shape: tuple[int, ...]) -> np.ndarray:
    """For each ray, which place of a lamp lights it: four places of its disc in turn, `(2, n)`."""
    row, column = np.mgrid[:2, :2] - 0.5
    places = 1.2 * np.stack([column + 0.4 * row, row - 0.4 * column]).astype(np.float32)  # (2, 2, 2)
    return np.tile(places, (1, shape[0] // 2 + 1, shape[1] // 2 + 1))[:, : shape[0], : shape[1]].reshape(2, -1)


def _normals(scene: Scene, points: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Unit normals of points on solids in world coordinates, `(3, n)`."""
    order, runs = runs_by_solid(scene.solids, index)
    return patches_and_normals(scene.solids, points.take(order, axis=1), runs)[1].take(inverse(order), axis=1)


def _points(scene: Scene, across: np.ndarray, along: np.ndarray, depth: np.ndarray) -> np.ndarray:
    directions = view_directions(scene.camera.view, across, along)
    return scene.camera.view.origin[:, None].astype(np.float32) + (directions * depth).reshape(3, -1)


__all__ = ["ROOM_CLASSES", "SPLITS", "RoomArrays", "draw_room", "render"]
