"""The weightings that take logarithms of losses."""

from __future__ import annotations

import math

import pytest
import torch

from mtan_edu.weighting import (
    FastAdaptiveMultitaskOptimization,
    GeometricLossStrategy,
    LossWeighting,
    ScaleInvariantWeighting,
    SmoothTchebycheff,
)

every_one = pytest.mark.parametrize(
    "weighting",
    [FastAdaptiveMultitaskOptimization(2), GeometricLossStrategy(2), ScaleInvariantWeighting(2), SmoothTchebycheff(2)],
    ids=lambda weighting: type(weighting).__name__,
)


def weights_at(weighting: LossWeighting, *losses: float) -> list[float]:
    weighting(torch.tensor(losses, dtype=torch.float64))
    return weighting.weights().tolist()


@every_one
@pytest.mark.parametrize("loss", [-0.5, -math.inf])
def test_a_negative_loss_is_refused_with_what_to_do(weighting: LossWeighting, loss: float):
    sentence = r"`losses` must be at least 0, .*; got \[1.0, -.*\]. Use losses whose best value is 0, such as 1 - cos"
    with pytest.raises(ValueError, match=sentence):
        weighting(torch.tensor([1.0, loss]))


def test_one_that_looks_again_refuses_it_there_too():
    with pytest.raises(ValueError, match="`losses` must be at least 0"):
        FastAdaptiveMultitaskOptimization(2).see_losses_again(torch.tensor([1.0, -0.5]))


@every_one
def test_the_unit_of_a_loss_does_not_matter_to_the_direction(weighting: LossWeighting):
    meters, millimeters = (weights_at(weighting, loss, 2.0) for loss in (3.0, 3000.0))
    assert meters[0] / meters[1] == pytest.approx(1000 * millimeters[0] / millimeters[1], rel=1e-6)


def test_the_geometric_mean_by_hand():
    weighting = GeometricLossStrategy(3)
    assert weighting(torch.tensor([1.0, 4.0, 16.0])).item() == pytest.approx(4.0)
    assert weighting.weights().tolist() == pytest.approx([4 / 3, 1 / 3, 1 / 12])


def test_the_scale_invariant_sum_by_hand():
    weighting = ScaleInvariantWeighting(2)
    assert weighting(torch.tensor([math.e, math.e**3])).item() == pytest.approx(4.0)
    assert weighting.weights().tolist() == pytest.approx([1 / math.e, 1 / math.e**3])


def test_both_follow_the_same_direction():
    sums, means = (weights_at(kind(2), 0.2, 3.0) for kind in (ScaleInvariantWeighting, GeometricLossStrategy))
    assert sums[0] / sums[1] == pytest.approx(means[0] / means[1])


def test_before_the_first_call_the_weights_are_those_at_losses_of_1():
    assert GeometricLossStrategy(4).weights().tolist() == [0.25] * 4
    assert ScaleInvariantWeighting(4).weights().tolist() == [1.0] * 4
