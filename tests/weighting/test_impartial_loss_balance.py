from __future__ import annotations

import pytest
import torch

from mtan_edu.weighting import ImpartialLossBalance


def test_it_starts_as_equal_weighting():
    weighting = ImpartialLossBalance(2)
    assert weighting(torch.tensor([1.5, 2.0])) == 3.5
    assert weighting.weights().tolist() == [1.0, 1.0]


def test_it_settles_where_every_weighted_loss_is_1():
    losses = torch.tensor([0.25, 20.0], dtype=torch.float64)
    weighting = ImpartialLossBalance(2).double()
    for _ in range(300):
        weighting.zero_grad()
        weighting(losses).backward()
        weighting.log_scale.data -= 0.05 * weighting.log_scale.grad
    assert (weighting.weights() * losses).tolist() == pytest.approx([1, 1], rel=1e-3)
