"""How a task's target, prediction and error are drawn. What differs between tasks lies in their `Display`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_rgb
from matplotlib.patches import Patch

from mtan_edu.records import Display
from mtan_edu.visualization.mask_panels import draw_map
from mtan_edu.visualization.style import ERROR_COLORMAP, UNKNOWN_COLOR
from mtan_edu.visualization.words import listing, number

CLASS_COLORS = (
    "#1F77B4", "#FFD92F", "#AEC7E8", "#D62728", "#C49C6B", "#7A4A2B", "#FF7F0E",
    "#F781BF", "#7B3FA0", "#2CA02C", "#111111", "#D3E8B0", "#17BECF",
)  # fmt: skip
"""Colors of the first 13 classes, in the order of their labels; they differ in lightness as well as in hue."""

SCALAR_COLORMAP = "cividis"
"""Scalars such as depth: perceptual and sequential, another one than the masks have."""

_RIGHT, _WRONG = "#F0F0F0", "#B2182B"
_STRIPE = "#A6A6A6"
_LARGEST_ANGLE = 90.0


class Shower(Protocol):
    """Draws one kind of task."""

    def known(self, target: np.ndarray) -> np.ndarray:
        """Where the target is known, bool `(H, W)`."""

    def limits(self, values: Sequence[np.ndarray], known: np.ndarray) -> tuple[float, float]:
        """The common scale of target and prediction."""

    def draw(self, ax: Axes, values: np.ndarray, limits: tuple[float, float], alpha: float = 1) -> None:
        """Draw a target or a prediction."""

    def draw_key(self, ax: Axes, values: Sequence[np.ndarray], limits: tuple[float, float], unknown: bool) -> None:
        """Say which color means what."""

    def error(self, target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        """The error at every pixel, `(H, W)`; NaN where the target is unknown."""

    def draw_error(self, ax: Axes, error: np.ndarray) -> None:
        """Draw the error."""

    def draw_error_key(self, ax: Axes, error: np.ndarray) -> None:
        """Say which color means which error."""

    def error_words(self, error: np.ndarray) -> str:
        """The error in words, such as "mean 0.42 m"."""


class ClassShower:
    """An integer map with a color per class."""

    def __init__(self, display: Display) -> None:
        self._classes = display.classes

    def known(self, target: np.ndarray) -> np.ndarray:
        """See Shower."""
        return target >= 0

    def limits(self, values: Sequence[np.ndarray], known: np.ndarray) -> tuple[float, float]:
        """See Shower."""
        return 0.0, float(max(map(np.max, values)))

    def draw(self, ax: Axes, values: np.ndarray, limits: tuple[float, float], alpha: float = 1) -> None:
        """See Shower."""
        table = np.array([to_rgb(color) for color in class_colors(max(len(self._classes), int(limits[1]) + 1))])
        ax.imshow(table[np.maximum(values, 0)], interpolation="nearest", alpha=alpha)

    def draw_key(self, ax: Axes, values: Sequence[np.ndarray], limits: tuple[float, float], unknown: bool) -> None:
        """See Shower."""
        present = np.unique(np.concatenate([np.ravel(v) for v in values]))
        colors = class_colors(max(len(self._classes), int(limits[1]) + 1))
        handles = [Patch(color=colors[label], label=self.name(label)) for label in present if label >= 0]
        if unknown:
            handles.append(unknown_patch())
        ax.legend(
            handles=handles,
            loc="upper left",
            ncols=2,
            borderaxespad=0,
            handlelength=1.2,
            labelspacing=0.25,
            columnspacing=0.9,
        )

    def error(self, target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        """See Shower. 1 where the class is wrong, 0 where it is right."""
        return np.where(self.known(target), target != prediction, np.nan).astype(np.float32)

    def draw_error(self, ax: Axes, error: np.ndarray) -> None:
        """See Shower."""
        table = np.array([to_rgb(_RIGHT), to_rgb(_WRONG)])
        ax.imshow(table[np.nan_to_num(error).astype(int)], interpolation="nearest")

    def draw_error_key(self, ax: Axes, error: np.ndarray) -> None:
        """See Shower."""
        handles = [Patch(facecolor=_RIGHT, edgecolor="#777777", label="right"), Patch(color=_WRONG, label="wrong")]
        ax.legend(handles=handles, loc="lower left", ncols=2, borderaxespad=0, handlelength=1.2, columnspacing=0.9)

    def error_words(self, error: np.ndarray) -> str:
        """See Shower."""
        finite = error[np.isfinite(error)]
        return f"{100 * finite.mean():.0f} % wrong" if finite.size else "nothing known"

    def name(self, label: int) -> str:
        """Name of a class; "class 3" if it has none."""
        return self._classes[label] if label < len(self._classes) else f"class {label}"


class ScalarShower:
    """A number per pixel."""

    def __init__(self, display: Display) -> None:
        self._unit = display.unit

    def known(self, target: np.ndarray) -> np.ndarray:
        """See Shower."""
        return target != 0

    def limits(self, values: Sequence[np.ndarray], known: np.ndarray) -> tuple[float, float]:
        """See Shower. From the lowest to the highest known number."""
        finite = np.concatenate([v[known & np.isfinite(v)] for v in values])
        if finite.size == 0:
            return 0.0, 1.0
        low, high = float(finite.min()), float(finite.max())
        return (low, high) if high > low else (low - 0.5, low + 0.5)

    def draw(self, ax: Axes, values: np.ndarray, limits: tuple[float, float], alpha: float = 1) -> None:
        """See Shower."""
        draw_map(ax, values, SCALAR_COLORMAP, *limits).set_alpha(alpha)

    def draw_key(self, ax: Axes, values: Sequence[np.ndarray], limits: tuple[float, float], unknown: bool) -> None:
        """See Shower."""
        _bar(ax, SCALAR_COLORMAP, limits, f"value [{self._unit}]" if self._unit else "value")
        if unknown:
            ax.legend(handles=[unknown_patch()], loc="lower left", borderaxespad=0, handlelength=1.2)

    def error(self, target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        """See Shower. The absolute difference."""
        return np.where(self.known(target), np.abs(prediction - target), np.nan)

    def draw_error(self, ax: Axes, error: np.ndarray) -> None:
        """See Shower."""
        draw_map(ax, error, ERROR_COLORMAP, *self._error_limits(error))

    def draw_error_key(self, ax: Axes, error: np.ndarray) -> None:
        """See Shower."""
        _bar(ax, ERROR_COLORMAP, self._error_limits(error), f"error [{self._unit}]" if self._unit else "error", "max")

    def error_words(self, error: np.ndarray) -> str:
        """See Shower."""
        finite = error[np.isfinite(error)]
        return f"mean {number(float(finite.mean()))} {self._unit}".rstrip() if finite.size else "nothing known"

    def _error_limits(self, error: np.ndarray) -> tuple[float, float]:
        finite = error[np.isfinite(error)]
        highest = float(np.quantile(finite, 0.99)) if finite.size else 0.0  # a few outliers do not set the scale
        return 0.0, highest or 1.0


class DirectionShower:
    """A unit vector per pixel: x right, y up, z towards the camera, as red, green and blue."""

    def __init__(self, display: Display) -> None:
        del display  # a direction has neither classes nor a unit

    def known(self, target: np.ndarray) -> np.ndarray:
        """See Shower."""
        return (target != 0).any(axis=-1)

    def limits(self, values: Sequence[np.ndarray], known: np.ndarray) -> tuple[float, float]:
        """See Shower."""
        return -1.0, 1.0

    def draw(self, ax: Axes, values: np.ndarray, limits: tuple[float, float], alpha: float = 1) -> None:
        """See Shower."""
        ax.imshow(direction_colors(values), interpolation="nearest", alpha=alpha)

    def draw_key(self, ax: Axes, values: Sequence[np.ndarray], limits: tuple[float, float], unknown: bool) -> None:
        """See Shower. A ball: its surface shows the color of every direction that faces the camera."""
        x, y = np.meshgrid(np.linspace(-1, 1, 96), np.linspace(1, -1, 96))
        inside = x**2 + y**2 <= 1
        ball = direction_colors(np.stack([x, y, np.sqrt(np.maximum(0, 1 - x**2 - y**2))], axis=-1))
        inset = ax.inset_axes((0, 0.3, 0.36, 0.7))
        inset.imshow(np.dstack([ball, inside]), interpolation="nearest")
        inset.axis("off")
        text = "The surface faces\nright: red, up: green,\nthe camera: blue"
        ax.text(0.4, 0.98, text, transform=ax.transAxes, va="top", fontsize=12)
        if unknown:
            ax.legend(handles=[unknown_patch()], loc="lower left", borderaxespad=0, handlelength=1.2)

    def error(self, target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        """See Shower. The angle between the two [degree]; 90 if the prediction has no direction."""
        length = np.linalg.norm(target, axis=-1) * np.linalg.norm(prediction, axis=-1)
        cosine = (target * prediction).sum(axis=-1) / np.where(length > 0, length, 1)
        return np.where(self.known(target), np.degrees(np.arccos(np.clip(cosine, -1, 1))), np.nan)

    def draw_error(self, ax: Axes, error: np.ndarray) -> None:
        """See Shower."""
        draw_map(ax, error, ERROR_COLORMAP, 0, _LARGEST_ANGLE)

    def draw_error_key(self, ax: Axes, error: np.ndarray) -> None:
        """See Shower."""
        _bar(ax, ERROR_COLORMAP, (0, _LARGEST_ANGLE), "error [°]", "max")

    def error_words(self, error: np.ndarray) -> str:
        """See Shower."""
        finite = error[np.isfinite(error)]
        return f"mean {finite.mean():.0f}°, median {np.median(finite):.0f}°" if finite.size else "nothing known"


SHOWERS: Mapping[str, type[ClassShower] | type[ScalarShower] | type[DirectionShower]] = {
    "classes": ClassShower,
    "scalar": ScalarShower,
    "direction": DirectionShower,
}
"""Who draws which `Display.kind`."""


def shower(display: Display) -> Shower:
    """The one that draws this display.

    Raises:
        ValueError: If its kind is unknown.
    """
    if display.kind not in SHOWERS:
        raise ValueError(f"`kind` must be {listing(map(repr, SHOWERS))}; got {display.kind!r}. Describe the task anew.")
    return SHOWERS[display.kind](display)


def class_colors(count: int) -> list[str]:
    """Colors for `count` classes: the fixed ones, then as many more as needed."""
    more = matplotlib.colormaps["turbo"](np.linspace(0.05, 0.95, max(0, count - len(CLASS_COLORS))))
    return [*CLASS_COLORS[:count], *(matplotlib.colors.to_hex(color) for color in more)]


def direction_colors(vectors: np.ndarray) -> np.ndarray:
    """Unit vectors `(H, W, 3)` as colors in [0, 1]: (n + 1) / 2."""
    return np.clip((np.nan_to_num(vectors) + 1) / 2, 0, 1)


def draw_unknown(ax: Axes, known: np.ndarray, alpha: float = 1) -> None:
    """Cover the unknown pixels with gray stripes."""
    if known.all():
        return
    height, width = known.shape
    y, x = np.mgrid[:height, :width]
    period = max(6, round(width / 22))
    stripes = ((x + y) % period) < period / 3
    colors = np.where(stripes[..., None], to_rgb(_STRIPE), to_rgb(UNKNOWN_COLOR))
    ax.imshow(np.dstack([colors, ~known]), interpolation="nearest", alpha=None if alpha == 1 else alpha * ~known)


def unknown_patch() -> Patch:
    """The key of the unknown pixels."""
    return Patch(facecolor=UNKNOWN_COLOR, edgecolor=_STRIPE, hatch="////", linewidth=0, label="unknown")


def _bar(ax: Axes, colormap: str, limits: tuple[float, float], label: str, extend: Any = "neither") -> None:
    inset = ax.inset_axes((0.02, 0.62, 0.9, 0.16))
    mappable = ScalarMappable(Normalize(*limits), colormap)
    bar = ax.figure.colorbar(mappable, cax=inset, orientation="horizontal", extend=extend)
    bar.ax.set_title(label, fontsize=12, loc="left", pad=3)
    bar.ax.locator_params(nbins=5)
    bar.outline.set_visible(False)
