from __future__ import annotations

import pytest
import torch

from mtan_edu.training import TrainingConfig, TrainingState
from mtan_edu.weighting import DynamicWeightAverage, UncertaintyWeighting
from tests.tiny_runs import tiny_model

CONFIG = TrainingConfig(threads=1, device="cpu")


def test_saved_tensors_are_copies_that_later_training_does_not_change() -> None:
    state = TrainingState(tiny_model(), UncertaintyWeighting(3), CONFIG)
    saved = state.model_tensors() | state.training_tensors()
    before = {name: value.clone() for name, value in saved.items()}
    with torch.no_grad():
        for value in (*state.model.parameters(), *state.weighting.parameters(), *state.optimizer.means.values()):
            value += 1
    assert all(torch.equal(saved[name], before[name]) for name in saved)


def test_it_holds_the_optimizer_for_model_and_weighting_and_the_weightings_memory() -> None:
    uncertainty = TrainingState(tiny_model(), UncertaintyWeighting(3), CONFIG).training_tensors()
    assert {"optimizer.mean.weighting.log_variance", "weighting.log_variance"} <= uncertainty.keys()
    average = TrainingState(tiny_model(), DynamicWeightAverage(3), CONFIG).training_tensors()
    assert average["weighting.history"].dtype == torch.float64


def test_loading_keeps_the_layout_in_memory_that_training_is_fast_with() -> None:
    state = TrainingState(tiny_model(), DynamicWeightAverage(3), CONFIG)
    strides = {name: value.stride() for name, value in state.optimizer.tensors().items()}
    state.load(4, state.model_tensors(), state.training_tensors())
    assert {name: value.stride() for name, value in state.optimizer.tensors().items()} == strides
    assert state.epoch == 4


def test_tensors_of_another_model_are_refused_and_the_first_named() -> None:
    state = TrainingState(tiny_model(), DynamicWeightAverage(3), CONFIG)
    other = TrainingState(tiny_model(architecture="split"), DynamicWeightAverage(3), CONFIG)
    with pytest.raises(ValueError, match=r"`model` must hold the same tensors .*the first is 'attention\."):
        state.load(1, other.model_tensors(), other.training_tensors())


def test_a_tensor_of_another_shape_is_refused() -> None:
    state = TrainingState(tiny_model(), DynamicWeightAverage(3), CONFIG)
    tensors = state.model_tensors()
    tensors["heads.depth.0.weight"] = torch.zeros(7, 2, 3, 3)
    with pytest.raises(ValueError, match=r"must hold 'heads.depth.0.weight' as .* got \(7, 2, 3, 3\)"):
        state.load(1, tensors, state.training_tensors())


def test_a_state_of_another_weighting_or_of_another_number_of_tasks_is_refused() -> None:
    saved = TrainingState(tiny_model(), DynamicWeightAverage(3), CONFIG)
    for weighting, sentence in (
        (UncertaintyWeighting(3), r"got another set .* Load it into the architecture, tasks and weighting that it was"),
        (DynamicWeightAverage(2), r"must hold 'weighting.history' as \(2, 2\) .*; got \(2, 3\) .* as many tasks as"),
    ):
        with pytest.raises(ValueError, match=sentence):
            TrainingState(tiny_model(), weighting, CONFIG).load(1, saved.model_tensors(), saved.training_tensors())
