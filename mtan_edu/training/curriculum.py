"""What a training run shows its model and when: all that the loop must know of the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, runtime_checkable

from torch import nn

from mtan_edu.data.batch import Batch
from mtan_edu.data.loading import batches, number_of_batches
from mtan_edu.data.open import Progress
from mtan_edu.data.splits import DataSplits
from mtan_edu.tasks import Task
from mtan_edu.training.augmentation import augmentation
from mtan_edu.training.config import TrainingConfig
from mtan_edu.training.evaluation import Evaluation, evaluate
from mtan_edu.training.schedule import SCHEDULES


@runtime_checkable
class Curriculum(Protocol):
    """The epochs of a run. All methods are pure functions of their arguments, so that a run can go on anywhere.

    Epochs count from 1, steps from 0. A batch has targets for all tasks or for some: those are trained by it.
    """

    def steps(self, epoch: int) -> int:
        """Number of batches of an epoch."""
        ...

    def batches(self, epoch: int) -> Iterator[Batch]:
        """The batches of an epoch."""
        ...

    def rate(self, epoch: int, step: int) -> float:
        """Learning rate of a step."""
        ...

    def starts_afresh(self, epoch: int) -> bool:
        """Whether the optimizer forgets, before this epoch, what it has learned of the gradients."""
        ...

    def evaluate(self, model: nn.Module, progress: Progress | None) -> Evaluation:
        """Measure the model on the validation images."""
        ...


class OneToMany:
    """One image, many tasks: every batch has a target for every task. The methods are those of Curriculum.

    Args:
        tasks: Task name to task.
        data: Training and validation set.
        config: How to train.

    Raises:
        ValueError: If the data lacks a target, or `config` asks for phases.
    """

    def __init__(self, tasks: Mapping[str, Task], data: DataSplits, config: TrainingConfig) -> None:
        missing = [name for name in tasks if name not in data.tasks]
        if missing:
            raise ValueError(
                f"`data` must have targets for {', '.join(tasks)}; got none for {', '.join(missing)} in {data.name}."
            )
        if config.second_phase:
            raise ValueError(
                f"`second_phase` must be 0 where every image has all targets; got {config.second_phase}. It is for "
                "tasks that have images of their own."
            )
        self.tasks, self.data, self.config = tasks, data, config

    def steps(self, epoch: int) -> int:
        """Every training image once."""
        return number_of_batches(len(self.data.train), self.config.batch_size, shuffle=True)

    def batches(self, epoch: int) -> Iterator[Batch]:
        """In a new order, augmented anew."""
        config = self.config
        return batches(
            self.data.train, config.batch_size, seed=config.seed, epoch=epoch, shuffle=True,
            augment=augmentation(config.augment), workers=config.workers,
        )  # fmt: skip

    def rate(self, epoch: int, step: int) -> float:
        """By the position in the whole run."""
        return scheduled_rate(self.config, epoch, step, self.steps(epoch), self.config.epochs)

    def starts_afresh(self, epoch: int) -> bool:
        """Never."""
        return False

    def evaluate(self, model: nn.Module, progress: Progress | None) -> Evaluation:
        """All tasks on the validation images."""
        return evaluate(
            model, self.tasks, self.data.val, batch_size=self.config.batch_size, workers=self.config.workers,
            progress=progress,
        )  # fmt: skip


def scheduled_rate(config: TrainingConfig, epoch: int, step: int, steps: int, epochs: int) -> float:
    """Learning rate of a step by its position in a stretch of epochs of equal length.

    Args:
        config: Names the schedule and its highest rate.
        epoch: 1 for the first of the stretch.
        step: 0 for the epoch's first.
        steps: Steps of each epoch.
        epochs: Epochs of the stretch.
    """
    last = max(1, epochs * steps - 1)
    return config.learning_rate * SCHEDULES[config.schedule](((epoch - 1) * steps + step) / last)
