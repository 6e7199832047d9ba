"""The masks of an image as numbers: how open, how varied, how alike."""

from __future__ import annotations

from itertools import combinations

import pandas as pd
from matplotlib.axes import Axes

from mtan_edu.records import MaskRecord
from mtan_edu.visualization.checks import require_index, require_masks
from mtan_edu.visualization.mask_statistics import contrast, correlation, mean, mean_difference
from mtan_edu.visualization.style import (
    DIFFERENCE_COLORMAP,
    MASK_COLORMAP,
    TextFigure,
    add_title,
    figure_style,
    new_figure,
)
from mtan_edu.visualization.words import number, when

_OF_TASKS = {"mean": mean, "contrast": contrast}
_OF_PAIRS = {"mean |difference|": mean_difference, "correlation": correlation}


def mask_statistics_table(record: MaskRecord, image: int | None = None) -> pd.DataFrame:
    """Statistics of the masks, over all channels and pixels.

    Args:
        record: The recorded masks.
        image: Which of the recorded images; None = all of them together.

    Returns:
        A table with the index (statistic, task or pair of tasks) and a column per stage. Statistics: "mean" and
        "contrast" of each task, "mean |difference|" and "correlation" (centered) of each pair.

    Raises:
        ValueError: If the record is empty or the image is unknown.
    """
    require_masks(record)
    if image is not None:
        require_index("image", image, len(record.images), "images")
    chosen = slice(None) if image is None else slice(image, image + 1)
    rows: dict[tuple[str, str], dict[str, float]] = {}
    for stage in record.stages:
        masks = {task: record.values(task, stage)[chosen] for task in record.tasks}
        for name, of_task in _OF_TASKS.items():
            for task, values in masks.items():
                rows.setdefault((name, task), {})[stage] = of_task(values)
        for name, of_pair in _OF_PAIRS.items():
            for a, b in combinations(masks, 2):
                rows.setdefault((name, f"{a} – {b}"), {})[stage] = of_pair(masks[a], masks[b])
    ordered = [key for name in (*_OF_TASKS, *_OF_PAIRS) for key in rows if key[0] == name]
    index = pd.MultiIndex.from_tuples(ordered, names=["statistic", "task"])
    return pd.DataFrame([rows[key] for key in ordered], index=index, columns=list(record.stages))


@figure_style()
def show_mask_statistics(record: MaskRecord, image: int | None = None) -> TextFigure:
    """Draw the statistics of the masks as heat maps with the numbers in them: a column per stage.

    Args:
        record: The recorded masks.
        image: Which of the recorded images; None = all of them together.

    Returns:
        The figure. With one task, there are no pairs to compare.

    Raises:
        ValueError: If the record is empty or the image is unknown.
    """
    table = mask_statistics_table(record, image)
    names = list(dict.fromkeys(table.index.get_level_values("statistic")))
    heights = [len(table.loc[name]) for name in names]
    figure = new_figure(max(7.5, 3.2 + 0.98 * len(table.columns)), 1.6 + 0.42 * sum(heights) + 0.45 * len(names))
    grid = figure.add_gridspec(len(names), 1, height_ratios=heights)
    for place, name in enumerate(names):
        ax = figure.add_subplot(grid[place])
        _draw_heat_map(ax, table.loc[name], name)
        ax.tick_params(labelbottom=place == len(names) - 1)
    which = "all images" if image is None else f"image {image}"
    add_title(figure, " · ".join(filter(None, ["Masks in numbers", which, when(record.epoch)])))
    figure.alt = _describe(table, which)
    return figure


def _draw_heat_map(ax: Axes, values: pd.DataFrame, name: str) -> None:
    import seaborn as sns  # here: it imports pyplot

    signed = name == "correlation"
    low, high = (-1.0, 1.0) if signed else (0.0, 1.0) if name == "mean" else (0.0, 0.5)
    sns.heatmap(
        values.astype(float),
        ax=ax,
        vmin=low,
        vmax=high,
        cmap=DIFFERENCE_COLORMAP if signed else MASK_COLORMAP,
        annot=True,
        fmt=".2f",
        annot_kws={"fontsize": 12},
        linewidths=1,
        cbar=False,
    )
    ax.set_title(f"{name}, colors from {low:g} to {high:g}".replace("-", "−"), fontsize=13, loc="left")
    ax.set(xlabel="", ylabel="")
    ax.tick_params(length=0)
    ax.set_yticklabels(ax.get_yticklabels(), rotation=0)
    ax.set_xticklabels([str(stage).replace("_", "\n") for stage in values.columns], rotation=0)


def _describe(table: pd.DataFrame, which: str) -> str:
    rows = []
    for key, values in zip(table.index, table.to_numpy(), strict=True):
        numbers = ", ".join(f"{stage} {number(value)}" for stage, value in zip(table.columns, values, strict=True))
        rows.append(f"{key[0]} of {key[1]}: {numbers}.")
    return f"Statistics of the masks of {which}. {' '.join(rows)}"
