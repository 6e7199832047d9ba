"""A task that nobody can learn: its target is noise."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from mtan_edu.data import DataSplits
from mtan_edu.data.batch import Sample
from mtan_edu.data.dataset import FrameDataset
from mtan_edu.data.open import Progress
from mtan_edu.experiment.build import build_experiment_model, open_experiment_data, tasks_for
from mtan_edu.experiment.config import ExperimentConfig
from mtan_edu.experiment.gradients import first_batches, look_at_gradients
from mtan_edu.records import EpochRecord, GradientRecord, TaskRecord
from mtan_edu.tasks import Task, dense_tasks
from mtan_edu.training import train
from mtan_edu.weighting import build_weighting

NOISE = "noise"


class NoisyFrames(FrameDataset):
    """Frames with one target more, "noise" `(3, H, W)`: at every pixel a direction, drawn once, all equally probable.

    It has nothing to do with the image, and no direction is a better guess than another: not even a constant can be
    learned. What could be learned in the end is each image's own noise by heart.

    Args:
        frames: The frames.
        seed: Of the noise; frame i has the same noise every time.
    """

    def __init__(self, frames: FrameDataset, seed: int = 0) -> None:
        self._frames, self._seed = frames, seed
        self.image_size, self.fields, self.classes = frames.image_size, frames.fields, frames.classes

    def __len__(self) -> int:
        return len(self._frames)

    def frame(self, index: int) -> dict[str, np.ndarray]:
        """The stored fields of one frame, without the noise."""
        return self._frames.frame(index)

    @property
    def tasks(self) -> tuple[str, ...]:
        """The frames' own, and "noise"."""
        return (*self._frames.tasks, NOISE)

    def __getitem__(self, index: int) -> Sample:
        """Frame `index` with its noise."""
        sample = self._frames[index]
        generator = torch.Generator().manual_seed(self._seed * 1_000_003 + index % len(self))
        noise = torch.randn(3, *sample.image.shape[1:], generator=generator)  # after division, uniform on the sphere
        return Sample(sample.image, {**sample.targets, NOISE: F.normalize(noise, dim=0)})


def with_noise(data: DataSplits, tasks: Mapping[str, Task], seed: int = 0) -> tuple[DataSplits, dict[str, Task]]:
    """Add a task whose target is noise.

    Train it with `augment="none"`: nobody can say how noise follows an image.

    Args:
        data: Training and validation frames.
        tasks: The tasks that there are.
        seed: Of the noise; training and validation frames have different noise.

    Returns:
        The frames with noise, and the tasks with "noise" as the last: three channels, cosine distance. Who knows
        nothing has a loss of 1.
    """
    train, val = NoisyFrames(data.train, 2 * seed), NoisyFrames(data.val, 2 * seed + 1)
    return DataSplits(train, val, f"{data.name} with noise", data.classes), {**tasks, NOISE: noise_task()}


@dataclass(frozen=True)
class NoiseTraining:
    """The same network trained without and with a task of noise, seed by seed.

    Attributes:
        tasks: What is known of the tasks, noise included.
        without: Last epoch of each seed, without the noise.
        with_noise: Last epoch of each seed, with it.
        gradients: The gradients of the network with noise after its last epoch, seed by seed.
    """

    tasks: Mapping[str, TaskRecord]
    without: tuple[EpochRecord, ...]
    with_noise: tuple[EpochRecord, ...]
    gradients: tuple[GradientRecord, ...]

    def metrics(self) -> dict[str, list[dict[str, Mapping[str, float]]]]:
        """The metrics of the real tasks, seed by seed: "without noise" and "with noise"."""
        real = [task for task in self.tasks if task != NOISE]
        both = {"without noise": self.without, "with noise": self.with_noise}
        return {name: [{task: one.metrics[task] for task in real} for one in of] for name, of in both.items()}


def train_with_noise(config: ExperimentConfig, seeds: int, progress: Progress | None = None) -> NoiseTraining:
    """Train a network on its tasks, and once more with a task of noise beside them, with several seeds.

    Without augmentation, since nobody can say how noise follows an image. Nothing is saved.

    Args:
        config: The network, its tasks, its data and its training; its seed is the first.
        seeds: How many seeds.
        progress: Shows how far it is, or None.

    Raises:
        ValueError: If `seeds` is below 1, or the data is not frames.
    """
    if seeds < 1:
        raise ValueError(f"`seeds` must be at least 1; got {seeds}. Two or more show how far chance alone goes.")
    plain = open_experiment_data(config, config.data, progress)
    if not isinstance(plain, DataSplits):
        raise ValueError(f"`data` must be frames with targets for all tasks; got {config.data}. Take rooms.")
    data, tasks = with_noise(plain, tasks_for(plain, config.tasks))
    real = {name: task for name, task in tasks.items() if name != NOISE}
    last: dict[bool, list[EpochRecord]] = {False: [], True: []}
    gradients = []
    todo = [(number, noisy) for number in range(seeds) for noisy in (False, True)]
    for number, noisy in progress(todo, len(todo), "networks") if progress else todo:
        training = dataclasses.replace(config.training, seed=config.training.seed + number, augment="none")
        chosen = tasks if noisy else real
        model = build_experiment_model(dataclasses.replace(config, training=training), chosen)
        weighting = build_weighting(config.weighting, list(chosen))
        *_, record = train(model, chosen, weighting, data, training, progress=progress)
        last[noisy].append(record)
        if noisy:
            batches = first_batches(data.train, training.batch_size, 2)
            gradients.append(look_at_gradients(model, tasks, batches, weighting=weighting, epoch=record.epoch))
    records = {name: task.record for name, task in tasks.items()}
    return NoiseTraining(records, tuple(last[False]), tuple(last[True]), tuple(gradients))


def noise_task() -> Task:
    """The task "noise": learned and measured as the normals are, and looking at nothing."""
    return dataclasses.replace(dense_tasks()["normal"], name=NOISE)
