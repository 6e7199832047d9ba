"""What the tasks should see in an image, what they do see, and where they are wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from mtan_edu.records import PredictionRecord, TaskRecord
from mtan_edu.visualization.checks import require_index, require_name
from mtan_edu.visualization.mask_panels import bare, show_picture
from mtan_edu.visualization.style import TextFigure, add_title, figure_style, new_figure, task_styles
from mtan_edu.visualization.target_panels import Shower, draw_unknown, shower
from mtan_edu.visualization.words import listing, when

_PANEL = 2.35  # inch
_KEY = 2.9  # inch


@figure_style()
def show_predictions(record: PredictionRecord, image: int = 0, tasks: str | Sequence[str] | None = None) -> TextFigure:
    """Draw an image and, a row per task, its target, the prediction and the error.

    Args:
        record: Images, targets and predictions.
        image: Which of the images.
        tasks: Which tasks; None = all.

    Returns:
        The figure. Target and prediction share their scale. Pixels whose target is unknown are gray and striped, and
        count in no error.

    Raises:
        ValueError: If the record is empty, or the image or a task is unknown.
    """
    names = _chosen(record, tasks)
    require_index("image", image, len(record.images), "images")
    colors = record.images[image]
    aspect = colors.shape[0] / colors.shape[1]
    row_height = max(aspect * _PANEL + 0.35, 1.75)
    figure = new_figure(4 * _PANEL + _KEY + 1.0, len(names) * row_height + 1.0)
    grid = figure.add_gridspec(len(names), 5, width_ratios=[_PANEL] * 4 + [_KEY])
    show_picture(figure.add_subplot(grid[:, 0]), colors)
    styles, words = task_styles(record.tasks), []
    for row, name in enumerate(names):
        axes = [figure.add_subplot(grid[row, column]) for column in range(1, 5)]
        target, prediction = record.targets[name][image], record.predictions[name][image]
        words.append(f"{name} {_draw_row(axes, shower(record.tasks[name].display), target, prediction)}")
        axes[0].set_ylabel(name, rotation=0, ha="right", va="center", color=styles[name].color, fontweight="bold")
        if row == 0:
            for ax, title in zip(axes, ("target", "prediction", "error"), strict=False):
                ax.set_title(title)
    title = " · ".join(filter(None, [f"Predictions for image {image}", when(record.epoch)]))
    add_title(figure, title)
    figure.alt = f"{title}: image, target, prediction and error of {listing(names)}. Errors: {'; '.join(words)}."
    return figure


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
    panel = min(3.6, 12.6 / (len(targets) + 1))
    aspect = image.shape[0] / image.shape[1]
    figure = new_figure(max(7.0, panel * (len(targets) + 1)), aspect * panel + 3.0)
    grid = figure.add_gridspec(2, len(targets) + 1, height_ratios=[aspect * panel, 1.9])
    show_picture(figure.add_subplot(grid[0, 0]), image, "image")
    gray = np.repeat((image @ np.array([0.299, 0.587, 0.114]))[..., None], 3, axis=-1)
    gray = gray / 255 if image.dtype == np.uint8 else gray
    words = []
    for column, (name, target) in enumerate(targets.items(), start=1):
        ax, key = figure.add_subplot(grid[0, column]), figure.add_subplot(grid[1, column])
        show, known = shower(tasks[name].display), shower(tasks[name].display).known(target)
        limits = show.limits([target], known)
        show_picture(ax, gray, name)
        show.draw(ax, target, limits, 1 - overlay)
        draw_unknown(ax, known, 1 - overlay)
        ax.set_title(name, color=task_styles(tasks)[name].color, fontweight="bold")
        key.axis("off")
        show.draw_key(key, [target], limits, not known.all())
        words.append(f"{name} known at {100 * known.mean():.0f} % of the pixels")
    height, width = image.shape[:2]
    add_title(figure, f"One image, {len(targets)} target{'s' * (len(targets) > 1)}")
    figure.alt = f"An image of {height} x {width} pixels and its targets: {'; '.join(words)}."
    return figure


def _draw_row(axes: Sequence[Axes], show: Shower, target: np.ndarray, prediction: np.ndarray) -> str:
    known = show.known(target)
    limits = show.limits([target, prediction], known)
    error = show.error(target, prediction)
    for ax in axes[:3]:
        bare(ax)
    show.draw(axes[0], target, limits)
    draw_unknown(axes[0], known)
    show.draw(axes[1], prediction, limits)
    show.draw_error(axes[2], error)
    draw_unknown(axes[2], known)
    axes[2].set_xlabel(show.error_words(error))
    axes[3].axis("off")
    show.draw_key(axes[3], [target, prediction], limits, not known.all())
    show.draw_error_key(axes[3], error)
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
    return names


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
