"""Runs that take a second: random frames of 32x64, networks of a few channels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mtan_edu.data import DataSplits, DenseDataset
from mtan_edu.data.domains import Domain, DomainSplits, HeldDomainDataset
from mtan_edu.experiment.config import ExperimentConfig
from mtan_edu.models import build_model
from mtan_edu.models.multi_task import MultiTaskModel
from mtan_edu.tasks import Task, classification_tasks, dense_tasks
from mtan_edu.training.config import TrainingConfig

CLASSES = tuple(f"class {label}" for label in range(13))


def random_arrays(count: int, seed: int, height: int = 32, width: int = 64) -> dict[str, np.ndarray]:
    """Frames in the compact form, without any meaning."""
    generator = np.random.default_rng(seed)
    normal = generator.standard_normal((count, height, width, 3))
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return {
        "image": generator.integers(0, 256, (count, height, width, 3), dtype=np.uint8),
        "label": generator.integers(-1, 13, (count, height, width)).astype(np.int8),
        "depth": generator.integers(500, 9000, (count, height, width)).astype(np.uint16),
        "normal": np.round(normal * 127).astype(np.int8),
    }


def random_splits(train: int = 5, val: int = 3) -> DataSplits:
    """The same frames as a data set in memory."""
    parts = [DenseDataset(random_arrays(count, seed), CLASSES) for count, seed in ((train, 0), (val, 1))]
    return DataSplits(*parts, name="random", classes=CLASSES)


def write_random_data(folder: Path, train: int = 5, val: int = 3) -> Path:
    """The same frames as a folder with the npz pair."""
    folder.mkdir(parents=True)
    for split, count, seed in (("train", train, 0), ("val", val, 1)):
        np.savez(folder / f"{split}.npz", **random_arrays(count, seed))
    return folder


def tiny_config(data: Path, *, epochs: int = 3, weighting: str = "equal", **training: Any) -> ExperimentConfig:
    """MTAN with 2 channels in its first stage, on one thread."""
    settings = TrainingConfig(epochs=epochs, batch_size=2, threads=1, device="cpu")
    return ExperimentConfig(
        width=2, weighting=weighting, data=str(data), probes=2, training=replace(settings, **training)
    )


def tiny_model(tasks: dict[str, Task] | None = None, architecture: str = "mtan") -> MultiTaskModel:
    """The same network, untrained."""
    tasks = tasks or dense_tasks()
    return build_model(architecture, {name: task.out_channels for name, task in tasks.items()}, width=2)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


DOMAINS = {"hues": ("red", "green", "blue"), "sides": ("left", "right"), "tints": ("cyan", "pink", "gold", "gray")}
"""Domains and their classes: what is asked, and how the pictures look, differ."""


def random_domains(train: int = 7, val: int = 4, side: int = 16) -> DomainSplits:
    """Noise with a mean color of its own per domain. Only "sides" may not be mirrored."""
    domains = {}
    for number, (name, classes) in enumerate(DOMAINS.items()):
        sets = []
        for split, count in enumerate((train, val)):
            generator = np.random.default_rng([number, split])
            pictures = generator.integers(60 * number, 60 * number + 90, (count, side, side, 3), dtype=np.uint8)
            sets.append(HeldDomainDataset(name, classes, pictures, np.arange(count) % len(classes)))
        gray = (60 * number + 45) / 255
        domains[name] = Domain(name, *sets, classes, (gray,) * 3, (0.1,) * 3, mirror=name != "sides")
    return DomainSplits("random", domains)


def domain_tasks(data: DomainSplits) -> dict[str, Task]:
    """One task per domain."""
    return dict(classification_tasks({name: domain.classes for name, domain in data.domains.items()}))


def tiny_classifier(tasks: dict[str, Task], architecture: str = "mtan") -> MultiTaskModel:
    """A wide ResNet with 2 channels in its first stage."""
    channels = {name: task.out_channels for name, task in tasks.items()}
    return build_model(architecture, channels, backbone="wide_resnet10", width=2)
