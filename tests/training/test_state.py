from __future__ import annotations

import pytest
import torch

from mtan_edu.models import build_model
from mtan_edu.training import TrainingConfig, TrainingState
from mtan_edu.training.state import load_tensors
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


def test_tensors_of_another_model_are_refused_with_their_names() -> None:
    state = TrainingState(tiny_model(), DynamicWeightAverage(3), CONFIG)
    other = TrainingState(tiny_model(architecture="split"), DynamicWeightAverage(3), CONFIG)
    sentence = (
        r"`model` must hold the \d+ tensors of this state; got \d+ missing \(attention\..*, attention\..*, \.\.\.\)\."
    )
    with pytest.raises(ValueError, match=sentence):
        state.load(1, other.model_tensors(), other.training_tensors())
    with pytest.raises(ValueError, match=r"; got \d+ surplus \(attention\..*\)\. Load it into the architecture"):
        other.load(1, state.model_tensors(), state.training_tensors())


def test_a_checkpoint_of_another_backbone_is_told_by_what_is_missing_surplus_and_of_another_form() -> None:
    model = build_model("split", {"depth": 1}, width=2)
    saved = build_model("split", {"depth": 1}, backbone="wide_resnet10", width=2).state_dict()
    saved["heads.depth.0.bias"] = torch.zeros(3)
    sentence = (
        r"got \d+ missing \(backbone\.encoder_u\..*\); \d+ surplus \(backbone\.stem\..*\); "
        r"1 of another form \(heads\.depth\.0\.bias \(3,\) float32 instead of \(2,\) float32\)"
    )
    with pytest.raises(ValueError, match=sentence):
        load_tensors(model, saved)


def test_a_tensor_of_another_shape_is_refused() -> None:
    state = TrainingState(tiny_model(), DynamicWeightAverage(3), CONFIG)
    tensors = state.model_tensors()
    tensors["heads.depth.0.weight"] = torch.zeros(7, 2, 3, 3)
    with pytest.raises(ValueError, match=r"1 of another form \(heads.depth.0.weight \(7, 2, 3, 3\) float32 instead of"):
        state.load(1, tensors, state.training_tensors())


def test_a_state_of_another_weighting_or_of_another_number_of_tasks_is_refused() -> None:
    saved = TrainingState(tiny_model(), DynamicWeightAverage(3), CONFIG)
    for weighting, sentence in (
        (
            UncertaintyWeighting(3),
            r"got \d+ missing \(.*log_variance.*\); .* surplus .*tasks and weighting that it was",
        ),
        (DynamicWeightAverage(2), r"weighting.history \(2, 3\) float64 instead of \(2, 2\) float64"),
    ):
        with pytest.raises(ValueError, match=sentence):
            TrainingState(tiny_model(), weighting, CONFIG).load(1, saved.model_tensors(), saved.training_tensors())
