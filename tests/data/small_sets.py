"""Small data sets on disk, whose every value is right until a test spoils one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from mtan_edu.data import Sample
from mtan_edu.data.dataset import DenseDataset

CLASSES = ("floor", "wall", "lamp")
FRAMES = {"train": 3, "val": 2}


def compact_arrays(frames: int = 3, height: int = 32, width: int = 64, seed: int = 0) -> dict[str, np.ndarray]:
    """Random values in compact form, some of them unknown."""
    generator = np.random.default_rng(seed)
    shape = (frames, height, width)
    normal = generator.normal(size=(*shape, 3))
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    unknown = generator.random(shape) < 0.1
    normal[unknown] = 0
    depth = generator.integers(500, 9000, shape, dtype=np.uint16)
    depth[unknown] = 0
    return {
        "image": generator.integers(0, 256, (*shape, 3), dtype=np.uint8),
        "label": generator.integers(-1, len(CLASSES), shape, dtype=np.int8),
        "depth": depth,
        "normal": np.round(normal * 127).astype(np.int8),
    }


def compact_set(**options: int) -> DenseDataset:
    """The same values as a data set in memory."""
    return DenseDataset(compact_arrays(**options), CLASSES)


def sample(height: int = 32, width: int = 64, seed: int = 0) -> Sample:
    """One random sample."""
    return compact_set(frames=1, height=height, width=width, seed=seed)[0]


def floating(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The same values as the prepared layout holds them."""
    normal = arrays["normal"].astype(np.float64)
    length = np.linalg.norm(normal, axis=-1, keepdims=True)
    return {
        "image": arrays["image"] / 255,
        "label": arrays["label"].astype(np.float64),
        "depth": arrays["depth"][..., None] / 1000,
        "normal": np.divide(normal, length, out=np.zeros_like(normal), where=length > 0),
    }


def pictures(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The same values as pictures hold them."""
    normal = arrays["normal"] / 127
    known = arrays["normal"].any(axis=-1, keepdims=True)
    return {
        "image": arrays["image"],
        "label": arrays["label"].astype(np.uint8),  # -1 becomes 255
        "depth": arrays["depth"],
        "normal": np.where(known, np.round((normal + 1) * 127.5), 0).astype(np.uint8),
    }


def write_compact(folder: Path) -> Path:
    """Write the pair `train.npz` and `val.npz`."""
    for seed, (split, frames) in enumerate(FRAMES.items()):
        folder.mkdir(exist_ok=True)
        np.savez_compressed(folder / f"{split}.npz", **compact_arrays(frames, seed=seed))
    return folder


def write_prepared(folder: Path) -> Path:
    """Write `{train,val}/<field>/<index>.npy`."""
    for path, values in _frames(folder, floating):
        np.save(path.with_suffix(".npy"), values)
    return folder


def write_pictures(folder: Path) -> Path:
    """Write `{train,val}/<field>/<index>.png`."""
    for path, values in _frames(folder, pictures):
        Image.fromarray(values).save(path.with_suffix(".png"))
    return folder


def _frames(folder: Path, convert):
    for seed, (split, frames) in enumerate(FRAMES.items()):
        for field, values in convert(compact_arrays(frames, seed=seed)).items():
            (folder / split / field).mkdir(parents=True)
            yield from ((folder / split / field / str(index), frame) for index, frame in enumerate(values))
