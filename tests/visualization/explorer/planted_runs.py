"""Masks whose every value is known, as records and as the folder of a run."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np

from mtan_edu.records import MaskRecord, PredictionRecord
from tests.visualization.planted import TASKS

SIZES = {"encoder_1": (6, 12, 16), "encoder_2": (4, 6, 8), "decoder_1": (3, 12, 16)}
"""Stage to channels, height and width."""


def random_masks(
    epoch: int | None = 4,
    tasks: tuple[str, ...] = tuple(TASKS),
    sizes: dict[str, tuple[int, int, int]] = SIZES,
    images: int = 2,
) -> MaskRecord:
    """Masks of 8 bits that differ in every value; the images are the same at every epoch."""
    generator = np.random.default_rng(epoch)
    masks = {
        task: {stage: generator.integers(0, 256, (images, *size), dtype=np.uint8) for stage, size in sizes.items()}
        for task in tasks
    }
    colors = np.random.default_rng(0).integers(0, 256, (images, 24, 32, 3), dtype=np.uint8)
    return MaskRecord(colors, masks, epoch)


def with_nan(record: MaskRecord, task: str, stage: str, *place: int) -> MaskRecord:
    """The same masks as floating point, with one value that is none."""
    masks = {name: dict(stages) for name, stages in record.masks.items()}
    masks[task][stage] = (record.values(task, stage)).astype(np.float16)
    masks[task][stage][place] = np.nan
    return dataclasses.replace(record, masks=masks)


def random_predictions(epoch: int = 4, images: int = 2, size: tuple[int, int] = (24, 32)) -> PredictionRecord:
    """Targets with unknown pixels in the first row, and predictions of all three kinds."""
    generator = np.random.default_rng(100 + epoch)
    known = np.arange(size[0])[None, :, None] > 0

    def normals() -> np.ndarray:
        vectors = generator.standard_normal((images, *size, 3))
        return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)

    shape = (images, *size)
    return PredictionRecord(
        images=np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8),
        targets={
            "semantic": np.where(known, generator.integers(0, 3, shape), -1).astype(np.int8),
            "depth": np.where(known, generator.uniform(1, 9, shape), 0).astype(np.float32),
            "normal": normals() * known[..., None].astype(np.float32),
        },
        predictions={
            "semantic": generator.integers(0, 3, shape).astype(np.int8),
            "depth": generator.uniform(1, 9, shape).astype(np.float32),
            "normal": normals(),
        },
        tasks=TASKS,
        epoch=epoch,
    )


def write_run(folder: Path, epochs: tuple[int, ...] = (0, 1, 4), **options: object) -> Path:
    """A folder with the files of a run that the explorer reads."""
    for part in ("masks", "predictions"):
        (folder / part).mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    tasks = [dataclasses.asdict(task) for task in TASKS.values()]
    (folder / "tasks.json").write_text(json.dumps({"tasks": tasks}))
    for epoch in epochs:
        record, predicted = random_masks(epoch, **options), random_predictions(epoch)
        masks = {f"{task}/{stage}": of for task, stages in record.masks.items() for stage, of in stages.items()}
        np.savez(folder / "masks" / f"epoch_{epoch:04d}.npz", images=record.images, **masks)
        arrays = {f"targets/{name}": of for name, of in predicted.targets.items()}
        arrays |= {f"predictions/{name}": of for name, of in predicted.predictions.items()}
        np.savez(folder / "predictions" / f"epoch_{epoch:04d}.npz", images=predicted.images, **arrays)
    return folder
