"""Where methods go on a landscape of two parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from mtan_edu.records import LandscapeRecord, TrajectoryRecord
from mtan_edu.visualization.style import (
    MORE_COLORS,
    TASK_COLORS,
    TextFigure,
    add_title,
    figure_style,
    new_figure,
)
from mtan_edu.visualization.words import listing, number, plural

START_COLORS = (MORE_COLORS[4], MORE_COLORS[2], MORE_COLORS[0], MORE_COLORS[6], MORE_COLORS[3])
"""One color per start."""

FRONT_COLOR = "#666666"

_COLUMNS = 5


@figure_style()
def show_trajectories(landscape: LandscapeRecord, trajectories: Sequence[TrajectoryRecord]) -> TextFigure:
    """Draw where methods go, a panel each, over the contours of the sum of the losses.

    Args:
        landscape: The losses.
        trajectories: A record per method, all from the same starts.

    Returns:
        The figure. Gray band: the Pareto front, where no task can gain unless another loses. Stars: the tasks' own
        minima. Circles: the starts, black dots: the ends.

    Raises:
        ValueError: If there is no trajectory.
    """
    if not trajectories:
        raise ValueError("`trajectories` must hold at least one method; got none. Compute some with trajectories().")
    columns = min(_COLUMNS, len(trajectories))
    rows = math.ceil(len(trajectories) / columns)
    figure = new_figure(max(6.0, 2.75 * columns + 0.4), 2.35 * rows + 1.5)
    for place, record in enumerate(trajectories):
        ax = figure.add_subplot(rows, columns, place + 1)
        draw_landscape(ax, landscape)
        for start, points in enumerate(record.points):
            color = START_COLORS[start % len(START_COLORS)]
            ax.plot(*points.T, color=color, linewidth=2)
            ax.plot(*points[0], marker="o", markersize=6, markerfacecolor="white", color=color)
            ax.plot(*points[-1], marker="o", markersize=6, color="black")
        ax.set_title(record.method, fontsize=12)
        ax.tick_params(labelleft=place % columns == 0, labelbottom=place + columns >= len(trajectories), labelsize=10)
    figure.legend(handles=_legend(landscape), loc="outside lower center", ncols=4)
    add_title(figure, f"Where do methods go? {plural(len(trajectories), 'method')}, two parameters")
    figure.alt = _describe(landscape, trajectories)
    return figure


@figure_style()
def show_landscape(landscape: LandscapeRecord) -> TextFigure:
    """Draw every task's loss, and their sum, as contours with the Pareto front.

    Args:
        landscape: The losses.

    Returns:
        The figure: a panel per task, and one for the sum.
    """
    figure = new_figure(4.2 * (len(landscape.tasks) + 1), 4.0)
    panels = {f"loss of {task}": values for task, values in zip(landscape.tasks, landscape.losses, strict=True)}
    panels["sum"] = landscape.losses.sum(axis=0)
    for place, (title, values) in enumerate(panels.items(), start=1):
        ax = figure.add_subplot(1, len(panels), place)
        draw_landscape(ax, landscape, values)
        ax.set_title(title, fontsize=13)
    figure.legend(handles=_legend(landscape)[:-2], loc="outside lower center", ncols=4)
    add_title(figure, f"{plural(len(landscape.tasks), 'task')}, two parameters")
    minima = "; ".join(f"{task} at ({x:g}, {y:g})" for task, (x, y) in landscape.minima.items())
    figure.alt = f"Contours of the losses of {listing(landscape.tasks)} and of their sum. Minima: {minima}."
    return figure


def draw_landscape(ax: Axes, landscape: LandscapeRecord, values: np.ndarray | None = None) -> None:
    """Draw contours of `values` (None = the sum of the losses), the Pareto front and the tasks' minima."""
    values = landscape.losses.sum(axis=0) if values is None else values
    ax.contour(
        landscape.x,
        landscape.y,
        values,
        levels=contour_levels(values),
        colors="#C4C4C4",
        linewidths=0.7,
        antialiased=False,
    )
    ax.plot(*landscape.front.T, color=FRONT_COLOR, linewidth=6, alpha=0.55, solid_capstyle="round")
    for (task, (x, y)), color in zip(landscape.minima.items(), minimum_colors(landscape).values(), strict=True):
        ax.plot(x, y, marker="*", markersize=15, color=color, markeredgecolor="white", label=task, linestyle="")
    ax.set_xlim(landscape.x[0], landscape.x[-1])
    ax.set_ylim(landscape.y[0], landscape.y[-1])
    ax.grid(False)


def contour_levels(values: np.ndarray) -> np.ndarray:
    """Levels between which equal parts of the area lie. Few: every line costs its pixels in the notebook's file."""
    return np.unique(np.quantile(values, np.linspace(0.02, 0.98, 8)))


def minimum_colors(landscape: LandscapeRecord) -> Mapping[str, str]:
    """One color per task of the landscape."""
    colors = (*TASK_COLORS.values(), *MORE_COLORS)
    return dict(zip(landscape.tasks, colors, strict=False))


def _legend(landscape: LandscapeRecord) -> list[Line2D]:
    stars = [
        Line2D([], [], marker="*", markersize=13, linestyle="", color=color, label=f"minimum of {task}")
        for task, color in minimum_colors(landscape).items()
    ]
    front = Line2D([], [], color=FRONT_COLOR, linewidth=6, alpha=0.55, label="Pareto front")
    start = Line2D([], [], marker="o", linestyle="", color="#444444", markerfacecolor="white", label="start")
    end = Line2D([], [], marker="o", linestyle="", color="black", label="end")
    return [*stars, front, start, end]


def _describe(landscape: LandscapeRecord, trajectories: Sequence[TrajectoryRecord]) -> str:
    sentences = []
    for record in trajectories:
        ends = "; ".join(
            f"({round(x, 2) + 0.0:.2f}, {round(y, 2) + 0.0:.2f}) with losses {', '.join(map(number, losses))}"
            for (x, y), losses in zip(record.points[:, -1], record.losses[:, -1], strict=True)
        )
        sentences.append(f"{record.method} ends at {ends}.")
    starts = "; ".join(f"({x:g}, {y:g})" for x, y in trajectories[0].points[:, 0])
    what = f"Trajectories of {plural(len(trajectories), 'method')} from {starts}, losses of {listing(landscape.tasks)}"
    return f"{what}. {' '.join(sentences)}"
