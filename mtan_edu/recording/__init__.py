"""What is kept of a network at work: its masks and gradients, figures for the report, and runs on disk.

What needs torch is loaded when it is first asked for: a run's folder is begun before anything heavy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from mtan_edu.recording.figures import FIGURES_MIME, record
from mtan_edu.recording.runs import NewRun, create_run, new_run_folder

if TYPE_CHECKING:
    from mtan_edu.recording.architecture import record_architecture
    from mtan_edu.recording.checkpoint import Checkpoint, load_checkpoint, load_weights, save_checkpoint
    from mtan_edu.recording.gradients import record_gradients
    from mtan_edu.recording.masks import RecordedMasks, pool_to, record_masks

__all__ = [
    "FIGURES_MIME",
    "Checkpoint",
    "NewRun",
    "RecordedMasks",
    "create_run",
    "load_checkpoint",
    "load_weights",
    "new_run_folder",
    "pool_to",
    "record",
    "record_gradients",
    "record_architecture",
    "record_masks",
    "save_checkpoint",
]

_MODULES = {
    "Checkpoint": "checkpoint",
    "RecordedMasks": "masks",
    "load_checkpoint": "checkpoint",
    "load_weights": "checkpoint",
    "pool_to": "masks",
    "record_gradients": "gradients",
    "record_architecture": "architecture",
    "record_masks": "masks",
    "save_checkpoint": "checkpoint",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
