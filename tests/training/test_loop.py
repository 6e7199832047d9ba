from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from typing import Any

import pytest
import torch

from mtan_edu.records import EpochRecord
from mtan_edu.tasks import dense_tasks
from mtan_edu.training import NonFiniteLossError, TrainingConfig, TrainingState, train
from mtan_edu.weighting import build_weighting
from tests.tiny_runs import random_splits, tiny_model

TASKS = dense_tasks()
CONFIG = TrainingConfig(epochs=2, batch_size=2, threads=1, device="cpu")


def start(weighting: str = "equal", config: TrainingConfig = CONFIG) -> TrainingState:
    return TrainingState(tiny_model(), build_weighting(weighting, list(TASKS)), config)


def go_on(state: TrainingState, config: TrainingConfig = CONFIG, until: int | None = None) -> list[EpochRecord]:
    """Records without their time, which is never the same."""
    records = []
    for record in train(state.model, TASKS, state.weighting, random_splits(), config, state):
        records.append(dataclasses.replace(record, seconds=0.0))
        if record.epoch == until:
            break
    return records


def same(first: TrainingState, second: TrainingState) -> bool:
    tensors = [state.model_tensors() | state.training_tensors() for state in (first, second)]
    return tensors[0].keys() == tensors[1].keys() and all(
        torch.equal(value, tensors[1][name]) for name, value in tensors[0].items()
    )


@pytest.mark.parametrize("weighting", ["equal", "uncertainty", "dwa"])
def test_a_resumed_training_equals_an_undisturbed_one_bit_for_bit(weighting: str) -> None:
    config = dataclasses.replace(CONFIG, epochs=3 if weighting == "dwa" else 2)  # DWA's weights change in epoch 3
    whole, first, second = (start(weighting, config) for _ in range(3))
    records = go_on(whole, config)
    before = go_on(first, config, until=config.epochs - 1)
    second.load(first.epoch, first.model_tensors(), first.training_tensors())
    assert before + go_on(second, config) == records
    assert same(whole, second)


@pytest.mark.parametrize("change", [{"deterministic": True, "augment": "scale-flip"}, {"mixed_precision": True}])
def test_so_it_does_with_other_settings(change: dict[str, Any]) -> None:
    config = dataclasses.replace(CONFIG, epochs=2, **change)
    whole, first, second = (start("dwa", config) for _ in range(3))
    go_on(whole, config)
    go_on(first, config, until=1)
    second.load(first.epoch, first.model_tensors(), first.training_tensors())
    go_on(second, config)
    assert same(whole, second)


def test_another_seed_trains_other_weights() -> None:
    other = dataclasses.replace(CONFIG, epochs=1, seed=1)
    assert go_on(start(), dataclasses.replace(CONFIG, epochs=1)) != go_on(start(), other)


def test_an_epochs_record_tells_losses_weights_metrics_and_rate() -> None:
    last = go_on(start("dwa"))[-1]
    assert last.epoch == 2
    assert list(last.train_losses) == list(last.val_losses) == list(last.weights) == list(last.metrics) == list(TASKS)
    assert sum(last.weights.values()) == pytest.approx(3)
    assert list(last.metrics["semantic"]) == ["mean_iou", "pixel_accuracy"]
    assert last.learning_rate == pytest.approx(CONFIG.learning_rate / 25e4)


def test_it_learns_what_can_be_learned() -> None:
    """Random targets of five images cannot be understood, but their mean depth can be learned."""
    config = dataclasses.replace(CONFIG, epochs=6, learning_rate=5e-2)
    records = go_on(start(config=config), config)
    assert records[-1].train_losses["depth"] < 0.8 * records[0].train_losses["depth"]


def test_a_learning_rate_beyond_all_measure_stops_with_task_epoch_and_step() -> None:
    config = dataclasses.replace(CONFIG, learning_rate=1e30)
    with pytest.raises(NonFiniteLossError, match=r"loss of semantic must be finite; got nan in epoch 1, step 2"):
        go_on(start(config=config), config)


def test_nothing_is_trained_before_the_first_record_is_asked_for() -> None:
    state = start()
    before = state.model_tensors()
    train(state.model, TASKS, state.weighting, random_splits(), CONFIG, state)
    assert all(torch.equal(value, before[name]) for name, value in state.model_tensors().items())


def test_a_finished_state_yields_nothing() -> None:
    state = start()
    state.epoch = CONFIG.epochs
    assert go_on(state) == []


def test_a_state_of_another_model_is_refused() -> None:
    state = start()
    with pytest.raises(ValueError, match="`state` must hold the model and the weighting that are trained"):
        next(train(tiny_model(), TASKS, state.weighting, random_splits(), CONFIG, state))


def test_one_task_alone_can_be_trained() -> None:
    tasks = dense_tasks(names=("normal",))
    model = tiny_model(tasks, "single")
    record = next(train(model, tasks, build_weighting("uncertainty", ["normal"]), random_splits(), CONFIG))
    assert list(record.val_losses) == ["normal"]
    assert math.isfinite(record.val_losses["normal"])


def test_progress_is_shown_for_epochs_steps_and_validation() -> None:
    shown = []

    def progress(items: Iterable[Any], total: int, description: str) -> Iterable[Any]:
        shown.append((description, total))
        return items

    state = start()
    next(train(state.model, TASKS, state.weighting, random_splits(), CONFIG, state, progress))
    assert shown == [("epochs", 2), ("epoch 1", 2), ("validation", 2)]


def test_threads_and_determinism_are_put_back_when_it_ends() -> None:
    config = dataclasses.replace(CONFIG, epochs=1, deterministic=True)
    torch.set_num_threads(2)
    go_on(start(config=config), config)
    assert (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()) == (2, False)
