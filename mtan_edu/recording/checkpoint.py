"""The weights and the training state of a run: safetensors and JSON. No pickle is ever written or read."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
from torch import Tensor

from mtan_edu.recording.files import write_atomically, write_json
from mtan_edu.run_layout import CHECKPOINT, STATE, checkpoint_epoch, read_json

_FILE = re.compile(r"(model|training)-\d{4,}\.safetensors")


@dataclass(frozen=True)
class Checkpoint:
    """A run after an epoch.

    Attributes:
        epoch: Epochs finished.
        model: Name to tensor: weights and buffers.
        training: Name to tensor: optimizer and loss weighting.
    """

    epoch: int
    model: Mapping[str, Tensor]
    training: Mapping[str, Tensor]


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a run's checkpoint and forget the one before.

    `checkpoint/state.json` is replaced last, at once: until then the old checkpoint is the valid one, and only then
    its files are deleted. The files hold no time: equal tensors give equal bytes.

    Args:
        folder: A run.
        checkpoint: Tensors on the CPU, contiguous.

    Raises:
        OSError: If it cannot be written, such as on a full disk. The old checkpoint is still there then.
    """
    parts = {"model": checkpoint.model, "training": checkpoint.training}
    files = {}
    where = folder / CHECKPOINT
    where.mkdir(exist_ok=True)
    try:
        for kind, tensors in parts.items():
            content = safetensors.torch.save(dict(tensors))
            name = f"{kind}-{checkpoint.epoch:04d}.safetensors"
            write_atomically(where / name, content)
            files[kind] = {"file": name, "sha256": hashlib.sha256(content).hexdigest()}
        write_json(where / STATE, {"epoch": checkpoint.epoch, **files})
    finally:
        _delete_all_but_current(where)


def load_checkpoint(folder: Path) -> Checkpoint | None:
    """Read a run's checkpoint; None if it has none yet.

    Raises:
        ValueError: If a file is missing or damaged.
    """
    epoch = checkpoint_epoch(folder)
    if epoch == 0:
        return None
    state = read_json(folder / CHECKPOINT / STATE)
    return Checkpoint(epoch, load_part(folder, state, "model"), load_part(folder, state, "training"))


def load_weights(folder: Path) -> tuple[int, dict[str, Tensor]]:
    """Only the epoch and the weights of a run's checkpoint.

    Raises:
        ValueError: If there is none yet, or it is damaged.
    """
    epoch = checkpoint_epoch(folder)
    if epoch == 0:
        raise ValueError(f"`run` must have finished an epoch; got {folder}, which has not. Train it on with resume.")
    return epoch, load_part(folder, read_json(folder / CHECKPOINT / STATE), "model")


def load_part(folder: Path, state: Mapping[str, Any], kind: str) -> dict[str, Tensor]:
    """One of the two files that a checkpoint's state names, whole and unchanged."""
    where = folder / CHECKPOINT
    named = state.get(kind)
    name, digest = (named.get("file"), named.get("sha256")) if isinstance(named, dict) else (None, None)
    if not isinstance(name, str) or not _FILE.fullmatch(name):
        raise ValueError(f"{where / STATE} must name the {kind} file of the checkpoint; got {name!r}. Restore it.")
    try:
        content = (where / name).read_bytes()
    except FileNotFoundError as error:
        raise ValueError(f"{where / STATE} must name a file that exists; {name} does not. Restore it.") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(f"{where / name} must be as it was written; it is damaged or was replaced. Restore it.")
    try:
        return safetensors.torch.load(content)
    except safetensors.SafetensorError as error:
        raise ValueError(f"{where / name} must be a safetensors file; it is damaged ({error}). Restore it.") from error


def _delete_all_but_current(where: Path) -> None:
    """Delete tensors that the state does not name: the epoch before, or what could not be finished."""
    state = read_json(where / STATE) if (where / STATE).exists() else {}
    current = {named["file"] for named in state.values() if isinstance(named, dict)}
    for path in where.glob("*.safetensors"):
        if _FILE.fullmatch(path.name) and path.name not in current:
            with contextlib.suppress(OSError):
                path.unlink()
