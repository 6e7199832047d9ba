import numpy as np
import pytest

from mtan_edu.visualization import TASK_COLORS, show_metrics
from tests.visualization.planted import TASKS, epoch, run


def test_each_metric_has_a_panel_with_its_unit_and_the_direction_that_is_better():
    figure = show_metrics(run(3))
    assert [ax.get_title() for ax in figure.axes] == [
        "semantic · mean_iou ↑",
        "depth · absolute_error [m] ↓",
        "normal · angle_mean [°] ↓",
    ]
    assert figure.axes[0].get_lines()[0].get_ydata().tolist() == [0.1, 0.2, 0.3]


def test_bare_epochs_have_no_arrows_unless_the_tasks_are_described():
    assert show_metrics([epoch(1)]).axes[0].get_title() == "semantic · mean_iou"
    assert show_metrics([epoch(1)], tasks=TASKS).axes[0].get_title() == "semantic · mean_iou ↑"


def test_describing_some_tasks_draws_those():
    figure = show_metrics([epoch(1)], tasks={"depth": TASKS["depth"]})
    assert [ax.get_title() for ax in figure.axes] == ["depth · absolute_error [m] ↓"]


def test_the_last_value_is_written_in_the_panel():
    assert [text.get_text() for text in show_metrics(run(3)).axes[0].texts] == ["0.300"]


@pytest.mark.parametrize(("values", "side"), [((0.2, 0.5), "bottom"), ((0.5, 0.2), "top")])
def test_the_last_value_keeps_out_of_the_way_of_the_line(values, side):
    figure = show_metrics([epoch(number, metric=value) for number, value in enumerate(values, start=1)])
    assert {ax.texts[0].get_va() for ax in figure.axes} == {side}


def test_a_metric_that_could_not_be_measured_leaves_a_gap():
    figure = show_metrics([epoch(1), epoch(2, metric=float("nan")), epoch(3)])
    assert np.isnan(figure.axes[0].get_lines()[0].get_ydata()).tolist() == [False, True, False]
    assert "semantic mean_iou rose from 0.100 to 0.300" in figure.alt


def test_a_metric_that_could_never_be_measured_says_so():
    figure = show_metrics([epoch(1, metric=float("nan"))])
    assert figure.axes[0].texts[0].get_text() == "could not be measured"
    assert "could not be measured" in figure.alt


def test_several_runs_share_a_panel_in_shades_of_the_task_with_a_legend():
    figure = show_metrics({"MTAN": run(3), "split": run(2)}, metrics=["absolute_error"])
    (ax,) = figure.axes
    first, second = ax.get_lines()
    assert first.get_color() == TASK_COLORS["depth"].lower()
    assert first.get_color() != second.get_color()
    assert first.get_marker() != second.get_marker()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["MTAN", "split"]
    assert "split, 2 epochs" in figure.alt


def test_a_task_that_only_one_run_has_is_drawn_for_that_run():
    figure = show_metrics({"all": run(2), "depth alone": [epoch(1, ("depth",))]})
    assert [len(ax.get_lines()) for ax in figure.axes] == [1, 2, 1]


def test_an_unknown_metric_gets_a_sentence_with_the_nearest_name():
    with pytest.raises(ValueError, match=r"got 'mean_iuo'. Did you mean 'mean_iou'\?"):
        show_metrics(run(1), metrics=["mean_iuo"])


def test_no_run_and_no_metric_get_a_sentence():
    with pytest.raises(ValueError, match="`run` must hold at least one run"):
        show_metrics({})
    with pytest.raises(ValueError, match=r"`run\['young'\]` must have a finished epoch"):
        show_metrics({"young": []})
    with pytest.raises(ValueError, match="`run` must have a metric to draw"):
        show_metrics([epoch(1, ())])
