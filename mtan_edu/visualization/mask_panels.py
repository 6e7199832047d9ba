"""A grid of masks: rows are tasks (or what is made of them), columns are stages, channels or epochs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from mtan_edu.records import MaskRecord
from mtan_edu.visualization.checks import require_index, require_name
from mtan_edu.visualization.mask_statistics import most_varying_channels
from mtan_edu.visualization.style import NAN_COLOR, TextFigure, new_figure
from mtan_edu.visualization.words import number, plural

MOST_VARYING = "most varying"
"""Asks for the channels with the highest contrast instead of naming them."""

_MOST_PANELS = 150
_MOST_COLUMNS = 10
_WIDTH = 13.0  # inch: ten stages side by side with letters of 12 points


@dataclass(frozen=True)
class Column:
    """What a column of the grid shows: the mean over a stage's channels, or one of them.

    Attributes:
        stage: Stage name.
        channel: Channel number; None = mean over all channels.
        size: Channels, height and width of the stage's masks.
    """

    stage: str
    channel: int | None
    size: tuple[int, int, int]

    @property
    def label(self) -> str:
        """Name and true size: "encoder_3" over "32 @ 24×32"."""
        channels, height, width = self.size
        if self.channel is None:
            return f"{self.stage}\n{channels} @ {height}×{width}"
        return f"{self.stage}\nchannel {self.channel}\nof {channels} @ {height}×{width}"

    def take(self, masks: np.ndarray) -> np.ndarray:
        """Pick the map `(h, w)` from masks `(C, h, w)`. A NaN in any channel is a NaN of the mean."""
        return masks.mean(axis=0) if self.channel is None else masks[self.channel]


def columns_of(
    record: MaskRecord,
    image: int,
    tasks: Sequence[str],
    stages: str | Sequence[str] | None,
    channels: int | Sequence[int] | str | None,
    count: int | None,
) -> list[Column]:
    """The columns that somebody asked for: each stage with each of its channels.

    Raises:
        ValueError: If a stage or channel is unknown.
    """
    names = record.stages if stages is None else (stages,) if isinstance(stages, str) else tuple(stages)
    if not names:
        raise ValueError(f"`stages` must name a stage; got none. There is {', '.join(record.stages)}.")
    columns = []
    for stage in names:
        require_name("stages", "stage", stage, record.stages)
        masks = np.stack([record.values(task, stage)[image] for task in tasks])  # (K, C, h, w)
        for channel in _channels(masks, channels, count or (8 if len(names) == 1 else 1)):
            columns.append(Column(stage, channel, masks.shape[1:]))
    return columns


def _channels(masks: np.ndarray, channels: int | Sequence[int] | str | None, count: int) -> Sequence[int | None]:
    if channels is None:
        return [None]
    if channels == MOST_VARYING:
        return most_varying_channels(masks, count)
    if isinstance(channels, str):
        raise ValueError(
            f"`channels` must be a number, several numbers, {MOST_VARYING!r} or None; got {channels!r}. "
            "None shows the mean over all channels."
        )
    chosen = [channels] if isinstance(channels, int) else list(channels)
    if not chosen:
        raise ValueError("`channels` must name a channel; got none. None shows the mean over all channels.")
    return [require_index("channels", channel, masks.shape[1], "channels") for channel in chosen]


class MaskGrid:
    """Axes for rows x columns of masks beside the image that they belong to.

    More than ten columns are broken into bands below each other.

    Args:
        image: Colors, `(H, W, 3)`.
        rows: Row label to its color.
        columns: Column labels.
        note_lines: Lines of text below each panel.

    Raises:
        ValueError: If there are more panels than anybody can see.
    """

    def __init__(self, image: np.ndarray, rows: Mapping[str, str], columns: Sequence[str], note_lines: int = 0) -> None:
        if len(rows) * len(columns) > _MOST_PANELS:
            raise ValueError(
                f"`channels` and `stages` must ask for at most {_MOST_PANELS} panels; got {len(rows)} rows x "
                f"{len(columns)} columns. Choose fewer of them."
            )
        bands = math.ceil(len(columns) / _MOST_COLUMNS)
        per_band = math.ceil(len(columns) / bands)
        aspect = image.shape[0] / image.shape[1]
        panel = min(2.4, (_WIDTH - 2.2) / (per_band + 1.3))  # 2.2: row labels and colorbar
        lines = max(label.count("\n") + 1 for label in columns)
        band_height = len(rows) * (aspect * panel + 0.1 + 0.22 * note_lines) + 0.24 * lines
        self.figure: TextFigure = new_figure(
            max(7.5, 2.2 + panel * (per_band + 1.3)), max(2.6, bands * band_height) + 1.0
        )
        grid = self.figure.add_gridspec(bands * len(rows), per_band + 1, width_ratios=[1.3] + [1] * per_band)
        self.image = self.figure.add_subplot(grid[:, 0])
        show_picture(self.image, image)
        self._rows, self._columns = list(rows), list(columns)
        self._axes: dict[tuple[int, int], Axes] = {}
        for c, label in enumerate(columns):
            band, place = divmod(c, per_band)
            for r, (row, color) in enumerate(rows.items()):
                ax = self.figure.add_subplot(grid[band * len(rows) + r, place + 1])
                bare(ax)
                if r == 0:
                    ax.set_title(label, fontsize=12)
                if place == 0:
                    ax.set_ylabel(row, rotation=0, ha="right", va="center", color=color, fontweight="bold")
                self._axes[r, c] = ax

    def axes(self, row: int) -> list[Axes]:
        """The axes of a row, from the first column to the last."""
        return [self._axes[row, column] for column in range(len(self._columns))]

    def all_axes(self, rows: Sequence[int] | None = None) -> list[Axes]:
        """The axes of these rows; None = of all."""
        return [ax for row in (range(len(self._rows)) if rows is None else rows) for ax in self.axes(row)]


def draw_map(ax: Axes, values: np.ndarray, colormap: str, low: float, high: float) -> AxesImage:
    """Draw a map `(h, w)` pixel by pixel; what is not a number gets a color of its own."""
    colors = matplotlib.colormaps[colormap].with_extremes(bad=NAN_COLOR)
    return ax.imshow(np.ma.masked_invalid(values), cmap=colors, vmin=low, vmax=high, interpolation="nearest")


def show_picture(ax: Axes, colors: np.ndarray, title: str = "image") -> AxesImage:
    """Draw an image `(H, W, 3)`."""
    bare(ax)
    ax.set_title(title, fontsize=12)
    return ax.imshow(colors, interpolation="nearest")


def finite_range(values: np.ndarray) -> tuple[float, float]:
    """Lowest and highest number of a map; (0, 1) if there is none."""
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)


def missing_note(missing: int) -> str:
    """Count what is not a number: "12 values are NaN (magenta)", or "" if none is."""
    return f"{plural(missing, 'value')} {'is' if missing == 1 else 'are'} NaN (magenta)" if missing else ""


def range_label(low: float, high: float) -> str:
    """Write a range: "0.43–0.55"."""
    return f"{number(low)}–{number(high)}"


def bare(ax: Axes) -> None:
    """Take everything from the axes but the picture and its labels."""
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set_visible(False)
