"""A run's folder: begin it, add to it, clear it up. Nothing heavy is imported, so that it can begin at once."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtan_edu.recording.files import TEMPORARY, append_line, write_arrays, write_atomically, write_json
from mtan_edu.recording.lock import LOCK, hold_run
from mtan_edu.run_layout import (
    CHECKPOINT,
    CONFIG,
    ENVIRONMENT,
    GRADIENTS,
    MASKS,
    PREDICTIONS,
    RECORDS,
    TASKS,
    checkpoint_epoch,
)

if TYPE_CHECKING:
    from mtan_edu.records import EpochRecord, GradientRecord, MaskRecord, PredictionRecord, TaskRecord


@dataclass(frozen=True)
class NewRun:
    """A run that has just begun.

    Attributes:
        folder: Its folder.
        made: Folders that did not exist before, deepest first.
    """

    folder: Path
    made: tuple[Path, ...]

    def remove(self) -> None:
        """Undo the beginning, for an input that turned out bad. Files of others stay."""
        for name in (CONFIG, ENVIRONMENT, TASKS, RECORDS, LOCK):
            (self.folder / name).unlink(missing_ok=True)
        for name in (CHECKPOINT, MASKS, PREDICTIONS, GRADIENTS):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for folder in self.made:
            with contextlib.suppress(OSError):  # not empty: somebody else put something there
                folder.rmdir()


def create_run(folder: Path | str, config: Mapping[str, Any]) -> NewRun:
    """Begin a run: from now on the folder is taken, and holds all that is needed to train it.

    Args:
        folder: A new folder, or an empty one. Its parents are made.
        config: Everything needed to run it again, JSON-able.

    Raises:
        FileExistsError: If the folder holds anything. Nothing is changed then.
        OSError: If it cannot be made. Nothing is left behind.
    """
    folder = Path(folder).absolute()
    _refuse_occupied(folder)
    new = NewRun(folder, tuple(part for part in (folder, *folder.parents) if not part.exists()))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with hold_run(folder):
            _refuse_occupied(folder)
            write_json(folder / CONFIG, config)
    except (OSError, ValueError, TypeError) as error:
        if not isinstance(error, (FileExistsError, BlockingIOError)):
            new.remove()
        raise
    return new


def new_run_folder(parent: Path | str, name: str) -> Path:
    """The first of `<parent>/<name>_001`, `_002`, ... that does not exist. It is not made.

    Args:
        parent: Folder of runs; it need not exist.
        name: Beginning of the folder's name, such as "mtan_dwa".
    """
    number = 1
    while (folder := Path(parent) / f"{name}_{number:03d}").exists():
        number += 1
    return folder


def append_epoch(folder: Path, record: EpochRecord) -> None:
    """Add the record of a finished epoch."""
    append_line(folder / RECORDS, record.to_json())


def write_tasks(folder: Path, tasks: Mapping[str, TaskRecord]) -> None:
    """Write what a figure must know of the tasks."""
    from dataclasses import asdict

    write_json(folder / TASKS, {"tasks": [asdict(task) for task in tasks.values()]})


def write_masks(folder: Path, record: MaskRecord) -> None:
    """Write masks of the probe images; replaces those of the same epoch."""
    masks = {f"{task}/{stage}": of for task, stages in record.masks.items() for stage, of in stages.items()}
    _write_epoch(folder / MASKS, record.epoch, {"images": record.images, **masks})


def write_predictions(folder: Path, record: PredictionRecord) -> None:
    """Write predictions for the probe images; replaces those of the same epoch."""
    targets = {f"targets/{task}": values for task, values in record.targets.items()}
    predictions = {f"predictions/{task}": values for task, values in record.predictions.items()}
    _write_epoch(folder / PREDICTIONS, record.epoch, {"images": record.images, **targets, **predictions})


def write_gradients(folder: Path, record: GradientRecord) -> None:
    """Write how the tasks' gradients lie to each other; replaces those of the same epoch."""
    import numpy as np

    names = {"tasks": np.array(record.tasks), "groups": np.array(record.groups)}
    numbers = {"products": record.products, "losses": record.losses, "weights": record.weights}
    _write_epoch(folder / GRADIENTS, record.epoch, {**names, **numbers})


def rewind_run(folder: Path, epoch: int) -> None:
    """Forget what a run wrote after its checkpoint, and what a killed write left behind.

    Args:
        folder: A run that this process holds.
        epoch: Epochs that the checkpoint has finished.

    Raises:
        ValueError: If the records of these epochs are not all there.
    """
    for part in (folder, *(folder / name for name in (CHECKPOINT, MASKS, PREDICTIONS, GRADIENTS))):
        for leftover in part.glob(TEMPORARY):
            leftover.unlink(missing_ok=True)
    path = folder / RECORDS
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    if len(lines) < epoch:
        raise ValueError(f"{path} must hold the {epoch} epochs of the checkpoint; got {len(lines)}. Restore it.")
    if len(lines) > epoch:
        write_atomically(path, b"".join(lines[:epoch]))


def _write_epoch(folder: Path, epoch: int | None, arrays: Mapping[str, Any]) -> None:
    if epoch is None:
        raise ValueError("`record` must say its epoch; got None. Records of a run belong to an epoch.")
    folder.mkdir(exist_ok=True)
    write_arrays(folder / f"epoch_{epoch:04d}.npz", arrays)


def _refuse_occupied(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise FileExistsError(f"`out` must be a new folder, or an empty one; got {folder}, which is a file.")
    if (folder / CONFIG).exists():
        raise FileExistsError(
            f"`out` must be a new folder, or an empty one; got {folder}, which holds a run with "
            f"{checkpoint_epoch(folder)} finished epochs. If it is to have more, `mtan-edu resume {folder}` goes on "
            "with it; else choose another name."
        )
    if any(not (path.name == LOCK or fnmatch(path.name, TEMPORARY)) for path in folder.iterdir()):
        raise FileExistsError(f"`out` must be a new folder, or an empty one; got {folder}. Choose another name.")
