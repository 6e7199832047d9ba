"""Where tasks pull in different directions: norms, cosines and shares of their gradients on what they share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from mtan_edu.records import GradientRecord
from mtan_edu.visualization.checks import require_name
from mtan_edu.visualization.series import epoch_axis, log_axis
from mtan_edu.visualization.style import (
    CONFLICT_COLORMAP,
    DASHES,
    MARKERS,
    MORE_COLORS,
    UNKNOWN_COLOR,
    TaskStyle,
    TextFigure,
    add_title,
    figure_style,
    new_figure,
    task_styles,
)
from mtan_edu.visualization.words import listing, number, plural, trend

Records = GradientRecord | Sequence[GradientRecord]
"""Gradients of one epoch, or of several of the same run."""

_MOST_NUMBERS = 8
"""Columns of a heat map up to which a cell has room for its number."""


@figure_style()
def show_gradient_conflicts(
    records: Records, pairs: Sequence[tuple[str, str]] | None = None, limit: float | None = None
) -> TextFigure:
    """Draw the cosine between two tasks' gradients as a heat map: a row per part of the network, a column per epoch.

    Args:
        records: Gradients of one or several epochs.
        pairs: Which pairs of tasks, a panel each; None = all.
        limit: The colors reach from -limit to +limit; None = the largest cosine there is, rounded up to a tenth. Give
            it to compare two figures.

    Returns:
        The figure. Red and a minus: the tasks are in conflict. Blue: they agree. Each cell is the mean over the
        recorded steps; gray = one of the two has no gradient there.

    Raises:
        ValueError: If there is no record, they are not of the same tasks, a pair is unknown, or there are no pairs.
    """
    shown = _in_order(records)
    chosen = _pairs_of(shown[0], pairs)
    cosines = {pair: _cosine_map(shown, pair) for pair in chosen}  # (G, epochs) each
    largest = max((float(np.nanmax(np.abs(c))) for c in cosines.values() if np.isfinite(c).any()), default=0.1)
    limit = max(0.1, np.ceil(10 * largest) / 10) if limit is None else limit
    groups = shown[0].groups
    width = max(2.4, 0.58 * len(shown) + 0.3)
    figure = new_figure(2.9 + width * len(chosen) + 0.6, 1.9 + 0.3 * (len(groups) + 1))
    first: Axes | None = None
    for place, (pair, values) in enumerate(cosines.items(), start=1):
        ax = figure.add_subplot(1, len(chosen), place, sharey=first)
        image = _draw_map(ax, values, [*groups, "whole network"], _epoch_names(shown), limit)
        ax.set_title(" – ".join(pair), fontsize=13, fontweight="bold")
        ax.tick_params(labelleft=first is None)
        first = first or ax
    bar = figure.colorbar(image, ax=figure.axes, shrink=0.6, aspect=30)
    bar.set_label("cosine   (red: conflict, blue: agreement)")
    add_title(figure, f"Do the tasks' gradients agree? Colors from −{limit:g} to {limit:g}")
    figure.alt = _describe_conflicts(shown, cosines)
    return figure


@figure_style()
def show_conflict_history(records: Records) -> TextFigure:
    """Draw the cosines of whole gradients over training, and how often tasks are in conflict.

    Args:
        records: Gradients of one or several epochs.

    Returns:
        The figure. Left: a line per pair of tasks, the band spans the recorded steps. Right: the share of pairs and
        steps with a cosine below 0, on the whole gradient and part by part of the network (mean over the parts).

    Raises:
        ValueError: If there is no record, they are not of the same tasks, or there are no pairs.
    """
    shown = _in_order(records)
    epochs = [record.epoch or 0 for record in shown]
    figure = new_figure(12.0, 4.4)
    left, right = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2)
    left.axhline(0, color="#555555", linewidth=1.5)
    words = []
    for order, pair in enumerate(_pairs_of(shown[0], None)):
        values = np.array([_summary(record.cosines(*pair)) for record in shown])  # (epochs, 3)
        look = _line_look(order)
        left.plot(epochs, values[:, 1], label=" – ".join(pair), **look)
        left.fill_between(epochs, values[:, 0], values[:, 2], color=look["color"], alpha=0.15, linewidth=0)
        words.append(trend(" – ".join(pair), values[:, 1].tolist()))
    left.set_ylabel("cosine of the whole gradients")
    left.set_title("above 0: agreement, below: conflict", fontsize=13)
    left.legend()
    whole = [record.conflict_share() for record in shown]
    parts = [float(np.nanmean([record.conflict_share(group) for group in record.groups])) for record in shown]
    right.plot(epochs, whole, color="#111111", marker="o", label="whole gradient")
    right.plot(epochs, parts, color="#777777", marker="s", linestyle=DASHES[1], label="part by part, mean")
    right.set_ylim(-0.03, 1.03)
    right.set_ylabel("share in conflict")
    right.set_title("pairs and steps with a cosine below 0", fontsize=13)
    right.legend()
    for ax in (left, right):
        epoch_axis(ax, max(epochs), min(epochs))
        ax.set_xlabel("epoch")
    add_title(figure, f"Gradient conflict over training, {plural(len(shown[0].products), 'step')} each")
    shares = f"{trend('on the whole gradient', whole)}; {trend('part by part', parts)}"
    figure.alt = f"Cosines of whole gradients: {'; '.join(words)}. Share in conflict: {shares}."
    return figure


@figure_style()
def show_gradient_norms(records: Records) -> TextFigure:
    """Draw how long every task's gradient is: on all shared parameters over training, and part by part at the end.

    Args:
        records: Gradients of one or several epochs.

    Returns:
        The figure, on logarithmic axes; means over the recorded steps.

    Raises:
        ValueError: If there is no record, or they are not of the same tasks.
    """
    shown = _in_order(records)
    last, epochs = shown[-1], [record.epoch or 0 for record in shown]
    figure = new_figure(13.0, 4.9)
    grid = figure.add_gridspec(1, 2, width_ratios=(1, 1.5))
    left, right = figure.add_subplot(grid[0]), figure.add_subplot(grid[1])
    places, words = range(len(last.groups)), []
    heights: dict[Axes, list[float]] = {left: [], right: []}
    for place, (task, style) in enumerate(task_styles(last.tasks).items()):
        look = _task_look(style)
        whole = [float(record.norms()[:, place].mean()) for record in shown]
        by_part = [float(last.norms(group)[:, place].mean()) for group in last.groups]
        left.plot(epochs, whole, label=task, **look)
        right.plot(places, by_part, label=task, **look)
        words.append(trend(task, whole))
        heights[left] += whole
        heights[right] += by_part
    for ax, values in heights.items():
        log_axis(ax, values)
    epoch_axis(left, max(epochs), min(epochs))
    left.set(xlabel="epoch", ylabel="norm of the gradient ‖g‖")
    left.set_title("all shared parameters", fontsize=13)
    right.set_xticks(places, [_short(group) for group in last.groups], rotation=60, ha="right", fontsize=11)
    right.set_title(f"part by part, {_epoch_name(last)}", fontsize=13)
    left.legend()
    add_title(figure, "How hard does each task pull?")
    longest = {
        task: last.groups[int(np.argmax([last.norms(group)[:, place].mean() for group in last.groups]))]
        for place, task in enumerate(last.tasks)
    }
    most = "; ".join(f"{task} most at {group}" for task, group in longest.items())
    figure.alt = (
        f"Gradient norms on all shared parameters: {'; '.join(words)}. {_epoch_name(last).capitalize()}: {most}."
    )
    return figure


@figure_style()
def show_update_shares(records: Records, group: str | None = None) -> TextFigure:
    """Draw each task's share of the update, λ_k ‖g_k‖ / Σ_i λ_i ‖g_i‖: who really steers the shared parameters.

    Args:
        records: Gradients of one or several epochs.
        group: A part of the network; None = all of it.

    Returns:
        The figure: a bar per recorded epoch, the shares stacked in the order of the tasks, means over the steps. Below
        each bar the weights λ.

    Raises:
        ValueError: If there is no record, they are not of the same tasks, or the part is unknown.
    """
    shown = _in_order(records)
    if group is not None:
        require_name("group", "part", group, shown[0].groups)
    shares = np.array([record.update_shares(group).mean(axis=0) for record in shown])  # (epochs, K)
    tasks = shown[0].tasks
    figure = new_figure(max(8.0, 2.5 + 1.05 * len(shown)), 4.9)
    ax = figure.add_subplot()
    places, bottom = np.arange(len(shown)), np.zeros(len(shown))
    for place, (task, style) in enumerate(task_styles(tasks).items()):
        heights = np.nan_to_num(shares[:, place])
        ax.bar(places, heights, bottom=bottom, width=0.8, color=style.color, label=task, edgecolor="white")
        for x, (low, height) in enumerate(zip(bottom, heights, strict=True)):
            if height > 0.06:
                ax.text(x, low + height / 2, f"{100 * height:.0f} %", ha="center", va="center", color="white",
                        fontsize=12, fontweight="bold")  # fmt: skip
        bottom = bottom + heights
    weights = ["\n".join(f"{w:.2f}" for w in record.weights.mean(axis=0)) for record in shown]
    names = _epoch_names(shown)
    ax.set_xticks(places, [f"{name}\n{lambdas}" for name, lambdas in zip(names, weights, strict=True)])
    ax.set_xlabel(f"epoch, and below it the weights λ of {listing(tasks)}")
    ax.set(ylim=(0, 1), ylabel="share of the update")
    ax.grid(False)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    add_title(figure, f"Who steers {group or 'the shared parameters'}? λ‖g‖, in parts of the sum")
    words = "; ".join(trend(task, shares[:, place].tolist()) for place, task in enumerate(tasks))
    figure.alt = f"Share of the update of each task on {group or 'all shared parameters'}: {words}."
    return figure


def _in_order(records: Records) -> list[GradientRecord]:
    shown = [records] if isinstance(records, GradientRecord) else list(records)
    if not shown:
        raise ValueError("`records` must hold the gradients of at least one epoch; got none. Record them first.")
    first = shown[0]
    for record in shown[1:]:
        if (record.tasks, record.groups) != (first.tasks, first.groups):
            raise ValueError(
                "`records` must be of the same tasks and parts of the network; "
                f"got {listing(first.tasks)} and {listing(record.tasks)}, {len(first.groups)} and "
                f"{len(record.groups)} parts. Draw one run at a time."
            )
    return sorted(shown, key=lambda record: record.epoch or 0)


def _pairs_of(record: GradientRecord, pairs: Sequence[tuple[str, str]] | None) -> list[tuple[str, str]]:
    if not record.pairs:
        raise ValueError(
            f"`records` must hold at least two tasks; got {listing(record.tasks)}. One task has no conflicts."
        )
    for task in (task for pair in pairs or () for task in pair):
        require_name("pairs", "task", task, record.tasks)
    return list(record.pairs) if pairs is None else [(first, second) for first, second in pairs]


def _cosine_map(records: Sequence[GradientRecord], pair: tuple[str, str]) -> np.ndarray:
    """Mean over the steps, `(G + 1, epochs)`: the parts of the network, then all of it."""
    groups = [*records[0].groups, None]
    return np.array([[_summary(record.cosines(*pair, group))[1] for record in records] for group in groups])


def _summary(values: np.ndarray) -> tuple[float, float, float]:
    """Smallest, mean and largest; NaN if nothing is known."""
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.mean()), float(known.max())) if known.size else (np.nan, np.nan, np.nan)


def _draw_map(ax: Axes, values: np.ndarray, rows: Sequence[str], columns: Sequence[str], limit: float) -> Any:
    colors = matplotlib.colormaps[CONFLICT_COLORMAP].with_extremes(bad=UNKNOWN_COLOR)
    image = ax.imshow(np.ma.masked_invalid(values), cmap=colors, norm=Normalize(-limit, limit), aspect="auto")
    if len(columns) <= _MOST_NUMBERS:
        for (y, x), value in np.ndenumerate(values):
            if np.isfinite(value):
                ink = "white" if abs(value) > 0.6 * limit else "black"
                text = f"{round(value, 2) + 0.0:.2f}".replace("-", "−")  # never −0.00
                ax.text(x, y, text, ha="center", va="center", fontsize=10, color=ink)
    ax.axhline(len(rows) - 1.5, color="white", linewidth=4)  # the whole network stands apart
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), [_short(row) for row in rows], fontsize=11)
    ax.set_xlabel("epoch")
    ax.grid(False)
    ax.tick_params(length=0)
    return image


def _epoch_names(records: Sequence[GradientRecord]) -> list[str]:
    return ["?" if record.epoch is None else str(record.epoch) for record in records]


def _epoch_name(record: GradientRecord) -> str:
    return "some epoch" if record.epoch is None else f"epoch {record.epoch}"


def _short(group: str) -> str:
    return group.replace("transition to ", "f to ")


def _line_look(order: int) -> dict[str, Any]:
    place = order % len(MORE_COLORS)
    return {"color": MORE_COLORS[place], "linestyle": DASHES[order % len(DASHES)], "marker": MARKERS[place]}


def _task_look(style: TaskStyle) -> dict[str, Any]:
    return {"color": style.color, "linestyle": style.dash, "marker": style.marker}


def _describe_conflicts(records: Sequence[GradientRecord], cosines: dict[tuple[str, str], np.ndarray]) -> str:
    sentences = []
    for pair, values in cosines.items():
        parts, whole = values[:-1, -1], values[-1].tolist()
        negative = int((parts < 0).sum())
        lowest = int(np.nanargmin(parts)) if np.isfinite(parts).any() else 0
        sentences.append(
            f"{' and '.join(pair)}: in conflict at {negative} of {len(parts)} parts at last, most at "
            f"{records[0].groups[lowest]} ({number(float(parts[lowest]))}); {trend('whole network', whole)}."
        )
    epochs = f"epoch{'s' if len(records) > 1 else ''} {listing(_epoch_names(records))}"
    return f"Cosines between the tasks' gradients, by part of the network, at {epochs}. {' '.join(sentences)}"
