"""The training loop."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn

from mtan_edu.data.loading import Samples, batches, number_of_batches
from mtan_edu.data.open import Progress
from mtan_edu.data.splits import DataSplits
from mtan_edu.records import EpochRecord
from mtan_edu.seeding import seed_everything
from mtan_edu.tasks import Task
from mtan_edu.training.augmentation import augmentation
from mtan_edu.training.config import TrainingConfig
from mtan_edu.training.device import compute_settings
from mtan_edu.training.evaluation import evaluate
from mtan_edu.training.progress import no_progress
from mtan_edu.training.schedule import SCHEDULES
from mtan_edu.training.state import TrainingState
from mtan_edu.training.step import training_step
from mtan_edu.weighting import LossWeighting


def train(
    model: nn.Module,
    tasks: Mapping[str, Task],
    weighting: LossWeighting,
    data: DataSplits,
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
        weighting: Makes one loss of all. Its own parameters, if any, are trained along.
        data: Training and validation set.
        config: How to train.
        state: Where to go on; None = at the start. It must hold this model and this weighting.
        progress: Shows how far it is, or None.

    Yields:
        What each epoch measured.

    Raises:
        NonFiniteLossError: If a loss is NaN or infinite.
        ValueError: If the data does not fit the tasks or the model.
    """
    state = state or TrainingState(model, weighting, config)
    if state.model is not model or state.weighting is not weighting:
        raise ValueError("`state` must hold the model and the weighting that are trained; got others. Pass its own.")
    show = progress or no_progress
    with compute_settings(config):
        epochs = range(state.epoch + 1, config.epochs + 1)
        for epoch in show(epochs, len(epochs), "epochs"):
            start = time.perf_counter()
            seed_everything(config.seed, epoch)  # for layers such as dropout: a resumed epoch draws the same
            losses, weights, rate = _train_epoch(state, tasks, data.train, config, show)
            weighting.end_epoch(losses)
            state.epoch = epoch
            measured = evaluate(
                model, tasks, data.val, batch_size=config.batch_size, workers=config.workers, progress=show
            )
            yield EpochRecord(
                epoch=epoch,
                train_losses=dict(zip(tasks, losses.tolist(), strict=True)),
                val_losses=measured.losses,
                weights=dict(zip(tasks, weights.tolist(), strict=True)),
                metrics=measured.metrics,
                learning_rate=rate,
                seconds=time.perf_counter() - start,
            )


def _train_epoch(
    state: TrainingState, tasks: Mapping[str, Task], images: Samples, config: TrainingConfig, show: Progress
) -> tuple[Tensor, Tensor, float]:
    """Show the model every training image once.

    Returns:
        The tasks' mean unweighted losses and mean weights, `(K,)` each, each step counted by its number of images;
        the last step's learning rate.
    """
    state.model.train()
    schedule = SCHEDULES[config.schedule]
    steps = number_of_batches(len(images), config.batch_size, shuffle=True)
    last = max(1, config.epochs * steps - 1)
    losses, weights = torch.zeros(2, len(tasks), dtype=torch.float64)
    count, rate = 0, 0.0
    loader = batches(
        images, config.batch_size, seed=config.seed, epoch=state.epoch + 1, shuffle=True,
        augment=augmentation(config.augment), workers=config.workers,
    )  # fmt: skip
    for step, batch in enumerate(show(loader, steps, f"epoch {state.epoch + 1}")):
        rate = config.learning_rate * schedule((state.epoch * steps + step) / last)
        step_losses, step_weights = training_step(
            state, tasks, batch, rate=rate, step=step + 1, mixed_precision=config.mixed_precision
        )
        losses += len(batch) * step_losses
        weights += len(batch) * step_weights
        count += len(batch)
    return losses / count, weights / count, rate
