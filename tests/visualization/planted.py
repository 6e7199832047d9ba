"""Small records whose every number is known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mtan_edu.records import (
    ArchitectureRecord,
    Display,
    EpochRecord,
    GainRecord,
    GradientRecord,
    MaskRecord,
    PredictionRecord,
    RunRecord,
    StageRecord,
    TaskRecord,
)

TASKS = {
    "semantic": TaskRecord("semantic", 3, Display("classes", ("bed", "wall", "tv")), {"mean_iou": True}),
    "depth": TaskRecord("depth", 1, Display("scalar", unit="m"), {"absolute_error": False}),
    "normal": TaskRecord("normal", 3, Display("direction"), {"angle_mean": False}),
}
METRICS = {"semantic": "mean_iou", "depth": "absolute_error", "normal": "angle_mean"}


def epoch(number: int, tasks: Sequence[str] = tuple(TASKS), metric: float | None = None) -> EpochRecord:
    """Training loss 1 / epoch, validation loss 2 / epoch, weight = place of the task, metric epoch / 10."""
    value = number / 10 if metric is None else metric
    return EpochRecord(
        epoch=number,
        train_losses=dict.fromkeys(tasks, 1 / number),
        val_losses=dict.fromkeys(tasks, 2 / number),
        weights={task: float(place) for place, task in enumerate(tasks, start=1)},
        metrics={task: {METRICS.get(task, "accuracy"): value} for task in tasks},
        learning_rate=0.001,
        seconds=3.0,
    )


def run(epochs: int = 3) -> RunRecord:
    return RunRecord(Path("runs/planted"), {}, {}, TASKS, tuple(epoch(n) for n in range(1, epochs + 1)))


def masks(
    tasks: Sequence[str] = ("semantic", "depth"),
    stages: Sequence[str] = ("encoder_1", "encoder_2"),
    channels: int = 5,
    epoch: int | None = 4,
) -> MaskRecord:
    """Two images of 8 x 12. Task k, channel c: (k + 1) / 10 left, + c / 10 on the right half."""
    recorded: dict[str, dict[str, np.ndarray]] = {}
    for k, task in enumerate(tasks, start=1):
        recorded[task] = {}
        for s, stage in enumerate(stages):
            height, width = 8 >> s, 12 >> s
            values = np.full((2, channels, height, width), k / 10, dtype=np.float32)
            values[..., width // 2 :] += np.arange(channels, dtype=np.float32)[:, None, None] / 10
            recorded[task][stage] = values
    return MaskRecord(np.full((2, 8, 12, 3), 200, dtype=np.uint8), recorded, epoch)


def predictions() -> PredictionRecord:
    """One image of 4 x 6, its first row unknown.

    Semantic: all walls, half of them seen as tv. Depth: 2 m, seen as 2.5 m. Normal: all face the camera, seen as
    facing right.
    """
    known = np.arange(4)[None, :, None] > 0
    label = np.where(known, 1, -1) * np.ones((1, 1, 6), dtype=int)
    depth = np.where(known, 2.0, 0.0) * np.ones((1, 1, 6))
    normal = np.where(known[..., None], (0.0, 0.0, 1.0), 0.0) * np.ones((1, 1, 6, 1))
    seen = np.ones((1, 4, 6), dtype=int)
    seen[..., 3:] = 2
    right = np.zeros((1, 4, 6, 3))
    right[..., 0] = 1
    return PredictionRecord(
        images=np.full((1, 4, 6, 3), 100, dtype=np.uint8),
        targets={"semantic": label, "depth": depth.astype(np.float32), "normal": normal.astype(np.float32)},
        predictions={
            "semantic": seen,
            "depth": np.full((1, 4, 6), 2.5, dtype=np.float32),
            "normal": right.astype(np.float32),
        },
        tasks=TASKS,
        epoch=2,
    )


def gradients(
    cosine: float = -0.5, epoch: int | None = 4, tasks: Sequence[str] = tuple(TASKS), steps: int = 2
) -> GradientRecord:
    """On two parts, with norms 1, 2, 3 and 2, 4, 6. Every two tasks have the same cosine on the first part, and none
    on the second. λ = 1, 1/2, 1/3: all have the same share of the update.
    """
    sizes = np.arange(1, len(tasks) + 1.0)
    directions = np.full((len(tasks), len(tasks)), cosine)
    np.fill_diagonal(directions, 1)
    first = directions * np.outer(sizes, sizes)
    products = np.stack([first, np.diag((2 * sizes) ** 2)])
    return GradientRecord(
        tasks=tuple(tasks),
        groups=("encoder_1", "decoder_1"),
        products=np.stack([products] * steps),
        losses=np.ones((steps, len(tasks))),
        weights=np.stack([1 / sizes] * steps),
        epoch=epoch,
    )


def gains(*depth: float, baseline: str = "single-task networks") -> GainRecord:
    """Per seed: semantic gains 10 % and 20 %, depth what is given (default: one seed, -3 %)."""
    seeds = [{"semantic": {"mean_iou": 10.0, "pixel_accuracy": 20.0}, "depth": {"absolute_error": d}} for d in depth]
    return GainRecord(tuple(seeds) or gains(-3.0).gains, baseline)


def architecture(tasks: int = 2, stages: int = 3) -> ArchitectureRecord:
    """A network with attention: every stage halves the map and doubles the channels."""
    shapes = [(8 * 2**number, 32 // 2**number, 64 // 2**number) for number in range(stages)]
    names = [f"task_{number}" for number in range(tasks)]
    own = {f"attention of {name}": 1_000 for name in names} | {f"head of {name}": 500 for name in names}
    return ArchitectureRecord(
        name="Net",
        sharing="attention",
        image_size=(32, 64),
        shared=tuple(StageRecord(f"stage_{number}", shape, shape) for number, shape in enumerate(shapes, start=1)),
        own={},
        outputs={name: (5 + place, 32, 64) for place, name in enumerate(names)},
        parameters={"backbone": 120_000, "shared attention layers": 40_000, **own},
    )
