"""Look at the tasks' gradients on the same training images again and again while a network learns."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import torch
from torch import Tensor

from mtan_edu.data import Batch, collate
from mtan_edu.data.domains import Domain, DomainSplits
from mtan_edu.data.loading import Samples, batches
from mtan_edu.experiment.build import Experiment
from mtan_edu.models import MultiTaskModel
from mtan_edu.recording.gradients import Weigher, record_gradients
from mtan_edu.recording.runs import write_gradients
from mtan_edu.records import GradientRecord
from mtan_edu.tasks import Task
from mtan_edu.training.many_to_many import normalized
from mtan_edu.weighting import GradientBalancing, LossWeighting


def look_at_gradients(
    model: MultiTaskModel,
    tasks: Mapping[str, Task],
    batches: Iterable[Batch | Mapping[str, Batch]],
    *,
    weighting: LossWeighting | GradientBalancing | None = None,
    epoch: int | None = None,
) -> GradientRecord:
    """Measure the tasks' gradients on the shared parameters as training would see them.

        look_at_gradients(model, tasks, first_batches(data.train, 8, 2)).conflict_share()

    The model computes in training mode and in float32, with the statistics of each batch. Neither it nor the
    weighting is changed.

    Args:
        model: The model, on its device.
        tasks: Task name to task, in the order of the record.
        batches: What to look at; the images as they are, without augmentation. Where tasks have images of their own,
            a batch of every task in place of one for all.
        weighting: What gives the tasks their weights in the training; None = equal.
        epoch: Epochs trained; 0 = untrained, None = unknown.

    Raises:
        ValueError: If there is no batch, or the model shares nothing that is trained.
    """
    device = next(model.parameters()).device

    def losses(batch: Batch | Mapping[str, Batch]) -> dict[str, Tensor]:
        if isinstance(batch, Batch):
            return losses_on(batch, list(tasks))
        return {name: losses_on(batch[name], [name])[name] for name in tasks}

    def losses_on(batch: Batch, names: list[str]) -> dict[str, Tensor]:
        here = batch.to(device)
        outputs = model(here.image.contiguous(memory_format=torch.channels_last), names)
        return {name: tasks[name].loss(outputs[name].float(), here.targets[name]) for name in names}

    modes = [(part, part.training) for part in model.modules()]
    model.train()
    try:
        weigh = None if weighting is None else weights_of(weighting)
        return record_gradients(model, losses, batches, weights=weigh, epoch=epoch)
    finally:
        for part, training in modes:
            part.training = training


def weights_of(weighting: LossWeighting | GradientBalancing) -> Weigher:
    """The weights λ that a method would give to gradients and losses, tried out on a copy of it.

    Args:
        weighting: It is left as it is.
    """

    def weigh(gradients: Tensor, losses: Tensor) -> Tensor:
        trial = copy.deepcopy(weighting)
        if isinstance(trial, LossWeighting):
            trial(losses)
        else:
            trial(gradients, losses)
        return trial.weights()

    return weigh


def first_batches(images: Samples, batch_size: int, count: int) -> Iterable[Batch]:
    """The first images of a set, in batches, in order; fewer batches if there are not enough images.

    Args:
        images: The set.
        batch_size: Images per batch.
        count: How many batches.

    Yields:
        The batches. A last one of a single image is left out: BatchNorm has nothing to normalize it by.
    """
    for start in range(0, min(len(images), count * batch_size), batch_size):
        stop = min(start + batch_size, len(images))
        if stop - start > 1 or start == 0:
            yield collate([images[index] for index in range(start, stop)])


def first_domain_batches(domain: Domain, batch_size: int, count: int) -> Iterator[Batch]:
    """Some training images of a domain in batches, normalized as in training; the same ones every time.

    Not the first ones: a reader may have them sorted by class.

    Args:
        domain: The domain.
        batch_size: Images per batch.
        count: How many batches.
    """
    mixed = batches(domain.train, batch_size, seed=0, epoch=0, shuffle=True)
    return (normalized(batch, domain) for batch in itertools.islice(mixed, count))


def record_run_gradients(folder: Path, experiment: Experiment, epoch: int) -> None:
    """Write the gradients on the run's first training images into the run, if its configuration asks for them.

    Args:
        folder: The run.
        experiment: Its parts, left as they are. With one task there is nothing to look at.
        epoch: Epochs trained.
    """
    config, data = experiment.config, experiment.data
    if not config.gradients or len(experiment.tasks) < 2:
        return
    size, count = config.training.batch_size, config.gradients
    looked_at: Iterable[Batch | Mapping[str, Batch]]
    if isinstance(data, DomainSplits):
        of_tasks = [first_domain_batches(data.domains[name], size, count) for name in experiment.tasks]
        looked_at = (dict(zip(experiment.tasks, step, strict=True)) for step in zip(*of_tasks, strict=False))
    else:
        looked_at = first_batches(data.train, size, count)
    record = look_at_gradients(
        experiment.model, experiment.tasks, looked_at, weighting=experiment.weighting, epoch=epoch
    )
    write_gradients(folder, record)
