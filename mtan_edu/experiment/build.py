"""From a configuration to the parts of a run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from mtan_edu.data import DataSplits
from mtan_edu.data.domains import DomainSplits, is_domains, open_domains
from mtan_edu.data.open import Progress, default_data_folder, open_data
from mtan_edu.experiment.config import ROOMS, ExperimentConfig
from mtan_edu.models import MultiTaskModel, build_model
from mtan_edu.models.wide_resnet import ClassificationHead
from mtan_edu.tasks import Task, classification_tasks, dense_tasks
from mtan_edu.training.device import pick_device
from mtan_edu.training.weighting_checks import check_one_task_batches
from mtan_edu.weighting import GradientBalancing, LossWeighting, build_weighting

ExperimentData = DataSplits | DomainSplits
"""Frames of which each has every target, or domains with images of their own."""


@dataclass(frozen=True)
class Experiment:
    """The parts of a run, ready to be trained.

    Attributes:
        config: What they were built from.
        data: Training and validation frames, or domains.
        tasks: Task name to task.
        model: With its first weights.
        weighting: Fresh.
    """

    config: ExperimentConfig
    data: ExperimentData
    tasks: dict[str, Task]
    model: MultiTaskModel
    weighting: LossWeighting | GradientBalancing


def build_experiment(config: ExperimentConfig, progress: Progress | None = None) -> Experiment:
    """Build every part of a run. What can be checked without data is checked before any is drawn.

    Raises:
        ValueError: If a name is unknown, or the parts do not fit each other.
        OSError: If the data cannot be read.
    """
    pick_device(config.training.device)
    _check_without_data(config)
    data = open_experiment_data(config, config.data, progress)
    tasks = tasks_for(data, config.tasks)
    weighting = build_experiment_weighting(config, tasks)
    if isinstance(data, DomainSplits):
        check_one_task_batches(weighting, config.training)
    model = build_experiment_model(config, tasks)
    _check_predictions(config, classifies=isinstance(data, DomainSplits), model=model)
    return Experiment(config, data, tasks, model, weighting)


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


def build_experiment_weighting(config: ExperimentConfig, tasks: dict[str, Task]) -> LossWeighting | GradientBalancing:
    """The configuration's weighting, fresh. What it draws at random follows from the seed."""
    kinds = ["classification" if task.display.classes else "regression" for task in tasks.values()]
    return build_weighting(config.weighting, list(tasks), kinds=kinds, seed=config.training.seed)


def open_experiment_data(config: ExperimentConfig, source: str, progress: Progress | None = None) -> ExperimentData:
    """The domains of `source` that the configuration names, or its frames.

    Args:
        config: Describes data that are drawn.
        source: "rooms", "decathlon" or a path.
        progress: Shows how far it is, or None.

    Raises:
        FileNotFoundError: If there is nothing at the path.
        ValueError: If what is there is no data set, or a damaged one.
    """
    if not is_domains(source):
        return open_frames(config, source, progress)
    if config.classes is not None:
        raise ValueError(
            f"`classes` must be left out for domains, which have classes of their own; got {config.classes}. Leave it "
            "out."
        )
    height, width = config.image_size
    if height != width:
        raise ValueError(
            f"`image_size` must be square for domains; got {height}x{width}. Take `--preset decathlon`, or a size such "
            "as 32x32."
        )
    return open_domains(
        source,
        folder=_folder(config),
        size=height,
        names=config.tasks,
        train=config.train_images,
        val=config.val_images,
        seed=config.data_seed,
        progress=progress,
    )


def open_frames(config: ExperimentConfig, source: str, progress: Progress | None = None) -> DataSplits:
    """The frames of `source`: "rooms" as the configuration describes them, or a path; with its classes.

    Raises:
        FileNotFoundError: If there is nothing at the path.
        ValueError: If what is there are no frames, or damaged ones.
    """
    if is_domains(source):
        raise ValueError(
            f"`data` must be frames that have a target for every task; got {source}, whose tasks have images of their "
            "own. Take rooms, or a folder of frames."
        )
    return open_data(
        source,
        folder=_folder(config),
        size=config.image_size,
        train=config.train_images,
        val=config.val_images,
        seed=config.data_seed,
        classes=config.classes,
        progress=progress,
    )


def tasks_for(data: ExperimentData, names: tuple[str, ...] | None) -> dict[str, Task]:
    """The tasks of these names, or all that the data has, with the data's classes.

    Raises:
        ValueError: If a task is unknown, or the data has no target for it.
    """
    if isinstance(data, DomainSplits):
        classes = {name: domain.classes for name, domain in data.domains.items()}
        return dict(classification_tasks(classes, names))
    names = data.tasks if names is None else names
    tasks = dense_tasks(data.classes, names, data.quantities)
    missing = [name for name in names if name not in data.tasks]
    if missing:
        raise ValueError(
            f"`data` must have targets for {', '.join(names)}; got none for {', '.join(missing)} in {data.name}. "
            f"It has {', '.join(data.tasks)}: choose among these with `tasks`."
        )
    return tasks


def _check_without_data(config: ExperimentConfig) -> None:
    """Refuse what no data could make possible."""
    domains = is_domains(config.data)
    names = config.tasks or (dense_tasks() if config.data == ROOMS else None)
    if domains:
        stand_ins: dict[str, Task] = dict(classification_tasks(dict.fromkeys(names or ["any"], ("one", "other"))))
    elif names is None:
        return
    else:
        stand_ins = dense_tasks(names=tuple(names))
    model = build_experiment_model(config, stand_ins, device="meta")
    _check_predictions(config, classifies=domains, model=model)
    if names is not None:
        build_experiment_weighting(config, stand_ins)


def _check_predictions(config: ExperimentConfig, *, classifies: bool, model: MultiTaskModel) -> None:
    is_classifier = any(isinstance(part, ClassificationHead) for part in model.modules())
    if is_classifier and not classifies:
        raise ValueError(
            f"`backbone` must predict something for every pixel; got {config.backbone!r}, whose heads classify whole "
            "images. Take segnet or a ResNet."
        )
    if classifies and not is_classifier:
        raise ValueError(
            f"`backbone` must classify whole images on {config.data}; got {config.backbone!r}, whose heads predict "
            "something for every pixel. Take wide_resnet10 or wide_resnet28."
        )


def _folder(config: ExperimentConfig) -> Path:
    return Path(config.data_folder) if config.data_folder else default_data_folder()
