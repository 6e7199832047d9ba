"""How every figure looks: one color, dash and marker per task, letters for a projector, words for the ear."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib
import matplotlib.style
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

TASK_COLORS: Mapping[str, str] = {"semantic": "#0072B2", "depth": "#D55E00", "normal": "#009E73"}
"""Colors of the dense tasks in every figure of the course (Okabe and Ito, 2008: safe for color-blind eyes)."""

MORE_COLORS = ("#CC79A7", "#000000", "#E69F00", "#56B4E9", "#332288", "#882255", "#999933")
"""Colors of further tasks, in order: the rest of Okabe and Ito, then three of Tol's "muted" set."""

DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (3, 1, 1, 1, 1, 1)))
"""Line patterns: a figure printed in gray still tells its lines apart."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")
"""Markers, in the order of the colors."""

MASK_COLORMAP = "viridis"
"""Masks: perceptual and sequential, dark = closed, bright = open."""

DIFFERENCE_COLORMAP = "RdBu_r"
"""Differences: diverging, white = none."""

CONFLICT_COLORMAP = "RdBu"
"""Cosines of gradients: diverging, red = conflict, white = unrelated, blue = agreement."""

ERROR_COLORMAP = "magma"
"""Errors: perceptual and sequential, dark = none."""

NAN_COLOR = "#FF00FF"
"""Pixels without a number. Neither the mask nor the difference map contains it."""

UNKNOWN_COLOR = "#D9D9D9"
"""Pixels whose target nobody knows; drawn hatched."""

DPI = 100
"""Dots per inch of a figure's PNG: 11 inches fill the cell of a notebook on a projector."""

LARGE = 100_000
"""Size of a PNG file [bytes] up to which every color is kept."""

STRAY = 12
"""How far a color of a large picture may stray from the drawn one, of 255: of masks, little more than fine steps in the
color bar can be seen; photographs stray farther and keep their colors."""

_RC = {
    "figure.facecolor": "white",  # opaque: readable on the dark background of a notebook too
    "figure.dpi": DPI,
    "figure.titlesize": 16,
    "font.size": 13,
    "axes.titlesize": 14,
    "axes.labelsize": 13,
    "xtick.labelsize": 12,
    "ytick.labelsize": 12,
    "legend.fontsize": 12,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E5E5E5",
    "axes.axisbelow": True,
    "lines.linewidth": 2.2,
    "lines.markersize": 6,
    "hatch.linewidth": 0.6,
    "figure.constrained_layout.w_pad": 0.09,  # inch
    "figure.constrained_layout.h_pad": 0.09,
}


@dataclass(frozen=True)
class TaskStyle:
    """How a task's lines look.

    Attributes:
        color: Hexadecimal color.
        dash: A line style of matplotlib.
        marker: A marker of matplotlib.
    """

    color: str
    dash: Any
    marker: str


def task_styles(names: Iterable[str]) -> dict[str, TaskStyle]:
    """One style per task: fixed for the dense tasks, by order for all others.

    Args:
        names: Task names, in the order of the tasks.

    Returns:
        Task name to style. "semantic", "depth" and "normal" look alike in all figures, whatever their company.
    """
    fixed = list(TASK_COLORS)
    others = [name for name in names if name not in TASK_COLORS]
    styles = {}
    for name in names:
        order = fixed.index(name) if name in TASK_COLORS else len(fixed) + others.index(name)
        colors = (*TASK_COLORS.values(), *MORE_COLORS)
        styles[name] = TaskStyle(
            colors[order % len(colors)], DASHES[order % len(DASHES)], MARKERS[order % len(MARKERS)]
        )
    return styles


@contextmanager
def figure_style() -> Iterator[None]:
    """Draw in the style of the course, whatever style the notebook has chosen for its own figures."""
    with matplotlib.style.context(["default", _RC]):
        yield


class TextFigure(Figure):
    """A figure that a notebook shows by itself and that says in words what it shows.

    The last line of a cell displays it as one PNG; `display(figure)` does the same. pyplot never learns of it, so
    nothing is shown twice and nothing has to be closed.

    Attributes:
        alt: What a reader hears who cannot see the picture.
    """

    alt: str = ""

    def png(self) -> bytes:
        """The picture as the bytes of a PNG file.

        A large one, of many noisy masks say, is stored with 256 colors if none of them then strays by more than
        `STRAY`: it takes a quarter of the space, and a notebook holds many.
        """
        with figure_style():
            canvas = FigureCanvasAgg(self)
            canvas.draw()  # savefig would draw twice
        drawn = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])  # it is opaque
        exact = _encoded(drawn)
        if len(exact) <= LARGE:
            return exact
        few = drawn.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        strays = np.abs(np.asarray(few.convert("RGB"), np.int16) - np.asarray(drawn, np.int16)).max()
        return _encoded(few) if strays <= STRAY else exact

    def bundle(self) -> tuple[dict[str, str], dict[str, Any]]:
        """Data and metadata of a notebook's output: the PNG, and the alt text beside it."""
        data = {"image/png": base64.b64encode(self.png()).decode("ascii"), "text/plain": self.alt}
        return data, {"image/png": {"alt": self.alt}}

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, str], dict[str, Any]]:
        return self.bundle()


def _encoded(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", dpi=(DPI, DPI))
    return buffer.getvalue()


def new_figure(width: float, height: float, **options: Any) -> TextFigure:
    """An empty figure whose parts keep out of each other's way.

    Args:
        width: Width [inch].
        height: Height [inch].
        **options: Further arguments of `matplotlib.figure.Figure`.

    Returns:
        A figure without axes and, until it is set, without alt text.
    """
    return TextFigure(figsize=(width, height), **{"layout": "constrained", **options})


def add_title(figure: TextFigure, text: str) -> None:
    """Write what the figure shows above its left end."""
    figure.suptitle(text, x=0.01, ha="left", fontweight="bold")
