"""Look at the same few images again and again while a network learns."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from mtan_edu.data import Batch, collate
from mtan_edu.experiment.build import Experiment
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
    """Write the masks and predictions of the first validation images into a run.

    Args:
        folder: The run.
        experiment: Its parts. The model's mode and weights are left as they are.
        device: Where to compute.
        epoch: Epochs trained.
        most_bytes: How much one epoch's masks may take before compression.
    """
    count = min(experiment.config.probes, len(experiment.data.val))
    if count == 0:
        return
    batch = collate([experiment.data.val[index] for index in range(count)])
    was_training = experiment.model.training
    experiment.model.eval()
    try:
        with torch.inference_mode():
            outputs = experiment.model(batch.image.to(device))
            write_predictions(folder, prediction_record(experiment.tasks, batch, outputs, epoch))
            if isinstance(experiment.model, MTAN):
                write_masks(folder, _masks(experiment.model, batch, device, epoch, most_bytes))
    finally:
        experiment.model.train(was_training)


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


def _masks(model: nn.Module, batch: Batch, device: torch.device, epoch: int, most_bytes: int) -> MaskRecord:
    """Masks at the longest side, at most LONGEST_SIDE, at which they fit."""
    side = LONGEST_SIDE
    while True:
        with record_masks(model, max_side=side) as recorded:
            model(batch.image.to(device))
        record = recorded.record(batch.image, epoch)
        size = sum(masks.nbytes for stages in record.masks.values() for masks in stages.values())
        if size <= most_bytes or side == 1:
            return record
        side //= 2
