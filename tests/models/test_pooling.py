from __future__ import annotations

import torch
import torch.nn.functional as F

from mtan_edu.models.pooling import max_pool, max_unpool


def test_unpooling_puts_each_maximum_back_where_it_was():
    features = torch.tensor([[[[1.0, 2.0, 0.0, 0.0], [3.0, 0.0, 0.0, 5.0]]]])
    pooled, where = max_pool(features)
    assert pooled.tolist() == [[[[3.0, 5.0]]]]
    assert max_unpool(pooled, where).tolist() == [[[[0.0, 0.0, 0.0, 0.0], [3.0, 0.0, 0.0, 5.0]]]]


def test_unpooling_and_its_gradient_have_the_bits_of_torch():
    generator = torch.Generator().manual_seed(3)
    _, where = max_pool(torch.randn(2, 3, 8, 12, generator=generator))
    values = torch.randn(2, 3, 4, 6, generator=generator)
    upstream = torch.randn(2, 3, 8, 12, generator=generator)
    ours, torchs = values.clone().requires_grad_(), values.clone().requires_grad_()
    found, expected = max_unpool(ours, where), F.max_unpool2d(torchs, where, kernel_size=2, stride=2)
    found.backward(upstream)
    expected.backward(upstream)
    assert torch.equal(found, expected)
    assert torch.equal(ours.grad, torchs.grad)


def test_unpooling_runs_where_only_deterministic_algorithms_are_allowed():
    torch.use_deterministic_algorithms(True)
    pooled, where = max_pool(torch.rand(1, 2, 4, 6, requires_grad=True))
    max_unpool(pooled, where).sum().backward()
