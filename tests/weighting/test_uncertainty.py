from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from mtan_edu.weighting import UncertaintyWeighting


def weighting_at(*log_variance: float) -> UncertaintyWeighting:
    weighting = UncertaintyWeighting(len(log_variance)).double()
    weighting.load_state_dict({"log_variance": torch.tensor(log_variance, dtype=torch.float64)})
    return weighting


def check(log_variance: list[float], losses: list[float], total: float, by_s: list[float], by_loss: list[float]):
    """Compare the objective and its gradients with given figures."""
    weighting = weighting_at(*log_variance)
    given = torch.tensor(losses, dtype=torch.float64, requires_grad=True)
    result = weighting(given)
    result.backward()
    assert result.item() == pytest.approx(total, rel=1e-12)
    assert weighting.log_variance.grad.tolist() == pytest.approx(by_s, rel=1e-12)
    assert given.grad.tolist() == pytest.approx(by_loss, rel=1e-12)
    assert weighting.weights().tolist() == pytest.approx(by_loss, rel=1e-12)


def test_it_is_the_objective_of_the_authors_code():
    check(  # values of that code
        log_variance=[-1.2967800285326123, -1.1556318108214558, -0.8582511553071107],
        losses=[2.9932040826655206, 1.9947183919646971, 0.6338168633100584],
        total=7.733730561188747,
        by_s=[-4.973822922016018, -2.667642162226717, -0.24759697427660177],
        by_loss=[1.8287503193372123, 1.588014716757461, 1.179515752187999],
    )


def test_it_agrees_with_every_value_of_the_authors_code(reference: Path):
    for case in json.loads((reference / "weighting.json").read_text())["uncertainty"]:
        check(case["logsigma"], case["losses"], case["total"], case["grad_logsigma"], case["grad_losses"])


def test_it_starts_where_the_authors_start():
    weighting = UncertaintyWeighting(3)
    assert weighting.log_variance.tolist() == [-0.5] * 3
    assert weighting.weights().tolist() == pytest.approx([0.8243606] * 3)
    assert weighting(torch.full((3,), 1e-9)).item() == pytest.approx(-0.75)


def test_a_loss_of_0_says_nothing_of_a_tasks_uncertainty():
    weighting = UncertaintyWeighting(2)
    weighting(torch.tensor([1.0, 0.0])).backward()
    first, second = weighting.log_variance.grad.tolist()
    assert first != 0
    assert second == 0


def test_the_minimum_lies_where_the_variance_is_the_loss():
    losses = torch.tensor([0.3, 2.0], dtype=torch.float64)
    weighting = weighting_at(*losses.log().tolist())
    weighting(losses).backward()
    assert weighting.log_variance.grad.tolist() == pytest.approx([0, 0], abs=1e-15)


def test_another_start_is_a_choice():
    assert UncertaintyWeighting(2, initial_log_variance=0.0).weights().tolist() == [0.5, 0.5]
