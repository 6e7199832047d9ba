"""What would a task predict if its masks were others? Answered fast enough for a slider."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import torch
from torch import Tensor

from mtan_edu.data import Batch, collate
from mtan_edu.experiment.build import open_frames
from mtan_edu.experiment.probes import prediction_record
from mtan_edu.experiment.run import load_model, load_tasks, read_config
from mtan_edu.models import (
    MTAN,
    intervene,
    of_another_image,
    open_everywhere,
    same_at_every_pixel,
    scaled,
)
from mtan_edu.models.checks import check_known
from mtan_edu.models.interventions import Change
from mtan_edu.recording import record_masks
from mtan_edu.records import InterventionRecord
from mtan_edu.run_layout import checkpoint_epoch
from mtan_edu.tasks import Task

CHANGES: Mapping[str, tuple[Change, str]] = {
    "open": (open_everywhere, "open everywhere"),
    "mean": (same_at_every_pixel, "the same at every pixel"),
    "shuffle": (of_another_image, "those of another image"),
}
"""Name of a change to the change and to what a sentence calls the masks after it."""


class WhatIf:
    """Changes masks of a trained network on a few images, and says what becomes of the predictions.

    The shared features of the images are computed once. A change then costs each changed task's own way through them.

    Args:
        model: An MTAN, put into evaluation mode.
        tasks: Task name to task.
        batch: Images and targets; at least two, for `shuffle`.
        epoch: Epochs trained; None = unknown.
    """

    def __init__(self, model: MTAN, tasks: Mapping[str, Task], batch: Batch, epoch: int | None = None) -> None:
        self.model, self.tasks, self.epoch = model.eval(), dict(tasks), epoch
        device = next(model.parameters()).device
        self._batch = batch.to(device)
        with torch.inference_mode(), record_masks(model) as recorded:
            self._stages = model.backbone(self._batch.image)
            self._outputs = self._predict(tuple(self.tasks))
        self._masks = recorded.masks
        self.unchanged = self._record("the network's own masks", self._outputs)

    @classmethod
    def of_run(cls, folder: Path | str, device: str = "cpu") -> WhatIf:
        """The images that a run has recorded, and its last checkpoint.

        Args:
            folder: A run's folder.
            device: Where to compute.

        Raises:
            FileNotFoundError: If there is no run, or its data is gone.
            ValueError: If the run has no checkpoint or no recorded images.
            TypeError: If its model has no attention modules.
        """
        config, model = read_config(folder), load_model(folder, device)
        if not isinstance(model, MTAN):
            raise TypeError(f"`run` must have attention masks; got {config.model}, which has none. Take an MTAN's run.")
        frames = open_frames(config, config.data).val
        count = min(config.probes, len(frames))
        if count == 0:
            raise ValueError("`run` must have recorded images; got none. Train it with `--probes 4`.")
        batch = collate([frames[index] for index in range(count)])
        return cls(model, load_tasks(folder), batch, checkpoint_epoch(Path(folder)))

    @property
    def stages(self) -> tuple[str, ...]:
        """Stage names, in the order in which the network computes them."""
        return tuple(self.model.backbone.stage_channels)

    def scale(self, task: str | None, stage: str | None, factor: float) -> InterventionRecord:
        """Multiply a task's masks.

        Args:
            task: Whose masks; None = every task's.
            stage: At which stage; None = at all.
            factor: 0 closes every gate, 1 changes nothing.

        Raises:
            ValueError: If there is no such task or stage, or the factor is negative or not finite.
        """
        return self._changed(task, stage, scaled(factor), f"{factor:g} times themselves")

    def change(self, task: str | None, stage: str | None, name: str) -> InterventionRecord:
        """Change a task's masks in one of the ways of `CHANGES`.

        Args:
            task: Whose masks; None = every task's.
            stage: At which stage; None = at all.
            name: "open" (1 everywhere), "mean" (every channel its mean) or "shuffle" (those of another image).

        Raises:
            ValueError: If there is no such task, stage or change, or no other image for `shuffle`.
        """
        check_known("change", name, tuple(CHANGES))
        if name == "shuffle" and len(self._batch) < 2:
            raise ValueError("`batch` must hold two images for `shuffle`; got 1. Take another change.")
        return self._changed(task, stage, *CHANGES[name])

    def take(self, task: str | None, stage: str | None, other: str) -> InterventionRecord:
        """Let a task look through the masks that another task has computed for the same images.

        Args:
            task: Whose masks are replaced; None = every task's.
            stage: At which stage; None = at all.
            other: Whose masks it gets.

        Raises:
            ValueError: If there is no such task or stage.
        """
        tasks, device = self._of(task), self._batch.image.device
        check_known("tasks", other, tuple(self.tasks))
        blocks = [
            intervene(self.model, _always(self._masks[other][at].to(device)), tasks=tasks, stages=[at])
            for at in self._at(stage)
        ]
        return self._within(blocks, task, stage, f"those of {other}")

    def _of(self, task: str | None) -> tuple[str, ...]:
        if task is None:
            return tuple(self.tasks)
        check_known("tasks", task, tuple(self.tasks))
        return (task,)

    def _at(self, stage: str | None) -> tuple[str, ...]:
        if stage is None:
            return self.stages
        check_known("stages", stage, self.stages)
        return (stage,)

    def _changed(self, task: str | None, stage: str | None, change: Change, words: str) -> InterventionRecord:
        block = intervene(self.model, change, tasks=self._of(task), stages=self._at(stage))
        return self._within([block], task, stage, words)

    def _within(
        self, blocks: Sequence[AbstractContextManager[None]], task: str | None, stage: str | None, words: str
    ) -> InterventionRecord:
        with ExitStack() as stack, torch.inference_mode():
            for block in blocks:
                stack.enter_context(block)
            outputs = self._predict(self._of(task))
        where = f"at {stage}" if stage else "at all stages"
        return self._record(f"the masks of {task or 'all tasks'} {where} are {words}", {**self._outputs, **outputs})

    def _predict(self, tasks: tuple[str, ...]) -> dict[str, Tensor]:
        image = self._batch.image
        features = {task: self.model.task_features(task, self._stages) for task in tasks}
        return self.model.predict(features, (image.shape[2], image.shape[3]))

    def _record(self, description: str, outputs: Mapping[str, Tensor]) -> InterventionRecord:
        predictions = prediction_record(self.tasks, self._batch, outputs, self.epoch)
        images = range(len(self._batch))
        by_image = tuple(self._metrics(outputs, slice(index, index + 1)) for index in images)
        return InterventionRecord(description, predictions, self._metrics(outputs, slice(None)), by_image)

    def _metrics(self, outputs: Mapping[str, Tensor], images: slice) -> dict[str, dict[str, float]]:
        measured = {}
        for name, task in self.tasks.items():
            metrics = task.metrics()
            metrics.update(outputs[name][images], self._batch.targets[name][images])
            measured[name] = metrics.compute()
        return measured


def _always(mask: Tensor) -> Callable[[Tensor], Tensor]:
    return lambda _own: mask
