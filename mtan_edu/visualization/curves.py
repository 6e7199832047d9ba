"""Losses and loss weights over the epochs of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from mtan_edu.records import EpochRecord, TaskRecord
from mtan_edu.visualization.series import Run, epoch_axis, epochs_of, log_axis, panel_grid, panels, tasks_of
from mtan_edu.visualization.style import TaskStyle, TextFigure, add_title, figure_style, new_figure, task_styles
from mtan_edu.visualization.words import plural, span, trend

TRAINING: dict[str, Any] = {"linestyle": "--", "fillstyle": "none", "linewidth": 1.6}
"""How a training loss is drawn: dashed, hollow markers."""

VALIDATION: dict[str, Any] = {"linestyle": "-", "fillstyle": "full"}
"""How a validation loss is drawn: solid, filled markers."""


@figure_style()
def show_losses(run: Run, log: bool = False) -> TextFigure:
    """Draw the training and the validation loss of every task, one panel per task.

    The losses are unweighted means over an epoch. Each panel has its own scale, since the losses of different tasks
    have different units.

    Args:
        run: A RunRecord, or EpochRecords in order.
        log: Whether the losses stand on a logarithmic axis.

    Returns:
        The figure. A value that is not finite leaves a gap.

    Raises:
        ValueError: If no epoch is finished.
    """
    epochs = epochs_of(run)
    styles = task_styles(epochs[-1].train_losses)
    rows, columns = panel_grid(len(styles))
    figure = new_figure(max(7.0, 3.8 * columns), 3.9 if rows == 1 else 2.9 * rows + 0.6)
    for ax, (task, style) in zip(panels(figure, len(styles)), styles.items(), strict=True):
        draw_losses(ax, epochs, task, style)
        ax.set_ylabel(loss_label(tasks_of(run).get(task)))
        if log:
            log_axis(ax, [value for e in epochs for value in (e.train_losses[task], e.val_losses[task])])
    add_title(figure, f"Loss of each task, {span([epoch.epoch for epoch in epochs])}")
    add_loss_legend(figure)
    figure.alt = describe_losses(epochs)
    return figure


@figure_style()
def show_weights(run: Run) -> TextFigure:
    """Draw the weight λ that every task's loss had in each epoch.

    Args:
        run: A RunRecord, or EpochRecords in order.

    Returns:
        The figure: one line per task. Lines that lie on each other are drawn one inside the other.

    Raises:
        ValueError: If no epoch is finished.
    """
    epochs = epochs_of(run)
    figure = new_figure(9.5, 4.4)
    ax = figure.add_subplot()
    draw_weights(ax, epochs)
    ax.set_xlabel("epoch")
    legend = figure.legend(loc="outside right center", handlelength=3.2)
    for handle in legend.get_lines():
        handle.set(linewidth=2.2, markersize=6)
    add_title(figure, f"Loss weight λ of each task, {span([epoch.epoch for epoch in epochs])}")
    figure.alt = describe_weights(epochs)
    return figure


def draw_losses(ax: Axes, epochs: tuple[EpochRecord, ...], task: str, style: TaskStyle) -> tuple[Line2D, Line2D]:
    """Draw one task's training and validation loss; returns the two lines."""
    numbers = [epoch.epoch for epoch in epochs]
    look: dict[str, Any] = {"color": style.color, "marker": style.marker, "markevery": marker_step(len(epochs))}
    (training,) = ax.plot(numbers, [e.train_losses[task] for e in epochs], label="training", **look, **TRAINING)
    (validation,) = ax.plot(numbers, [e.val_losses[task] for e in epochs], label="validation", **look, **VALIDATION)
    ax.set_title(task, color=style.color, fontweight="bold")
    epoch_axis(ax, numbers[-1], numbers[0])
    return training, validation


def draw_weights(ax: Axes, epochs: tuple[EpochRecord, ...]) -> dict[str, Line2D]:
    """Draw every task's weight; returns task → line."""
    numbers = [epoch.epoch for epoch in epochs]
    weights = {task: np.array([e.weights[task] for e in epochs], dtype=float) for task in epochs[-1].weights}
    lines = {}
    for task, style in task_styles(weights).items():
        look: dict[str, Any] = {"color": style.color, "linestyle": style.dash, "marker": style.marker}
        (lines[task],) = ax.plot(numbers, weights[task], label=task, markevery=marker_step(len(epochs)), **look)
    nest(lines)
    epoch_axis(ax, numbers[-1], numbers[0])
    highest = max((float(np.nanmax(v)) for v in weights.values() if np.isfinite(v).any()), default=1.0)
    ax.set_ylim(0, 1.15 * highest if highest > 0 else 1)
    ax.set_ylabel("loss weight λ")
    return lines


def nest(lines: Mapping[str, Line2D]) -> None:
    """Draw lines that lie on each other one inside the other, so that none is hidden."""
    values = {task: np.asarray(line.get_ydata(), dtype=float) for task, line in lines.items()}
    for order, (task, line) in enumerate(lines.items()):
        later = list(lines)[order + 1 :]
        hidden_by = sum(np.allclose(values[task], values[other], equal_nan=True) for other in later)
        line.set(linewidth=2.2 + 3 * hidden_by, markersize=6 + 5 * hidden_by)


def marker_step(count: int) -> int:
    """Every how many epochs a marker stands: all of a short run, about 20 of a long one."""
    return max(1, count // 20)


def loss_label(task: TaskRecord | None) -> str:
    """Name of a loss axis, with the unit if the task's error has one."""
    return f"loss [{task.display.unit}]" if task and task.display.unit else "loss"


def add_loss_legend(figure: TextFigure) -> None:
    """Say below the panels which line is training and which is validation."""
    look: dict[str, Any] = {"color": "#333333", "marker": "o"}
    handles = [
        Line2D([], [], label="training", **look, **TRAINING),
        Line2D([], [], label="validation", **look, **VALIDATION),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, handlelength=3.2)


def describe_losses(epochs: tuple[EpochRecord, ...]) -> str:
    """The losses in words."""
    tasks = list(epochs[-1].train_losses)
    validation = "; ".join(trend(task, [e.val_losses[task] for e in epochs]) for task in tasks)
    training = "; ".join(trend(task, [e.train_losses[task] for e in epochs]) for task in tasks)
    over = f"{plural(len(tasks), 'task')} over {plural(len(epochs), 'epoch')}"
    return f"Losses of {over}. Validation: {validation}. Training: {training}."


def describe_weights(epochs: tuple[EpochRecord, ...]) -> str:
    """The weights in words."""
    tasks = list(epochs[-1].weights)
    trends = "; ".join(trend(task, [e.weights[task] for e in epochs]) for task in tasks)
    return f"Loss weights of {plural(len(tasks), 'task')} over {plural(len(epochs), 'epoch')}: {trends}."
