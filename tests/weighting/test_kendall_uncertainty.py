from __future__ import annotations

import math

import pytest
import torch
from torchjd.scalarization import UW

from mtan_edu.weighting import KendallUncertaintyWeighting, UncertaintyWeighting

KINDS = ["classification", "regression"]


def test_it_is_the_papers_objective_for_either_kind():
    weighting = KendallUncertaintyWeighting(KINDS).double()
    sigma = torch.tensor([0.5, 3.0], dtype=torch.float64)
    weighting.log_variance.data = (sigma**2).log()
    total = weighting(torch.tensor([1.25, 8.0], dtype=torch.float64))
    by_hand = 1.25 / 0.25 + math.log(0.5) + 8.0 / (2 * 9) + math.log(3)
    assert total.item() == pytest.approx(by_hand, rel=1e-12)
    assert weighting.weights().tolist() == pytest.approx([1 / 0.25, 1 / (2 * 9)], rel=1e-12)


def test_it_starts_at_a_variance_of_1():
    assert KendallUncertaintyWeighting(KINDS).weights().tolist() == [1.0, 0.5]
    assert KendallUncertaintyWeighting(KINDS, initial_log_variance=math.log(4)).weights().tolist() == [0.25, 0.125]


def test_either_kind_settles_where_its_weighted_loss_is_one_half():
    losses = torch.tensor([0.3, 2.0], dtype=torch.float64)
    weighting = KendallUncertaintyWeighting(KINDS).double()
    weighting.log_variance.data = torch.tensor([0.6, 2.0], dtype=torch.float64).log()  # 2 f L
    weighting(losses).backward()
    assert weighting.log_variance.grad.tolist() == pytest.approx([0, 0], abs=1e-15)
    assert (weighting.weights() * losses).tolist() == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_regressions_alone_are_the_reference_form_and_torchjds(count: int):
    generator = torch.Generator().manual_seed(count)
    losses, log_variance = torch.randn(2, count, generator=generator, dtype=torch.float64)
    ours, reference = KendallUncertaintyWeighting(["regression"] * count), UncertaintyWeighting(count)
    oracle = UW(count).double()
    for weighting in (ours.double(), reference.double()):
        weighting.log_variance.data = log_variance.clone()
    oracle.log_var.data = log_variance.clone()
    totals = [weighting(losses.exp()).item() for weighting in (ours, reference, oracle)]
    assert totals[:2] == pytest.approx([totals[2]] * 2, rel=1e-12)


def test_another_kind_is_refused():
    with pytest.raises(ValueError, match=r"classification or regression for each task; got \['ranking'\]. A cross"):
        KendallUncertaintyWeighting(["ranking"])


def test_the_start_is_finite():
    with pytest.raises(ValueError, match="`initial_log_variance` must be finite; got nan"):
        KendallUncertaintyWeighting(KINDS, initial_log_variance=math.nan)
