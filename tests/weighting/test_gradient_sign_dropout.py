from __future__ import annotations

import pytest
import torch

from mtan_edu.weighting import GradientSignDropout

ONES = torch.ones(2)


def test_where_all_agree_nothing_is_dropped():
    gradients = torch.tensor([[1.0, -2.0, 0.0], [3.0, -1.0, 0.5]])
    balancing = GradientSignDropout(2)
    assert torch.equal(balancing(gradients, ONES), gradients.sum(dim=0))
    assert balancing.weights().tolist() == [1, 1]


def test_where_they_disagree_one_sign_is_left():
    gradients = torch.tensor([[3.0], [-1.0]]).expand(2, 4000)
    result = GradientSignDropout(2)(gradients, ONES)
    assert set(result.tolist()) == {3.0, -1.0}
    assert (result == 3).float().mean().item() == pytest.approx(0.75, abs=0.02)  # ½ (1 + 2/4)


def test_weights_are_the_share_of_the_squared_gradient_that_is_left():
    gradients = torch.tensor([[3.0], [-1.0]]).expand(2, 4000)
    balancing = GradientSignDropout(2)
    kept = (balancing(gradients, ONES) == 3).double().mean().item()
    assert balancing.weights().tolist() == pytest.approx([kept, 1 - kept])


def test_what_leaks_passes_in_spite_of_its_sign():
    gradients = torch.tensor([[3.0], [-1.0]]).expand(2, 100)
    assert set(GradientSignDropout(2, leak=0.5)(gradients, ONES).tolist()) == {2.5, 0.5}
    assert torch.equal(GradientSignDropout(2, leak=1.0)(gradients, ONES), gradients.sum(dim=0))
