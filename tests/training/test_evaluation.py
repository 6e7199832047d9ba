from __future__ import annotations

import pytest
import torch

from mtan_edu.tasks import dense_tasks
from mtan_edu.training import Evaluation, evaluate
from tests.tiny_runs import random_splits, tiny_model

TASKS = dense_tasks()


def flat(measured: Evaluation) -> list[float]:
    return [value for metrics in measured.metrics.values() for value in metrics.values()]


def test_metrics_do_not_depend_on_the_batch_size() -> None:
    model, frames = tiny_model(), random_splits(val=5).val
    measured = [flat(evaluate(model, TASKS, frames, batch_size=size)) for size in (1, 2, 5)]
    # another batch rounds differently, which may turn a pixel over to another class
    assert measured[0] == pytest.approx(measured[1], rel=1e-2)
    assert measured[0] == pytest.approx(measured[2], rel=1e-2)


def test_losses_count_every_image_alike() -> None:
    model, frames = tiny_model().eval(), random_splits(val=3).val
    with torch.no_grad():
        single = [evaluate(model, TASKS, [frames[index]]).losses["depth"] for index in range(3)]
    assert evaluate(model, TASKS, frames, batch_size=1).losses["depth"] == pytest.approx(sum(single) / 3)


@pytest.mark.parametrize("training", [True, False])
def test_the_models_mode_and_running_statistics_stay(training: bool) -> None:
    model = tiny_model().train(training)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    evaluate(model, TASKS, random_splits().val)
    assert model.training is training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_the_order_of_the_tasks_is_kept_and_a_subset_will_do() -> None:
    tasks = dense_tasks(names=("normal", "semantic"))
    measured = evaluate(tiny_model(), tasks, random_splits().val)
    assert list(measured.losses) == list(measured.metrics) == ["normal", "semantic"]


def test_an_empty_set_is_refused() -> None:
    with pytest.raises(ValueError, match="`samples` must be 1 or above; got 0"):
        evaluate(tiny_model(), TASKS, [])
