from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from mtan_edu.tasks import Task, absolute_error, cosine_distance, cross_entropy, dense_tasks
from mtan_edu.tasks.checks import check_labels
from tests.tasks.examples import TASKS, every_task, example, known, nothing_known


def direction(*components: float) -> torch.Tensor:
    """One pixel, (1, 3, 1, 1)."""
    return torch.tensor(components, dtype=torch.float64).view(1, 3, 1, 1)


@every_task
def test_no_known_pixel_gives_loss_zero_with_a_zero_gradient(task: Task):
    output, target = example(task)
    loss = task.loss(output, nothing_known(target))
    loss.backward()
    assert loss == 0
    assert torch.equal(output.grad, torch.zeros_like(output))


@every_task
def test_unknown_pixels_get_no_gradient_and_known_ones_do(task: Task):
    output, target = example(task)
    task.loss(output, target).backward()
    assert torch.equal(output.grad.abs().sum(dim=1) > 0, known(target))


@every_task
def test_gradient_is_that_of_finite_differences(task: Task):
    output, target = example(task, dtype=torch.float64)
    torch.autograd.gradcheck(lambda output: task.loss(output, target), output)


@every_task
def test_the_loss_of_the_prediction_is_the_loss_of_the_raw_output(task: Task):
    output, target = example(task, dtype=torch.float64)
    torch.testing.assert_close(task.loss(task.activation(output), target), task.loss(output, target))


@every_task
def test_half_precision_is_computed_in_float32_and_float64_stays(task: Task):
    output, target = example(task)
    assert task.loss(output.bfloat16(), target).dtype == torch.float32
    assert task.loss(output.bfloat16(), target) == task.loss(output.bfloat16().float(), target)
    assert task.loss(*example(task, dtype=torch.float64)).dtype == torch.float64


@every_task
def test_a_prediction_that_is_not_a_number_is_not_hidden(task: Task):
    output, target = example(task)
    assert task.loss(output.detach().fill_(torch.nan), target).isnan()


@every_task
def test_torch_knows_a_deterministic_algorithm_for_all_of_it(task: Task):
    torch.use_deterministic_algorithms(True)
    task.loss(*example(task)).backward()


@pytest.mark.parametrize("task", [TASKS[0], TASKS[-1]], ids=lambda task: task.name)
def test_cross_entropy_agrees_with_torch(task: Task):
    output, target = example(task, dtype=torch.float64)
    torch.testing.assert_close(cross_entropy(output, target), F.cross_entropy(output, target, ignore_index=-1))


def test_cross_entropy_of_equal_scores_is_the_logarithm_of_the_number_of_classes():
    assert cross_entropy(torch.zeros(1, 5, 2, 3), torch.ones(1, 2, 3, dtype=torch.int8)).item() == pytest.approx(
        1.6094379124341003  # ln 5
    )


def test_cosine_distance_agrees_with_torch():
    output, target = example(dense_tasks()["normal"], dtype=torch.float64)
    expected = 1 - F.cosine_similarity(output, target)[known(target)].mean()
    torch.testing.assert_close(cosine_distance(output, target), expected, rtol=1e-12, atol=0)


def test_absolute_error_is_the_mean_over_known_depths():
    prediction = torch.tensor([[[[1.0, 2.0, 7.0]]]])
    target = torch.tensor([[[[2.0, 5.0, 0.0]]]])
    assert absolute_error(prediction, target) == 2  # (1 + 3) / 2, the third depth is unknown


def test_cosine_distance_is_0_along_1_across_and_2_against_the_normal():
    up = direction(0, 1, 0)
    assert [cosine_distance(direction(0, y, 3 - abs(y)), up).item() for y in (3, 0, -3)] == [0, 1, 2]


def test_a_normal_whose_components_sum_to_0_counts():
    tilted = direction(0.5**0.5, -(0.5**0.5), 0)
    assert cosine_distance(-tilted, tilted).item() == pytest.approx(2)


def test_a_predicted_vector_of_length_0_gives_loss_1_and_a_gradient_towards_the_normal():
    prediction = torch.zeros(1, 3, 1, 1, dtype=torch.float64, requires_grad=True)
    loss = cosine_distance(prediction, direction(0, 0.6, 0.8))
    loss.backward()
    assert loss == 1
    assert torch.equal(prediction.grad, -direction(0, 0.6, 0.8))


def test_a_class_that_does_not_exist_is_named():
    with pytest.raises(ValueError, match=r"`target` must hold labels from 0 to 4, or -1 .* got labels from 0 to 5"):
        cross_entropy(torch.zeros(1, 5, 1, 2), torch.tensor([[[0, 5]]]))


def test_a_label_below_the_unknown_one_is_named():
    with pytest.raises(ValueError, match="got labels from -2 to 0"):
        cross_entropy(torch.zeros(1, 5, 1, 2), torch.tensor([[[0, -2]]]))


def test_of_whole_images_it_is_the_references_loss_where_that_has_a_gradient_and_goes_on_where_it_has_none():
    scores = torch.tensor([[0.0, 30.0], [0.0, 200.0]], requires_grad=True)
    reference = -(scores.softmax(dim=1)[:, 0] + 1e-20).log()
    ours = torch.stack([cross_entropy(scores[i : i + 1], torch.tensor([0])) for i in range(2)])
    assert reference.tolist() == pytest.approx([30, 46.0517])  # -ln 1e-20
    assert ours.tolist() == pytest.approx([30, 200])
    gradients = [torch.autograd.grad(loss.sum(), scores)[0][1].tolist() for loss in (reference, ours)]
    assert gradients == [[0, 0], [-1, 1]]


def test_one_label_per_image_is_asked_for():
    with pytest.raises(ValueError, match=r"shape \(B,\) for logits \(B, N\); got \(3,\) for \(2, 5\)"):
        check_labels(torch.zeros(2, 5), torch.tensor([0, 1, 2]))
