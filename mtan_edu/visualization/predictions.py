"""What the tasks should see in an image, what they do see, and where they are wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from mtan_edu.records import PredictionRecord, TaskRecord
from mtan_edu.visualization.canvas import Canvas, label_width, row_label, show_picture
from mtan_edu.visualization.checks import require_index, require_name
from mtan_edu.visualization.image_classes import CLASS_ROW, IMAGE_CLASS, draw_image_class
from mtan_edu.visualization.keys import cover_unknown
from mtan_edu.visualization.style import TextFigure, figure_style, task_styles
from mtan_edu.visualization.target_panels import Shower, shower
from mtan_edu.visualization.words import listing, plural, when

_IMAGE, _PANEL, _GAP, _KEY, _HEAD = 2.2, 2.5, 0.1, 3.0, 0.35  # inch


@figure_style()
def show_predictions(record: PredictionRecord, image: int = 0, tasks: str | Sequence[str] | None = None) -> TextFigure:
    """Draw an image and, a row per task, its target, the prediction and the error.

    Args:
        record: Images, targets and predictions.
        image: Which of the images.
        tasks: Which tasks; None = all.

    Returns:
        The figure. Target and prediction share their scale. Pixels whose target is unknown are gray and striped, and
        count in no error. The class of a whole image is written, not drawn; an image of another task's domain has
        none. `show_classifications` shows many images of such tasks.

    Raises:
        ValueError: If the record is empty, or the image or a task is unknown.
    """
    names = _chosen(record, tasks)
    require_index("image", image, len(record.images), "images")
    colors = record.images[image]
    height = colors.shape[0] / colors.shape[1] * _PANEL
    row_height = max(height + 0.35, 2.0)
    heights = [CLASS_ROW if record.tasks[name].display.kind == IMAGE_CLASS else row_height for name in names]
    tops = [_HEAD + sum(heights[:row]) for row in range(len(names))]
    left = 0.1 + _IMAGE + max(map(label_width, names))
    side = left + 3 * (_PANEL + _GAP) + 0.15
    title = " · ".join(filter(None, [f"Predictions for image {image}", when(record.epoch)]))
    image_height = height * _IMAGE / _PANEL
    classes_only = row_height not in heights
    canvas = Canvas(side + (0 if classes_only else _KEY), _HEAD + max(sum(heights), image_height + 0.2), title)
    middle = _HEAD + max(0, sum(heights) - 0.35 - image_height) / 2
    show_picture(canvas.place(0.1, middle, _IMAGE, image_height), colors, "image")
    styles, words = task_styles(record.tasks), []
    for row, (name, top) in enumerate(zip(names, tops, strict=True)):
        display, target, prediction = record.tasks[name].display, record.targets[name], record.predictions[name]
        if heights[row] == CLASS_ROW:
            panels = [canvas.place(left + place * (_PANEL + _GAP), top, _PANEL, CLASS_ROW - 0.1) for place in range(3)]
            words.append(f"{name} {draw_image_class(panels, display, int(target[image]), int(prediction[image]))}")
            row_label(panels[0], name, styles[name].color)
            _head(panels, row)
            continue
        panels = [canvas.place(left + place * (_PANEL + _GAP), top, _PANEL, height) for place in range(3)]
        keys = [canvas.place(side, top, _KEY, row_height - 0.75), canvas.place(side, top + row_height - 0.7, _KEY, 0.6)]
        row_label(panels[0], name, styles[name].color)
        words.append(f"{name} {_draw_row(panels, keys, shower(display), target[image], prediction[image])}")
        _head(panels, row)
    alt = f"{title}: image, target, prediction and error of {listing(names)}. Errors: {'; '.join(words)}."
    canvas.figure.alt = alt
    return canvas.figure


@figure_style()
def show_sample(
    image: np.ndarray, targets: Mapping[str, np.ndarray], tasks: Mapping[str, TaskRecord], overlay: float = 0.0
) -> TextFigure:
    """Draw an image beside what every task should see in it.

    Args:
        image: Colors, uint8 `(H, W, 3)`, or floating point in [0, 1].
        targets: Task to target, each as in a PredictionRecord but of this one image.
        tasks: What is known of each task.
        overlay: How much of the image shines through the targets, in gray: 0 = nothing, 1 = the image alone.

    Returns:
        The figure. Pixels whose target is unknown are gray and striped.

    Raises:
        ValueError: If there is no target, a target belongs to no task or has another size than the image, or
            `overlay` is not in [0, 1].
    """
    _require_sample(image, targets, tasks, overlay)
    panel = min(3.6, 12.4 / (len(targets) + 1)) - _GAP
    height = image.shape[0] / image.shape[1] * panel
    title = f"One image, {plural(len(targets), 'target')}"
    canvas = Canvas((panel + _GAP) * (len(targets) + 1) + 0.1, _HEAD + height + 1.7, title)
    show_picture(canvas.place(0.1, _HEAD, panel, height), image, "image")
    gray = (image @ np.array([0.299, 0.587, 0.114]) / (255 if image.dtype == np.uint8 else 1))[..., None]
    styles, words = task_styles(tasks), []
    for place, (name, target) in enumerate(targets.items(), start=1):
        left = 0.1 + place * (panel + _GAP)
        ax, key = canvas.place(left, _HEAD, panel, height), canvas.place(left, _HEAD + height + 0.15, panel, 1.45)
        show = shower(tasks[name].display)
        known = show.known(target)
        limits = show.limits([target], known)
        colors = cover_unknown(show.colors(target, limits), known)
        show_picture(ax, (1 - overlay) * colors + overlay * gray)
        ax.set_title(name, color=styles[name].color, fontweight="bold", pad=4)
        key.axis("off")
        show.draw_key(key, [target], limits, not known.all())
        words.append(f"{name} known at {100 * known.mean():.0f} % of the pixels")
    canvas.figure.alt = f"{title}, {image.shape[0]} x {image.shape[1]} pixels: {'; '.join(words)}."
    return canvas.figure


def _head(panels: Sequence[Axes], row: int) -> None:
    """Say above the first row what the columns are."""
    if row == 0:
        for ax, what in zip(panels, ("target", "prediction", "error"), strict=True):
            ax.set_title(what, pad=4)


def _draw_row(
    panels: Sequence[Axes], keys: Sequence[Axes], show: Shower, target: np.ndarray, prediction: np.ndarray
) -> str:
    known = show.known(target)
    limits = show.limits([target, prediction], known)
    error = show.error(target, prediction)
    show_picture(panels[0], cover_unknown(show.colors(target, limits), known))
    show_picture(panels[1], show.colors(prediction, limits))
    show_picture(panels[2], cover_unknown(show.error_colors(error), known))
    panels[2].set_xlabel(show.error_words(error), labelpad=3)
    for key in keys:
        key.axis("off")
    show.draw_key(keys[0], [target, prediction], limits, not known.all())
    show.draw_error_key(keys[1], error)
    return show.error_words(error)


def _chosen(record: PredictionRecord, tasks: str | Sequence[str] | None) -> tuple[str, ...]:
    there = tuple(name for name in record.tasks if name in record.targets and name in record.predictions)
    if not there or len(record.images) == 0:
        raise ValueError(
            f"`record` must hold predictions; got {len(record.images)} images and {len(there)} tasks. Predict first."
        )
    names = there if tasks is None else (tasks,) if isinstance(tasks, str) else tuple(tasks)
    for name in names:
        require_name("tasks", "task", name, there)
        target, prediction = record.targets[name], record.predictions[name]
        if target.shape != prediction.shape:
            raise ValueError(
                f"`predictions` of {name} must have the shape of its targets, {target.shape}; got {prediction.shape}. "
                "Convert both with the task's own functions."
            )
    return names or there


def _require_sample(
    image: np.ndarray, targets: Mapping[str, np.ndarray], tasks: Mapping[str, TaskRecord], overlay: float
) -> None:
    if not 0 <= overlay <= 1:
        raise ValueError(f"`overlay` must be in [0, 1]; got {overlay}. 0 shows the targets alone.")
    if not targets:
        raise ValueError("`targets` must hold at least one target; got none. Pass {task name: array}.")
    for name, target in targets.items():
        require_name("targets", "task", name, tuple(tasks))
        if target.shape[:2] != image.shape[:2]:
            raise ValueError(
                f"`targets` must have the size of the image, {image.shape[:2]}; got {target.shape} for {name}. "
                "Pass one image and its own targets, with the pixels first."
            )
