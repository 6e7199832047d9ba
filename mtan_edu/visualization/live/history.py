"""The epochs of a training as rows of numbers: what travels to the browser."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from mtan_edu.records import EpochRecord, TaskRecord
from mtan_edu.visualization.browser.looks import task_looks
from mtan_edu.visualization.curves import loss_label
from mtan_edu.visualization.live.progress import NOTHING_YET, progress
from mtan_edu.visualization.metrics import metric_unit

_OF_TASK = ("training", "validation", "weight")  # columns of every task, after the one of the epoch


class History:
    """A row per epoch: its number; of every task training loss, validation loss and weight; and then the metrics.

    A metric that appears later than the first epoch gets a column at the end, NaN in the rows before.

    Args:
        tasks: Task name to what is known of it (or None), in order.
        planned: How many epochs will be trained, if known.

    Attributes:
        records: The epochs so far.
    """

    def __init__(self, tasks: Mapping[str, TaskRecord | None], planned: int | None = None) -> None:
        self.records: list[EpochRecord] = []
        self._tasks, self._planned = dict(tasks), planned
        self._rows: list[list[float]] = []
        self._metrics: dict[tuple[str, str], int] = {}  # (task, metric) → column
        self._seconds = 0.0

    def add(self, record: EpochRecord) -> bool:
        """Append an epoch.

        Args:
            record: It has a loss of every task.

        Returns:
            Whether its row has the columns of the rows before it. False for the first one.
        """
        row: list[float] = [record.epoch]
        for task in self._tasks:
            row += (of.get(task, math.nan) for of in (record.train_losses, record.val_losses, record.weights))
        known = len(self._metrics)
        row += [math.nan] * known
        for task, values in record.metrics.items():
            if task in self._tasks:
                self._add_metrics(task, values, row)
        grown = len(self._metrics) - known
        if grown:
            for before in self._rows:
                before += [math.nan] * grown
        self.records.append(record)
        self._seconds += record.seconds
        self._rows.append(row)
        return len(self._rows) > 1 and not grown

    def _add_metrics(self, task: str, values: Mapping[str, float], row: list[float]) -> None:
        for metric, value in values.items():
            column = self._metrics.get((task, metric))
            if column is None:
                self._metrics[task, metric] = len(row)
                row.append(value)
            else:
                row[column] = value

    def __len__(self) -> int:
        return len(self._rows)

    def data(self, first: int = 0) -> bytes:
        """The rows from `first` on, one after another, as float64 in little-endian order."""
        return np.array(self._rows[first:], dtype="<f8").tobytes()

    @property
    def progress(self) -> str:
        """How far the training is, in words."""
        if not self.records:
            return f"Epoch 0 of {self._planned}" if self._planned else "No epoch yet"
        return progress(self.records[-1].epoch, self._seconds / len(self.records), self._planned)

    def head(self) -> dict[str, Any]:
        """What goes with rows: how many columns they have, and how far the training is."""
        columns = 1 + len(_OF_TASK) * len(self._tasks) + len(self._metrics)
        return {"columns": columns, "progress": self.progress}

    def index(self) -> dict[str, Any]:
        """What the columns are, and the panels in which they are drawn."""
        weights = [self._line(task, "weight") for task in self._tasks]
        panels = [self._losses(task) for task in self._tasks]
        panels.append({"group": "weights", "task": None, "title": "loss weights λ", "lines": weights})
        panels += [self._metric(task, metric, column) for (task, metric), column in self._metrics.items()]
        return {
            "tasks": task_looks(self._tasks),
            "planned": self._planned,
            **self.head(),
            "nothing": NOTHING_YET,
            "panels": panels,
        }

    def _line(self, task: str, kind: str) -> dict[str, Any]:
        place = list(self._tasks).index(task)
        return {"task": task, "kind": kind, "column": 1 + len(_OF_TASK) * place + _OF_TASK.index(kind)}

    def _losses(self, task: str) -> dict[str, Any]:
        lines = [self._line(task, kind) for kind in ("training", "validation")]
        return {"group": "losses", "task": task, "title": f"{task} · {loss_label(self._tasks[task])}", "lines": lines}

    def _metric(self, task: str, metric: str, column: int) -> dict[str, Any]:
        known = self._tasks[task]
        unit = metric_unit(metric, known)
        better = known.higher_is_better.get(metric) if known else None
        arrow = "" if better is None else " ↑" if better else " ↓"
        title = f"{task} · {metric}{f' [{unit}]' if unit else ''}{arrow}"
        lines = [{"task": task, "kind": metric, "column": column}]
        return {"group": "metrics", "task": task, "title": title, "lines": lines}
