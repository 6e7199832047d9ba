"""Properties that single methods promise, on gradients small enough to check by hand."""

from __future__ import annotations

import pytest
import torch
import torchjd.aggregation
from torch import Tensor

from mtan_edu.weighting import (
    ConflictAverseGradientDescent,
    FairResourceAllocation,
    GradientBalancing,
    GradientVaccine,
    ImpartialGradientBalance,
    IndependentComponentAlignment,
    MultipleGradientDescent,
    NashBargaining,
    ProjectingConflictingGradients,
    UnconflictingProjection,
)

CONFLICT = torch.tensor([[1.0, 0.0], [-1.0, 1.0]], dtype=torch.float64)
"""⟨g₁, g₂⟩ = -1, ‖g₁‖² = 1, ‖g₂‖² = 2."""

PEACE = torch.tensor([[1.0, 0.0], [1.0, 1.0]], dtype=torch.float64)


def balanced(balancing: GradientBalancing, gradients: Tensor) -> list[float]:
    return balancing(gradients, torch.ones(len(gradients), dtype=torch.float64)).tolist()


def jacobians(count: int = 20, tasks: int = 4) -> list[Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(tasks, 6, generator=generator, dtype=torch.float64) for _ in range(count)]


def test_mgda_is_the_foot_of_the_perpendicular():
    assert balanced(MultipleGradientDescent(2), CONFLICT) == pytest.approx([0.2, 0.4])
    assert balanced(MultipleGradientDescent(2), PEACE) == pytest.approx([1, 0])


def test_mgda_lowers_every_loss():
    for gradients in jacobians():
        result = MultipleGradientDescent(4)(gradients, torch.ones(4))
        assert (gradients @ result).min() >= result @ result - 1e-10


def test_mgdas_normalizations_divide_by_lengths_losses_or_both():
    gradients, losses = jacobians(1)[0], torch.tensor([2.0, 0.5, 1.0, 3.0], dtype=torch.float64)
    lengths = gradients.norm(dim=1)
    for name, size in {"l2": lengths, "loss": losses, "loss+": lengths * losses}.items():
        balancing, plain = MultipleGradientDescent(4, name), MultipleGradientDescent(4)
        balancing(gradients, losses)
        plain(gradients / size[:, None], losses)
        assert torch.allclose(balancing.weights(), plain.weights())


def test_pcgrad_takes_out_what_opposes():
    # g₁' = g₁ + ½ g₂ = (½, ½), g₂' = g₂ + g₁ = (0, 1)
    assert balanced(ProjectingConflictingGradients(2), CONFLICT) == pytest.approx([0.5, 1.5])
    assert balanced(ProjectingConflictingGradients(2), PEACE) == [2, 1]


def test_gradvac_begins_as_pcgrad_and_then_asks_for_the_usual_cosine():
    balancing = GradientVaccine(2, decay=1.0)
    assert balanced(balancing, CONFLICT) == pytest.approx([0.5, 1.5])
    balanced(balancing, PEACE)  # cos = 1/√2, from now on the usual one
    turned = torch.eye(2, dtype=torch.float64)  # ⟂: each is turned until its cosine with the other is 1/√2
    assert balanced(balancing, turned) == pytest.approx([2, 2])


def test_cagrad_stays_in_its_ball_and_no_other_step_there_has_a_better_worst_gain():
    generator = torch.Generator().manual_seed(1)
    for gradients in jacobians():
        mean = gradients.mean(dim=0)
        result = ConflictAverseGradientDescent(4, 0.5)(gradients, torch.ones(4))
        assert (result - mean).norm() <= 0.5 * mean.norm() * (1 + 1e-9)
        directions = torch.nn.functional.normalize(torch.randn(500, 6, generator=generator, dtype=torch.float64), dim=1)
        others = mean + 0.5 * mean.norm() * directions
        assert (gradients @ result).min() >= (gradients @ others.T).min(dim=0).values.max() - 1e-10


def test_cagrad_without_a_ball_is_the_mean_and_with_a_large_one_points_as_mgda():
    gradients = jacobians(1)[0]
    assert balanced(ConflictAverseGradientDescent(4, 0.0), gradients) == pytest.approx(gradients.mean(dim=0).tolist())
    far = ConflictAverseGradientDescent(4, 1e4)(gradients, torch.ones(4))
    near = MultipleGradientDescent(4)(gradients, torch.ones(4))
    assert torch.nn.functional.cosine_similarity(far, near, dim=0).item() == pytest.approx(1, abs=1e-6)


def test_cagrad_opposes_nobody_where_two_are_opposite_and_one_is_at_right_angles():
    gradients = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [0.0, 3.0]], dtype=torch.float64)
    assert balanced(ConflictAverseGradientDescent(3), gradients) == pytest.approx([0, 1])


def test_imtl_g_goes_as_far_along_every_tasks_direction_and_never_climbs():
    climbing = 0
    for gradients in jacobians():
        gradients = gradients * torch.tensor([0.01, 1.0, 10.0, 100.0])[:, None]
        balancing = ImpartialGradientBalance(4)
        along = (gradients @ balancing(gradients, torch.ones(4))) / gradients.norm(dim=1)
        assert torch.allclose(along, along.mean().expand(4))
        assert along.min() > 0
        assert balancing.weights().sum().abs().item() == pytest.approx(1)
        climbing += (gradients @ torchjd.aggregation.IMTLG()(gradients) < 0).all().item()
    assert climbing > 0  # the published formula, on the same gradients


def test_imtl_g_and_nash_mtl_do_not_mind_the_size_of_a_loss():
    for gradients in jacobians(5):
        scaled = gradients * torch.tensor([1e-3, 1.0, 10.0, 500.0])[:, None]
        for balancing in (ImpartialGradientBalance(4), NashBargaining(4)):
            results = [balancing(rows, torch.ones(4)) for rows in (gradients, scaled)]
            assert torch.nn.functional.cosine_similarity(*results, dim=0).item() == pytest.approx(1)


def test_nash_mtl_is_no_longer_than_its_limit():
    for limit, length in ((1.0, 1.0), (0.3, 0.3)):
        result = NashBargaining(4, limit)(jacobians(1)[0], torch.ones(4))
        assert result.norm().item() == pytest.approx(length)
    small = 1e-3 * jacobians(1)[0]
    assert NashBargaining(4)(small, torch.ones(4)).norm() < 0.2  # √(K ‖G‖)


def test_nash_mtl_makes_weight_times_gain_the_same():
    for gradients in jacobians():
        balancing = NashBargaining(4)
        gains = gradients @ balancing(gradients, torch.ones(4))
        products = gains * balancing.weights()
        assert torch.allclose(products, products.mean().expand(4), rtol=1e-6)


def test_fairgrad_with_1_points_as_nash_mtl():
    for gradients in jacobians(5):
        results = [method(gradients, torch.ones(4)) for method in (FairResourceAllocation(4, 1.0), NashBargaining(4))]
        assert torch.nn.functional.cosine_similarity(*results, dim=0).item() == pytest.approx(1)
        assert results[0].norm().item() == pytest.approx(2)  # √K


def test_aligned_mtl_is_the_mean_of_gradients_made_orthogonal_and_equally_long():
    for gradients in jacobians():
        u, values, v = torch.linalg.svd(gradients, full_matrices=False)
        for name, scale in {"min": values[-1], "median": values[-2], "rmse": values.square().mean().sqrt()}.items():
            expected = (scale * u @ v).mean(dim=0)
            assert balanced(IndependentComponentAlignment(4, name), gradients) == pytest.approx(expected.tolist())


def test_upgrad_opposes_nobody_and_is_the_mean_in_peace():
    for gradients in jacobians():
        result = UnconflictingProjection(4)(gradients, torch.ones(4))
        assert (gradients @ result).min() >= -1e-10
    # π(g₁) = (½, ½), π(g₂) = (0, 1)
    assert balanced(UnconflictingProjection(2), CONFLICT) == pytest.approx([0.25, 0.75])
    assert balanced(UnconflictingProjection(2), PEACE) == pytest.approx([1, 0.5])
