"""The training loop."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn

from mtan_edu.data.domains import DomainSplits
from mtan_edu.data.open import Progress
from mtan_edu.data.splits import DataSplits
from mtan_edu.records import EpochRecord
from mtan_edu.seeding import seed_everything
from mtan_edu.tasks import Task
from mtan_edu.training.config import TrainingConfig
from mtan_edu.training.curriculum import Curriculum, OneToMany
from mtan_edu.training.device import compute_settings
from mtan_edu.training.many_to_many import ManyToMany
from mtan_edu.training.progress import no_progress
from mtan_edu.training.state import TrainingState
from mtan_edu.training.step import training_step
from mtan_edu.training.weighting_checks import check_one_task_batches
from mtan_edu.weighting import GradientBalancing, LossWeighting


def train(
    model: nn.Module,
    tasks: Mapping[str, Task],
    weighting: LossWeighting | GradientBalancing,
    data: DataSplits | DomainSplits,
    config: TrainingConfig,
    state: TrainingState | None = None,
    progress: Progress | None = None,
) -> Iterator[EpochRecord]:
    """Train a model, one epoch at a time.

        for record in train(model, tasks, weighting, data, TrainingConfig(epochs=4)):
            print(record.epoch, record.val_losses)

    Nothing happens until the first record is asked for, and nothing between two records: there the caller may look
    at the model, save `state`, or stop.

    Args:
        model: Maps images `(B, 3, H, W)` to `{task: raw output}`. Its weights are trained in place.
        tasks: Task name to task, in the order of the weighting's losses.
        weighting: Makes one loss, or one gradient, of all. Its own parameters, if any, are trained along.
        data: Training and validation set; or domains, each with images of its own (`ManyToMany`). The model is then
            called with the one task that a batch has targets for, `model(image, [task])`.
        config: How to train.
        state: Where to go on; None = at the start. It must hold this model and this weighting.
        progress: Shows how far it is, or None.

    Yields:
        What each epoch measured.

    Raises:
        NonFiniteLossError: If a loss or a balanced gradient is NaN or infinite.
        TypeError: If gradients shall be balanced of a model that does not say which parameters its tasks share.
        ValueError: If the data does not fit the tasks or the model, or the weighting cannot do with one task per
            batch.
    """
    state = state or TrainingState(model, weighting, config)
    if state.model is not model or state.weighting is not weighting:
        raise ValueError("`state` must hold the model and the weighting that are trained; got others. Pass its own.")
    show = progress or no_progress
    curriculum = _curriculum(tasks, data, weighting, config)
    with compute_settings(config):
        epochs = range(state.epoch + 1, config.epochs + 1)
        for epoch in show(epochs, len(epochs), "epochs"):
            start = time.perf_counter()
            if curriculum.starts_afresh(epoch):
                state.optimizer.start_afresh()
            seed_everything(config.seed, epoch)  # for layers such as dropout: a resumed epoch draws the same
            losses, weights, rate = _train_epoch(state, tasks, curriculum, config, show)
            weighting.end_epoch(losses)
            state.epoch = epoch
            measured = curriculum.evaluate(model, progress)
            yield EpochRecord(
                epoch=epoch,
                train_losses=dict(zip(tasks, losses.tolist(), strict=True)),
                val_losses=measured.losses,
                weights=dict(zip(tasks, weights.tolist(), strict=True)),
                metrics=measured.metrics,
                learning_rate=rate,
                seconds=time.perf_counter() - start,
            )


def _curriculum(
    tasks: Mapping[str, Task],
    data: DataSplits | DomainSplits,
    weighting: LossWeighting | GradientBalancing,
    config: TrainingConfig,
) -> Curriculum:
    if isinstance(data, DataSplits):
        return OneToMany(tasks, data, config)
    check_one_task_batches(weighting, config)
    return ManyToMany(tasks, data, config)


def _train_epoch(
    state: TrainingState, tasks: Mapping[str, Task], curriculum: Curriculum, config: TrainingConfig, show: Progress
) -> tuple[Tensor, Tensor, float]:
    """Show the model the batches of the next epoch.

    Returns:
        The tasks' mean unweighted losses and mean weights, `(K,)` each, each step counted by its number of images
        with a target for the task, NaN if there was none; the last step's learning rate.
    """
    state.model.train()
    epoch = state.epoch + 1
    losses, weights, images = torch.zeros(3, len(tasks), dtype=torch.float64)
    rate = 0.0
    for step, batch in enumerate(show(curriculum.batches(epoch), curriculum.steps(epoch), f"epoch {epoch}")):
        rate = curriculum.rate(epoch, step)
        step_losses, step_weights = training_step(
            state, tasks, batch, rate=rate, step=step + 1, mixed_precision=config.mixed_precision
        )
        seen = torch.tensor([len(batch) if name in batch.targets else 0 for name in tasks])
        losses += seen * step_losses
        weights += seen * step_weights
        images += seen
    return losses / images, weights / images, rate
