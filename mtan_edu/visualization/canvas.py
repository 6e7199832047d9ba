"""A figure on which everything is placed by hand [inch], so that letters keep their size and nothing overlaps."""

from __future__ import annotations

import textwrap

import numpy as np
from matplotlib.axes import Axes

from mtan_edu.visualization.style import TextFigure, new_figure

LINE = 0.21
"""Height of a line of 12 points [inch]."""

TITLE_LINE = 0.29
"""Height of a line of the title [inch]."""


class Canvas:
    """A figure with a title, whose axes are placed from its upper left corner.

    Args:
        width: Width [inch].
        body: Height of what stands below the title [inch].
        title: What the figure shows.
        note: What else must be known to read it; may be empty. Title and note break at " · " if they are too long.

    Attributes:
        figure: The figure.
        titles: The lines of the title and the note.
    """

    def __init__(self, width: float, body: float, title: str, note: str = "") -> None:
        lines = [(line, 16, "bold") for line in _wrap(title, int(7.1 * width))]  # letters per inch at 16 points
        lines += [(line, 13, "normal") for line in _wrap(note, int(9.8 * width))]  # at 13 points
        self._top = 0.15 + TITLE_LINE * len(lines)
        self._width, self._height = width, self._top + body
        self.figure: TextFigure = new_figure(self._width, self._height, layout="none")
        self.titles = [
            self.figure.text(
                0.1 / self._width,
                1 - (0.12 + TITLE_LINE * place) / self._height,
                line,
                fontsize=size,
                fontweight=weight,
                va="top",
            )
            for place, (line, size, weight) in enumerate(lines)
        ]

    def place(self, left: float, top: float, width: float, height: float) -> Axes:
        """Add axes.

        Args:
            left: Distance from the left edge of the figure [inch].
            top: Distance from the title [inch].
            width: Width [inch].
            height: Height [inch].
        """
        bottom = self._height - self._top - top - height
        box = (left / self._width, bottom / self._height, width / self._width, height / self._height)
        return self.figure.add_axes(box)


def bare(ax: Axes) -> None:
    """Take everything from the axes but what is drawn in it, its title and its labels."""
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set_visible(False)


def show_picture(ax: Axes, colors: np.ndarray, title: str = "") -> None:
    """Draw an image `(H, W, 3)` pixel by pixel."""
    bare(ax)
    if title:
        ax.set_title(title, fontsize=12, pad=4)
    ax.imshow(colors, interpolation="nearest")


def row_label(ax: Axes, text: str, color: str) -> None:
    """Write the name of a row to the left of its first panel."""
    ax.set_ylabel(text, rotation=0, ha="right", va="center", color=color, fontweight="bold")


def label_width(text: str) -> float:
    """Width [inch] that a row label takes: 13 points, bold."""
    return 0.118 * max(map(len, text.split("\n"))) + 0.12


def _wrap(text: str, letters: int) -> list[str]:
    lines: list[str] = []
    for part in filter(None, text.split(" · ")):
        if lines and len(lines[-1]) + 3 + len(part) <= letters:
            lines[-1] += f" · {part}"
        else:
            lines += textwrap.wrap(part, letters)
    return lines
