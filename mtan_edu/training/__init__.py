"""Training: one loop from data, tasks, a model and a loss weighting to records of epochs.

What needs torch is loaded when it is first asked for, so that a configuration can be checked without it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from mtan_edu.training.config import TrainingConfig
from mtan_edu.training.cores import available_cores

if TYPE_CHECKING:
    from mtan_edu.training.device import pick_device
    from mtan_edu.training.evaluation import Evaluation, evaluate
    from mtan_edu.training.loop import train
    from mtan_edu.training.many_to_many import evaluate_domains, fitted_to
    from mtan_edu.training.running_statistics import recalibrated
    from mtan_edu.training.state import TrainingState
    from mtan_edu.training.step import NonFiniteGradientError, NonFiniteLossError

__all__ = [
    "Evaluation",
    "NonFiniteGradientError",
    "NonFiniteLossError",
    "TrainingConfig",
    "TrainingState",
    "available_cores",
    "evaluate",
    "evaluate_domains",
    "fitted_to",
    "pick_device",
    "recalibrated",
    "train",
]

_MODULES = {
    "Evaluation": "evaluation",
    "NonFiniteGradientError": "step",
    "NonFiniteLossError": "step",
    "TrainingState": "state",
    "evaluate": "evaluation",
    "evaluate_domains": "many_to_many",
    "fitted_to": "many_to_many",
    "pick_device": "device",
    "recalibrated": "running_statistics",
    "train": "loop",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
