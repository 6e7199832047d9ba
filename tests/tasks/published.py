"""The published tables of `data/paper/` as task to metric to value."""

from __future__ import annotations

import csv
from pathlib import Path

PAPER = Path(__file__).resolve().parents[2] / "data" / "paper"
NOT_METRICS = ("parameters_x_single", "architecture", "weighting", "source", "printed_delta_m")
TASKS = {"mean_iou": "semantic", "pixel_accuracy": "semantic"}
ANGLES = {"mean": "angle_mean", "median": "angle_median"}

Measured = dict[str, dict[str, float]]


def rows(table: str) -> list[dict[str, str]]:
    """All rows; the first is that of the single-task networks."""
    with (PAPER / f"{table}.csv").open() as file:
        return list(csv.DictReader(file))


def measured(row: dict[str, str]) -> Measured:
    """A row's metrics under our names."""
    values: Measured = {}
    for column, text in row.items():
        if column not in NOT_METRICS:
            task = TASKS.get(column) or column.partition("_")[0]
            metric = column if column in TASKS else column.partition("_")[2]
            values.setdefault(task, {})[ANGLES.get(metric, metric)] = float(text)
    return values


def half_units(row: dict[str, str]) -> Measured:
    """By how much each entry may be off because it was rounded to the digits that are printed."""
    halves = {column: str(0.5 * 10.0 ** -len(text.partition(".")[2])) for column, text in row.items()}
    return measured(halves)
