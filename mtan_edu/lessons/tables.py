"""Figures of several predictors side by side."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from mtan_edu.records import TaskRecord
from mtan_edu.tasks.compare import is_better

Measured = Mapping[str, Mapping[str, float]]
"""Task to metric to value."""


def metrics_table(measured: Mapping[str, Measured], tasks: Mapping[str, TaskRecord]) -> pd.DataFrame:
    """Compare predictors, metric by metric.

        metrics_table({"best constant": lazy.metrics, "MTAN": run.epochs[-1].metrics}, run.tasks)

    Args:
        measured: Predictor to task to metric to value.
        tasks: What is known of the tasks, such as which direction is better.

    Returns:
        A table with the index (task, metric), a column per predictor, and the columns "better is" ("higher" or
        "lower") and, if there are several predictors, "best": whose figure is best. The first one of equals wins; a
        figure that could not be measured never does.
    """
    rows = {}
    for task, record in tasks.items():
        for metric, higher in record.higher_is_better.items():
            values = {name: of[task][metric] for name, of in measured.items()}
            rows[task, metric] = {**values, "better is": "higher" if higher else "lower"}
            if len(values) > 1:
                rows[task, metric]["best"] = _best(values, higher)
    index = pd.MultiIndex.from_tuples(list(rows), names=["task", "metric"])
    return pd.DataFrame(list(rows.values()), index=index)


def _best(values: Mapping[str, float], higher_is_better: bool) -> str:
    best, value = "", float("nan")
    for name, candidate in values.items():
        measured = candidate == candidate  # not NaN
        if measured and (not best or is_better(candidate, value, higher_is_better)):
            best, value = name, candidate
    return best
