"""Which loss weightings a batch with targets for one task only leaves something to weigh."""

from __future__ import annotations

from torch import nn

from mtan_edu.training.config import TrainingConfig
from mtan_edu.weighting import LossWeighting


def check_one_task_batches(weighting: nn.Module, config: TrainingConfig) -> None:
    """Refuse a weighting that must see the losses or gradients of all tasks at once, or of every task in every epoch.

    Args:
        weighting: How the losses are weighed.
        config: How the tasks' batches follow one another.

    Raises:
        ValueError: With the reason.
    """
    name = type(weighting).__name__
    if not isinstance(weighting, LossWeighting) or not weighting.weighs_some:
        raise ValueError(
            f"`weighting` must do with one task's loss at a time where tasks have images of their own; got {name}, "
            "which weighs the losses or gradients of all tasks in a step against each other. Take equal."
        )
    hears_of_epochs = type(weighting).end_epoch is not LossWeighting.end_epoch
    if hears_of_epochs and (config.second_phase or config.sampling == "proportional"):
        why = "a second phase" if config.second_phase else "proportional sampling"
        raise ValueError(
            f"`weighting` must do without epochs with {why}; got {name}, which needs a loss of every task after each. "
            "Take equal, or train all tasks in every epoch."
        )
