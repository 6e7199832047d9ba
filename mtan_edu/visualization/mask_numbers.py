"""What training made of the masks, in numbers: each beside its value at the start, and its spread over the images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mtan_edu.records import MaskRecord
from mtan_edu.visualization.checks import require_masks
from mtan_edu.visualization.mask_statistics import (
    closed_share,
    contrast,
    correlation,
    entropy_bits,
    kernel_alignment,
    mean,
    mean_difference,
)
from mtan_edu.visualization.style import MORE_COLORS, TextFigure, add_title, figure_style, new_figure, task_styles
from mtan_edu.visualization.words import number, when

OF_TASKS: Mapping[str, Callable[[np.ndarray], float]] = {
    "mean": mean,
    "contrast": contrast,
    "closed (a < 0.1)": closed_share,
    "entropy [bits]": entropy_bits,
}
"""Statistic of one task's masks `(B, C, h, w)`."""

OF_PAIRS: Mapping[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "mean |difference|": mean_difference,
    "correlation": correlation,
    "CKA": kernel_alignment,
}
"""Statistic of the masks of two tasks at one stage."""

_LIMITS: Mapping[str, tuple[float, float | None]] = {"correlation": (-1, 1), "CKA": (0, 1)}


def mask_numbers_table(record: MaskRecord, start: MaskRecord | None = None) -> pd.DataFrame:
    """Every statistic of every task, pair of tasks and stage.

    Args:
        record: The recorded masks.
        start: Masks of the same images before training; None = not known.

    Returns:
        A table with the columns "statistic", "of" (a task, or a pair "a – b"), "stage", "value" (over all images),
        "spread" (standard deviation over the images, each measured alone; NaN for one image) and "start" (the value
        before training; NaN if it is not known).

    Raises:
        ValueError: If the record is empty, or the two hold masks of other tasks, stages or shapes.
    """
    require_masks(record)
    if start is not None:
        _require_same_network(record, start)
    rows = []
    for stage in record.stages:
        masks = {task: record.values(task, stage) for task in record.tasks}
        before = None if start is None else {task: start.values(task, stage) for task in start.tasks}
        for name, of_task in OF_TASKS.items():
            for task, values in masks.items():
                rows.append((name, task, stage, *_measure(of_task, (values,), (before[task],) if before else None)))
        for name, of_pair in OF_PAIRS.items():
            for a, b in combinations(masks, 2):
                numbers = _measure(of_pair, (masks[a], masks[b]), (before[a], before[b]) if before else None)
                rows.append((name, f"{a} – {b}", stage, *numbers))
    return pd.DataFrame(rows, columns=["statistic", "of", "stage", "value", "spread", "start"])


@figure_style()
def show_mask_numbers(record: MaskRecord, start: MaskRecord | None = None) -> TextFigure:
    """Draw every statistic over the stages: a small panel each, a line per task or pair.

    Args:
        record: The recorded masks.
        start: Masks of the same images before training: dotted lines; None = none.

    Returns:
        The figure. Bars reach one standard deviation over the images to either side. With one task there are no pairs.

    Raises:
        ValueError: If the record is empty, or the two hold masks of other tasks, stages or shapes.
    """
    table = mask_numbers_table(record, start)
    names = list(dict.fromkeys(table["statistic"]))
    columns = min(4, len(names))
    lines = -(-len(names) // columns)
    figure = new_figure(3.4 * columns + 0.6, 3.1 * lines + 1.1)
    grid = figure.subplots(lines, columns, squeeze=False).ravel()
    for ax, name in zip(grid, names, strict=False):
        _draw_lines(ax, table[table["statistic"] == name], name, record)
    for ax in grid[len(names) :]:
        ax.set_axis_off()
    _add_legends(grid, len(OF_TASKS), len(names))
    dotted = "" if start is None else f" · dotted: {when(start.epoch) or 'at the start'}"
    add_title(figure, " · ".join(filter(None, ["Masks in numbers", when(record.epoch)])) + dotted)
    figure.alt = _describe(table)
    return figure


def _measure(
    statistic: Callable[..., float], masks: tuple[np.ndarray, ...], start: tuple[np.ndarray, ...] | None
) -> tuple[float, float, float]:
    """Value over all images, spread over single images, value at the start."""
    images = range(len(masks[0]))
    each = [statistic(*(values[index : index + 1] for values in masks)) for index in images]
    finite = [value for value in each if np.isfinite(value)]
    spread = float(np.std(finite, ddof=1)) if len(finite) > 1 else float("nan")
    return statistic(*masks), spread, float("nan") if start is None else statistic(*start)


def _draw_lines(ax: Axes, rows: pd.DataFrame, name: str, record: MaskRecord) -> None:
    places = np.arange(len(record.stages))
    styles, pairs = task_styles(record.tasks), list(dict.fromkeys(rows["of"]))
    for order, (of, values) in enumerate(rows.groupby("of", sort=False)):
        color = styles[str(of)].color if of in styles else MORE_COLORS[order % len(MORE_COLORS)]
        offset = (order - (len(pairs) - 1) / 2) * 0.12
        ax.errorbar(
            places + offset, values["value"], yerr=values["spread"].fillna(0), color=color, marker="o", markersize=5,
            linewidth=1.8, elinewidth=1.2, label=of,
        )  # fmt: skip
        if values["start"].notna().any():
            ax.plot(places + offset, values["start"], color=color, linestyle=":", linewidth=1.8)
    ax.set_title(name, fontsize=13, loc="left")
    ax.set_ylim(*_LIMITS.get(name, (0, None)))
    ax.set_xticks(places, [stage.replace("encoder_", "e").replace("decoder_", "d") for stage in record.stages])
    ax.tick_params(axis="x", labelsize=10, labelrotation=0 if len(max(record.stages, key=len)) < 12 else 60)


def _add_legends(grid: np.ndarray, first_pair: int, panels: int) -> None:
    """One legend for the tasks, one for the pairs."""
    for place in (0, first_pair):
        if place < panels:
            grid[place].legend(fontsize=10, loc="best")


def _require_same_network(record: MaskRecord, start: MaskRecord) -> None:
    shapes = [
        {(task, stage): masks.shape for task, stages in of.masks.items() for stage, masks in stages.items()}
        for of in (record, start)
    ]
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"`start` must hold the tasks, stages and shapes of `record` ({_words(record)}); got {_words(start)}. "
            "Take both from one run."
        )


def _words(record: MaskRecord) -> str:
    return f"{', '.join(record.tasks)} at {len(record.stages)} stages for {len(record.images)} images"


def _describe(table: pd.DataFrame) -> str:
    parts = []
    for (name, of), rows in table.groupby(["statistic", "of"], sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        before = f" (start {number(first['start'])} to {number(last['start'])})" if np.isfinite(first["start"]) else ""
        parts.append(
            f"{name} of {of}: {number(first['value'])} at {first['stage']} to {number(last['value'])} at "
            f"{last['stage']}{before}."
        )
    return "Statistics of the masks by stage. " + " ".join(parts)
