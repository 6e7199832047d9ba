"""Look at a few images of every domain through the eyes of every task."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from mtan_edu.data import IGNORE_LABEL, Sample
from mtan_edu.data.domains import DomainSplits
from mtan_edu.models import MTAN
from mtan_edu.recording.masks import record_masks
from mtan_edu.records import MaskRecord, PredictionRecord
from mtan_edu.tasks import Task
from mtan_edu.training.many_to_many import fitted_to


def look_at_domains(
    model: nn.Module,
    tasks: Mapping[str, Task],
    data: DomainSplits,
    count: int,
    device: torch.device,
    epoch: int,
    side: int,
) -> tuple[PredictionRecord, MaskRecord | None]:
    """Masks and predictions of every task for some validation images of every domain.

    A task looks at images of other domains as at its own: normalized by its own domain's colors, by a network fitted
    to its own domain. So one sees what the digits' task looks for, in a texture too.

    Args:
        model: The network; its mode, weights and statistics are left as they are.
        tasks: Task name to task: names of domains.
        data: The domains.
        count: Images of each domain, spread evenly over its validation set.
        device: Where to compute.
        epoch: Epochs trained.
        side: Longest side of a mask's map; larger ones are pooled [pixels].

    Returns:
        Predictions, with the target of an image for its own domain's task alone; and masks, for an MTAN.
    """
    samples = [sample for name in tasks for sample in _some(data, name, count)]
    images = torch.stack([sample.image for sample in samples])
    outputs: dict[str, Tensor] = {}
    masks: dict[str, Mapping[str, np.ndarray]] = {}
    for name in tasks:
        with torch.inference_mode(), fitted_to(model, data.domains[name], device) as network:
            if not isinstance(model, MTAN):
                outputs |= network(images.to(device))
                continue
            with record_masks(model, max_side=side) as recorded:
                outputs |= network(images.to(device))
            masks |= recorded.record(images, epoch).masks
    colors = (images * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()
    predictions = PredictionRecord(
        images=colors,
        targets={name: task.target_array(_labels(samples, name)) for name, task in tasks.items()},
        predictions={name: task.prediction_array(outputs[name]) for name, task in tasks.items()},
        tasks={name: task.record for name, task in tasks.items()},
        epoch=epoch,
    )
    return predictions, MaskRecord(colors, masks, epoch) if masks else None


def _some(data: DomainSplits, name: str, count: int) -> list[Sample]:
    """Images of a domain, spread evenly: a reader may have them sorted by class."""
    images = data.domains[name].val
    return [images[int(index)] for index in np.linspace(0, len(images) - 1, min(count, len(images)))]


def _labels(samples: list[Sample], task: str) -> Tensor:
    """(P,); IGNORE_LABEL for images of other domains."""
    unknown = torch.tensor(IGNORE_LABEL)
    return torch.stack([sample.targets.get(task, unknown) for sample in samples])
