"""Attention masks: task beside task, stage after stage, and where two tasks differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

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
    add_title,
    figure_style,
    task_styles,
)
from mtan_edu.visualization.words import listing, number, when

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
    colors = {task: style.color for task, style in task_styles(record.tasks).items() if task in names}
    grid = MaskGrid(record.images[image], {n: colors[n] for n in names}, labels(columns), note_lines=scale == "own")
    missing = 0
    for row, task in enumerate(names):
        for ax, column in zip(grid.axes(row), columns, strict=True):
            values = column.take(record.values(task, column.stage)[image])
            missing += int((~np.isfinite(values)).sum())
            low, high = (0.0, 1.0) if scale == "shared" else finite_range(values)
            draw_map(ax, values, MASK_COLORMAP, low, high)
            if scale == "own":
                ax.set_xlabel(range_label(low, high), fontsize=12)
    add_mask_colorbar(grid, scale)
    title = f"Attention masks, {_what(channels)} · {_which(record, image, columns)}"
    add_title(grid.figure, title, " · ".join(filter(None, [scale_note(scale), missing_note(missing)])))
    grid.figure.alt = _describe(record, image, names, columns, title, missing)
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
    styles = task_styles(record.tasks)
    rows = {task_a: styles[task_a].color, task_b: styles[task_b].color, f"{task_a}\n− {task_b}": "#333333"}
    grid = MaskGrid(record.images[image], rows, labels(columns), note_lines=1)
    pairs = [tuple(record.values(task, column.stage)[image] for task in (task_a, task_b)) for column in columns]
    maps = [(column.take(a), column.take(b)) for column, (a, b) in zip(columns, pairs, strict=True)]
    limit = max(max(map(abs, finite_range(a - b))) for a, b in maps) or 1.0
    missing = sum(int((~np.isfinite(a - b)).sum()) for a, b in maps)
    numbers = []
    for place, (column, (a, b), (map_a, map_b)) in enumerate(zip(columns, pairs, maps, strict=True)):
        draw_map(grid.axes(0)[place], map_a, MASK_COLORMAP, 0, 1)
        draw_map(grid.axes(1)[place], map_b, MASK_COLORMAP, 0, 1)
        ax = grid.axes(2)[place]
        draw_map(ax, map_a - map_b, DIFFERENCE_COLORMAP, -limit, limit)
        whole = (a, b) if column.channel is None else (map_a, map_b)
        apart, alike = mean_difference(*whole), correlation(*whole)
        ax.set_xlabel(f"|Δ| {apart:.2f}\nr {alike:+.2f}", fontsize=12)
        numbers.append(f"{_short(column)} mean |difference| {number(apart)}, correlation {number(alike)}")
    add_mask_colorbar(grid, "shared", rows=(0, 1))
    _add_difference_colorbar(grid, limit, task_a, task_b)
    title = f"Masks of {task_a} and {task_b}, {_what(channels)} · {_which(record, image, columns)}"
    note = "|Δ| = mean absolute difference, r = centered correlation"
    add_title(grid.figure, title, " · ".join(filter(None, [note, missing_note(missing)])))
    grid.figure.alt = f"{title}. {'; '.join(numbers)}. {missing_note(missing)}".strip()
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


def add_mask_colorbar(grid: MaskGrid, scale: str, rows: Sequence[int] | None = None) -> None:
    """Say which color is which mask value, at the right end."""
    axes = grid.all_axes(rows)
    bar = grid.figure.colorbar(ScalarMappable(Normalize(0, 1), MASK_COLORMAP), ax=axes, shrink=0.9, aspect=14)
    if scale == "own":
        bar.set_ticks([0, 1], labels=["panel's\nlowest", "panel's\nhighest"])
    else:
        bar.set_ticks([0, 0.5, 1], labels=["0 closed", "0.5", "1 open"])
    bar.outline.set_visible(False)


def _add_difference_colorbar(grid: MaskGrid, limit: float, task_a: str, task_b: str) -> None:
    mappable = ScalarMappable(Normalize(-limit, limit), DIFFERENCE_COLORMAP)
    bar = grid.figure.colorbar(mappable, ax=grid.all_axes([2]), shrink=0.9, aspect=7)
    bar.set_ticks([-limit, 0, limit], labels=[f"−{number(limit)} {task_b}", "0", f"+{number(limit)} {task_a}"])
    bar.outline.set_visible(False)


def require_scale(scale: str) -> None:
    """Raise a ValueError if there is no such color scale."""
    if scale not in SCALES:
        raise ValueError(f"`scale` must be {listing(map(repr, SCALES))}; got {scale!r}. 'shared' compares panels.")


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


def _describe(
    record: MaskRecord, image: int, tasks: Sequence[str], columns: Sequence[Column], title: str, missing: int
) -> str:
    parts: Mapping[str, list[str]] = {task: [] for task in tasks}
    for task in tasks:
        for column in columns:
            values = column.take(record.values(task, column.stage)[image])
            parts[task].append(f"{_short(column)} {number(mean(values))} ± {number(contrast(values))}")
    sentences = " ".join(f"{task}: {', '.join(part)}." for task, part in parts.items())
    return f"{title}. Mean ± contrast over pixels. {sentences} {missing_note(missing)}".strip()
