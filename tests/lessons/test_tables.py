from __future__ import annotations

from mtan_edu.lessons import metrics_table
from mtan_edu.records import Display, TaskRecord

TASKS = {
    "semantic": TaskRecord("semantic", 5, Display("classes"), {"mean_iou": True}),
    "depth": TaskRecord("depth", 1, Display("scalar", unit="m"), {"absolute_error": False, "relative_error": False}),
}
LAZY = {"semantic": {"mean_iou": 0.1}, "depth": {"absolute_error": 1.0, "relative_error": 0.4}}
MTAN = {"semantic": {"mean_iou": 0.3}, "depth": {"absolute_error": 0.6, "relative_error": float("nan")}}


def test_the_best_predictor_is_named_in_the_direction_of_the_metric_and_never_for_nan() -> None:
    table = metrics_table({"MTAN": MTAN, "lazy": LAZY}, TASKS)
    assert table["best"].to_dict() == {
        ("semantic", "mean_iou"): "MTAN",
        ("depth", "absolute_error"): "MTAN",
        ("depth", "relative_error"): "lazy",
    }
    assert list(table["better is"]) == ["higher", "lower", "lower"]


def test_equal_figures_go_to_the_first_and_unmeasured_ones_to_nobody() -> None:
    nothing = {"semantic": {"mean_iou": float("nan")}, "depth": {"absolute_error": 1.0, "relative_error": float("nan")}}
    table = metrics_table({"first": LAZY, "second": nothing}, {"depth": TASKS["depth"]})
    assert table["best"].tolist() == ["first", "first"]
    assert metrics_table({"a": nothing, "b": nothing}, {"semantic": TASKS["semantic"]})["best"].tolist() == [""]


def test_one_predictor_has_no_rival() -> None:
    assert list(metrics_table({"lazy": LAZY}, TASKS).columns) == ["lazy", "better is"]
