from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from mtan_edu.training.optimizer import Adam
from mtan_edu.weighting import GradientNormalization

NUMBERS = torch.Generator().manual_seed(0)
STEPS = [(torch.rand(3, generator=NUMBERS) + 0.5, torch.rand(3, generator=NUMBERS) + 0.5) for _ in range(12)]
"""Twelve steps: lengths of the gradients, losses."""


def orthogonal(lengths: Tensor) -> Tensor:
    return torch.diag(lengths).double()


def by_autograd(alpha: float) -> list[Tensor]:
    """The weights of each step as torch's autograd and Adam move them, from the paper's equations."""
    weights = nn.Parameter(torch.ones(3, dtype=torch.float64))
    optimizer = Adam({"weights": weights})
    first, seen = STEPS[0][1].double(), []
    for lengths, losses in STEPS:
        seen.append(weights.detach().clone())
        norms = weights * lengths.double()
        progress = losses.double() / first
        target = (norms.mean() * (progress / progress.mean()) ** alpha).detach()
        optimizer.zero_grad()
        (norms - target).abs().sum().backward()
        optimizer.step(0.025)
        weights.data *= 3 / weights.data.sum()
    return seen


@pytest.mark.parametrize("alpha", [0.0, 1.5])
def test_it_moves_as_autograd_and_adam_move_it(alpha: float):
    balancing = GradientNormalization(3, alpha)
    for (lengths, losses), expected in zip(STEPS, by_autograd(alpha), strict=True):
        balancing(orthogonal(lengths), losses)
        assert balancing.weights().tolist() == pytest.approx(expected.tolist(), rel=1e-9)


def test_without_a_restoring_force_gradients_become_equally_long():
    balancing, lengths = GradientNormalization(3, 0.0), torch.tensor([2.0, 1.0, 0.5])
    for _ in range(200):
        balancing(orthogonal(lengths), torch.ones(3))
    weighted = balancing.weights() * lengths
    assert weighted.tolist() == pytest.approx([weighted.mean().item()] * 3, rel=0.1)


def test_a_task_that_lags_behind_gets_more():
    balancing = GradientNormalization(3)
    balancing(orthogonal(torch.ones(3)), torch.ones(3))
    for _ in range(10):
        balancing(orthogonal(torch.ones(3)), torch.tensor([0.2, 0.9, 0.2]))
    assert balancing.weights().argmax() == 1


def test_it_weighs_losses_and_so_the_tasks_own_parameters_too():
    balancing = GradientNormalization(3)
    for lengths, losses in STEPS:
        balancing(orthogonal(lengths), losses)
    assert torch.equal(balancing.own_weights(), balancing.weights())
    assert balancing.weights().tolist() != [1, 1, 1]


def test_a_weight_stays_above_0_however_long_its_gradient():
    balancing = GradientNormalization(2)
    for _ in range(300):
        balancing(torch.tensor([[100.0, 0.0], [0.0, 1.0]]), torch.ones(2))
    assert balancing.weights().min() > 0
    assert balancing.weights().sum().item() == pytest.approx(2)


def test_the_first_loss_of_a_task_that_comes_later_is_its_first():
    balancing = GradientNormalization(2, 1.0)
    balancing(torch.tensor([[1.0, 0.0], [0.0, 0.0]]), torch.tensor([1.0, 0.0]))
    balancing(torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([1.0, 5.0]))
    assert balancing.state_dict()["first_losses"].tolist() == [1, 5]
