from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cosine

from mtan_edu.tasks import dense_tasks
from mtan_edu.tasks.metrics import NormalMetrics
from tests.tasks.examples import example


def tilted(*angles_deg: float) -> torch.Tensor:
    """A row of unit vectors, turned away from the z axis by these angles, (1, 3, 1, W)."""
    angles = torch.tensor(angles_deg, dtype=torch.float64).deg2rad()
    return torch.stack([angles.sin(), torch.zeros_like(angles), angles.cos()]).view(1, 3, 1, -1)


def figures(*angles_deg: float) -> dict[str, float]:
    metrics = NormalMetrics()
    metrics.update(tilted(*angles_deg), tilted(*[0.0] * len(angles_deg)))
    return metrics.compute()


def test_figures_by_hand():
    assert figures(5, 20, 25, 90) == pytest.approx(
        {"angle_mean": 35, "angle_median": 22.5, "within_11.25": 0.25, "within_22.5": 0.5, "within_30": 0.75}
    )


def test_the_median_of_an_odd_number_is_the_middle_angle():
    assert figures(5, 60, 20)["angle_median"] == pytest.approx(20)


def test_angles_agree_with_scipy_and_numpy():
    output, target = example(dense_tasks()["normal"], dtype=torch.float64)
    metrics = NormalMetrics()
    metrics.update(output, target)
    known = (target != 0).any(dim=1)
    pairs = zip(output.detach().movedim(1, 3)[known].numpy(), target.movedim(1, 3)[known].numpy(), strict=True)
    angles = np.degrees(np.arccos([1 - cosine(predicted, true) for predicted, true in pairs]))
    assert metrics.compute() == pytest.approx(
        {
            "angle_mean": np.mean(angles),
            "angle_median": np.median(angles),
            "within_11.25": np.mean(angles < 11.25),
            "within_22.5": np.mean(angles < 22.5),
            "within_30": np.mean(angles < 30),
        },
        rel=1e-12,
    )


def test_the_median_is_that_of_the_whole_set_not_of_its_batches():
    metrics = NormalMetrics()
    metrics.update(tilted(10, 10, 10), tilted(0, 0, 0))
    metrics.update(tilted(80), tilted(0))
    assert metrics.compute()["angle_median"] == pytest.approx(10)  # a mean of the batches' medians would be 45


def test_a_normal_whose_components_sum_to_0_counts():
    sideways = torch.tensor([1.0, -1.0, 0.0]).view(1, 3, 1, 1) / 2**0.5
    metrics = NormalMetrics()
    metrics.update(-sideways, sideways)
    assert metrics.compute()["angle_mean"] == pytest.approx(180)


def test_a_prediction_without_direction_is_90_degrees_off():
    metrics = NormalMetrics()
    metrics.update(torch.zeros(1, 3, 1, 1), tilted(0).float())
    assert metrics.compute()["angle_mean"] == pytest.approx(90)


def test_rounding_beyond_a_cosine_of_1_gives_no_nan():
    truth = torch.nn.functional.normalize(torch.randn(1, 3, 40, 50, generator=torch.Generator().manual_seed(0)))
    metrics = NormalMetrics()
    metrics.update(truth * 3, truth)
    assert metrics.compute()["angle_mean"] < 0.05  # float32 cannot tell smaller angles from 0


def test_float32_predictions_cost_4_bytes_a_pixel():
    metrics = NormalMetrics()
    metrics.update(*example(dense_tasks()["normal"]))
    assert {angles.itemsize for angles in metrics.angles_deg} == {4}
