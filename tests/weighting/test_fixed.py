from __future__ import annotations

import math
import re

import pytest
import torch

from mtan_edu.weighting import FixedWeights


def test_every_loss_counts_by_its_factor():
    weighting = FixedWeights([1, 0.5, 2])
    assert weighting(torch.tensor([3.0, 4.0, 0.25])) == 5.5
    assert weighting.weights().tolist() == [1.0, 0.5, 2.0]


def test_a_task_can_be_switched_off():
    losses = torch.tensor([3.0, 4.0], requires_grad=True)
    FixedWeights([0, 1])(losses).backward()
    assert losses.grad.tolist() == [0.0, 1.0]


def test_they_are_a_choice_and_no_state_that_could_override_it():
    resumed = FixedWeights([1, 1])
    resumed.load_state_dict(FixedWeights([0.1, 0.7]).state_dict())
    assert resumed.weights().tolist() == [1, 1]


@pytest.mark.parametrize("weights", [[1.0, -0.5], [math.nan, 1.0], [math.inf, 1.0], [0.0, 0.0]])
def test_weights_are_finite_and_at_least_0(weights: list[float]):
    with pytest.raises(ValueError, match=re.escape(f"finite, at least 0 and not all 0; got {weights}. Give each task")):
        FixedWeights(weights)


def test_no_weights_are_no_tasks():
    with pytest.raises(ValueError, match="`num_tasks` must be at least 1; got 0"):
        FixedWeights([])
