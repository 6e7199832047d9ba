from __future__ import annotations

import jaxtyping
import pytest
import torch

from mtan_edu.models import AttentionModule, apply_mask


def test_a_mask_has_one_value_per_channel_and_pixel_in_0_to_1():
    mask = AttentionModule(5, mid_channels=4, out_channels=3)(torch.randn(2, 5, 6, 7))
    assert mask.shape == (2, 3, 6, 7)
    assert ((mask >= 0) & (mask <= 1)).all()


def test_a_mask_by_hand():
    """One channel: g = relu(2x - 1), h = sigmoid(3g + 0.5), with BatchNorms that change (almost) nothing."""
    module = AttentionModule(1, 1, 1).double().eval()
    for layer, weight, bias in ((module.g[0], 2.0, -1.0), (module.h[0], 3.0, 0.5)):
        torch.nn.init.constant_(layer.weight, weight)
        torch.nn.init.constant_(layer.bias, bias)
    x = torch.tensor([[[[0.0, 1.0]]]], dtype=torch.float64)
    expected = torch.sigmoid(torch.tensor([[[[0.5, 3.5]]]], dtype=torch.float64))
    assert torch.allclose(module(x), expected, rtol=1e-4)


def test_a_pixel_does_not_see_its_neighbors():
    module = AttentionModule(3, 4, 2).eval()
    before = torch.randn(1, 3, 4, 5)
    after = before.clone()
    after[..., 1, 2] += 1
    changed = (module(before) != module(after)).any(dim=1)[0]
    assert changed.nonzero().tolist() == [[1, 2]]


def test_a_mask_of_ones_lets_everything_pass_and_of_zeros_nothing():
    features = torch.randn(2, 3, 4, 5)
    assert torch.equal(apply_mask(torch.ones(2, 3, 4, 5), features), features)
    assert not apply_mask(torch.zeros(2, 3, 4, 5), features).any()


def test_a_mask_of_another_size_is_not_stretched():
    jaxtyping.config.update("jaxtyping_disable", True)  # so that the sentence is reached, as outside of tests
    try:
        with pytest.raises(
            ValueError, match=r"`mask` must have the features' shape \(2, 3, 4, 5\); got \(2, 3, 1, 1\)"
        ):
            apply_mask(torch.ones(2, 3, 1, 1), torch.ones(2, 3, 4, 5))
    finally:
        jaxtyping.config.update("jaxtyping_disable", False)
