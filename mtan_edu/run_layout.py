"""Names of the files of a run, and how they are read. Standard library only: a command starts here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CONFIG = "config.json"
ENVIRONMENT = "environment.json"
TASKS = "tasks.json"
RECORDS = "records.jsonl"
CHECKPOINT = "checkpoint"
STATE = "state.json"
MASKS = "masks"
PREDICTIONS = "predictions"
GRADIENTS = "gradients"


def existing_run(folder: Path | str) -> Path:
    """The folder, if it holds a run.

    Raises:
        FileNotFoundError: If it does not exist, is a file, or holds no run.
    """
    folder = Path(folder)
    if not (folder / CONFIG).is_file():
        flaw = f"has no {CONFIG}" if folder.is_dir() else "is a file" if folder.is_file() else "does not exist"
        raise FileNotFoundError(f"`run` must be the folder of a run; got {folder}, which {flaw}. Check the path.")
    return folder


def read_json(path: Path) -> dict[str, Any]:
    """A JSON file that holds an object.

    Raises:
        ValueError: If it holds anything else.
    """
    try:
        values = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} must be a JSON file; it is damaged ({error}). Restore it.") from error
    if not isinstance(values, dict):
        raise ValueError(f"{path} must hold a JSON object; got {type(values).__name__}. Restore it.")
    return values


def checkpoint_epoch(folder: Path | str) -> int:
    """Epochs that the run's checkpoint has finished; 0 = there is none yet.

    Raises:
        ValueError: If it is damaged.
    """
    path = Path(folder) / CHECKPOINT / STATE
    if not path.exists():
        return 0
    epoch = read_json(path).get("epoch")
    if isinstance(epoch, bool) or not isinstance(epoch, int) or epoch < 1:
        raise ValueError(f"{path} must name a finished epoch; got {epoch!r}. Restore it.")
    return epoch
