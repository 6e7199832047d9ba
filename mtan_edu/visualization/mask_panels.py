"""A grid of masks: rows are tasks (or what is made of them), columns are stages, channels or epochs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.image import AxesImage

from mtan_edu.records import MaskRecord
from mtan_edu.visualization.canvas import LINE, Canvas, bare, label_width, row_label, show_picture
from mtan_edu.visualization.checks import require_index, require_name
from mtan_edu.visualization.mask_statistics import most_varying_channels
from mtan_edu.visualization.style import NAN_COLOR
from mtan_edu.visualization.words import number, plural

MOST_VARYING = "most varying"
"""Asks for the channels with the highest contrast instead of naming them."""

_MOST_PANELS = 150
_MOST_COLUMNS = 10
_WIDTH = 13.4  # inch: ten stages side by side with letters of 12 points
_GAP = 0.08  # inch between panels
_BAR = 1.2  # inch for a colorbar and what stands beside it
_NARROW = 1.25  # inch: a panel below this breaks its label once more


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
        return f"{self.stage}\nchannel {self.channel}\n{channels} @ {height}×{width}"

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
    """Rows x columns of panels beside the image that they belong to, a title above and room for colorbars.

    Everything is placed by hand [inch]: panels are as large as the width allows, and letters have a fixed size. More
    than ten columns are broken into bands below each other.

    Args:
        image: Colors, `(H, W, 3)`.
        rows: Row label to its color.
        columns: Column labels.
        title: What the figure shows.
        note: What else must be known to read it; may be empty.
        lines_below: Lines of text below each panel of a row; none where a row is left out.

    Attributes:
        figure: The figure.

    Raises:
        ValueError: If there are more panels than anybody can see.
    """

    def __init__(
        self,
        image: np.ndarray,
        rows: Mapping[str, str],
        columns: Sequence[str],
        title: str,
        note: str = "",
        lines_below: Sequence[int] = (),
    ) -> None:
        if len(rows) * len(columns) > _MOST_PANELS:
            raise ValueError(
                f"`channels` and `stages` must ask for at most {_MOST_PANELS} panels; got {len(rows)} rows x "
                f"{len(columns)} columns. Choose fewer of them."
            )
        self._rows, self._columns = dict(rows), list(columns)
        self._aspect = image.shape[0] / image.shape[1]
        bands = math.ceil(len(columns) / _MOST_COLUMNS)
        self._per_band = math.ceil(len(columns) / bands)
        self._panel = self._panel_width()
        below = [*lines_below, *[0] * (len(rows) - len(lines_below))]
        heights = [self._aspect * self._panel + _GAP + LINE * lines for lines in below]
        if self._panel < _NARROW:
            self._columns = [label.replace(" @ ", " @\n") for label in columns]
        head = LINE * max(label.count("\n") + 1 for label in self._columns) + 0.1
        self._offsets = [head + sum(heights[:row]) for row in range(len(rows))]  # of a row in its band
        self._band = head + sum(heights)
        image_width = min(2.4, max(1.5, self._panel))
        image_height = self._aspect * image_width
        self._left = 0.1 + image_width + label_width(max(rows, key=len))
        width = max(8.5, self._left + self._per_band * (self._panel + _GAP) + _BAR)
        self._canvas = Canvas(width, max(bands * self._band, image_height + LINE) + 0.15, title, note)
        self.figure = self._canvas.figure
        middle = (head + self._band - LINE * below[-1]) / 2
        picture = self._canvas.place(0.1, max(middle - image_height / 2, LINE), image_width, image_height)
        show_picture(picture, image, "image")
        self._panels = [[self._add_panel(row, column) for column in range(len(columns))] for row in range(len(rows))]

    def axes(self, row: int) -> list[Axes]:
        """The axes of a row, from the first column to the last."""
        return self._panels[row]

    def add_colorbar(self, colormap: str, low: float, high: float, labels: Sequence[str], rows: range) -> None:
        """Add a colorbar beside some rows of the first band.

        Args:
            colormap: Name of the colormap.
            low: Value of its lower end.
            high: Value of its upper end.
            labels: What stands beside it, from the lower to the upper end at equal distances.
            rows: The rows beside which it stands, without a gap.
        """
        top = self._offsets[rows[0]]
        height = self._offsets[rows[-1]] - self._offsets[rows[0]] + self._aspect * self._panel
        left = self._left + self._per_band * (self._panel + _GAP) + 0.12
        ax = self._canvas.place(left, top, 0.2, min(height, 3.2))
        bar = self.figure.colorbar(ScalarMappable(Normalize(low, high), colormap), cax=ax)
        bar.set_ticks(list(np.linspace(low, high, len(labels))), labels=list(labels))
        bar.outline.set_visible(False)

    def _panel_width(self) -> float:
        fixed = 0.2 + label_width(max(self._rows, key=len)) + _BAR
        by_width = (_WIDTH - fixed - 1.5) / self._per_band - _GAP
        by_width = max(by_width, 0.0) if by_width < 1.5 else (_WIDTH - fixed - _GAP) / (self._per_band + 1) - _GAP
        return min(3.0, by_width, max(0.9, 4.4 / len(self._rows) / self._aspect))

    def _add_panel(self, row: int, column: int) -> Axes:
        band, place = divmod(column, self._per_band)
        left, top = self._left + place * (self._panel + _GAP), band * self._band + self._offsets[row]
        ax = self._canvas.place(left, top, self._panel, self._aspect * self._panel)
        bare(ax)
        if row == 0:
            ax.set_title(self._columns[column], fontsize=12, pad=4)
        if place == 0:
            row_label(ax, *list(self._rows.items())[row])
        return ax


def draw_map(ax: Axes, values: np.ndarray, colormap: str, low: float, high: float) -> AxesImage:
    """Draw a map `(h, w)` pixel by pixel; what is not a number gets a color of its own."""
    colors = matplotlib.colormaps[colormap].with_extremes(bad=NAN_COLOR)
    return ax.imshow(np.ma.masked_invalid(values), cmap=colors, vmin=low, vmax=high, interpolation="nearest")


def finite_range(values: np.ndarray) -> tuple[float, float]:
    """Lowest and highest number of a map; (0, 1) if there is none."""
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)


def missing_note(maps: Sequence[Sequence[np.ndarray]]) -> str:
    """Count what no mask may be: "12 values are NaN (magenta)", "1 value lies outside 0 to 1"; "" if all are fine."""
    values = np.concatenate([np.ravel(one) for row in maps for one in row])
    missing = int((~np.isfinite(values)).sum())
    outside = int(((values < 0) | (values > 1)).sum())
    notes = []
    if missing:
        notes.append(f"{plural(missing, 'value')} {'is' if missing == 1 else 'are'} NaN (magenta)")
    if outside:
        notes.append(f"{plural(outside, 'value')} {'lies' if outside == 1 else 'lie'} outside 0 to 1")
    return " · ".join(notes)


def range_label(low: float, high: float) -> str:
    """Write a range on two lines: "0.430 to" over "0.551"."""
    return f"{number(low)} to\n{number(high)}"
