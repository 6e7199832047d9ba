"""From a configuration to the parts of a run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from mtan_edu.data import DataSplits
from mtan_edu.data.open import Progress, default_data_folder, open_data
from mtan_edu.experiment.config import ExperimentConfig
from mtan_edu.models import MultiTaskModel, build_model
from mtan_edu.models.wide_resnet import ClassificationHead
from mtan_edu.tasks import Task, dense_tasks
from mtan_edu.training.device import pick_device
from mtan_edu.weighting import GradientBalancing, LossWeighting, build_weighting


@dataclass(frozen=True)
class Experiment:
    """The parts of a run, ready to be trained.

    Attributes:
        config: What they were built from.
        data: Training and validation frames.
        tasks: Task name to task.
        model: With its first weights.
        weighting: Fresh.
    """

    config: ExperimentConfig
    data: DataSplits
    tasks: dict[str, Task]
    model: MultiTaskModel
    weighting: LossWeighting | GradientBalancing


def build_experiment(config: ExperimentConfig, progress: Progress | None = None) -> Experiment:
    """Build every part of a run. What can be checked without data is checked before rooms are drawn.

    Raises:
        ValueError: If a name is unknown, or the parts do not fit each other.
        OSError: If the data cannot be read.
    """
    pick_device(config.training.device)
    dense = dense_tasks(names=config.tasks)
    _check_dense(config, build_experiment_model(config, dense, device="meta"))
    weighting = build_experiment_weighting(config, dense)
    data = open_experiment_data(config, config.data, progress)
    tasks = tasks_for(data, config.tasks)
    return Experiment(config, data, tasks, build_experiment_model(config, tasks), weighting)


def build_experiment_model(config: ExperimentConfig, tasks: dict[str, Task], device: str = "cpu") -> MultiTaskModel:
    """The configuration's model; its first weights follow from the seed."""
    return build_model(
        config.model,
        {name: task.out_channels for name, task in tasks.items()},
        backbone=config.backbone,
        width=config.width,
        widths=config.widths,
        generator=torch.Generator("cpu").manual_seed(config.training.seed),
        device=device,
    )


def build_experiment_weighting(config: ExperimentConfig, tasks: dict[str, Task]) -> LossWeighting:
    """The configuration's weighting, fresh. What it draws at random follows from the seed."""
    kinds = ["classification" if task.display.classes else "regression" for task in tasks.values()]
    return build_weighting(config.weighting, list(tasks), kinds=kinds, seed=config.training.seed)


def open_experiment_data(config: ExperimentConfig, source: str, progress: Progress | None = None) -> DataSplits:
    """The frames of `source`: "rooms" as the configuration describes them, or a folder; with its classes."""
    return open_data(
        source,
        folder=Path(config.data_folder) if config.data_folder else default_data_folder(),
        size=config.image_size,
        train=config.train_images,
        val=config.val_images,
        seed=config.data_seed,
        classes=config.classes,
        progress=progress,
    )


def tasks_for(data: DataSplits, names: tuple[str, ...]) -> dict[str, Task]:
    """The tasks of these names, with the data's classes.

    Raises:
        ValueError: If a task is unknown, or the data has no target for it.
    """
    tasks = dense_tasks(data.classes, names, data.quantities)
    missing = [name for name in names if name not in data.tasks]
    if missing:
        raise ValueError(
            f"`data` must have targets for {', '.join(names)}; got none for {', '.join(missing)} in {data.name}. "
            f"It has {', '.join(data.tasks)}: choose among these with `tasks`."
        )
    return tasks


def _check_dense(config: ExperimentConfig, model: MultiTaskModel) -> None:
    if any(isinstance(part, ClassificationHead) for part in model.modules()):
        raise ValueError(
            f"`backbone` must predict something for every pixel; got {config.backbone!r}, whose heads classify whole "
            "images. Take segnet or a ResNet."
        )
