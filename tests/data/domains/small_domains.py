"""Small folders of pictures in classes, sound until a test spoils one thing."""

from __future__ import annotations

import tarfile
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = {"birds": ("crow", "duck", "owl"), "signs": ("stop", "yield")}
COUNTS = {"train": 3, "val": 2}


def picture(seed: int, height: int = 20, width: int = 30) -> np.ndarray:
    """Random colors."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def write_domains(folder: Path, **options: int) -> Path:
    """Write `<domain>/{train,val}/<class>/<i>.png`: 9 + 6 pictures of birds, 6 + 4 of signs."""
    seed = 0
    for domain, classes in CLASSES.items():
        for split, count in COUNTS.items():
            for kind in classes:
                for index in range(count):
                    path = folder / domain / split / kind / f"{index}.png"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    Image.fromarray(picture(seed, **options)).save(path)
                    seed += 1
    return folder


def pack(folder: Path, archive: Path, mode: str = "w:gz") -> Path:
    """Write a folder into an archive, under its own name."""
    with tarfile.open(archive, mode) as file:
        file.add(folder, arcname=folder.name)
    return archive
