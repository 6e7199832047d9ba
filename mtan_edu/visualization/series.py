"""Numbers over epochs: what the curves have in common."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from mtan_edu.records import EpochRecord, RunRecord, TaskRecord

Run: TypeAlias = RunRecord | Sequence[EpochRecord]
"""A run read back from its folder, or the records that `train` has yielded so far."""


def epochs_of(run: Run, argument: str = "run") -> tuple[EpochRecord, ...]:
    """The finished epochs of a run, in order.

    Raises:
        ValueError: If no epoch is finished.
        TypeError: If it is neither a run nor a sequence of epoch records.
    """
    epochs = tuple(run.epochs if isinstance(run, RunRecord) else run)
    wrong = [type(epoch).__name__ for epoch in epochs if not isinstance(epoch, EpochRecord)]
    if wrong:
        raise TypeError(
            f"`{argument}` must be a RunRecord or a sequence of EpochRecords; got {wrong[0]} in it. "
            "Collect what train(...) yields, or read a run with read_run(folder)."
        )
    if not epochs:
        where = f" in {run.folder}" if isinstance(run, RunRecord) else ""
        raise ValueError(
            f"`{argument}` must have a finished epoch; got none{where}. Train it first, or resume it if it was stopped."
        )
    return epochs


def tasks_of(run: Run) -> Mapping[str, TaskRecord]:
    """What is known of a run's tasks; nothing if it is a bare sequence of epochs."""
    return run.tasks if isinstance(run, RunRecord) else {}


def panel_grid(count: int, columns: int = 3) -> tuple[int, int]:
    """Rows and columns for `count` panels: one row as long as they fit, then rows of nearly equal length."""
    rows = math.ceil(count / columns)
    return rows, math.ceil(count / rows)


def panels(figure: Figure, count: int, columns: int = 3) -> list[Axes]:
    """`count` axes with a common range of epochs; only the lowest of each column names it."""
    rows, columns = panel_grid(count, columns)
    axes: list[Axes] = []
    for index in range(count):
        ax = figure.add_subplot(rows, columns, index + 1, sharex=axes[0] if axes else None)
        ax.tick_params(labelbottom=index + columns >= count)
        if index + columns >= count:
            ax.set_xlabel("epoch")
        axes.append(ax)
    return axes


def epoch_axis(ax: Axes, last: int, first: int = 1) -> None:
    """Whole epochs from `first` to `last`, with room for the markers at both ends."""
    margin = 0.5 if last == first else 0.04 * (last - first)
    ax.set_xlim(first - margin, last + margin)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))


def log_axis(ax: Axes, values: Sequence[float]) -> None:
    """A logarithmic axis whose ticks are plain numbers, also where it spans less than a decade."""
    ax.set_yscale("log")
    positive = [value for value in values if math.isfinite(value) and value > 0]
    narrow = bool(positive) and max(positive) < 10 * min(positive)
    ax.yaxis.set_major_locator(MaxNLocator(nbins=5) if narrow else LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())
