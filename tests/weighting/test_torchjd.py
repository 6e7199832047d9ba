"""TorchJD's scalarizers as an independent oracle, on random losses in float64; where we differ, on purpose and how."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torchjd import scalarization as torchjd

from mtan_edu.weighting import (
    DynamicWeightAverage,
    EqualWeighting,
    FastAdaptiveMultitaskOptimization,
    FixedWeights,
    GeometricLossStrategy,
    ImpartialLossBalance,
    ScaleInvariantWeighting,
    SmoothTchebycheff,
    UncertaintyWeighting,
)

COUNTS = (2, 3, 4, 5)

any_number_of_tasks = pytest.mark.parametrize("count", COUNTS)


def random_losses(*shape: int, seed: int = 0) -> Tensor:
    """Losses that differ by a few powers of ten."""
    generator = torch.Generator().manual_seed(seed)
    return (2 * torch.randn(shape, generator=generator, dtype=torch.float64)).exp()


def total_and_gradient(objective: Callable[[Tensor], Tensor], losses: Tensor) -> list[float]:
    given = losses.clone().requires_grad_()
    total = objective(given)
    total.backward()
    return [total.item(), *given.grad.tolist()]


def agree(ours: Callable[[Tensor], Tensor], oracle: Callable[[Tensor], Tensor], losses: Tensor) -> None:
    assert total_and_gradient(ours, losses) == pytest.approx(total_and_gradient(oracle, losses), rel=1e-11, abs=1e-14)


def with_parameter(module: nn.Module, name: str, value: Tensor) -> nn.Module:
    setattr(module, name, nn.Parameter(value.clone()))
    return module


@any_number_of_tasks
def test_weightings_without_memory_agree(count: int):
    weights = random_losses(count, seed=1)
    pairs = [
        (EqualWeighting(count), torchjd.Sum()),
        (FixedWeights(weights.tolist()), torchjd.Constant(weights)),
        (GeometricLossStrategy(count), torchjd.GeometricMean()),
        (ScaleInvariantWeighting(count), lambda losses: torchjd.Sum()(losses.log())),
    ]
    for losses in random_losses(20, count):
        for ours, oracle in pairs:
            agree(ours, oracle, losses)


@any_number_of_tasks
def test_weightings_with_parameters_agree_in_the_parameters_gradient_too(count: int):
    values = torch.randn(count, generator=torch.Generator().manual_seed(count), dtype=torch.float64)
    pairs = [
        (UncertaintyWeighting(count), "log_variance", torchjd.UW(count), "log_var"),
        (ImpartialLossBalance(count), "log_scale", torchjd.IMTLL(count), "log_scale"),
    ]
    for ours, our_name, oracle, oracle_name in pairs:
        with_parameter(ours, our_name, values)
        with_parameter(oracle, oracle_name, values)
        for losses in random_losses(20, count):
            agree(ours, oracle, losses)
        gradients = [getattr(ours, our_name).grad.tolist(), getattr(oracle, oracle_name).grad.tolist()]
        assert gradients[0] == pytest.approx(gradients[1], rel=1e-11)


@any_number_of_tasks
@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_dynamic_weight_average_agrees_from_epoch_to_epoch(count: int, temperature: float):
    ours, oracle = DynamicWeightAverage(count, temperature), torchjd.DWA(temperature)
    ratios = torch.rand(5, 3, count, generator=torch.Generator().manual_seed(count), dtype=torch.float64) + 0.5
    for steps in random_losses(count) * ratios:
        for losses in steps:
            agree(ours, oracle, losses)
        oracle.step()
        ours.end_epoch(steps.mean(dim=0))


@any_number_of_tasks
@pytest.mark.parametrize("weight_decay", [0.0, 1e-3, 0.1])
def test_fast_adaptive_multitask_optimization_agrees_from_step_to_step(count: int, weight_decay: float):
    ours = FastAdaptiveMultitaskOptimization(count, weight_decay)
    oracle = torchjd.FAMO(count, lr=0.025, weight_decay=weight_decay).double()
    for before, after in zip(random_losses(40, count, seed=1), random_losses(40, count, seed=2), strict=True):
        agree(ours, oracle, before)
        ours.see_losses_again(after)
        oracle.update(after)


@any_number_of_tasks
@pytest.mark.parametrize("smoothing", [0.1, 1.0, 3.0])
def test_smooth_tchebycheff_is_torchjds_on_the_logarithm_of_losses_against_their_nadir(count: int, smoothing: float):
    ours = SmoothTchebycheff(count, smoothing, warm_up_epochs=2)
    oracle = torchjd.STCH(smoothing, weights=torch.ones(count, dtype=torch.float64))
    ours.end_epoch(random_losses(count, seed=1))
    nadir = random_losses(count, seed=2)
    agree(ours, lambda losses: torchjd.Sum()(losses.log()), nadir)  # still warming up
    ours.end_epoch(nadir)
    ours.end_epoch(random_losses(count, seed=3))  # no longer asked
    for losses in random_losses(20, count):
        agree(ours, lambda losses: count * oracle((losses / nadir).log()), losses)


# Where we differ on purpose.


def test_uncertainty_starts_with_the_authors_of_mtan_not_at_0():
    assert torchjd.UW(2).log_var.tolist() == [0, 0]
    assert UncertaintyWeighting(2).log_variance.tolist() == [-0.5, -0.5]


def test_torchjds_dynamic_weight_average_forgets_when_it_is_resumed_and_breaks_at_a_loss_of_0():
    ours, oracle = DynamicWeightAverage(2), torchjd.DWA()
    for losses in torch.tensor([[0.0, 2.0], [0.0, 1.0]], dtype=torch.float64):
        oracle(losses)
        oracle.step()
        ours.end_epoch(losses)
    assert not oracle.state_dict()
    assert "history" in ours.state_dict()
    assert oracle(torch.tensor([1.0, 1.0], dtype=torch.float64)).isnan()
    assert ours(torch.tensor([1.0, 1.0], dtype=torch.float64)) == pytest.approx(2.0)


def test_a_loss_of_0_leaves_the_geometric_mean_to_the_other_tasks():
    losses = torch.tensor([4.0, 0.0, 9.0], dtype=torch.float64)
    _, *gradient = total_and_gradient(torchjd.GeometricMean(), losses)
    assert gradient == pytest.approx([0, float("nan"), 0], nan_ok=True)
    total, first, zero, last = total_and_gradient(GeometricLossStrategy(3), losses)
    assert [total, first, last] == total_and_gradient(torchjd.GeometricMean(), losses[[0, 2]])
    assert zero == 0


def test_a_loss_of_0_does_not_take_the_weight_of_the_others():
    losses = torch.tensor([4.0, 0.0, 9.0], dtype=torch.float64)
    _, *theirs = total_and_gradient(torchjd.FAMO(3).double(), losses)
    assert theirs == pytest.approx([0, 1, 0], abs=1e-7)
    total, first, zero, last = total_and_gradient(FastAdaptiveMultitaskOptimization(3), losses)
    assert [total, first, last] == pytest.approx(total_and_gradient(torchjd.FAMO(2).double(), losses[[0, 2]]))
    assert zero == 0


def test_torchjds_smooth_tchebycheff_looks_at_the_losses_as_they_are():
    losses = torch.tensor([100.0, 0.1], dtype=torch.float64)
    _, *theirs = total_and_gradient(torchjd.STCH(1.0), losses)
    assert theirs == pytest.approx([0.5, 0], abs=1e-15)  # 1/K, and all of it to the loss of large unit
    weighting = SmoothTchebycheff(2, warm_up_epochs=1)
    weighting.end_epoch(losses)
    _, *ours = total_and_gradient(weighting, losses)
    assert (torch.tensor(ours) * losses).tolist() == pytest.approx([1.0, 1.0])
