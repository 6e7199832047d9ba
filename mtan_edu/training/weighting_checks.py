"""Which loss weightings a batch with targets for one task only leaves something to weigh."""

from __future__ import annotations

from torch import nn

from mtan_edu.training.config import TrainingConfig
from mtan_edu.weighting import EqualWeighting


def check_one_task_batches(weighting: nn.Module, config: TrainingConfig) -> None:
    """Refuse a weighting that must see the losses or gradients of all tasks at once, or of every task in every epoch.

    Args:
        weighting: How the losses are weighed.
        config: How the tasks' batches follow one another.

    Raises:
        ValueError: With the reason.
    """
    if isinstance(weighting, EqualWeighting):
        return
    name = type(weighting).__name__
    if not getattr(weighting, "weighs_some", False):
        raise ValueError(
            f"`weighting` must do with one task's loss at a time where tasks have images of their own; got {name}, "
            "which sets the losses or gradients of all tasks in a step against each other. Take equal."
        )
    if config.second_phase or config.sampling == "proportional":
        why = "a second phase" if config.second_phase else "proportional sampling"
        raise ValueError(
            f"`weighting` must be equal with {why}; got {name}, which needs a loss of every task after every epoch. "
            "Take equal, or train all tasks in every epoch."
        )
