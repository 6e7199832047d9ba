from __future__ import annotations

import pytest
import torch
from torch import nn

from mtan_edu.training.optimizer import OPTIMIZERS, Adam, Optimizer, StochasticGradientDescent

every_optimizer = pytest.mark.parametrize("kind", OPTIMIZERS.values(), ids=list(OPTIMIZERS))


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


def test_three_steps_of_sgd_follow_nesterovs_formula() -> None:
    generator = torch.Generator().manual_seed(0)
    parameter = nn.Parameter(torch.randn(3, 5, dtype=torch.float64, generator=generator))
    expected, running = parameter.detach().clone(), torch.zeros(3, 5, dtype=torch.float64)
    sgd = StochasticGradientDescent({"weight": parameter}, momentum=0.8, weight_decay=0.1)
    for _ in range(3):
        gradient = torch.randn(3, 5, dtype=torch.float64, generator=generator)
        parameter.grad = gradient.clone()
        decayed = gradient + 0.1 * expected
        running = 0.8 * running + decayed
        expected -= 0.01 * (decayed + 0.8 * running)
        sgd.step(rate=0.01)
    assert torch.allclose(parameter.detach(), expected, rtol=1e-12, atol=1e-14)
    assert torch.allclose(sgd.tensors()["sum.weight"], running, rtol=1e-12, atol=1e-14)


@every_optimizer
def test_a_parameter_without_a_gradient_stays(kind: type[Optimizer]) -> None:
    moved, left = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(3))
    optimizer = kind({"moved": moved, "left": left})
    moved.grad = torch.ones(2)
    optimizer.step(rate=0.1)
    assert torch.equal(left.detach(), torch.ones(3))
    assert not torch.equal(moved.detach(), torch.ones(2))
    assert {name for name, value in optimizer.tensors().items() if value.any()} == {
        name for name in optimizer.tensors() if name.endswith(".moved")
    }


@every_optimizer
def test_one_that_starts_afresh_moves_as_a_new_one(kind: type[Optimizer]) -> None:
    generator = torch.Generator().manual_seed(0)
    old, new = (nn.Parameter(torch.ones(4)) for _ in range(2))
    used = kind({"weight": old})
    old.grad = torch.randn(4, generator=generator)
    used.step(rate=0.1)
    used.start_afresh()
    new.data.copy_(old.data)
    old.grad = new.grad = torch.randn(4, generator=generator)
    for optimizer in (used, kind({"weight": new})):
        optimizer.step(rate=0.1)
    assert torch.equal(old, new)


@every_optimizer
def test_gradients_are_forgotten(kind: type[Optimizer]) -> None:
    parameter = nn.Parameter(torch.ones(2))
    parameter.grad = torch.ones(2)
    kind({"weight": parameter}).zero_grad()
    assert parameter.grad is None
