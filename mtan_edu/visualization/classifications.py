"""Images of several domains, each with the class that it has and the one that its task sees in it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mtan_edu.records import PredictionRecord
from mtan_edu.visualization.canvas import LINE, Canvas, show_picture
from mtan_edu.visualization.checks import require_name
from mtan_edu.visualization.image_classes import IMAGE_CLASS, RIGHT_COLOR, WRONG_COLOR, class_name, verdict
from mtan_edu.visualization.style import TextFigure, figure_style, task_styles
from mtan_edu.visualization.words import plural, when

_PANEL, _GAP, _WIDTH = 1.3, 0.2, 11.0  # inch
_LETTERS = 17
"""Letters that fit below a panel."""


@figure_style()
def show_classifications(record: PredictionRecord, tasks: str | Sequence[str] | None = None) -> TextFigure:
    """Draw every image that has a class, with what it is and what its own domain's task takes it for.

    Args:
        record: Images, targets and predictions of tasks that classify whole images.
        tasks: Which tasks; None = all of that kind.

    Returns:
        The figure: an image each, with its task and its class above; below, in green, "right" or, in red, what it was
        taken for instead.

    Raises:
        ValueError: If no such task has an image, or a task is unknown.
    """
    there = tuple(name for name, task in record.tasks.items() if task.display.kind == IMAGE_CLASS)
    names = there if tasks is None else (tasks,) if isinstance(tasks, str) else tuple(tasks)
    for name in names:
        require_name("tasks", "task that classifies images", name, there)
    shown = [(name, int(image)) for name in names for image in np.flatnonzero(record.targets[name] >= 0)]
    if not shown:
        raise ValueError("`record` must hold images whose class is known; got none. Record some of each domain.")
    columns = min(len(shown), int((_WIDTH - _GAP) / (_PANEL + _GAP)))
    rows = math.ceil(len(shown) / columns)
    panel_height = record.images.shape[1] / record.images.shape[2] * _PANEL
    row_height = panel_height + 3 * LINE + 0.25
    right = sum(record.targets[name][image] == record.predictions[name][image] for name, image in shown)
    title = f"{right} of {plural(len(shown), 'image')} recognized"
    title = " · ".join(filter(None, [title, when(record.epoch)]))
    canvas = Canvas(max(4.5, _GAP + columns * (_PANEL + _GAP)), rows * row_height + 0.1, title)
    styles, words = task_styles(record.tasks), []
    for place, (name, image) in enumerate(shown):
        row, column = divmod(place, columns)
        left, top = _GAP + column * (_PANEL + _GAP), row * row_height + 2 * LINE + 0.1
        ax = canvas.place(left, top, _PANEL, panel_height)
        show_picture(ax, record.images[image])
        display = record.tasks[name].display
        target, prediction = int(record.targets[name][image]), int(record.predictions[name][image])
        is_right = verdict(target, prediction) == "right"
        seen = "right" if is_right else f"wrong: {class_name(display, prediction)}"
        ax.set_title(f"{name}\n{_short(class_name(display, target))}", fontsize=10, pad=3, color=styles[name].color)
        ax.set_xlabel(_short(seen), fontsize=10, color=RIGHT_COLOR if is_right else WRONG_COLOR, labelpad=3)
        words.append(f"{name} {class_name(display, target)}: {seen}")
    canvas.figure.alt = f"{title}: {'; '.join(words)}."
    return canvas.figure


def _short(text: str) -> str:
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…"
