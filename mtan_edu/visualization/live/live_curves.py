"""Curves that grow while a network trains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtan_edu.records import EpochRecord, TaskRecord
from mtan_edu.visualization.live.history import History
from mtan_edu.visualization.live.still import draw_still
from mtan_edu.visualization.notebook import Output, in_notebook
from mtan_edu.visualization.style import TextFigure
from mtan_edu.visualization.words import listing

if TYPE_CHECKING:
    from mtan_edu.visualization.live.widget import CurvesWidget


class LiveCurves:
    """The losses, weights and metrics of a training run, moving while it trains.

        live = LiveCurves(tasks, epochs=8)
        for record in live.follow(train(model, tasks, weighting, data, config)):
            ...

    In a notebook the curves are drawn by the browser, where zoom, smoothing and a logarithmic axis work although the
    cell is busy; Python only hands over each new point. Before them stands a picture with an alt text: it gives way
    while they live, and shows the last state once training has ended, wherever no script runs. Elsewhere nothing is
    shown, and `figure` draws what there is.

    Args:
        tasks: Names of the tasks, in order. From a mapping to what is known of them (tasks, or their records) come
            the units, and which direction is better.
        epochs: How many epochs will be trained, if known: fixes the axis and tells how long it will take.
        min_seconds: Shortest time between two messages to the browser; points that come faster travel together [s].
        log: Whether the losses stand on a logarithmic axis at first.

    Raises:
        ValueError: If there is no task, `epochs` is below 1 or `min_seconds` below 0.
    """

    def __init__(
        self, tasks: Iterable[str], epochs: int | None = None, min_seconds: float = 0.02, log: bool = False
    ) -> None:
        self.tasks = tuple(tasks)
        if not self.tasks:
            raise ValueError("`tasks` must name at least one task; got none. Pass the tasks that are trained.")
        if epochs is not None and epochs < 1:
            raise ValueError(f"`epochs` must be at least 1; got {epochs}. Leave it out if it is not known.")
        if min_seconds < 0:
            raise ValueError(f"`min_seconds` must be at least 0; got {min_seconds}. 0 sends every epoch by itself.")
        self._planned, self._min_seconds, self._log = epochs, min_seconds, log
        self._history = History(_known(self.tasks, tasks), epochs)
        self._output = Output()
        self._widget: CurvesWidget | None = None
        self._drawn: tuple[int, TextFigure] | None = None

    @property
    def records(self) -> tuple[EpochRecord, ...]:
        """The epochs seen so far."""
        return tuple(self._history.records)

    @property
    def figure(self) -> TextFigure:
        """The losses and weights of the epochs so far, as a figure; a sentence if there is none."""
        if self._drawn is None or self._drawn[0] != len(self._history):
            still = draw_still(self.records, self.tasks, self._history.progress, self._planned, self._log)
            self._drawn = len(self._history), still
        return self._drawn[1]

    def follow(self, records: Iterable[EpochRecord]) -> Iterator[EpochRecord]:
        """Pass epoch records on and draw each; the last is drawn even if training is interrupted.

        Args:
            records: What `train` yields.

        Yields:
            The same records.
        """
        self._show()
        try:
            for record in records:
                self.update(record)
                yield record
        finally:
            self.finish()

    def update(self, record: EpochRecord) -> None:
        """Add an epoch, and hand it to the browser if there is one.

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
        self._show()
        same_columns = self._history.add(record)
        if self._widget is None:
            return
        if same_columns:
            self._widget.tell(at_once=record.epoch == self._planned)
        else:
            self._widget.tell_all()

    def finish(self) -> None:
        """Draw the picture of what there is, and let the notebook keep all points. Further updates may follow."""
        if self._widget is not None:
            self._widget.tell_all()
            self._output.show(self.figure.bundle())

    def to_html(self, file: str | Path) -> Path:
        """Write a page with the curves as they are now. It needs neither a network nor Python.

        Args:
            file: Where; what is there is replaced.

        Returns:
            The file.
        """
        from mtan_edu.visualization.live.page import make_page

        file = Path(file)
        file.write_text(make_page(self._history, self._view(), self.figure), encoding="utf-8")
        return file

    def _view(self) -> dict[str, Any]:
        return {"quantity": "main", "log": self._log, "smoothing": 0, "zoom": None}

    def _show(self) -> None:
        """Show the picture and the widget below the running cell, once, if this is a notebook."""
        if self._widget is None and in_notebook():
            self._display(self._output)

    def _ipython_display_(self) -> None:
        """Show them again, below another cell: with all points so far, and those that follow."""
        if in_notebook():
            self._display(Output())

    def _display(self, output: Output) -> None:
        from IPython.display import display

        from mtan_edu.visualization.live.widget import CurvesWidget

        output.show(self.figure.bundle())
        if self._widget is None:
            self._widget = CurvesWidget(self._history, self._min_seconds, self._view())
        bundle = self._widget._repr_mimebundle_()
        if bundle is not None:
            display(bundle[0], raw=True, metadata=bundle[1])


def _known(names: Iterable[str], tasks: Iterable[str]) -> dict[str, TaskRecord | None]:
    """What is known of the tasks: a mapping may hold their records, or tasks that have one."""
    found = {name: tasks[name] if isinstance(tasks, Mapping) else None for name in names}
    records = {name: getattr(task, "record", task) for name, task in found.items()}
    return {name: record if isinstance(record, TaskRecord) else None for name, record in records.items()}
