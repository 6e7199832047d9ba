"""Attention masks: task beside task, stage after stage, and where two tasks differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from mtan_edu.records import MaskRecord
from mtan_edu.visualization.checks import require_index, require_masks, require_name
from mtan_edu.visualization.mask_panels import (
    MOST_VARYING,
    Column,
    MaskGrid,
    columns_of,
    draw_map,
    finite_range,
    missing_note,
    range_label,
)
from mtan_edu.visualization.mask_statistics import contrast, correlation, mean, mean_difference
from mtan_edu.visualization.style import (
    DIFFERENCE_COLORMAP,
    MASK_COLORMAP,
    TextFigure,
    figure_style,
    task_styles,
)
from mtan_edu.visualization.words import number, when

SCALES = ("shared", "own")
"""Color scales of masks: all from 0 to 1, or each panel from its lowest to its highest value."""


@figure_style()
def show_masks(
    record: MaskRecord,
    image: int = 0,
    tasks: str | Sequence[str] | None = None,
    stages: str | Sequence[str] | None = None,
    channels: int | Sequence[int] | str | None = None,
    count: int | None = None,
    scale: str = "shared",
) -> TextFigure:
    """Draw the attention masks of one image: a row per task, a column per stage and channel.

    Args:
        record: The recorded masks.
        image: Which of the recorded images.
        tasks: Which tasks; None = all.
        stages: Which stages; None = all.
        channels: None = the mean over a stage's channels; a number or several; or "most varying" = the channels with
            the highest contrast over the pixels, averaged over the tasks, so that every task shows the same ones.
        count: How many channels "most varying" shows per stage; None = 8 of a single stage, 1 of each of several.
        scale: "shared" = every panel from 0 to 1, so that they can be compared; "own" = every panel from its lowest
            to its highest value, which are written below it.

    Returns:
        The figure. NaN is drawn in a color of its own and counted.

    Raises:
        ValueError: If the record is empty, or an image, task, stage, channel or scale is unknown.
    """
    require_masks(record)
    require_index("image", image, len(record.images), "images")
    require_scale(scale)
    names = chosen_tasks(record, tasks)
    columns = columns_of(record, image, names, stages, channels, count)
    maps = [[column.take(record.values(task, column.stage)[image]) for column in columns] for task in names]
    missing = missing_note(maps)
    title = f"Attention masks, {_what(channels)} · {_which(record, image, columns)}"
    note = " · ".join(filter(None, [scale_note(scale), missing]))
    styles = task_styles(record.tasks)
    rows = {name: styles[name].color for name in names}
    below = [2 if scale == "own" else 0] * len(rows)
    grid = MaskGrid(record.images[image], rows, labels(columns), title, note, below)
    for row, values in enumerate(maps):
        draw_masks(grid.axes(row), values, scale)
    add_mask_colorbar(grid, scale, range(len(names)))
    words = [f"{name}: {_statistics(columns, values)}." for name, values in zip(names, maps, strict=True)]
    grid.figure.alt = f"{title}. Mean ± contrast over pixels. {' '.join(words)} {missing}".strip()
    return grid.figure


@figure_style()
def show_mask_difference(
    record: MaskRecord,
    task_a: str,
    task_b: str,
    image: int = 0,
    stages: str | Sequence[str] | None = None,
    channels: int | Sequence[int] | str | None = None,
    count: int | None = None,
) -> TextFigure:
    """Draw the masks of two tasks and, below them, their difference.

    The masks share the scale 0 to 1. The difference has one scale for all its panels, symmetric around 0: red where
    the first task's mask is more open, blue where the second's is. Below each stand two numbers over all pixels, and
    over all channels where the panel is their mean: the mean |difference|, and the centered correlation r.

    Args:
        record: The recorded masks.
        task_a: The first task.
        task_b: The second task, which is subtracted.
        image: Which of the recorded images.
        stages: Which stages; None = all.
        channels: As in `show_masks`.
        count: As in `show_masks`.

    Returns:
        The figure.

    Raises:
        ValueError: If the record is empty, an image, task, stage or channel is unknown, or both tasks are the same.
    """
    require_masks(record)
    require_index("image", image, len(record.images), "images")
    for argument, task in (("task_a", task_a), ("task_b", task_b)):
        require_name(argument, "task", task, record.tasks)
    if task_a == task_b:
        raise ValueError(f"`task_b` must be another task than `task_a`; got {task_b!r} twice. Choose two tasks.")
    columns = columns_of(record, image, (task_a, task_b), stages, channels, count)
    whole_a, whole_b = ([record.values(task, column.stage)[image] for column in columns] for task in (task_a, task_b))
    maps_a, maps_b = ([c.take(w) for c, w in zip(columns, whole, strict=True)] for whole in (whole_a, whole_b))
    differences = [a - b for a, b in zip(maps_a, maps_b, strict=True)]
    limit = max(max(map(abs, finite_range(d))) for d in differences) or 1.0
    numbers = [
        (mean_difference(a, b), correlation(a, b))
        for a, b in zip(_compared(columns, whole_a), _compared(columns, whole_b), strict=True)
    ]
    missing = missing_note([maps_a, maps_b])
    title = f"Masks of {task_a} and {task_b}, {_what(channels)} · {_which(record, image, columns)}"
    note = "Below: mean absolute difference |Δ| and centered correlation r, over all pixels"
    note = f"{note} and channels" if channels is None else note
    styles = task_styles(record.tasks)
    rows = {task_a: styles[task_a].color, task_b: styles[task_b].color, f"{task_a}\n− {task_b}": "#333333"}
    notes = " · ".join(filter(None, [note, missing]))
    grid = MaskGrid(record.images[image], rows, labels(columns), title, notes, lines_below=[0, 1, 2])
    draw_masks(grid.axes(0), maps_a, "shared")
    draw_masks(grid.axes(1), maps_b, "shared")
    for ax, values, (apart, alike) in zip(grid.axes(2), differences, numbers, strict=True):
        draw_map(ax, values, DIFFERENCE_COLORMAP, -limit, limit)
        ax.set_xlabel(f"|Δ| {apart:.2f}\nr {alike:+.2f}".replace("-", "−"), fontsize=12)
    add_mask_colorbar(grid, "shared", range(2))
    ends = [f"−{limit:.2f}", "0", f"+{limit:.2f}"]
    grid.add_colorbar(DIFFERENCE_COLORMAP, -limit, limit, ends, range(2, 3))
    words = [
        f"{_short(column)} mean |difference| {number(apart)}, correlation {number(alike)}"
        for column, (apart, alike) in zip(columns, numbers, strict=True)
    ]
    grid.figure.alt = f"{title}. {'; '.join(words)}. {missing}".strip()
    return grid.figure


def chosen_tasks(record: MaskRecord, tasks: str | Sequence[str] | None) -> tuple[str, ...]:
    """The tasks that somebody asked for.

    Raises:
        ValueError: If one is unknown.
    """
    if tasks is None:
        return record.tasks
    names = (tasks,) if isinstance(tasks, str) else tuple(tasks)
    return tuple(require_name("tasks", "task", name, record.tasks) for name in names) or record.tasks


def labels(columns: Sequence[Column]) -> list[str]:
    """Column labels; the stage is left out where it is always the same and channels are shown."""
    if len({column.stage for column in columns}) == 1 and columns[0].channel is not None:
        return [f"channel {column.channel}" for column in columns]
    return [column.label for column in columns]


def draw_masks(axes: Sequence[Axes], maps: Sequence[np.ndarray], scale: str) -> None:
    """Draw maps in their axes on the scale 0 to 1, or each on its own scale, which is written below it."""
    for ax, values in zip(axes, maps, strict=True):
        low, high = (0.0, 1.0) if scale == "shared" else finite_range(values)
        draw_map(ax, values, MASK_COLORMAP, low, high)
        if scale == "own":
            ax.set_xlabel(range_label(low, high), fontsize=12)


def add_mask_colorbar(grid: MaskGrid, scale: str, rows: range) -> None:
    """Say which color is which mask value."""
    ends = ["panel's\nlowest", "panel's\nhighest"] if scale == "own" else ["0 closed", "0.5", "1 open"]
    grid.add_colorbar(MASK_COLORMAP, 0.0, 1.0, ends, rows)


def require_scale(scale: str) -> None:
    """Raise a ValueError if there is no such color scale."""
    if scale not in SCALES:
        raise ValueError(f"`scale` must be {' or '.join(map(repr, SCALES))}; got {scale!r}. 'shared' compares panels.")


def _what(channels: int | Sequence[int] | str | None) -> str:
    if channels is None:
        return "mean over channels"
    return "most varying channels" if channels == MOST_VARYING else "chosen channels"


def _which(record: MaskRecord, image: int, columns: Sequence[Column]) -> str:
    stages = list(dict.fromkeys(column.stage for column in columns))
    channels, height, width = columns[0].size
    stage = f"{stages[0]} ({channels} @ {height}×{width})" if len(stages) == 1 else ""
    return " · ".join(filter(None, [stage, f"image {image}", when(record.epoch)]))


def scale_note(scale: str) -> str:
    """Say which colors may be compared."""
    if scale == "shared":
        return "One scale for all panels, 0 to 1"
    return "Every panel has its OWN scale, written below it: colors of two panels cannot be compared"


def _short(column: Column) -> str:
    return column.stage if column.channel is None else f"{column.stage} channel {column.channel}"


def _compared(columns: Sequence[Column], whole: Sequence[np.ndarray]) -> list[np.ndarray]:
    """What is compared in numbers: all channels where the panel is their mean, else the channel that it shows."""
    return [w if c.channel is None else c.take(w) for c, w in zip(columns, whole, strict=True)]


def _statistics(columns: Sequence[Column], maps: Sequence[np.ndarray]) -> str:
    parts = [f"{_short(c)} {number(mean(m))} ± {number(contrast(m))}" for c, m in zip(columns, maps, strict=True)]
    return ", ".join(parts)
