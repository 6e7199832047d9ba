from __future__ import annotations

import torch
from torch import nn

from mtan_edu.training.optimizer import Adam


def test_three_steps_follow_the_formula() -> None:
    generator = torch.Generator().manual_seed(0)
    parameter = nn.Parameter(torch.randn(3, 5, dtype=torch.float64, generator=generator))
    expected, mean, square = parameter.detach().clone(), torch.zeros(3, 5), torch.zeros(3, 5)
    adam = Adam({"weight": parameter})
    for t in (1, 2, 3):
        gradient = torch.randn(3, 5, dtype=torch.float64, generator=generator)
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        expected -= 0.01 * (mean / (1 - 0.9**t)) / ((square / (1 - 0.999**t)).sqrt() + 1e-8)
        parameter.grad = gradient
        adam.step(rate=0.01)
    assert torch.allclose(parameter.detach(), expected, rtol=1e-12, atol=1e-14)


def test_a_parameter_without_a_gradient_stays() -> None:
    moved, left = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(3))
    adam = Adam({"moved": moved, "left": left})
    moved.grad = torch.ones(2)
    adam.step(rate=0.1)
    assert torch.equal(left.detach(), torch.ones(3))
    assert not torch.equal(moved.detach(), torch.ones(2))
    assert [float(adam.tensors()[f"step.{name}"]) for name in ("moved", "left")] == [1, 0]


def test_gradients_are_forgotten() -> None:
    parameter = nn.Parameter(torch.ones(2))
    parameter.grad = torch.ones(2)
    Adam({"weight": parameter}).zero_grad()
    assert parameter.grad is None
