from __future__ import annotations

import pytest
import torch
from sklearn.metrics import mean_absolute_error, mean_absolute_percentage_error

from mtan_edu.tasks import dense_tasks
from mtan_edu.tasks.metrics import DepthMetrics
from tests.tasks.examples import example


def row(*depths: float) -> torch.Tensor:
    """Depths of one row of pixels, (1, 1, 1, W)."""
    return torch.tensor(depths, dtype=torch.float32).view(1, 1, 1, -1)


def test_errors_agree_with_scikit_learn():
    output, target = example(dense_tasks()["depth"], dtype=torch.float64)
    metrics = DepthMetrics()
    metrics.update(output, target)
    true, predicted = target[target != 0], output.detach()[target != 0]
    assert metrics.compute() == pytest.approx(
        {
            "absolute_error": mean_absolute_error(true, predicted),
            "relative_error": mean_absolute_percentage_error(true, predicted),
        },
        rel=1e-12,
    )


def test_every_pixel_counts_the_same_whatever_batch_it_came_in():
    metrics = DepthMetrics()
    metrics.update(row(1, 1, 1), row(2, 2, 2))
    metrics.update(row(5, 9, 9), row(4, 0, 0))
    # A mean over batches would give (1 + 1) / 2 and (1/2 + 1/4) / 2.
    assert metrics.compute() == {"absolute_error": 1.0, "relative_error": (3 * 1 / 2 + 1 / 4) / 4}


def test_a_million_float32_pixels_are_summed_without_losing_digits():
    metrics = DepthMetrics()
    for _ in range(8):
        metrics.update(torch.full((1, 1, 250, 500), 1.1), torch.ones(1, 1, 250, 500))
    one_error = (torch.tensor(1.1) - 1).item()
    assert metrics.compute()["absolute_error"] == pytest.approx(one_error, rel=1e-12)
