from __future__ import annotations

import numpy as np
import pytest
import torch

from mtan_edu.records import Display, TaskRecord
from mtan_edu.tasks import ClassificationTask, Metrics, classification_tasks
from tests.tasks.examples import TASKS, example

CLASSES = {"digits": [str(n) for n in range(10)], "textures": ["wood", "wool"], "shapes": ["disk", "star", "ring"]}


def test_a_data_sets_domains_become_tasks_in_their_order():
    tasks = classification_tasks(CLASSES)
    assert {name: task.out_channels for name, task in tasks.items()} == {"digits": 10, "textures": 2, "shapes": 3}
    assert [task.name for task in tasks.values()] == list(tasks) == list(CLASSES)


def test_names_choose_domains_and_their_order():
    assert list(classification_tasks(CLASSES, ("shapes", "digits"))) == ["shapes", "digits"]


def test_a_record_of_it_outlives_torch():
    record = classification_tasks(CLASSES)["textures"].record
    assert record == TaskRecord("textures", 2, Display("class", ("wood", "wool")), {"accuracy": True})


def test_its_figures_have_a_direction_and_stand_in_the_order_of_the_table():
    task = TASKS[-1]
    metrics = task.metrics()
    assert isinstance(metrics, Metrics)
    metrics.update(*example(task))
    assert list(metrics.compute()) == list(task.higher_is_better) == ["accuracy", "top_5_accuracy"]


def test_predictions_and_targets_become_small_integers_one_per_image():
    output, target = example(TASKS[-1])
    predicted, true = TASKS[-1].prediction_array(output), TASKS[-1].target_array(target)
    np.testing.assert_array_equal(predicted, output.detach().numpy().argmax(axis=1))
    assert (true.shape, true.dtype, predicted.dtype) == ((23,), np.int8, np.int8)


def test_an_image_whose_scores_are_not_finite_is_shown_as_unknown():
    scores = torch.tensor([[0.0, torch.nan], [0.0, 1.0]])
    assert ClassificationTask("textures", ["wood", "wool"]).prediction_array(scores).tolist() == [-1, 1]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["digits", "digits"], r"`names` must hold each task once, .*; got \['digits', 'digits'\]"),
        ([], r"`names` must hold each task once, and at least one; got \[\]"),
        (["digits", "smells"], r"domains of the data \(digits, textures, shapes\); got smells"),
    ],
)
def test_names_that_do_not_fit_get_a_sentence(names: list[str], sentence: str):
    with pytest.raises(ValueError, match=sentence):
        classification_tasks(CLASSES, names)


@pytest.mark.parametrize("classes", [[], ["wood", "wood"]])
def test_classes_must_be_named_once(classes: list[str]):
    with pytest.raises(ValueError, match="`classes` must hold each class of textures once, and at least one"):
        ClassificationTask("textures", classes)
