"""Look at the same few images again and again while a network learns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from mtan_edu.data import Batch, collate
from mtan_edu.data.domains import DomainSplits
from mtan_edu.experiment.build import Experiment
from mtan_edu.experiment.domain_probes import look_at_domains
from mtan_edu.models import MTAN
from mtan_edu.recording.masks import record_masks
from mtan_edu.recording.runs import write_masks, write_predictions
from mtan_edu.records import MaskRecord, PredictionRecord
from mtan_edu.tasks import Task

LONGEST_SIDE = 128
"""Masks of larger maps are pooled to this many pixels: what a figure of many masks can show."""

LARGEST_RECORD = 64 * 2**20
"""Bytes of one epoch's masks before compression; above it the longest side is halved until they fit."""


def record_probes(
    folder: Path, experiment: Experiment, device: torch.device, epoch: int, most_bytes: int = LARGEST_RECORD
) -> None:
    """Write the masks and predictions of some validation images into a run.

    These are the first ones; where tasks have images of their own, some of every domain, and what every task makes of
    each of them.

    Args:
        folder: The run.
        experiment: Its parts. The model's mode and weights are left as they are.
        device: Where to compute.
        epoch: Epochs trained.
        most_bytes: How much one epoch's masks may take before compression.
    """
    data, count = experiment.data, experiment.config.probes
    if count == 0:
        return

    def look(side: int) -> tuple[PredictionRecord, MaskRecord | None]:
        if isinstance(data, DomainSplits):
            return look_at_domains(experiment.model, experiment.tasks, data, count, device, epoch, side)
        batch = collate([data.val[index] for index in range(min(count, len(data.val)))])
        return _look(experiment.model, experiment.tasks, batch, device, epoch, side)

    predictions, masks = _that_fits(look, most_bytes)
    write_predictions(folder, predictions)
    if masks is not None:
        write_masks(folder, masks)


def prediction_record(
    tasks: Mapping[str, Task], batch: Batch, outputs: Mapping[str, Tensor], epoch: int | None = None
) -> PredictionRecord:
    """Images, targets and predictions as a figure wants them.

    Args:
        tasks: Task name to task.
        batch: Images and targets, on any device.
        outputs: Task name to raw output.
        epoch: Epochs trained; None = unknown.
    """
    return PredictionRecord(
        images=(batch.image * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy(),
        targets={name: task.target_array(batch.targets[name]) for name, task in tasks.items()},
        predictions={name: task.prediction_array(outputs[name]) for name, task in tasks.items()},
        tasks={name: task.record for name, task in tasks.items()},
        epoch=epoch,
    )


def _look(
    model: nn.Module, tasks: Mapping[str, Task], batch: Batch, device: torch.device, epoch: int, side: int
) -> tuple[PredictionRecord, MaskRecord | None]:
    """Predictions, and masks of maps that are pooled to this longest side."""
    was_training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            if not isinstance(model, MTAN):
                return prediction_record(tasks, batch, model(batch.image.to(device)), epoch), None
            with record_masks(model, max_side=side) as recorded:
                outputs = model(batch.image.to(device))
            return prediction_record(tasks, batch, outputs, epoch), recorded.record(batch.image, epoch)
    finally:
        model.train(was_training)


def _that_fits(
    look: Callable[[int], tuple[PredictionRecord, MaskRecord | None]], most_bytes: int
) -> tuple[PredictionRecord, MaskRecord | None]:
    """What is seen at the longest side, at most LONGEST_SIDE, at which the masks fit."""
    side = LONGEST_SIDE
    while True:
        predictions, masks = look(side)
        stages = [] if masks is None else [values for of in masks.masks.values() for values in of.values()]
        if sum(values.nbytes for values in stages) <= most_bytes or side == 1:
            return predictions, masks
        side //= 2
