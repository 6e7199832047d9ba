from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch

from mtan_edu.weighting import DynamicWeightAverage


def weights_by_epoch(history: list[list[float]], temperature: float = 2.0) -> list[list[float]]:
    """The weights that each epoch of `history` is trained with."""
    weighting = DynamicWeightAverage(len(history[0]), temperature)
    weights = []
    for mean_losses in history:
        weights.append(weighting.weights().tolist())
        weighting.end_epoch(torch.tensor(mean_losses, dtype=torch.float64))
    return weights


def after(*history: list[float], temperature: float = 2.0) -> list[float]:
    """The weights of the epoch that follows `history`."""
    return weights_by_epoch([*history, [1.0] * len(history[0])], temperature)[-1]


def test_it_gives_the_weights_of_the_authors_code():
    history = [
        [0.7735774528338262, 1.5741444894549972],
        [1.242677130278165, 1.5367232335844474],
        [1.2244930801856602, 2.5461703840659298],
        [2.352213018254626, 1.079185096195454],
    ]
    weights = [[1, 1], [1, 1], [1.1562532519159163, 0.8437467480840837], [0.8336805954025065, 1.1663194045974936]]
    assert weights_by_epoch(history) == [pytest.approx(row, rel=1e-12) for row in weights]


def test_it_agrees_with_every_value_of_the_authors_code(reference: Path):
    for case in json.loads((reference / "weighting.json").read_text())["dynamic_weight_average"]:
        weights = weights_by_epoch(case["epoch_mean_losses"], case["temperature"])
        assert weights == [pytest.approx(row, rel=1e-12) for row in case["weights"]]


def test_the_loss_that_falls_slowest_gets_the_highest_weight():
    assert after([1, 10, 100], [0.9, 10, 110]) == pytest.approx([0.950, 0.999, 1.050], abs=1e-3)


def test_weights_sum_to_the_number_of_tasks():
    assert sum(after([1, 2, 3, 4, 5], [5, 1, 0.1, 40, 5])) == pytest.approx(5)


def test_the_scale_of_a_loss_does_not_matter():
    assert after([1, 2], [0.5, 1.5]) == pytest.approx(after([1000, 2], [500, 1.5]))


def test_a_high_temperature_brings_weights_towards_equal():
    assert after([1, 1], [0.5, 1], temperature=100.0) == pytest.approx([1, 1], abs=0.01)
    assert after([1, 1], [0.5, 1], temperature=math.inf) == [1, 1]


def test_a_loss_that_was_0_counts_as_unchanged():
    assert after([0, 1], [0, 1]) == [1, 1]
    assert after([0, 1], [3, 1]) == [1, 1]


def test_a_loss_that_falls_to_0_gets_the_lowest_weight():
    assert after([3, 1], [0, 1]) == pytest.approx([2 / (1 + math.exp(0.5)), 2 / (1 + math.exp(-0.5))])


def test_a_ratio_too_large_for_a_number_takes_all_the_weight():
    assert after([1e-300, 1], [1e300, 1], temperature=0.1) == [2, 0]


def test_the_history_stays_exact_whatever_precision_the_module_is_moved_to():
    weighting = DynamicWeightAverage(2)
    for mean_losses in ([0.1, 0.2], [0.3, 0.7]):
        weighting.end_epoch(torch.tensor(mean_losses, dtype=torch.float64))
    before = weighting.weights()
    assert torch.equal(weighting.half().to(torch.bfloat16).weights(), before)


def test_losses_are_remembered_not_their_graph():
    losses = torch.tensor([1.0, 2.0], requires_grad=True)
    weighting = DynamicWeightAverage(2)
    weighting.end_epoch(losses * 2)
    assert not any(value.requires_grad for value in weighting.state_dict().values())


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.nan])
def test_the_temperature_is_above_0(temperature: float):
    with pytest.raises(ValueError, match=rf"`temperature` must be above 0; got {temperature}. The paper"):
        DynamicWeightAverage(3, temperature)


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_losses_that_are_not_finite_are_refused_and_leave_no_trace(loss: float):
    weighting = DynamicWeightAverage(2)
    with pytest.raises(ValueError, match="`mean_losses` must be finite"):
        weighting.end_epoch(torch.tensor([1.0, loss]))
    assert weighting.state_dict()["epochs"] == 0


def test_printing_it_shows_its_numbers():
    assert repr(DynamicWeightAverage(3, 0.5)) == "DynamicWeightAverage(num_tasks=3, temperature=0.5)"
