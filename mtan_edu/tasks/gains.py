"""Δm: what several tasks gain over one network per task, as one number."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from mtan_edu.records import GainRecord, TaskRecord, mean_gain
from mtan_edu.tasks.metrics import DepthMetrics, NormalMetrics, SegmentationMetrics

Measured = Mapping[str, Mapping[str, float]]
"""Task to metric to value."""

Directions = Mapping[str, TaskRecord | Mapping[str, bool]]
"""Task to its record, or to metric to whether higher is better."""

DENSE_DIRECTIONS: Directions = {
    "semantic": SegmentationMetrics.higher_is_better,
    "depth": DepthMetrics.higher_is_better,
    "normal": NormalMetrics.higher_is_better,
}
"""The directions of the three dense tasks."""


def delta_m(results: Measured, baseline: Measured, *, per: str = "task", tasks: Directions = DENSE_DIRECTIONS) -> float:
    """The mean relative gain over a baseline, Δm [percent]: positive = better than the baseline.

        gain of a metric = ± 100 (M - M_b) / M_b,    + where higher is better, - where lower is

        per="task":      Δm = 1/K Σ_k 1/N_k Σ_n gain_kn     every task counts the same
        per="metric":    Δm = Σ_k Σ_n gain_kn / Σ_k N_k     every metric counts the same

    with K tasks, N_k metrics of task k, M the method's value and M_b the baseline's. The two conventions can differ in
    sign: normals have five metrics, depth has two.

    The baseline is what the literature calls single-task: a network of its own for every task, trained alike. It is
    always named by the caller. Not the method's own first epoch, which is what LibMTL takes unless told otherwise.

    Args:
        results: What the method reached.
        baseline: What it is compared with: the same tasks and metrics.
        per: "task" or "metric".
        tasks: Which direction is better, such as `run.tasks`.

    Returns:
        Δm [percent]. NaN if a value was not measured, is infinite, or its baseline is 0: `unmeasured` says which.

    Raises:
        ValueError: If tasks or metrics differ, a direction is unknown, or there is no such convention.

    References:
        Maninis, Radosavovic, Kokkinos, "Attentive Single-Tasking of Multiple Tasks", CVPR 2019, with one metric per
        task; LibMTL averages a task's metrics first ("task"). The papers of CAGrad, Nash-MTL and FAMO average over all
        metrics ("metric") and turn the sign around: lower is better there.
    """
    return mean_gain(relative_gains(results, baseline, tasks=tasks), per)


def relative_gains(
    results: Measured, baseline: Measured, *, tasks: Directions = DENSE_DIRECTIONS
) -> dict[str, dict[str, float]]:
    """How much better every metric is than the baseline's [percent]: what `delta_m` is the mean of.

    Args:
        results: What the method reached.
        baseline: What it is compared with: the same tasks and metrics.
        tasks: Which direction is better.

    Returns:
        Task to metric to gain [percent], positive = better; NaN where it cannot be said.

    Raises:
        ValueError: If tasks or metrics differ, or a direction is unknown.
    """
    _require_same_metrics(results, baseline)
    return {
        task: {
            metric: _gain(value, baseline[task][metric], _higher_is_better(task, metric, tasks))
            for metric, value in values.items()
        }
        for task, values in results.items()
    }


def unmeasured(results: Measured, baseline: Measured) -> str:
    """Why Δm is NaN, as a sentence; empty if it is not.

    Args:
        results: What the method reached.
        baseline: What it is compared with.
    """
    _require_same_metrics(results, baseline)
    for task, values in results.items():
        for metric, value in values.items():
            base = baseline[task][metric]
            if not math.isfinite(value):
                return f"{task} {metric} is {value}: it was not measured, or the training diverged."
            if not math.isfinite(base) or base == 0:
                return f"The baseline's {task} {metric} is {base}: nothing is a percentage of it."
    return ""


def mean_metrics(results: Sequence[Measured]) -> dict[str, dict[str, float]]:
    """The mean of every metric over several seeds: the baseline of a comparison over seeds.

    Args:
        results: What each seed reached; all have the same tasks and metrics.

    Returns:
        Task to metric to mean; NaN if one seed has NaN.

    Raises:
        ValueError: If there is no seed, or their metrics differ.
    """
    if not results:
        raise ValueError("`results` must hold at least one seed; got none. Pass the metrics of every seed.")
    for result in results[1:]:
        _require_same_metrics(result, results[0])
    return {
        task: {metric: sum(result[task][metric] for result in results) / len(results) for metric in values}
        for task, values in results[0].items()
    }


def gains_over_seeds(
    results: Sequence[Measured], baseline: Measured, baseline_name: str, *, tasks: Directions = DENSE_DIRECTIONS
) -> GainRecord:
    """The gains of a method, seed by seed, as a record that a figure shows with their spread.

    Args:
        results: What each seed reached.
        baseline: What all are compared with, such as `mean_metrics` of the single-task networks' seeds.
        baseline_name: What that is, in words, such as "single-task networks, mean of 3 seeds".
        tasks: Which direction is better.

    Raises:
        ValueError: If there is no seed, tasks or metrics differ, or a direction is unknown.
    """
    gains = tuple(relative_gains(result, baseline, tasks=tasks) for result in results)
    return GainRecord(gains, baseline_name)


def _gain(value: float, base: float, higher_is_better: bool) -> float:
    if not math.isfinite(value) or not math.isfinite(base) or base == 0:
        return float("nan")
    gain = 100 * (value - base) / abs(base)  # a negative figure, too, is better when it is higher
    return gain if higher_is_better else -gain


def _higher_is_better(task: str, metric: str, tasks: Directions) -> bool:
    known = tasks.get(task, {})
    directions = known.higher_is_better if isinstance(known, TaskRecord) else known
    if metric not in directions:
        raise ValueError(
            f"`tasks` must say which direction of {task} {metric} is better; it does not. "
            "Pass the run's own tasks, or {task: {metric: True or False}}."
        )
    return directions[metric]


def _require_same_metrics(results: Measured, baseline: Measured) -> None:
    if not results or not all(results.values()):
        raise ValueError("`results` must hold a metric for every task; got none. Pass {task: {metric: value}}.")
    given = {(task, metric) for task, values in results.items() for metric in values}
    asked = {(task, metric) for task, values in baseline.items() for metric in values}
    if given != asked:
        missing = sorted(asked - given) or sorted(given - asked)
        where = "results" if asked - given else "baseline"
        raise ValueError(
            f"`results` and `baseline` must hold the same metrics; got no {' '.join(missing[0])} in the {where}. "
            "Compare what both have measured: a gain over nothing is no gain."
        )
