from __future__ import annotations

import pytest
import torch
from sklearn.metrics import confusion_matrix
from torchmetrics.classification import MulticlassJaccardIndex

from mtan_edu.tasks import dense_tasks
from mtan_edu.tasks.metrics import SegmentationMetrics
from tests.tasks.examples import example


def scores_of(labels: list[int], num_classes: int) -> torch.Tensor:
    """Scores of one row of pixels that were predicted as `labels`, (1, N, 1, W)."""
    return torch.nn.functional.one_hot(torch.tensor(labels), num_classes).float().T.reshape(1, num_classes, 1, -1)


def row(labels: list[int]) -> torch.Tensor:
    return torch.tensor(labels).view(1, 1, -1)


def test_mean_iou_agrees_with_torchmetrics():
    output, target = example(dense_tasks()["semantic"])
    metrics = SegmentationMetrics(13)
    metrics.update(output, target)
    oracle = MulticlassJaccardIndex(num_classes=13, ignore_index=-1)
    assert metrics.compute()["mean_iou"] == pytest.approx(oracle(output, target).item())


def test_the_confusion_matrix_agrees_with_scikit_learn():
    output, target = example(dense_tasks()["semantic"])
    metrics = SegmentationMetrics(13)
    metrics.update(output, target)
    known = target != -1
    expected = confusion_matrix(target[known], output.argmax(dim=1)[known], labels=range(13))
    assert metrics.confusion.tolist() == expected.tolist()


def test_figures_by_hand():
    metrics = SegmentationMetrics(2)
    metrics.update(scores_of([0, 0, 1, 1, 1], 2), row([0, 1, 1, 1, -1]))
    # class 0: 1 of 2 pixels in the union; class 1: 2 of 3; the last pixel is unlabelled
    assert metrics.compute() == pytest.approx({"mean_iou": (1 / 2 + 2 / 3) / 2, "pixel_accuracy": 3 / 4})


def test_a_class_that_neither_occurs_nor_is_predicted_is_left_out_of_the_mean():
    metrics = SegmentationMetrics(5)
    metrics.update(scores_of([0, 3], 5), row([0, 3]))
    assert metrics.compute() == {"mean_iou": 1, "pixel_accuracy": 1}


def test_a_class_that_is_predicted_and_never_occurs_counts_as_0():
    metrics = SegmentationMetrics(5)
    metrics.update(scores_of([0, 4], 5), row([0, 0]))
    assert metrics.compute() == {"mean_iou": 0.25, "pixel_accuracy": 0.5}  # class 0: 1/2, class 4: 0/1


def test_an_infinite_score_makes_the_figures_nan():
    metrics = SegmentationMetrics(2)
    metrics.update(torch.tensor([torch.inf, 0.0]).view(1, 2, 1, 1), row([0]))
    assert metrics.compute() == pytest.approx({"mean_iou": torch.nan, "pixel_accuracy": torch.nan}, nan_ok=True)


def test_a_class_that_does_not_exist_is_named():
    with pytest.raises(ValueError, match="got labels from 0 to 7"):
        SegmentationMetrics(5).update(scores_of([0, 1], 5), row([0, 7]))
