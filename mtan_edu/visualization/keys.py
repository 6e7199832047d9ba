"""Keys: which color means what, drawn into axes of their own beside or below a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_rgb
from matplotlib.patches import Patch

from mtan_edu.visualization.style import NAN_COLOR, UNKNOWN_COLOR

_STRIPE = "#A6A6A6"


def color_bar(ax: Axes, colormap: str, limits: tuple[float, float], label: str, extend: Any = "neither") -> None:
    """Draw a flat colorbar at the upper end of the axes, its label above it."""
    width, height = inches(ax)
    inset = ax.inset_axes((0.04 / width, 1 - 0.38 / height, 1 - 0.4 / width, 0.15 / height))
    mappable = ScalarMappable(Normalize(*limits), colormap)
    bar = ax.figure.colorbar(mappable, cax=inset, orientation="horizontal", extend=extend)
    inset.set_title(label, fontsize=12, loc="left", pad=3)
    inset.locator_params(nbins=5)
    bar.outline.set_visible(False)


def patch_legend(ax: Axes, handles: Sequence[Patch], top: float = 0.0) -> None:
    """Draw colored patches with their names in columns, `top` inches below the upper end; nothing if there is none."""
    if handles:
        few = len(handles) <= 14  # two columns of seven lines fill the place there is
        look: dict[str, Any] = {"borderaxespad": 0, "borderpad": 0.1, "handlelength": 1.2, "labelspacing": 0.2}
        look |= {"ncols": 2 if few else 3, "fontsize": 12 if few else 10, "columnspacing": 0.9}
        ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, 1 - top / inches(ax)[1]), **look)


def unknown_patch(unknown: bool) -> list[Patch]:
    """The patch of the unknown pixels, if there are any."""
    look: dict[str, Any] = {"facecolor": UNKNOWN_COLOR, "edgecolor": _STRIPE, "hatch": "////", "linewidth": 0}
    return [Patch(label="unknown", **look)] if unknown else []


def cover_unknown(colors: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Paint gray stripes over the unknown pixels of colors `(H, W, 3)`."""
    height, width = known.shape
    y, x = np.mgrid[:height, :width]
    period = max(6, round(width / 22))
    striped = (x + y) % period < period / 3
    stripes = np.where(striped[..., None], to_rgb(_STRIPE), to_rgb(UNKNOWN_COLOR))
    return np.where(known[..., None], colors, stripes)


def mapped(values: np.ndarray, colormap: str, limits: tuple[float, float]) -> np.ndarray:
    """Numbers `(H, W)` as colors `(H, W, 3)`; what is no number gets a color of its own."""
    colors = matplotlib.colormaps[colormap].with_extremes(bad=NAN_COLOR)
    return np.asarray(colors(Normalize(*limits)(np.ma.masked_invalid(values))))[..., :3]


def inches(ax: Axes) -> tuple[float, float]:
    """Width and height of axes [inch]."""
    box = ax.get_window_extent()
    return box.width / ax.figure.dpi, box.height / ax.figure.dpi
