from __future__ import annotations

import math

import pytest
import torch

from mtan_edu.weighting import FastAdaptiveMultitaskOptimization


def after_a_step(before: list[float], after: list[float], weight_decay: float = 0.0) -> list[float]:
    """The logits once the losses have moved."""
    weighting = FastAdaptiveMultitaskOptimization(len(before), weight_decay)
    weighting(torch.tensor(before))
    weighting.see_losses_again(torch.tensor(after))
    return weighting.logits.tolist()


def test_a_task_that_falls_less_than_the_others_gains_weight():
    assert after_a_step([1.0, 1.0, 1.0], [0.5, 0.9, 0.4]) == pytest.approx([-0.025, 0.025, -0.025], rel=1e-3)
    # Adam's first step has the size of its rate, whatever the gradient's


def test_if_all_fall_alike_nothing_moves():
    assert after_a_step([2.0, 2.0], [0.5, 0.5]) == [0, 0]


def test_the_weight_decay_draws_the_logits_back():
    weighting = FastAdaptiveMultitaskOptimization(2, weight_decay=1.0)
    weighting.logits.copy_(torch.tensor([1.0, -1.0]))
    for _ in range(100):
        weighting(torch.tensor([1.0, 1.0]))
        weighting.see_losses_again(torch.tensor([0.9, 0.9]))
    assert weighting.logits.abs().max() < 0.2


def test_a_task_without_a_label_in_the_batch_learns_nothing_from_it():
    assert after_a_step([1.0, 0.0, 1.0], [0.5, 0.0, 0.9])[1] == 0


def test_its_logits_are_not_the_networks_optimizers():
    assert not list(FastAdaptiveMultitaskOptimization(3).parameters())


def test_a_second_look_leaves_no_graph():
    weighting = FastAdaptiveMultitaskOptimization(2)
    weighting(torch.tensor([1.0, 2.0], requires_grad=True))
    weighting.see_losses_again(torch.tensor([1.0, 2.0], requires_grad=True) / 2)
    assert not weighting.logits.requires_grad


@pytest.mark.parametrize("weight_decay", [-1e-3, math.nan, math.inf])
def test_the_weight_decay_is_at_least_0(weight_decay: float):
    with pytest.raises(ValueError, match=rf"`weight_decay` must be finite and at least 0; got {weight_decay}. The au"):
        FastAdaptiveMultitaskOptimization(2, weight_decay)
