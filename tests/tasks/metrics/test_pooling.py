"""What every metric must do: pool over the set, and say NaN where nothing was measured."""

from __future__ import annotations

import pytest
import torch

from mtan_edu.tasks import Task
from tests.tasks.examples import every_task, example, known, nothing_known


@every_task
def test_figures_do_not_depend_on_the_batch_size(task: Task):
    whole, split = task.metrics(), task.metrics()
    outputs, targets = (torch.cat(parts) for parts in zip(example(task, 0), example(task, 1), strict=True))
    whole.update(outputs, targets)
    split.update(outputs[:3], targets[:3])
    split.update(outputs[3:], targets[3:])
    assert split.compute() == pytest.approx(whole.compute())


@every_task
def test_a_batch_without_known_pixels_changes_nothing(task: Task):
    output, target = example(task)
    metrics = task.metrics()
    metrics.update(output, target)
    before = metrics.compute()
    metrics.update(output, nothing_known(target))
    assert metrics.compute() == before


@every_task
def test_nothing_known_is_nan_in_every_figure(task: Task):
    metrics = task.metrics()
    assert all(value != value for value in metrics.compute().values())
    output, target = example(task)
    metrics.update(output, nothing_known(target))
    assert all(value != value for value in metrics.compute().values())


@every_task
def test_one_nan_among_the_known_pixels_makes_every_figure_nan(task: Task):
    output, target = example(task)
    image, *pixel = known(target).nonzero()[0].tolist()
    damaged = output.detach().clone()
    damaged[(image, 0, *pixel)] = torch.nan
    metrics = task.metrics()
    metrics.update(output, target)
    metrics.update(damaged, target)
    assert all(value != value for value in metrics.compute().values())


@every_task
def test_computing_twice_gives_the_same_and_accumulating_goes_on(task: Task):
    metrics = task.metrics()
    metrics.update(*example(task, 0))
    assert metrics.compute() == metrics.compute()
    before = metrics.compute()
    metrics.update(*example(task, 1))
    assert metrics.compute() != before


@every_task
def test_float64_predictions_give_float64_figures(task: Task):
    output, target = example(task, dtype=torch.float64)
    exact, rounded = task.metrics(), task.metrics()
    exact.update(output, target)
    rounded.update(output.float(), target.float() if target.is_floating_point() else target)
    assert exact.compute() == pytest.approx(rounded.compute(), rel=1e-5)


@every_task
def test_a_set_that_was_never_fed_does_not_share_state_with_one_that_was(task: Task):
    task.metrics().update(*example(task))
    assert all(value != value for value in task.metrics().compute().values())
