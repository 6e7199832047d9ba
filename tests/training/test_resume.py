"""Under every weighting: stopped after any epoch and resumed, a training equals an undisturbed one bit for bit."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import pytest
import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from mtan_edu.data import DataSplits, DenseDataset
from mtan_edu.models import MultiTaskModel
from mtan_edu.records import EpochRecord
from mtan_edu.tasks import dense_tasks
from mtan_edu.training import TrainingConfig, TrainingState, train
from mtan_edu.weighting import available
from tests.tiny_runs import CLASSES, random_arrays
from tests.weightings import example

TASKS = dense_tasks()
CONFIG = TrainingConfig(batch_size=1, learning_rate=1e-2, threads=1, device="cpu")


class Micro(MultiTaskModel):
    """A network of one shared layer: milliseconds an epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.shared = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.1))
        self.heads = nn.ModuleDict({name: nn.Conv2d(4, task.out_channels, 1) for name, task in TASKS.items()})

    def features(self, image: Tensor, tasks: Sequence[str]) -> dict[str, Tensor]:
        return dict.fromkeys(tasks, self.shared(image))

    def shared_parameters(self) -> Iterator[nn.Parameter]:
        yield from self.shared.parameters()


def frames() -> DataSplits:
    """Two frames to train on, the second without depth: every epoch has a step where that loss is exactly 0."""
    arrays = [random_arrays(count, count, height=8, width=12) for count in (2, 1)]
    arrays[0]["depth"][1] = 0
    return DataSplits(*(DenseDataset(part, CLASSES) for part in arrays), name="random", classes=CLASSES)


def start(weighting: str, config: TrainingConfig) -> TrainingState:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return TrainingState(Micro(), example(weighting), config)


def saved(state: TrainingState) -> tuple[bytes, bytes]:
    return save(state.model_tensors()), save(state.training_tensors())


def epochs(state: TrainingState, config: TrainingConfig) -> Iterator[EpochRecord]:
    """Records without their time, which is never the same."""
    for record in train(state.model, TASKS, state.weighting, frames(), config, state):
        yield dataclasses.replace(record, seconds=0.0)


@pytest.mark.parametrize("weighting", [*available(), "mgda:loss+", "torchjd:PCGrad", "torchjd:UW"])
def test_a_training_resumed_after_any_epoch_equals_an_undisturbed_one_bit_for_bit(weighting: str) -> None:
    config = dataclasses.replace(CONFIG, epochs=6 if weighting == "stch" else 4)  # its warm-up takes 5
    whole = start(weighting, config)
    before = saved(whole)
    for record in epochs(whole, config):
        resumed = start(weighting, config)
        resumed.load(record.epoch - 1, *map(load, before))
        assert next(epochs(resumed, config)) == record
        before = saved(whole)
        assert saved(resumed) == before
    assert record.epoch == config.epochs
    assert all(parameter.isfinite().all() for parameter in whole.model.parameters())
