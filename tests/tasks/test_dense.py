from __future__ import annotations

import numpy as np
import pytest
import torch

from mtan_edu.records import TaskRecord
from mtan_edu.tasks import Metrics, Task, dense_tasks
from tests.tasks.examples import B, H, W, example

every_task = pytest.mark.parametrize("task", dense_tasks().values(), ids=lambda task: task.name)


def test_the_tasks_of_the_paper_in_their_order_and_with_their_channels():
    tasks = dense_tasks()
    assert {name: task.out_channels for name, task in tasks.items()} == {"semantic": 13, "depth": 1, "normal": 3}
    assert list(tasks) == ["semantic", "depth", "normal"]


def test_names_choose_tasks_and_their_order():
    assert list(dense_tasks(names=("normal", "semantic"))) == ["normal", "semantic"]


def test_the_data_set_says_how_many_classes_there_are():
    semantic = dense_tasks(["road", "sky"])["semantic"]
    assert (semantic.out_channels, semantic.display.classes) == (2, ("road", "sky"))


@every_task
def test_every_figure_has_a_direction_and_stands_in_the_order_of_the_table(task: Task):
    metrics = task.metrics()
    assert isinstance(metrics, Metrics)
    metrics.update(*example(task))
    assert list(metrics.compute()) == list(task.higher_is_better)


@every_task
def test_predictions_and_targets_become_arrays_of_one_shape_and_type(task: Task):
    output, target = example(task)
    predicted, true = task.prediction_array(output), task.target_array(target)
    assert predicted.shape == true.shape
    assert predicted.shape[:3] == (B, H, W)
    assert predicted.dtype == true.dtype


def test_labels_become_small_integers():
    semantic = dense_tasks()["semantic"]
    output, target = example(semantic)
    assert semantic.target_array(target).dtype == np.int8
    np.testing.assert_array_equal(semantic.prediction_array(output), output.detach().numpy().argmax(axis=1))


def test_300_classes_are_counted_without_overflow():
    many = dense_tasks([f"class {n}" for n in range(300)], ["semantic"])["semantic"]
    assert many.target_array(torch.full((1, 2, 3), 299)).max() == 299


def test_a_pixel_whose_scores_are_not_finite_is_shown_as_unknown():
    semantic = dense_tasks(["road", "sky"])["semantic"]
    scores = torch.zeros(1, 2, 1, 3)
    scores[0, 1, 0, 2] = torch.nan
    assert semantic.prediction_array(scores).tolist() == [[[0, 0, -1]]]


def test_directions_are_shown_with_length_1_and_unknown_ones_with_0():
    normal = dense_tasks()["normal"]
    vectors = torch.tensor([[0.0, 3.0, 4.0], [0.0, 0.0, 0.0]]).T.reshape(1, 3, 1, 2)
    np.testing.assert_allclose(normal.prediction_array(vectors), [[[[0, 0.6, 0.8], [0, 0, 0]]]], rtol=1e-6)


@every_task
def test_the_record_says_what_a_figure_must_know(task: Task):
    record = task.record
    assert record == TaskRecord(task.name, task.out_channels, task.display, task.higher_is_better)


def test_an_unknown_task_is_answered_with_the_nearest_name():
    with pytest.raises(ValueError, match=r"got 'normals'\. Did you mean 'normal'\?"):
        dense_tasks(names=["depth", "normals"])


def test_inverse_depth_is_called_so_and_has_no_unit():
    metres, inverse = (dense_tasks(quantities=of)["depth"] for of in ({}, {"depth": "inverse depth"}))
    assert (metres.display.unit, inverse.display.unit, inverse.display.quantity) == ("m", "", "inverse depth")
    assert (inverse.name, inverse.loss, inverse.higher_is_better) == ("depth", metres.loss, metres.higher_is_better)


def test_relative_error_is_relative_to_what_is_measured():
    figures = dense_tasks(quantities={"depth": "inverse depth"})["depth"].metrics()
    figures.update(torch.tensor([[[[0.3, 0.5, 9.0]]]]), torch.tensor([[[[0.2, 0.4, 0.0]]]]))
    assert figures.compute() == pytest.approx({"absolute_error": 0.1, "relative_error": (0.5 + 0.25) / 2})


def test_a_quantity_that_nobody_knows_gets_a_sentence():
    with pytest.raises(ValueError, match=r"must be known ones \(inverse depth of depth\); got 'height' of"):
        dense_tasks(quantities={"depth": "height"})


@pytest.mark.parametrize("names", [[], ["depth", "depth"]])
def test_every_task_stands_once_and_there_is_at_least_one(names: list[str]):
    with pytest.raises(ValueError, match="`names` must hold each task once, and at least one"):
        dense_tasks(names=names)


def test_there_is_at_least_one_class():
    with pytest.raises(ValueError, match="`classes` must hold at least one name"):
        dense_tasks(classes=[])


def test_a_task_predicts_at_least_one_channel():
    depth = dense_tasks()["depth"]
    with pytest.raises(ValueError, match="`out_channels` must be at least 1; got 0"):
        Task(**{**vars(depth), "out_channels": 0})
