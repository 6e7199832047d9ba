"""Read a run back from its folder. NumPy and the standard library only: pictures are drawn without torch.

A run is a folder:

    config.json          everything needed to run it again
    environment.json     versions, device, threads, git commit, and what the data looked like
    tasks.json           what a figure must know of the tasks
    records.jsonl        one line per finished epoch
    checkpoint/          state.json names the current weights and training state (safetensors)
    masks/               epoch_0004.npz: attention masks of the probe images
    predictions/         epoch_0004.npz: their predictions and targets
    gradients/           epoch_0004.npz: how the tasks' gradients on the shared parameters lie to each other
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from mtan_edu.records import EpochRecord, GradientRecord, MaskRecord, PredictionRecord, RunRecord, TaskRecord
from mtan_edu.run_layout import (
    CONFIG,
    ENVIRONMENT,
    GRADIENTS,
    MASKS,
    PREDICTIONS,
    RECORDS,
    TASKS,
    existing_run,
    read_json,
)

_EPOCH_FILE = re.compile(r"epoch_(\d{4,})\.npz")


def read_run(folder: Path | str) -> RunRecord:
    """Everything of a run but its weights and pictures; also while it is still training.

    Args:
        folder: A run's folder.

    Raises:
        FileNotFoundError: If there is no run.
        ValueError: If a file of it is damaged.
    """
    folder = existing_run(folder)
    return RunRecord(
        folder=folder,
        config=read_json(folder / CONFIG),
        environment=read_json(folder / ENVIRONMENT) if (folder / ENVIRONMENT).exists() else {},
        tasks=read_tasks(folder) if (folder / TASKS).exists() else {},
        epochs=read_epochs(folder),
    )


def read_epochs(folder: Path | str) -> tuple[EpochRecord, ...]:
    """The records of all finished epochs. A last line that is still being written is left out.

    Raises:
        ValueError: If another line is damaged.
    """
    path = Path(folder) / RECORDS
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    epochs = []
    for number, line in enumerate(lines, start=1):
        try:
            epochs.append(EpochRecord.from_json(line.decode()))
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"{path} must hold one record per line; line {number} is damaged. Restore it.") from error
        if epochs[-1].epoch != number:
            raise ValueError(f"{path} must count epochs from 1; line {number} is epoch {epochs[-1].epoch}. Restore it.")
    return tuple(epochs)


def read_accuracies(runs: Iterable[Path | str]) -> dict[str, float]:
    """The last epochs' accuracies of runs that classify images, such as one network for each of several domains.

    Args:
        runs: Folders of runs.

    Returns:
        Task name to accuracy.

    Raises:
        FileNotFoundError: If there is no run.
        ValueError: If a run has no finished epoch or no accuracy, or two have the same task.
    """
    accuracies: dict[str, float] = {}
    for folder in runs:
        epochs = read_epochs(existing_run(folder))
        metrics = epochs[-1].metrics if epochs else {}
        found = {task: values["accuracy"] for task, values in metrics.items() if "accuracy" in values}
        if not found:
            raise ValueError(f"`run` must have measured an accuracy; got {folder}, which has not. Train it on domains.")
        if twice := accuracies.keys() & found.keys():
            raise ValueError(f"`runs` must be of different tasks; got {', '.join(sorted(twice))} twice. Leave one out.")
        accuracies |= found
    return accuracies


def read_tasks(folder: Path | str) -> dict[str, TaskRecord]:
    """Task name to what is known of it, in the order of the tasks."""
    path = Path(folder) / TASKS
    try:
        tasks = [TaskRecord.from_dict(values) for values in read_json(path)["tasks"]]
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path} must describe the tasks of a run; it does not. Restore it.") from error
    return {task.name: task for task in tasks}


def mask_epochs(folder: Path | str) -> tuple[int, ...]:
    """Epochs whose masks were recorded; 0 = before training. Empty for a model without attention."""
    return _epochs_in(existing_run(folder) / MASKS)


def prediction_epochs(folder: Path | str) -> tuple[int, ...]:
    """Epochs whose predictions were recorded; 0 = before training."""
    return _epochs_in(existing_run(folder) / PREDICTIONS)


def gradient_epochs(folder: Path | str) -> tuple[int, ...]:
    """Epochs whose gradients were recorded; 0 = before training. Empty for a run that was not asked to."""
    return _epochs_in(existing_run(folder) / GRADIENTS)


def read_masks(folder: Path | str, epoch: int | None = None) -> MaskRecord:
    """The attention masks of the run's probe images.

    Args:
        folder: A run's folder.
        epoch: One of `mask_epochs`; None = the last.

    Raises:
        FileNotFoundError: If there is no run.
        ValueError: If no masks were recorded then, or their file is damaged.
    """
    epoch, arrays = _read_epoch(existing_run(folder) / MASKS, epoch)
    masks: dict[str, dict[str, np.ndarray]] = {}
    for name, values in arrays.items():
        task, _, stage = name.partition("/")
        if stage:
            masks.setdefault(task, {})[stage] = values
    return MaskRecord(arrays["images"], masks, epoch)


def read_predictions(folder: Path | str, epoch: int | None = None) -> PredictionRecord:
    """What the tasks predicted for the run's probe images.

    Args:
        folder: A run's folder.
        epoch: One of `prediction_epochs`; None = the last.

    Raises:
        FileNotFoundError: If there is no run.
        ValueError: If no predictions were recorded then, or their file is damaged.
    """
    folder = existing_run(folder)
    epoch, arrays = _read_epoch(folder / PREDICTIONS, epoch)
    tasks = read_tasks(folder)
    try:
        targets = {name: arrays[f"targets/{name}"] for name in tasks}
        predictions = {name: arrays[f"predictions/{name}"] for name in tasks}
    except KeyError as error:
        raise ValueError(f"{folder} must hold predictions of every task; {error} is missing. Restore it.") from error
    return PredictionRecord(arrays["images"], targets, predictions, tasks, epoch)


def read_gradients(folder: Path | str, epoch: int | None = None) -> GradientRecord:
    """How the tasks' gradients on the shared parameters lay to each other.

    Args:
        folder: A run's folder.
        epoch: One of `gradient_epochs`; None = the last.

    Raises:
        FileNotFoundError: If there is no run.
        ValueError: If no gradients were recorded then, or their file is damaged.
    """
    folder = existing_run(folder) / GRADIENTS
    epoch, arrays = _read_epoch(folder, epoch, needed=("tasks", "groups", "products", "losses", "weights"))
    tasks, groups = (tuple(map(str, arrays.pop(name).tolist())) for name in ("tasks", "groups"))
    try:
        return GradientRecord(tasks, groups, **arrays, epoch=epoch)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{folder} must hold recorded gradients of epoch {epoch}; {error} Restore it.") from error


def _epochs_in(folder: Path) -> tuple[int, ...]:
    found = [_EPOCH_FILE.fullmatch(path.name) for path in folder.glob("epoch_*.npz")]
    return tuple(sorted(int(match[1]) for match in found if match))


def _read_epoch(folder: Path, epoch: int | None, needed: tuple[str, ...] = ("images",)) -> tuple[int, dict[str, Any]]:
    recorded = _epochs_in(folder)
    if not recorded:
        raise ValueError(f"{folder} must hold recorded {folder.name}; got none. Only some models and runs have them.")
    epoch = recorded[-1] if epoch is None else epoch
    if epoch not in recorded:
        raise ValueError(f"`epoch` must be one of {', '.join(map(str, recorded))}; got {epoch}. These were recorded.")
    path = folder / f"epoch_{epoch:04d}.npz"
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        for name in needed:
            arrays[name]
    except (ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path} must be recorded {folder.name}; it is damaged. Delete it, or restore it.") from error
    return epoch, arrays
