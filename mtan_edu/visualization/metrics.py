"""Validation metrics over the epochs of one run, or of several to compare."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.lines import Line2D

from mtan_edu.records import EpochRecord, TaskRecord
from mtan_edu.visualization.checks import require_name
from mtan_edu.visualization.curves import marker_step
from mtan_edu.visualization.series import Run, epoch_axis, epochs_of, panel_grid, panels, tasks_of
from mtan_edu.visualization.style import DASHES, MARKERS, TextFigure, add_title, figure_style, new_figure, task_styles
from mtan_edu.visualization.words import number, plural, span, trend

_ANGLES = ("angle_mean", "angle_median")
_SHADES = ((0.0, 0.0), (0.0, 0.6), (1.0, 0.45), (0.0, 0.85))  # (mixed with black 0 or white 1, by how much)


@dataclass(frozen=True)
class _Panel:
    """One metric of one task.

    Attributes:
        task: Task name.
        metric: Metric name.
        arrow: "↑" if higher is better, "↓" if lower is, "" if unknown.
        unit: Unit, "" for a ratio.
    """

    task: str
    metric: str
    arrow: str
    unit: str

    @property
    def title(self) -> str:
        unit = f" [{self.unit}]" if self.unit else ""
        return f"{self.task} · {self.metric}{unit} {self.arrow}".rstrip()


@figure_style()
def show_metrics(
    run: Run | Mapping[str, Run],
    metrics: Sequence[str] | None = None,
    tasks: Mapping[str, TaskRecord] | None = None,
) -> TextFigure:
    """Draw the validation metrics, one panel per task and metric; ↑ or ↓ says which direction is better.

    Args:
        run: A RunRecord or EpochRecords in order; or a mapping from a label to such a run, to compare several.
            A task that only some runs have is drawn for those.
        metrics: Names of the metrics to draw; None = all.
        tasks: What is known of the tasks to draw, such as which direction is better. Taken from the run if it is a
            RunRecord; without it, all tasks are drawn, without arrows.

    Returns:
        The figure. NaN (a metric that could not be measured) leaves a gap.

    Raises:
        ValueError: If a run has no finished epoch, or a metric is unknown.
    """
    runs: Mapping[str, Run] = run if isinstance(run, Mapping) else {"": run}
    if not runs:
        raise ValueError("`run` must hold at least one run; got an empty mapping. Pass {label: run, ...}.")
    epochs = {label: epochs_of(one, f"run[{label!r}]" if label else "run") for label, one in runs.items()}
    known = tasks or {name: task for one in runs.values() for name, task in tasks_of(one).items()}
    shown = _panels(epochs, known, metrics)
    rows, columns = panel_grid(len(shown))
    figure = new_figure(max(7.0, 4.0 * columns), max(3.9, 2.6 * rows + 0.7))
    colors = {task: style.color for task, style in task_styles(dict.fromkeys(p.task for p in shown)).items()}
    for ax, panel in zip(panels(figure, len(shown)), shown, strict=True):
        _draw_panel(ax, panel, epochs, colors[panel.task])
    numbers = sorted({record.epoch for one in epochs.values() for record in one})
    add_title(figure, f"Validation metrics, {span(numbers)}")
    if isinstance(run, Mapping):
        handles = [Line2D([], [], label=label, **_look("#666666", i)) for i, label in enumerate(runs)]
        figure.legend(handles=handles, loc="outside lower center", ncols=min(4, len(runs)), handlelength=3.6)
    figure.alt = _describe(shown, epochs)
    return figure


def metric_unit(metric: str, task: TaskRecord | None) -> str:
    """Unit of a metric: degrees for angles, the task's own for its absolute error, "" for a ratio."""
    if metric in _ANGLES:
        return "°"
    return task.display.unit if task and metric == "absolute_error" else ""


def _panels(
    epochs: Mapping[str, tuple[EpochRecord, ...]],
    known: Mapping[str, TaskRecord],
    metrics: Sequence[str] | None,
) -> list[_Panel]:
    pairs = dict.fromkeys(
        (task, metric)
        for one in epochs.values()
        for epoch in one
        for task, values in epoch.metrics.items()
        for metric in values
    )
    for metric in metrics or ():
        require_name("metrics", "metric", metric, list(dict.fromkeys(name for _, name in pairs)))
    shown = []
    for task, metric in pairs:
        better = known[task].higher_is_better.get(metric) if task in known else None
        wanted = (metrics is None or metric in metrics) and (not known or task in known)
        if wanted:
            arrow = "" if better is None else "↑" if better else "↓"
            shown.append(_Panel(task, metric, arrow, metric_unit(metric, known.get(task))))
    if not shown:
        raise ValueError(
            "`run` must have a metric to draw; got none for these tasks. Evaluate on a validation set while training."
        )
    return shown


def _draw_panel(ax: Axes, panel: _Panel, epochs: Mapping[str, tuple[EpochRecord, ...]], color: str) -> None:
    first = min(one[0].epoch for one in epochs.values())
    last = max(one[-1].epoch for one in epochs.values())
    measured = False
    for order, one in enumerate(epochs.values()):
        if not _has(one, panel):
            continue
        values = np.array(_values(one, panel), dtype=float)
        ax.plot([e.epoch for e in one], values, markevery=marker_step(len(one)), **_look(color, order))
        measured |= bool(np.isfinite(values).any())
    ax.set_title(panel.title, color=color, fontsize=13, fontweight="bold")
    epoch_axis(ax, last, first)
    ax.margins(y=0.18)
    if len(epochs) == 1 and measured:
        _write_last(ax, [value for one in epochs.values() for value in _values(one, panel) if math.isfinite(value)])
    if not measured:
        ax.text(0.5, 0.5, "could not be measured", transform=ax.transAxes, ha="center", va="center")
        ax.set_yticks([])


def _write_last(ax: Axes, values: Sequence[float]) -> None:
    """Write the last value in the right corner that the line leaves free."""
    high = values[-1] > (min(values) + max(values)) / 2
    place, side = (0.05, "bottom") if high else (0.95, "top")
    ax.text(0.97, place, number(values[-1]), transform=ax.transAxes, ha="right", va=side, fontweight="bold")


def _has(epochs: Sequence[EpochRecord], panel: _Panel) -> bool:
    return any(panel.task in epoch.metrics for epoch in epochs)


def _values(epochs: Sequence[EpochRecord], panel: _Panel) -> list[float]:
    return [epoch.metrics.get(panel.task, {}).get(panel.metric, float("nan")) for epoch in epochs]


def _look(color: str, order: int) -> dict[str, Any]:
    """Shade, dash and marker of the run that stands at place `order`; the first has the task's own color."""
    toward, share = _SHADES[order % len(_SHADES)]
    red, green, blue = ((1 - share) * channel + share * toward for channel in to_rgb(color))
    shade = to_hex((red, green, blue))
    return {"color": shade, "linestyle": DASHES[order % len(DASHES)], "marker": MARKERS[order % len(MARKERS)]}


def _describe(shown: Sequence[_Panel], epochs: Mapping[str, tuple[EpochRecord, ...]]) -> str:
    sentences = []
    for label, one in epochs.items():
        trends = [
            trend(f"{panel.task} {panel.metric}{_better(panel)}", _values(one, panel))
            for panel in shown
            if _has(one, panel)
        ]
        sentences.append(f"{f'{label}, ' if label else ''}{plural(len(one), 'epoch')}: {'; '.join(trends)}.")
    return f"Validation metrics. {' '.join(sentences)}"


def _better(panel: _Panel) -> str:
    return {"↑": " (higher is better)", "↓": " (lower is better)"}.get(panel.arrow, "")
