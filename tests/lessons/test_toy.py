from __future__ import annotations

import numpy as np
import pytest
import torch

from mtan_edu.lessons import ready_methods, trajectories, two_valleys, two_valleys_record
from mtan_edu.lessons.toy import MINIMA, STARTS
from mtan_edu.weighting import available


def test_losses_worked_out_by_hand() -> None:
    losses = two_valleys(torch.tensor([[-1.5, 1.0], [0.0, 1.0], [1.5, 1.0]], dtype=torch.float64))
    left, right = losses.T.tolist()
    assert left == pytest.approx([0.1, np.log(1 + 1.5**2) + 0.1, np.log(10) + 0.1])
    assert right == pytest.approx([0.4 * (np.log(10) + 0.1), 0.4 * (np.log(1 + 1.5**2) + 0.1), 0.04])


@pytest.mark.parametrize("task", [0, 1])
def test_each_task_s_minimum_is_where_it_is_said_to_be(task: int) -> None:
    place = torch.tensor(list(MINIMA.values())[task], dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(two_valleys(place)[task], place)
    assert gradient.abs().max() < 1e-12
    around = place.detach() + torch.randn(500, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert (two_valleys(around)[:, task] > two_valleys(place.detach())[task]).all()


@pytest.mark.parametrize(("y", "conflict"), [(-3.0, False), (-1.0, False), (0.5, True), (1.5, True)])
def test_on_the_middle_line_tasks_agree_far_below_and_are_in_conflict_between_the_minima(y: float, conflict) -> None:
    place = torch.tensor([0.0, y], requires_grad=True)
    left, right = (torch.autograd.grad(loss, place, retain_graph=True)[0] for loss in two_valleys(place))
    assert left[0] * right[0] < 0  # one wants left, the other right
    assert left[1] * right[1] > 0
    assert (left @ right < 0) == conflict
    assert left.norm() == pytest.approx(2.5 * right.norm())


def test_on_the_front_no_task_can_gain_unless_the_other_loses() -> None:
    record = two_valleys_record(points=7)
    front = two_valleys(torch.from_numpy(record.front)).numpy()
    assert (np.diff(front[:, 0]) > 0).all()
    assert (np.diff(front[:, 1]) < 0).all()
    grid = record.losses.reshape(2, -1).T
    for point in front:
        assert not ((grid < point - 1e-3).all(axis=1)).any()


def test_the_record_is_the_formula_on_a_grid() -> None:
    record = two_valleys_record(columns=11, rows=9, points=3)
    assert record.losses.shape == (2, 9, 11)
    place = torch.tensor([record.x[2], record.y[7]])
    assert record.losses[:, 7, 2] == pytest.approx(two_valleys(place).numpy())


@pytest.mark.parametrize("method", ready_methods())
def test_every_method_walks_downhill_to_somewhere(method: str) -> None:
    """Every task must be better off than at the start, from the start that lies between the valleys."""
    (record,) = trajectories(method, starts=STARTS[1:2], steps=30)
    assert record.points.shape == (1, 31, 2)
    assert record.weights.shape == (1, 30, 2)
    assert np.isfinite(record.points).all()
    assert record.points[0, 0].tolist() == list(STARTS[1])
    assert (record.losses[0, -1] < record.losses[0, 0]).all()


def test_equal_weights_end_on_the_front_at_the_larger_task_wherever_they_start() -> None:
    (equal,) = trajectories("equal", steps=200)
    assert (equal.losses[:, -1, 0] < 0.2).all()
    assert (equal.losses[:, -1, 1] > 0.8).all()
    front = two_valleys_record(points=25).front
    assert max(distance_to(front, end) for end in equal.points[:, -1]) < 0.05


def distance_to(line: np.ndarray, point: np.ndarray) -> float:
    """From a point to a line through points."""
    start, along = line[:-1], np.diff(line, axis=0)
    share = np.clip(((point - start) * along).sum(1) / (along**2).sum(1), 0, 1)
    return float(np.linalg.norm(start + share[:, None] * along - point, axis=1).min())


def test_all_methods_that_need_no_further_word_are_there() -> None:
    assert {"equal", "uncertainty", "dwa"} <= set(ready_methods()) <= set(available())
    assert "fixed" not in ready_methods()
    named = [record.method for record in trajectories(["dwa:0.5", "equal"], starts=STARTS[:1], steps=2)]
    assert named == ["dwa:0.5", "equal"]


def test_an_unknown_method_gets_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"Did you mean 'equal'\?"):
        trajectories("equals")
