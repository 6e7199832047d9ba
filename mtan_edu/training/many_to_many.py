"""Many tasks, each with images of its own: one task per batch, and a network that is fitted to the task it is used for.

References:
    Liu et al., CVPR 2019, section 4.2, and their code: what they call many-to-many predictions.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.utils.data import ConcatDataset

from mtan_edu.data.batch import Batch, Sample
from mtan_edu.data.domains import Domain, DomainSplits
from mtan_edu.data.loading import batches, batches_in_order, number_of_batches
from mtan_edu.data.open import Progress
from mtan_edu.tasks import Task
from mtan_edu.training.augmentation import augmentation
from mtan_edu.training.config import TrainingConfig
from mtan_edu.training.curriculum import scheduled_rate
from mtan_edu.training.evaluation import Evaluation, evaluate
from mtan_edu.training.progress import no_progress
from mtan_edu.training.running_statistics import recalibrated
from mtan_edu.training.task_sampling import TASK_SAMPLINGS

SECOND_PHASE_RATE = 0.1
"""Factor of the learning rate in the second phase: 0.1 becomes 0.01 in the paper."""

STATISTICS_IMAGES, STATISTICS_BATCH = 128, 64
"""Of how many training images, and in which batches, the statistics of BatchNorms are taken for a domain. Measured on
the embedded decathlon: 128 do what 256 do."""


class ManyToMany:
    """Every batch is of one domain and has a target for its task alone. The methods are those of Curriculum.

    Images are normalized by their domain's colors, after their augmentation; those of a domain that may not be
    mirrored are not.

    There may be two phases: first all tasks, then, over the configuration's last `second_phase` epochs, all but the
    first, with a fresh optimizer, a tenth of the rate and the schedule from its start. The first task is measured on:
    what was shared with it goes on moving. (The paper's first is ImageNet; its figure is that of the first phase.)

    Args:
        tasks: Task name to task: names of domains. Their order counts for "in_turn" and for the second phase.
        data: The domains.
        config: How to train.

    Raises:
        ValueError: If a task has no domain, or a second phase would have none to train.
    """

    def __init__(self, tasks: Mapping[str, Task], data: DomainSplits, config: TrainingConfig) -> None:
        missing = [name for name in tasks if name not in data.domains]
        if missing:
            raise ValueError(
                f"`tasks` must be domains of {data.name} ({', '.join(data.domains)}); got {', '.join(missing)}. "
                "Choose among these."
            )
        if config.second_phase and len(tasks) == 1:
            raise ValueError(
                f"`second_phase` must be 0 for one task; got {config.second_phase}. It trains all tasks but the first."
            )
        self.tasks, self.data, self.config = tasks, data, config
        domains = [data.domains[name] for name in tasks]
        self._images: ConcatDataset[Sample] = ConcatDataset([domain.train for domain in domains])
        self._starts = {
            domain.name: end - len(domain.train)
            for domain, end in zip(domains, self._images.cumulative_sizes, strict=True)
        }
        self._augment = _AugmentByDomain(config.augment, domains)

    def trained(self, epoch: int) -> tuple[str, ...]:
        """The tasks that an epoch trains."""
        return tuple(self.tasks)[1:] if self._is_second(epoch) else tuple(self.tasks)

    def steps(self, epoch: int) -> int:
        """As many batches as the trained tasks' images fill."""
        sizes = [len(self.data.domains[name].train) for name in self.trained(epoch)]
        return sum(number_of_batches(size, self.config.batch_size, shuffle=True) for size in sizes)

    def batches(self, epoch: int) -> Iterator[Batch]:
        """In the order of the configuration's sampling, augmented anew."""
        config = self.config
        loader = batches_in_order(
            self._images, self._order(epoch), seed=config.seed, epoch=epoch, augment=self._augment,
            workers=config.workers,
        )  # fmt: skip
        return map(self._normalized, loader)

    def rate(self, epoch: int, step: int) -> float:
        """By the position in the phase."""
        first = self.config.epochs - self.config.second_phase
        if not self._is_second(epoch):
            return scheduled_rate(self.config, epoch, step, self.steps(epoch), first)
        rate = scheduled_rate(self.config, epoch - first, step, self.steps(epoch), self.config.second_phase)
        return SECOND_PHASE_RATE * rate

    def starts_afresh(self, epoch: int) -> bool:
        """Before the second phase."""
        return self._is_second(epoch) and not self._is_second(epoch - 1)

    def evaluate(self, model: nn.Module, progress: Progress | None) -> Evaluation:
        """Every task on its own domain's validation images, also of tasks that the phase does not train."""
        config = self.config
        return evaluate_domains(
            model, self.tasks, self.data, batch_size=config.batch_size, workers=config.workers, progress=progress
        )

    def _is_second(self, epoch: int) -> bool:
        return epoch > self.config.epochs - self.config.second_phase

    def _order(self, epoch: int) -> list[np.ndarray]:
        sample = TASK_SAMPLINGS[self.config.sampling]
        images = {name: len(self.data.domains[name].train) for name in self.trained(epoch)}
        drawn = sample(images, self.config.batch_size, self.config.seed, epoch)
        return [self._starts[task] + indices for task, indices in drawn]

    def _normalized(self, batch: Batch) -> Batch:
        (task,) = batch.targets
        return normalized(batch, self.data.domains[task])


def normalized(batch: Batch, domain: Domain) -> Batch:
    """A batch as a network is trained on it: its colors normalized by those of its domain.

    Args:
        batch: Images of the domain, colors in [0, 1], `(B, 3, H, W)`.
        domain: Knows its mean and standard deviation.
    """
    return Batch((batch.image - _channels(domain.mean)) / _channels(domain.std), batch.targets)


class ForDomain(nn.Module):
    """A multi-task network as it is used for one domain: images normalized by its colors, its task alone predicted.

    Args:
        model: `model(image, [task])` maps images to `{task: raw output}`. It is shared, not copied.
        domain: The domain, whose name is the task's.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, model: nn.Module, domain: Domain) -> None:
        super().__init__()
        self.model, self.task = model, domain.name
        self.register_buffer("mean", _channels(domain.mean))
        self.register_buffer("std", _channels(domain.std))
        self.train(model.training)

    def forward(self, image: Float[Tensor, "B 3 H W"]) -> dict[str, Tensor]:
        """Predict.

        Args:
            image: Colors in [0, 1], `(B, 3, H, W)`; of this domain or, to see what the task makes of them, of another.

        Returns:
            The task's name to its raw output, `(B, N)`.
        """
        outputs: dict[str, Tensor] = self.model((image - self.mean) / self.std, [self.task])
        return outputs


@contextmanager
def fitted_to(
    model: nn.Module,
    domain: Domain,
    device: torch.device | str | None = None,
    images: int = STATISTICS_IMAGES,
) -> Iterator[ForDomain]:
    """A multi-task network as it is used for one domain, with statistics of its BatchNorms taken of that domain.

    In training, batches of one domain were normalized by their own statistics; the running ones are a mixture of all
    domains (see `recalibrated`). They are taken of some training images, the same ones every time.

        with fitted_to(model, data.domains["digits"]) as network:
            network(images)["digits"]

    Args:
        model: Its mode, weights and statistics are left as they are.
        domain: The domain.
        device: Where to compute; None = where the model lies.
        images: Of how many training images the statistics are taken.

    Yields:
        The network in evaluation mode, for this block only.
    """
    where = next((parameter.device for parameter in model.parameters()), "cpu") if device is None else device
    network = ForDomain(model, domain).to(where)
    loader = batches(domain.train, STATISTICS_BATCH, seed=0, epoch=0, shuffle=True)
    batches_taken = -(-min(len(domain.train), images) // STATISTICS_BATCH)
    seen = (
        batch.image.to(where).contiguous(memory_format=torch.channels_last)
        for batch in itertools.islice(loader, batches_taken)
    )
    with recalibrated(network, seen):
        yield network


def evaluate_domains(
    model: nn.Module,
    tasks: Mapping[str, Task],
    data: DomainSplits,
    *,
    batch_size: int = 64,
    device: torch.device | str | None = None,
    workers: int = 0,
    progress: Progress | None = None,
) -> Evaluation:
    """Measure every task on the validation images of its own domain, the network fitted to that domain.

    Args:
        model: `model(image, [task])` maps images to `{task: raw output}`. Its mode, weights and statistics are left
            as they are.
        tasks: What to measure: names of domains.
        data: The domains.
        batch_size: Images at a time; metrics do not depend on it.
        device: Where to compute; None = where the model lies.
        workers: Processes that load images beside this one.
        progress: Shows how far it is, or None.

    Raises:
        ValueError: If a task has no domain.
    """
    losses: dict[str, float] = {}
    metrics: dict[str, Mapping[str, float]] = {}
    for name in (progress or no_progress)(tasks, len(tasks), "validation"):
        with fitted_to(model, data.domains[name], device) as network:
            measured = evaluate(
                network, {name: tasks[name]}, data.domains[name].val, batch_size=batch_size, workers=workers
            )
        losses |= measured.losses
        metrics |= measured.metrics
    return Evaluation(losses, metrics)


class _AugmentByDomain:
    """Each domain's own augmentation."""

    def __init__(self, name: str, domains: list[Domain]) -> None:
        self.by_domain = {domain.name: augmentation(name, mirror=domain.mirror) for domain in domains}

    def __call__(self, sample: Sample, draw: np.random.Generator) -> Sample:
        (task,) = sample.targets
        change = self.by_domain[task]
        return sample if change is None else change(sample, draw)


def _channels(colors: tuple[float, float, float]) -> Tensor:
    """(3, 1, 1)."""
    return torch.tensor(colors, dtype=torch.float32)[:, None, None]
