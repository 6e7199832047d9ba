"""Curves that grow while a network trains."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from mtan_edu.records import EpochRecord
from mtan_edu.visualization.canvas import Canvas
from mtan_edu.visualization.curves import (
    add_loss_legend,
    describe_losses,
    describe_weights,
    draw_losses,
    draw_weights,
    marker_step,
    nest,
)
from mtan_edu.visualization.notebook import Output
from mtan_edu.visualization.series import epoch_axis, log_axis, panel_grid
from mtan_edu.visualization.style import TextFigure, figure_style, task_styles
from mtan_edu.visualization.words import listing

_LARGEST_SHARE = 0.1  # of the training time may go into drawing
_WIDTH, _HEIGHT, _MARGIN = 3.2, 2.9, 0.6  # of a panel, with and without its numbers [inch]


class LiveCurves:
    """The losses and weights of a training run, in one picture that is redrawn in place.

        live = LiveCurves(tasks, epochs=8)
        for record in live.follow(train(model, tasks, weighting, data, config)):
            ...

    A picture is drawn at most every `min_seconds`, and less often if drawing took more than a tenth of the time; the
    last epoch is always drawn. In a notebook the picture is one PNG output below the cell; elsewhere `figure` keeps it.

    Args:
        tasks: Names of the tasks, in order (a mapping by task name will do).
        epochs: How many epochs will be trained, if known: fixes the axis and tells how long it will take.
        min_seconds: Shortest time between two pictures [s].
        log: Whether the losses stand on a logarithmic axis.

    Raises:
        ValueError: If there is no task, `epochs` is below 1 or `min_seconds` below 0.
    """

    def __init__(
        self, tasks: Iterable[str], epochs: int | None = None, min_seconds: float = 0.5, log: bool = False
    ) -> None:
        self.tasks = tuple(tasks)
        if not self.tasks:
            raise ValueError("`tasks` must name at least one task; got none. Pass the tasks that are trained.")
        if epochs is not None and epochs < 1:
            raise ValueError(f"`epochs` must be at least 1; got {epochs}. Leave it out if it is not known.")
        if min_seconds < 0:
            raise ValueError(f"`min_seconds` must be at least 0; got {min_seconds}. 0 draws every epoch.")
        self._planned, self._min_seconds, self._log = epochs, min_seconds, log
        self._records: list[EpochRecord] = []
        self._drawn = 0
        self._next_draw = 0.0
        self._output = Output()
        self._picture: _Picture | None = None

    @property
    def records(self) -> tuple[EpochRecord, ...]:
        """The epochs seen so far."""
        return tuple(self._records)

    @property
    def figure(self) -> TextFigure:
        """The figure as last drawn.

        Raises:
            ValueError: If no epoch has been seen.
        """
        if self._picture is None:
            raise ValueError("`update` must be called before there is a figure; got no epoch yet. Train one.")
        return self._picture.figure

    def follow(self, records: Iterable[EpochRecord]) -> Iterator[EpochRecord]:
        """Pass epoch records on and draw each; the last is drawn even if training is interrupted.

        Args:
            records: What `train` yields.

        Yields:
            The same records.
        """
        try:
            for record in records:
                self.update(record)
                yield record
        finally:
            self.finish()

    def update(self, record: EpochRecord) -> None:
        """Add an epoch, and draw if it is time.

        Args:
            record: The epoch that has just finished.

        Raises:
            ValueError: If it lacks one of the tasks.
        """
        missing = [task for task in self.tasks if task not in record.train_losses]
        if missing:
            raise ValueError(
                f"`record` must have a loss for {listing(self.tasks)}; got none for {listing(missing)}. "
                "Pass to LiveCurves the tasks that are trained."
            )
        self._records.append(record)
        if time.perf_counter() >= self._next_draw or record.epoch == self._planned:
            self._draw()

    def finish(self) -> None:
        """Draw the epochs that have not been drawn yet. Further updates may follow."""
        if self._drawn < len(self._records):
            self._draw()

    def _draw(self) -> None:
        start = time.perf_counter()
        if self._picture is None:
            self._picture = _Picture(self.records, self.tasks, self._planned, self._log)
        else:
            self._picture.redraw(self.records)
        self._output.show(self._picture.figure.bundle())
        self._drawn = len(self._records)
        end = time.perf_counter()
        self._next_draw = end + max(self._min_seconds, (end - start) / _LARGEST_SHARE)


class _Picture:
    """The artists, drawn once and then only moved."""

    @figure_style()
    def __init__(self, epochs: tuple[EpochRecord, ...], tasks: tuple[str, ...], planned: int | None, log: bool) -> None:
        rows, columns = panel_grid(len(tasks) + 1, columns=4)
        self._canvas = Canvas(max(7.0, columns * _WIDTH + 0.2), rows * _HEIGHT + 0.45, _progress(epochs, planned))
        self.figure = self._canvas.figure
        self._axes = [self._add_panel(*divmod(place, columns), rows) for place in range(len(tasks) + 1)]
        self._planned, self._log = planned, log
        self._losses = {
            task: draw_losses(ax, epochs, task, style)
            for ax, (task, style) in zip(self._axes, task_styles(tasks).items(), strict=False)
        }
        self._weights = draw_weights(self._axes[-1], epochs)
        self._axes[-1].set_title("weights λ", fontweight="bold")
        self._axes[-1].set_ylabel("")
        add_loss_legend(self.figure)
        self.redraw(epochs)

    def redraw(self, epochs: tuple[EpochRecord, ...]) -> None:
        """Move the lines to these epochs."""
        numbers = [epoch.epoch for epoch in epochs]
        for ax, (task, (training, validation)) in zip(self._axes, self._losses.items(), strict=False):
            train, val = [e.train_losses[task] for e in epochs], [e.val_losses[task] for e in epochs]
            _move(training, numbers, train)
            _move(validation, numbers, val)
            _fit(ax)
            if self._log:
                log_axis(ax, train + val)
        for task, line in self._weights.items():
            _move(line, numbers, [e.weights[task] for e in epochs])
        nest(self._weights)
        self._axes[-1].set_ylim(0, _top([weight for e in epochs for weight in e.weights.values()]))
        for ax in self._axes:
            epoch_axis(ax, max(numbers[-1], self._planned or 0), numbers[0])
        progress = _progress(epochs, self._planned)
        self._canvas.titles[0].set_text(progress)
        self.figure.alt = f"{progress}. {describe_losses(epochs)} {describe_weights(epochs)}"

    def _add_panel(self, row: int, column: int, rows: int) -> Axes:
        left, top = 0.1 + column * _WIDTH + _MARGIN, row * _HEIGHT + 0.35
        ax = self._canvas.place(left, top, _WIDTH - _MARGIN - 0.1, _HEIGHT - (0.9 if row == rows - 1 else 0.7))
        if row == rows - 1:
            ax.set_xlabel("epoch")
        return ax


def _move(line: Line2D, numbers: list[int], values: list[float]) -> None:
    line.set_data(numbers, values)
    line.set_markevery(marker_step(len(numbers)))


def _fit(ax: Axes) -> None:
    ax.relim()
    ax.autoscale_view(scalex=False)


def _top(weights: list[float]) -> float:
    finite = [weight for weight in weights if 0 < weight < float("inf")]
    return 1.15 * max(finite) if finite else 1.0


def _progress(epochs: tuple[EpochRecord, ...], planned: int | None) -> str:
    done, each = epochs[-1].epoch, sum(e.seconds for e in epochs) / len(epochs)
    text = f"Epoch {done}{f' of {planned}' if planned else ''} · {_duration(each)} each"
    left = (planned - done) * each if planned else 0
    return f"{text} · {_duration(left)} left" if left > 0 else text


def _duration(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
