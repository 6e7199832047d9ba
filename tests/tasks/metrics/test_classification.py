from __future__ import annotations

import pytest
import torch
from sklearn.metrics import accuracy_score, top_k_accuracy_score
from torchmetrics.classification import MulticlassAccuracy

from mtan_edu.tasks.metrics import ClassificationMetrics
from tests.tasks.examples import TASKS, example, known

DIGITS = TASKS[-1]


def test_accuracy_agrees_with_scikit_learn():
    output, target = example(DIGITS)
    metrics = ClassificationMetrics(11)
    metrics.update(output, target)
    scores, labels = output.detach()[known(target)], target[known(target)]
    assert metrics.compute() == pytest.approx(
        {
            "accuracy": accuracy_score(labels, scores.argmax(dim=1)),
            "top_5_accuracy": top_k_accuracy_score(labels, scores, k=5, labels=range(11)),
        }
    )


@pytest.mark.parametrize(("figure", "best"), [("accuracy", 1), ("top_5_accuracy", 5)])
def test_accuracy_agrees_with_torchmetrics(figure: str, best: int):
    output, target = example(DIGITS, seed=3)
    metrics = ClassificationMetrics(11)
    metrics.update(output, target)
    oracle = MulticlassAccuracy(num_classes=11, top_k=best, average="micro", ignore_index=-1)
    assert metrics.compute()[figure] == pytest.approx(oracle(output, target).item())


def test_figures_by_hand():
    scores = torch.tensor([[3.0, 1, 2], [3.0, 1, 2], [0.0, 0, 0], [9.0, 0, 0]])
    metrics = ClassificationMetrics(3)
    metrics.update(scores, torch.tensor([0, 2, 0, -1]))
    assert metrics.compute() == {"accuracy": 2 / 3}  # of equal scores the first counts; the last image is unlabelled


def test_equal_scores_for_all_classes_are_right_about_the_first_class_only():
    metrics = ClassificationMetrics(10)
    metrics.update(torch.zeros(10, 10), torch.arange(10))
    assert metrics.compute() == {"accuracy": 0.1, "top_5_accuracy": 0.5}


def test_an_infinite_score_makes_the_figures_nan():
    metrics = ClassificationMetrics(2)
    metrics.update(torch.tensor([[torch.inf, 0.0]]), torch.tensor([0]))
    assert metrics.compute() == pytest.approx({"accuracy": torch.nan}, nan_ok=True)


def test_a_class_that_does_not_exist_is_named():
    with pytest.raises(ValueError, match="got labels from 0 to 7"):
        ClassificationMetrics(5).update(torch.zeros(2, 5), torch.tensor([0, 7]))
