from __future__ import annotations

import math

import pytest
import torch

from mtan_edu.weighting import SmoothTchebycheff

NADIR = torch.tensor([2.0, 8.0], dtype=torch.float64)


def warmed_up(smoothing: float = 1.0) -> SmoothTchebycheff:
    weighting = SmoothTchebycheff(2, smoothing, warm_up_epochs=1)
    weighting.end_epoch(NADIR)
    return weighting


def shares(weighting: SmoothTchebycheff, *losses: float) -> list[float]:
    """λ_k L_k: of K, how much each task counts in relative terms."""
    given = torch.tensor(losses, dtype=torch.float64)
    weighting(given)
    return (weighting.weights() * given).tolist()


def test_at_a_smoothing_of_1_it_is_the_logarithm_of_a_sum():
    total = warmed_up()(torch.tensor([1.0, 2.0], dtype=torch.float64))
    assert total.item() == pytest.approx(2 * math.log(1 / 2 + 2 / 8))


def test_the_task_that_has_come_least_far_counts_most():
    assert shares(warmed_up(), 1.0, 2.0) == pytest.approx([2 * 2 / 3, 2 * 1 / 3])  # 1/2 of the way against 1/4


def test_a_small_smoothing_trains_only_that_task_and_a_large_one_all_alike():
    assert shares(warmed_up(0.01), 1.0, 2.0) == pytest.approx([2, 0], abs=1e-9)
    assert shares(warmed_up(1000.0), 1.0, 2.0) == pytest.approx([1, 1], abs=1e-3)


def test_a_small_smoothing_does_not_overflow():
    assert warmed_up(1e-4)(torch.tensor([1.0, 2.0])).item() == pytest.approx(2 * math.log(1 / 2), rel=1e-3)


def test_only_the_last_epoch_of_the_warm_up_makes_the_nadir():
    weighting = SmoothTchebycheff(2, warm_up_epochs=3)
    for factor in (5.0, 4.0, 1.0):
        assert shares(weighting, 1.0, 2.0) == pytest.approx([1, 1])
        weighting.end_epoch(factor * NADIR)
    weighting.end_epoch(0.5 * NADIR)
    assert shares(weighting, 1.0, 2.0) == pytest.approx([4 / 3, 2 / 3])


def test_a_task_that_was_at_0_when_the_nadir_was_taken_has_the_unit_1():
    weighting = SmoothTchebycheff(2, warm_up_epochs=1)
    weighting.end_epoch(torch.tensor([0.0, 8.0]))
    assert shares(weighting, 0.5, 4.0) == pytest.approx([1, 1])


@pytest.mark.parametrize("smoothing", [0.0, -1.0, math.nan, math.inf])
def test_the_smoothing_is_finite_and_above_0(smoothing: float):
    with pytest.raises(ValueError, match=rf"`smoothing` must be finite and above 0; got {smoothing}. The authors"):
        SmoothTchebycheff(2, smoothing)


def test_some_warm_up_there_must_be():
    with pytest.raises(ValueError, match="`warm_up_epochs` must be at least 1; got 0. The losses of its last"):
        SmoothTchebycheff(2, warm_up_epochs=0)
