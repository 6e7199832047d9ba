from __future__ import annotations

import copy
import math

import numpy as np
import pytest

from mtan_edu.records import GainRecord
from mtan_edu.tasks import delta_m, dense_tasks, gains_over_seeds, mean_metrics, relative_gains, unmeasured
from tests.tasks.published import half_units, measured, rows

SINGLE = {"semantic": {"mean_iou": 0.2, "pixel_accuracy": 0.5}, "depth": {"absolute_error": 0.8}}
BETTER = {"semantic": {"mean_iou": 0.3, "pixel_accuracy": 0.5}, "depth": {"absolute_error": 0.6}}
"""Gains of 50 %, 0 % and 25 %."""

PAPER_GAINS = {  # of Table 3, computed independently of this code: mean of task means, mean of the nine metrics
    "stan none": (3.63, 1.74),
    "split_wide equal": (1.60, -2.70),
    "split_wide uncertainty": (6.51, 3.33),
    "split_wide dwa": (7.83, 3.59),
    "split_deep equal": (-19.35, -25.68),
    "split_deep uncertainty": (-11.44, -15.08),
    "split_deep dwa": (-13.60, -18.78),
    "dense equal": (3.07, -0.61),
    "dense uncertainty": (7.44, 4.65),
    "dense dwa": (6.89, 2.77),
    "cross_stitch equal": (0.34, -2.87),
    "cross_stitch uncertainty": (5.13, 1.94),
    "cross_stitch dwa": (7.35, 3.74),
    "mtan equal": (11.69, 8.30),
    "mtan uncertainty": (11.59, 8.22),
    "mtan dwa": (10.47, 7.08),
}
CITYSCAPES_GAINS = [
    0, 7.41, -9.62, -7.13, -8.50, -11.73, -7.82, -14.13, 8.71, 10.78, 9.20, -0.19, 2.55, 0.97, 3.68, 2.55, 3.42
]  # fmt: skip
DOES_NOT_FOLLOW = ("imtl_g", "FAMO paper")
"""Printed as -0.76 (positive = worse); the nine metrics printed beside it give -0.60."""


def printed(table: str) -> list[dict[str, str]]:
    return [row for row in rows(table) if row["printed_delta_m"]]


def largest_error(row: dict[str, str], base: dict[str, str]) -> float:
    """How far rounding alone can move Δm per metric: Σ (h / M_b + M h_b / M_b²) / N, with half units h."""
    values, bases, h, h_base = measured(row), measured(base), half_units(row), half_units(base)
    errors = [
        (h[task][metric] + value / bases[task][metric] * h_base[task][metric]) / bases[task][metric]
        for task, of in values.items()
        for metric, value in of.items()
    ]
    return 100 * sum(errors) / len(errors)


def test_a_gain_is_positive_where_the_value_moved_the_better_way() -> None:
    assert relative_gains(BETTER, SINGLE) == {
        "semantic": {"mean_iou": pytest.approx(50), "pixel_accuracy": 0},
        "depth": {"absolute_error": pytest.approx(25)},
    }
    assert delta_m(SINGLE, BETTER) < 0 < delta_m(BETTER, SINGLE)


def test_both_conventions_have_a_name() -> None:
    assert delta_m(BETTER, SINGLE, per="task") == pytest.approx((25 + 25) / 2)
    assert delta_m(BETTER, SINGLE, per="metric") == pytest.approx(75 / 3)
    assert delta_m(BETTER, SINGLE) == delta_m(BETTER, SINGLE, per="task")
    with pytest.raises(ValueError, match="`per` must be task or metric; got 'mean'"):
        delta_m(BETTER, SINGLE, per="mean")


def test_the_paper_s_own_table_gives_what_was_computed_from_it_elsewhere() -> None:
    table = rows("nyuv2_13class")
    single = measured(table[0])
    for row in table[1:]:
        gains = [round(delta_m(measured(row), single, per=per), 2) for per in ("task", "metric")]
        assert tuple(gains) == PAPER_GAINS[f"{row['architecture']} {row['weighting']}"]


def test_on_cityscapes_both_conventions_agree_since_both_tasks_have_two_metrics() -> None:
    table = rows("cityscapes_7class")
    single = measured(table[0])
    for row, expected in zip(table, CITYSCAPES_GAINS, strict=True):
        assert round(delta_m(measured(row), single), 2) == expected
        assert delta_m(measured(row), single) == pytest.approx(delta_m(measured(row), single, per="metric"))


@pytest.mark.parametrize("row", printed("nyuv2_later_segnet_mtan"), ids=lambda row: f"{row['weighting']}")
def test_what_later_papers_print_is_our_mean_over_metrics_with_the_sign_turned_around(row: dict[str, str]) -> None:
    single = rows("nyuv2_later_segnet_mtan")[0]
    ours, theirs = delta_m(measured(row), measured(single), per="metric"), float(row["printed_delta_m"])
    if (row["weighting"], row["source"]) == DOES_NOT_FOLLOW:
        assert round(ours, 2) == 0.60 != -theirs
        return
    assert -ours == pytest.approx(theirs, abs=0.0101)
    assert abs(-ours - theirs) < largest_error(row, single)


@pytest.mark.parametrize(
    "row", printed("cityscapes_later_segnet_mtan"), ids=lambda row: f"{row['weighting']} {row['source']}"
)
def test_on_cityscapes_printed_values_lie_where_rounding_allows(row: dict[str, str]) -> None:
    """Depth errors of 0.0125 have three digits: 0.4 % of them is lost before anything is compared."""
    single = rows("cityscapes_later_segnet_mtan")[0]
    ours = delta_m(measured(row), measured(single), per="metric")
    assert abs(-ours - float(row["printed_delta_m"])) < largest_error(row, single)


def test_the_conventions_disagree_on_who_wins() -> None:
    table = rows("nyuv2_later_segnet_mtan")
    equal = next(row for row in table if (row["weighting"], row["source"]) == ("equal", "CAGrad paper")
                 and row["architecture"] == "mtan")  # fmt: skip
    gains = [delta_m(measured(equal), measured(table[0]), per=per) for per in ("task", "metric")]
    assert [round(gain, 2) for gain in gains] == [0.88, -5.59]


def test_one_metric_per_task_makes_them_the_same() -> None:
    one, base = ({task: dict([next(iter(of.items()))]) for task, of in all_.items()} for all_ in (BETTER, SINGLE))
    assert delta_m(one, base, per="task") == delta_m(one, base, per="metric") == pytest.approx(37.5)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_was_not_measured_is_never_better(value: float) -> None:
    for broken_side in (0, 1):
        pair = copy.deepcopy([BETTER, SINGLE])
        pair[broken_side]["depth"]["absolute_error"] = value
        assert math.isnan(delta_m(*pair))
        assert "depth absolute_error" in unmeasured(*pair)


def test_nothing_is_a_percentage_of_zero() -> None:
    base = copy.deepcopy(SINGLE)
    base["semantic"]["mean_iou"] = 0.0
    assert math.isnan(delta_m(BETTER, base))
    assert unmeasured(BETTER, base) == "The baseline's semantic mean_iou is 0.0: nothing is a percentage of it."
    assert unmeasured(BETTER, SINGLE) == ""


def test_a_missing_metric_or_task_is_refused_and_named() -> None:
    without = {"semantic": {"mean_iou": 0.3}, "depth": {"absolute_error": 0.6}}
    with pytest.raises(ValueError, match="got no semantic pixel_accuracy in the results"):
        delta_m(without, SINGLE)
    with pytest.raises(ValueError, match="got no semantic pixel_accuracy in the baseline"):
        delta_m(SINGLE, without)
    with pytest.raises(ValueError, match="got no depth absolute_error in the baseline"):
        delta_m(BETTER, {"semantic": SINGLE["semantic"]})
    with pytest.raises(ValueError, match="`results` must hold a metric for every task; got none"):
        delta_m({}, {})


def test_the_direction_comes_from_the_tasks_and_is_never_guessed() -> None:
    records = {name: task.record for name, task in dense_tasks().items()}
    assert delta_m(BETTER, SINGLE, tasks=records) == delta_m(BETTER, SINGLE)
    ours = {"sharpness": {"edges": 2.0}}, {"sharpness": {"edges": 1.0}}
    with pytest.raises(ValueError, match="`tasks` must say which direction of sharpness edges is better"):
        delta_m(*ours)
    assert delta_m(*ours, tasks={"sharpness": {"edges": True}}) == 100
    assert delta_m(*ours, tasks={"sharpness": {"edges": False}}) == -100


def test_a_negative_figure_too_is_better_the_way_its_direction_says() -> None:
    assert delta_m({"a": {"b": -1.0}}, {"a": {"b": -2.0}}, tasks={"a": {"b": True}}) == 50


def test_seeds_have_a_mean_a_standard_deviation_and_a_number() -> None:
    record = gains_over_seeds([BETTER, SINGLE], SINGLE, "one network per task")
    assert record.delta_m().tolist() == [pytest.approx(25), 0]
    mean, deviation, count = record.spread()
    assert (mean, deviation, count) == (pytest.approx(12.5), pytest.approx(25 / np.sqrt(2)), 2)


def test_one_seed_has_no_spread() -> None:
    mean, deviation, count = gains_over_seeds([BETTER], SINGLE, "one network per task").spread("metric")
    assert (mean, count) == (pytest.approx(25), 1)
    assert math.isnan(deviation)


def test_no_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="`gains` must hold those of at least one seed"):
        GainRecord((), "nothing")
    with pytest.raises(ValueError, match="`results` must hold at least one seed"):
        mean_metrics([])


def test_a_baseline_of_several_seeds_is_their_mean() -> None:
    both = mean_metrics([SINGLE, BETTER])
    assert both["semantic"] == {"mean_iou": pytest.approx(0.25), "pixel_accuracy": 0.5}
    assert both["depth"]["absolute_error"] == pytest.approx(0.7)
    with pytest.raises(ValueError, match="must hold the same metrics"):
        mean_metrics([SINGLE, {"depth": SINGLE["depth"]}])
