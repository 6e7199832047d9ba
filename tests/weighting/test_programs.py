from __future__ import annotations

import numpy as np
import pytest
import torch
from qpsolvers import solve_qp
from torch import Tensor

from mtan_edu.weighting.gramian import COLUMNS, gramian_of
from mtan_edu.weighting.programs import (
    least_agreeing,
    onto_dual_cone,
    shortest_mean,
    solve_power_equation,
    square_root,
)

CASES = [(K, seed) for K in (2, 3, 5, 9) for seed in range(4)]

every_case = pytest.mark.parametrize(("count", "seed"), CASES)


def vectors(count: int, seed: int, size: int = 12) -> Tensor:
    """Random columns, `(size, count)`."""
    return torch.randn(size, count, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@every_case
def test_the_square_root_has_the_lengths_and_angles(count: int, seed: int):
    columns = vectors(count, seed) * torch.logspace(-6, 6, count)
    gramian = columns.T @ columns
    root = square_root(gramian)
    lengths = columns.norm(dim=0)
    assert torch.allclose(root.T @ root / torch.outer(lengths, lengths), gramian / torch.outer(lengths, lengths))


@every_case
def test_the_shortest_mean_is_what_a_quadratic_program_finds(count: int, seed: int):
    columns = vectors(count, seed)
    K = count
    expected = solve_qp(
        (columns.T @ columns).numpy(), np.zeros(K), A=np.ones((1, K)), b=np.ones(1), lb=np.zeros(K), solver="quadprog"
    )
    assert shortest_mean(columns).numpy() == pytest.approx(expected, abs=1e-10)


@every_case
def test_the_projection_is_what_a_quadratic_program_finds(count: int, seed: int):
    columns = vectors(count, seed)
    start = torch.arange(1.0, count + 1, dtype=torch.float64)
    expected = solve_qp((columns.T @ columns).numpy(), np.zeros(count), lb=start.numpy(), solver="quadprog")
    assert onto_dual_cone(columns, start).numpy() == pytest.approx(expected, abs=1e-9)


@every_case
def test_no_other_mean_agrees_less(count: int, seed: int):
    columns = vectors(count, seed)
    goal = columns.mean(dim=1)
    radius = 0.4 * float(goal.norm())
    weights = least_agreeing(columns, goal, radius)

    def value(w: Tensor) -> Tensor:
        return goal @ columns @ w + radius * (columns @ w).norm(dim=0)

    others = torch.distributions.Dirichlet(torch.full((count,), 0.3, dtype=torch.float64)).sample((2000,)).T
    steps = (weights[:, None] + 1e-3 * (others - weights[:, None])).clamp(min=0)
    assert weights.sum().item() == pytest.approx(1)
    assert weights.min() >= 0
    for tried in (others, steps):
        assert value(tried).min() >= value(weights[:, None]) - 1e-12


def test_where_no_mean_but_0_agrees_less_there_is_no_direction():
    """Two opposite vectors, and a third that is at right angles to both."""
    columns = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]], dtype=torch.float64).T
    assert least_agreeing(columns, columns.mean(dim=1), 0.1) is None


@every_case
@pytest.mark.parametrize("power", [0.2, 0.5, 1.0, 3.0])
def test_the_power_equation_is_solved(count: int, seed: int, power: float):
    columns = vectors(count, seed) * torch.logspace(-2, 2, count)
    gramian = columns.T @ columns
    weights = solve_power_equation(gramian, power)
    assert weights.min() > 0
    missed = (gramian @ weights - weights**-power).abs() / (gramian.abs() @ weights)  # of sums that may cancel
    assert missed.max() < 1e-9


def test_the_gramian_is_exact_where_float32_would_lose_it():
    first = torch.randn(COLUMNS + 1000, generator=torch.Generator().manual_seed(0))
    second = first.clone()
    second[::1000] *= 1 + 2**-10
    gramian = gramian_of(torch.stack([first, second]))
    both = torch.stack([first, second]).double()
    distance = gramian[0, 0] + gramian[1, 1] - 2 * gramian[0, 1]
    # The squares are 1e6 and the distance 1e-3: sums of a million float64 round by some 1e-9, those of float32 by 0.06.
    assert distance.item() == pytest.approx((both[0] - both[1]).square().sum().item(), rel=1e-4)
    assert gramian.dtype == torch.float64
