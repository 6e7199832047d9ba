"""How good a model is on a set it was not trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mtan_edu.data.loading import Samples, batches, number_of_batches
from mtan_edu.data.open import Progress
from mtan_edu.tasks import Task
from mtan_edu.training.progress import no_progress


@dataclass(frozen=True)
class Evaluation:
    """What was measured on a set.

    Attributes:
        losses: Task to its mean unweighted loss: of batches, each counted by its number of images.
        metrics: Task to metric to value over the whole set; NaN = could not be measured.
    """

    losses: Mapping[str, float]
    metrics: Mapping[str, Mapping[str, float]]


def evaluate(
    model: nn.Module,
    tasks: Mapping[str, Task],
    dataset: Samples,
    *,
    batch_size: int = 8,
    device: torch.device | str | None = None,
    workers: int = 0,
    progress: Progress | None = None,
) -> Evaluation:
    """Measure a model's losses and metrics, in float32, with the running statistics of its BatchNorms.

    Args:
        model: Maps images to `{task: raw output}`. Its mode and weights are left as they are.
        tasks: What to measure.
        dataset: Samples with a target for every task.
        batch_size: Images at a time; metrics do not depend on it.
        device: Where to compute; None = where the model lies.
        workers: Processes that load images beside this one.
        progress: Shows how far it is, or None.

    Raises:
        ValueError: If the set is empty or lacks a task.
    """
    where = next((parameter.device for parameter in model.parameters()), "cpu") if device is None else device
    was_training = model.training
    model.to(where).eval()
    metrics = {name: task.metrics() for name, task in tasks.items()}
    total, count = torch.zeros(len(tasks), dtype=torch.float64), 0
    loader = batches(dataset, batch_size, seed=0, epoch=0, shuffle=False, workers=workers)
    steps = number_of_batches(len(dataset), batch_size, shuffle=False)
    try:
        with torch.inference_mode():
            for batch in (progress or no_progress)(loader, steps, "validation"):
                batch = batch.to(where)
                outputs = model(batch.image.contiguous(memory_format=torch.channels_last))
                for name in tasks:
                    metrics[name].update(outputs[name], batch.targets[name])
                total += len(batch) * _losses(tasks, outputs, batch.targets)
                count += len(batch)
    finally:
        model.train(was_training)
    losses = dict(zip(tasks, (total / count).tolist(), strict=True))
    return Evaluation(losses, {name: measured.compute() for name, measured in metrics.items()})


def _losses(tasks: Mapping[str, Task], outputs: Mapping[str, Tensor], targets: Mapping[str, Tensor]) -> Tensor:
    """(K,), float64, on the CPU."""
    return torch.stack([task.loss(outputs[name], targets[name]) for name, task in tasks.items()]).cpu().double()
