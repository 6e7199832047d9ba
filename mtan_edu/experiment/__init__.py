"""One run from one configuration: everything that the command and the notebooks do with a run.

What needs torch is loaded when it is first asked for: a run is written down before.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from mtan_edu.experiment.config import ExperimentConfig
from mtan_edu.experiment.presets import PRESETS, preset
from mtan_edu.experiment.progress import progress_bars
from mtan_edu.recording.runs import new_run_folder

if TYPE_CHECKING:
    from mtan_edu.experiment.build import Experiment, build_experiment
    from mtan_edu.experiment.connect import connect_what_if
    from mtan_edu.experiment.gradients import look_at_gradients
    from mtan_edu.experiment.run import (
        evaluate_run,
        load_model,
        load_tasks,
        read_config,
        resume_run,
        start_run,
        train_new_run,
    )
    from mtan_edu.experiment.what_if import WhatIf

__all__ = [
    "PRESETS",
    "Experiment",
    "ExperimentConfig",
    "WhatIf",
    "build_experiment",
    "connect_what_if",
    "evaluate_run",
    "load_model",
    "load_tasks",
    "look_at_gradients",
    "new_run_folder",
    "preset",
    "progress_bars",
    "read_config",
    "resume_run",
    "start_run",
    "train_new_run",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    others = {
        "Experiment": "build",
        "WhatIf": "what_if",
        "build_experiment": "build",
        "connect_what_if": "connect",
        "look_at_gradients": "gradients",
    }
    module = others.get(name, "run")
    return getattr(importlib.import_module(f"{__name__}.{module}"), name)
