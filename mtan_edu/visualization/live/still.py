"""The curves as a figure: for notebooks that nobody runs, and where scripts do not."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from mtan_edu.records import EpochRecord
from mtan_edu.visualization.canvas import Canvas
from mtan_edu.visualization.curves import (
    add_loss_legend,
    describe_losses,
    describe_weights,
    draw_losses,
    draw_weights,
)
from mtan_edu.visualization.live.progress import NOTHING_YET
from mtan_edu.visualization.series import epoch_axis, log_axis, panel_grid
from mtan_edu.visualization.style import TextFigure, figure_style, new_figure, task_styles
from mtan_edu.visualization.words import plural

_COLUMNS = 4
_WIDTH, _HEIGHT, _MARGIN = 3.2, 2.9, 0.6  # of a panel, with and without its numbers [inch]


@figure_style()
def draw_still(
    epochs: Sequence[EpochRecord], tasks: Sequence[str], title: str, planned: int | None = None, log: bool = False
) -> TextFigure:
    """Draw the losses of every task and the weights of all.

    Args:
        epochs: The epochs so far; may be empty.
        tasks: Names of the tasks, in order.
        title: How far the training is.
        planned: How many epochs will be trained, if known.
        log: Whether the losses stand on a logarithmic axis.

    Returns:
        The figure: a panel per task, and one for the weights. A value that is not finite leaves a gap.
    """
    if not epochs:
        return _draw_nothing()
    epochs = tuple(epochs)
    rows, columns = panel_grid(len(tasks) + 1, columns=_COLUMNS)
    gaps = describe_gaps(epochs, tasks)
    canvas = Canvas(max(7.0, columns * _WIDTH + 0.2), rows * _HEIGHT + 0.45, title, gaps)
    axes = [_add_panel(canvas, *divmod(place, columns), rows) for place in range(len(tasks) + 1)]
    for ax, (task, style) in zip(axes, task_styles(tasks).items(), strict=False):
        draw_losses(ax, epochs, task, style)
        if log:
            log_axis(ax, [value for e in epochs for value in (e.train_losses[task], e.val_losses[task])])
    draw_weights(axes[-1], epochs)
    axes[-1].set_title("weights λ", fontweight="bold")
    axes[-1].set_ylabel("")
    for ax in axes:
        epoch_axis(ax, max(epochs[-1].epoch, planned or 0), epochs[0].epoch)
    add_loss_legend(canvas.figure)
    canvas.figure.alt = f"{title}. {describe_losses(epochs)} {describe_weights(epochs)} {gaps}".rstrip()
    return canvas.figure


def describe_gaps(epochs: Sequence[EpochRecord], tasks: Sequence[str]) -> str:
    """Say which losses are not finite, and since when; nothing if all are."""
    words = []
    for task in tasks:
        for name, of in (("training", "train_losses"), ("validation", "val_losses")):
            lost = [e.epoch for e in epochs if not math.isfinite(getattr(e, of).get(task, math.nan))]
            if lost:
                words.append(
                    f"{task}, {name}: {plural(len(lost), 'value')} not finite, first in epoch {lost[0]}: a gap"
                )
    return " · ".join(words)


def _add_panel(canvas: Canvas, row: int, column: int, rows: int) -> Axes:
    left, top = 0.1 + column * _WIDTH + _MARGIN, row * _HEIGHT + 0.35
    ax = canvas.place(left, top, _WIDTH - _MARGIN - 0.1, _HEIGHT - (0.9 if row == rows - 1 else 0.7))
    if row == rows - 1:
        ax.set_xlabel("epoch")
    return ax


def _draw_nothing() -> TextFigure:
    figure = new_figure(9.0, 0.6)
    figure.text(0.5, 0.5, NOTHING_YET, ha="center", va="center")
    figure.alt = NOTHING_YET
    return figure
