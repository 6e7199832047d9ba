"""A run from its configuration to its end, and back from its folder. Whenever it is killed, it can be resumed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from mtan_edu.data.domains import DomainSplits, is_domains
from mtan_edu.data.open import Progress
from mtan_edu.experiment.build import (
    Experiment,
    build_experiment,
    build_experiment_model,
    open_experiment_data,
    tasks_for,
)
from mtan_edu.experiment.config import ExperimentConfig
from mtan_edu.experiment.environment import describe_data, describe_environment
from mtan_edu.experiment.gradients import record_run_gradients
from mtan_edu.experiment.probes import record_probes
from mtan_edu.models import MultiTaskModel
from mtan_edu.recording.checkpoint import Checkpoint, load_checkpoint, load_weights, save_checkpoint
from mtan_edu.recording.files import write_json
from mtan_edu.recording.lock import hold_run
from mtan_edu.recording.runs import NewRun, append_epoch, create_run, rewind_run, write_tasks
from mtan_edu.records import EpochRecord
from mtan_edu.run_layout import CONFIG, ENVIRONMENT, checkpoint_epoch, existing_run, read_json
from mtan_edu.run_reader import read_tasks
from mtan_edu.tasks import Task, classification_tasks, dense_tasks
from mtan_edu.tasks.dense import NYUV2_CLASSES
from mtan_edu.training.device import compute_settings, pick_device
from mtan_edu.training.evaluation import Evaluation, evaluate
from mtan_edu.training.loop import train
from mtan_edu.training.many_to_many import evaluate_domains
from mtan_edu.training.state import TrainingState, load_tensors, place_model


def start_run(config: ExperimentConfig, folder: Path | str, progress: Progress | None = None) -> Iterator[EpochRecord]:
    """Begin a run and train it.

        for record in start_run(preset("lecture"), new_run_folder("runs", "mtan")):
            print(record.epoch, record.metrics)

    The folder is taken at once; training goes on as records are asked for. Each record is on disk, with a checkpoint,
    before it is yielded.

    Args:
        config: What to do.
        folder: A new folder, or an empty one.
        progress: Shows how far it is, or None.

    Yields:
        What each epoch measured.

    Raises:
        FileExistsError: If the folder holds anything.
        ValueError: If the configuration is impossible, or the data damaged. A run that has not finished an epoch is
            then removed again.
        NonFiniteLossError: If a loss is NaN or infinite. The last checkpoint remains.
    """
    return train_new_run(create_run(folder, config.resolved().to_dict()), progress)


def train_new_run(new: NewRun, progress: Progress | None = None) -> Iterator[EpochRecord]:
    """Train a run that has just begun; remove it if what it was told turns out to be impossible.

    Args:
        new: What `create_run` made.
        progress: Shows how far it is, or None.

    Yields:
        What each epoch measured.
    """
    try:
        yield from resume_run(new.folder, progress)
    except (ValueError, TypeError, FileNotFoundError, NotADirectoryError, PermissionError):  # not: a full disk
        if checkpoint_epoch(new.folder) == 0:
            new.remove()
        raise


def resume_run(folder: Path | str, progress: Progress | None = None) -> Iterator[EpochRecord]:
    """Train a run on, from wherever it was stopped; weights and records become those of an undisturbed run.

    Args:
        folder: A run's folder.
        progress: Shows how far it is, or None.

    Yields:
        What each further epoch measured; nothing if the run is finished.

    Raises:
        FileNotFoundError: If there is no run.
        BlockingIOError: If another process is writing it.
        ValueError: If a file of it is damaged, or its data or its tasks have changed.
        NonFiniteLossError: If a loss is NaN or infinite. The last checkpoint remains.
    """
    folder = existing_run(folder)
    config = read_config(folder)
    if checkpoint_epoch(folder) < config.training.epochs:
        with hold_run(folder), compute_settings(config.training):
            yield from _continue(folder, config, progress)


def _continue(folder: Path, config: ExperimentConfig, progress: Progress | None) -> Iterator[EpochRecord]:
    checkpoint = load_checkpoint(folder)
    rewind_run(folder, checkpoint.epoch if checkpoint else 0)
    experiment = build_experiment(config, progress)
    state = TrainingState(experiment.model, experiment.weighting, config.training)
    if checkpoint:
        _check_tasks(folder, experiment)
    _write_environment(folder, experiment, state.device)
    write_tasks(folder, {name: task.record for name, task in experiment.tasks.items()})
    recorded = config.recorded_epochs()
    if checkpoint:
        state.load(checkpoint.epoch, checkpoint.model, checkpoint.training)
    elif 0 in recorded:
        record_probes(folder, experiment, state.device, epoch=0)
        record_run_gradients(folder, experiment, epoch=0)
    parts = (experiment.model, experiment.tasks, experiment.weighting, experiment.data, config.training)
    for record in train(*parts, state, progress):
        append_epoch(folder, record)
        if record.epoch in recorded:
            record_probes(folder, experiment, state.device, record.epoch)
            record_run_gradients(folder, experiment, record.epoch)
        save_checkpoint(folder, Checkpoint(record.epoch, state.model_tensors(), state.training_tensors()))
        yield record


def read_config(folder: Path | str) -> ExperimentConfig:
    """The configuration of a run.

    Raises:
        FileNotFoundError: If there is no run.
        ValueError: If its configuration is damaged.
    """
    path = existing_run(folder) / CONFIG
    try:
        return ExperimentConfig.from_dict(read_json(path))
    except TypeError as error:
        raise ValueError(f"{path} must hold the configuration of a run. {error}") from error


def load_tasks(folder: Path | str) -> dict[str, Task]:
    """Task name to task, as the run was trained on them."""
    records = read_tasks(existing_run(folder))
    if all(record.display.kind == "class" for record in records.values()):
        return dict(classification_tasks({name: record.display.classes for name, record in records.items()}))
    classes = next((record.display.classes for record in records.values() if record.display.classes), None)
    quantities = {name: record.display.quantity for name, record in records.items()}
    return dense_tasks(classes or NYUV2_CLASSES, tuple(records), quantities)


def load_model(folder: Path | str, device: str = "cpu") -> MultiTaskModel:
    """The model of a run with the weights of its last checkpoint, in evaluation mode.

    Args:
        folder: A run's folder.
        device: Where the model shall lie; "auto" takes the fastest.

    Raises:
        FileNotFoundError: If there is no run.
        ValueError: If it has no checkpoint yet, or a damaged one.
    """
    folder = existing_run(folder)
    _, weights = load_weights(folder)
    model = build_experiment_model(read_config(folder), load_tasks(folder))
    load_tensors(model, weights)
    return place_model(model, pick_device(device)).eval()


def evaluate_run(
    folder: Path | str, data: Path | str | None = None, device: str = "auto", progress: Progress | None = None
) -> Evaluation:
    """Measure a run's model on validation images.

    Args:
        folder: A run's folder.
        data: "rooms", "decathlon" or a path; None = what it was trained on.
        device: Where to compute.
        progress: Shows how far it is, or None.

    Raises:
        FileNotFoundError: If there is no run, or no data.
        ValueError: If the run has no checkpoint yet, or the data does not fit its tasks.
    """
    model = load_model(folder, device)
    tasks = load_tasks(folder)
    config = dataclasses.replace(read_config(folder), tasks=tuple(tasks))
    source = config.data if data is None else str(data)
    classifies = all(task.display.kind == "class" for task in tasks.values())
    if is_domains(source) != classifies:
        raise ValueError(
            f"`data` must be {'domains' if classifies else 'frames'}, as the run has learned {', '.join(tasks)}; got "
            f"{source}. Evaluate it on data of its own kind."
        )
    splits = open_experiment_data(config, source, progress)
    for name, task in tasks_for(splits, config.tasks).items():
        if task.record != tasks[name].record:
            raise ValueError(
                f"`data` must have the classes that the run has learned for {name}; got "
                f"{', '.join(task.display.classes)} in {splits.name}. Evaluate it on data of its own kind."
            )
    with compute_settings(config.training):
        if isinstance(splits, DomainSplits):
            return evaluate_domains(model, tasks, splits, batch_size=config.training.batch_size, progress=progress)
        return evaluate(model, tasks, splits.val, batch_size=config.training.batch_size, progress=progress)


def _write_environment(folder: Path, experiment: Experiment, device: torch.device) -> None:
    """Write where the run is trained. A run that goes on elsewhere remembers both places."""
    now = describe_environment(device, experiment.config.training.threads, experiment.data)
    path = folder / ENVIRONMENT
    before: dict[str, Any] = read_json(path) if path.exists() else {}
    past = before.pop("before", [])
    if before and before.get("data") != describe_data(experiment.data):
        raise ValueError(
            f"`data` must be what the run was begun with ({before.get('data')}); got {describe_data(experiment.data)}. "
            "Put the old data back, or begin another run."
        )
    if before != now:
        write_json(path, {**now, "before": [*past, before]} if before else now)


def _check_tasks(folder: Path, experiment: Experiment) -> None:
    """Refuse other tasks than the checkpoint's, or another order: weightings know tasks by their order alone."""
    before, now = (", ".join(tasks) for tasks in (read_tasks(folder), experiment.tasks))
    if before != now:
        raise ValueError(
            f"`tasks` must be what the run was begun with, in this order ({before}); got {now}. "
            f"Put them back in {folder / CONFIG}, or begin another run."
        )
