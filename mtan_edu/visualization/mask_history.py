"""How attention masks change while a network trains."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mtan_edu.records import MaskRecord
from mtan_edu.visualization.checks import require_index, require_masks, require_name
from mtan_edu.visualization.mask_panels import MaskGrid, missing_note
from mtan_edu.visualization.mask_statistics import contrast, mean
from mtan_edu.visualization.masks import add_mask_colorbar, draw_masks, require_scale, scale_note
from mtan_edu.visualization.style import TextFigure, figure_style, task_styles
from mtan_edu.visualization.words import number, plural, trend

_MOST_EPOCHS = 8


@figure_style()
def show_mask_history(
    records: Sequence[MaskRecord],
    task: str | Sequence[str],
    stage: str,
    channel: int | None = None,
    image: int = 0,
    scale: str = "shared",
) -> TextFigure:
    """Draw the same mask at several epochs, the untrained network first.

    Args:
        records: Masks of the same images, recorded at different epochs. More than eight are thinned evenly; the
            first and the last stay.
        task: Task name, or several: a row for each.
        stage: Stage name.
        channel: Channel number; None = mean over the stage's channels.
        image: Which of the recorded images.
        scale: "shared" = every panel from 0 to 1; "own" = every panel from its lowest to its highest value.

    Returns:
        The figure. Below each panel stands the mean ± the contrast (standard deviation over the pixels) of its map,
        or its range if it has its own scale.

    Raises:
        ValueError: If there is no record, or a task, stage, channel, image or scale is unknown.
    """
    if not records:
        raise ValueError("`records` must hold the masks of at least one epoch; got none. Record them while training.")
    require_scale(scale)
    tasks = (task,) if isinstance(task, str) else tuple(task)
    if not tasks:
        raise ValueError(f"`task` must name a task; got none. There is {', '.join(records[0].tasks)}.")
    for record in records:
        _require_mask(record, tasks, stage, channel, image)
    if all(record.epoch is not None for record in records):
        records = sorted(records, key=lambda record: record.epoch or 0)
    places = np.unique(np.linspace(0, len(records) - 1, min(len(records), _MOST_EPOCHS)).round().astype(int))
    shown = [records[place] for place in places]
    maps = [[_take(record, name, stage, channel, image) for record in shown] for name in tasks]
    missing = missing_note(maps)
    title = f"Masks through training · {stage}, {_what(channel)} · image {image}"
    thinned = f"{len(shown)} of {len(records)} recorded epochs" if len(shown) < len(records) else ""
    numbers = "" if scale == "own" else "below: mean ± standard deviation over the pixels"
    note = " · ".join(filter(None, [scale_note(scale), numbers, thinned, missing]))
    styles = task_styles(records[0].tasks)
    rows = {name: styles[name].color for name in tasks}
    epochs = [_label(record) for record in shown]
    below = [2 if scale == "own" else 1] * len(rows)
    grid = MaskGrid(shown[-1].images[image], rows, epochs, title, note, below)
    for row, values in enumerate(maps):
        draw_masks(grid.axes(row), values, scale)
        if scale == "shared":
            for ax, one in zip(grid.axes(row), values, strict=True):
                ax.set_xlabel(f"{mean(one):.2f} ± {contrast(one):.2f}", fontsize=12)
    add_mask_colorbar(grid, scale, range(len(tasks)))
    words = [
        f"{trend(f'{name} contrast', [contrast(one) for one in row])}, mean {number(mean(row[-1]))} at last"
        for name, row in zip(tasks, maps, strict=True)
    ]
    alt = f"{title}. {plural(len(shown), 'epoch')}: {', '.join(epochs)}. {'; '.join(words)}. {missing}"
    grid.figure.alt = alt.strip()
    return grid.figure


def _what(channel: int | None) -> str:
    return "mean over channels" if channel is None else f"channel {channel}"


def _require_mask(record: MaskRecord, tasks: Sequence[str], stage: str, channel: int | None, image: int) -> None:
    require_masks(record)
    for task in tasks:
        require_name("task", "task", task, record.tasks)
    require_name("stage", "stage", stage, record.stages)
    require_index("image", image, len(record.images), "images")
    if channel is not None:
        require_index("channel", channel, record.masks[tasks[0]][stage].shape[1], "channels")


def _take(record: MaskRecord, task: str, stage: str, channel: int | None, image: int) -> np.ndarray:
    masks = record.values(task, stage)[image]
    return masks.mean(axis=0) if channel is None else masks[channel]


def _label(record: MaskRecord) -> str:
    if record.epoch is None:
        return "epoch ?"
    return f"epoch {record.epoch}" if record.epoch else "untrained"
