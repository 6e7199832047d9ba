from __future__ import annotations

import torch

from mtan_edu.weighting import EqualWeighting


def test_the_total_is_the_sum():
    assert EqualWeighting(3)(torch.tensor([1.5, 2.0, 4.0])) == 7.5


def test_every_weight_is_1():
    assert EqualWeighting(2).weights().tolist() == [1, 1]
