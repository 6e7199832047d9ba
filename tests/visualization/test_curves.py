from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mtan_edu.records import RunRecord
from mtan_edu.visualization import TASK_COLORS, show_losses, show_weights
from tests.visualization.planted import TASKS, epoch, run


def test_losses_have_a_panel_per_task_with_training_and_validation():
    figure = show_losses(run(3))
    assert [ax.get_title() for ax in figure.axes] == list(TASKS)
    training, validation = figure.axes[1].get_lines()
    assert training.get_ydata() == pytest.approx([1, 1 / 2, 1 / 3])
    assert validation.get_ydata() == pytest.approx([2, 1, 2 / 3])
    assert training.get_linestyle() != validation.get_linestyle()
    assert {line.get_color() for line in figure.axes[1].get_lines()} == {TASK_COLORS["depth"]}


def test_losses_name_the_epoch_and_the_unit():
    figure = show_losses(run(3))
    assert all(ax.get_xlabel() == "epoch" for ax in figure.axes)
    assert [ax.get_ylabel() for ax in figure.axes] == ["loss", "loss [m]", "loss"]


def test_losses_can_stand_on_a_logarithmic_axis_with_plain_numbers():
    figure = show_losses(run(8), log=True)
    figure.png()
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert figure.axes[0].get_yscale() == "log"
    assert sum(label != "" for label in labels) >= 2
    assert all(label == "" or float(label) > 0 for label in labels)


def test_losses_are_said_in_words():
    alt = show_losses(run(3)).alt
    assert "3 tasks over 3 epochs" in alt
    assert "depth fell from 2.00 to 0.667" in alt


def test_a_loss_that_is_not_a_number_leaves_a_gap():
    broken = replace(epoch(2), val_losses={**epoch(2).val_losses, "depth": float("nan")})
    figure = show_losses([epoch(1), broken, epoch(3)])
    values = figure.axes[1].get_lines()[1].get_ydata()
    assert np.isnan(values).tolist() == [False, True, False]


@pytest.mark.parametrize("tasks", [("depth",), ("semantic", "depth", "normal", "edges", "keypoints")])
@pytest.mark.parametrize("epochs", [1, 40])
def test_curves_of_few_and_many_tasks_and_epochs_draw(tasks, epochs):
    records = [epoch(n, tasks) for n in range(1, epochs + 1)]
    assert len(show_losses(records).axes) == len(tasks)
    assert show_weights(records).png()


def test_one_epoch_stands_in_the_middle_of_its_axis():
    assert show_losses(run(1)).axes[0].get_xlim() == (0.5, 1.5)


def test_weights_are_one_line_per_task_with_a_dash_and_a_marker_of_its_own():
    lines = show_weights(run(3)).axes[0].get_lines()
    assert [line.get_label() for line in lines] == list(TASKS)
    assert [line.get_color() for line in lines] == list(TASK_COLORS.values())
    assert [line.get_ydata().tolist() for line in lines] == [[1.0] * 3, [2.0] * 3, [3.0] * 3]
    assert len({line.get_marker() for line in lines}) == 3


def test_equal_weights_are_all_visible_one_inside_the_other():
    equal = [replace(epoch(n), weights=dict.fromkeys(TASKS, 1.0)) for n in (1, 2)]
    widths = [line.get_linewidth() for line in show_weights(equal).axes[0].get_lines()]
    assert widths == sorted(widths, reverse=True)
    assert len(set(widths)) == 3


def test_a_run_without_a_finished_epoch_gets_a_sentence():
    empty = RunRecord(Path("runs/young"), {}, {}, TASKS, ())
    with pytest.raises(ValueError, match=r"`run` must have a finished epoch; got none in runs.young"):
        show_losses(empty)
    with pytest.raises(ValueError, match="`run` must have a finished epoch; got none"):
        show_weights([])
