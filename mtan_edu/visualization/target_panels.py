"""How a task's target, prediction and error are drawn. What differs between tasks lies in their `Display`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Patch

from mtan_edu.records import Display
from mtan_edu.visualization.keys import color_bar, inches, mapped, patch_legend, unknown_patch
from mtan_edu.visualization.style import ERROR_COLORMAP, NAN_COLOR
from mtan_edu.visualization.words import number

CLASS_COLORS = (
    "#1F77B4", "#FFD92F", "#AEC7E8", "#D62728", "#C49C6B", "#7A4A2B", "#FF7F0E",
    "#F781BF", "#7B3FA0", "#2CA02C", "#111111", "#D3E8B0", "#17BECF",
)  # fmt: skip
"""Colors of the first 13 classes, in the order of their labels; they differ in lightness as well as in hue."""

SCALAR_COLORMAP = "cividis"
"""Scalars such as depth: perceptual and sequential, another one than the masks have."""

_RIGHT, _WRONG = "#F0F0F0", "#B2182B"
_LARGEST_ANGLE = 90.0


@runtime_checkable
class Shower(Protocol):
    """Draws one kind of task: values as colors, and the keys that say which color means what."""

    def known(self, target: np.ndarray) -> np.ndarray:
        """Where the target is known, bool `(H, W)`."""

    def limits(self, values: Sequence[np.ndarray], known: np.ndarray) -> tuple[float, float]:
        """The common scale of target and prediction."""

    def colors(self, values: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
        """A target or a prediction as colors in [0, 1], `(H, W, 3)`."""

    def draw_key(self, ax: Axes, values: Sequence[np.ndarray], limits: tuple[float, float], unknown: bool) -> None:
        """Say which color means what."""

    def error(self, target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        """The error at every pixel, `(H, W)`; NaN where the target is unknown."""

    def error_colors(self, error: np.ndarray) -> np.ndarray:
        """The error as colors in [0, 1], `(H, W, 3)`."""

    def draw_error_key(self, ax: Axes, error: np.ndarray) -> None:
        """Say which color means which error."""

    def error_words(self, error: np.ndarray) -> str:
        """The error in words, such as "mean 0.42 m"."""


class ClassShower:
    """An integer map with a color per class. The methods are those of Shower."""

    def __init__(self, display: Display) -> None:
        self._classes = display.classes

    def known(self, target: np.ndarray) -> np.ndarray:
        """A label of -1 is unknown."""
        return target >= 0

    def limits(self, values: Sequence[np.ndarray], known: np.ndarray) -> tuple[float, float]:
        """From the first to the last class."""
        return 0.0, float(max(len(self._classes) - 1, *map(np.max, values)))

    def colors(self, values: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
        """The color of each pixel's class."""
        return np.array([to_rgb(color) for color in class_colors(int(limits[1]) + 1)])[np.maximum(values, 0)]

    def draw_key(self, ax: Axes, values: Sequence[np.ndarray], limits: tuple[float, float], unknown: bool) -> None:
        """The classes that occur in one of `values`."""
        present = np.unique(np.concatenate([np.ravel(v) for v in values]))
        colors = class_colors(int(limits[1]) + 1)
        handles = [Patch(color=colors[label], label=self.name(label)) for label in present.tolist() if label >= 0]
        patch_legend(ax, [*handles, *unknown_patch(unknown)])

    def error(self, target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        """1 where the class is wrong, 0 where it is right."""
        return np.where(self.known(target), target != prediction, np.nan).astype(np.float32)

    def error_colors(self, error: np.ndarray) -> np.ndarray:
        """One color for right, one for wrong."""
        return np.array([to_rgb(_RIGHT), to_rgb(_WRONG)])[np.nan_to_num(error).astype(int)]

    def draw_error_key(self, ax: Axes, error: np.ndarray) -> None:
        """Right and wrong."""
        handles = [Patch(facecolor=_RIGHT, edgecolor="#777777", label="right"), Patch(color=_WRONG, label="wrong")]
        patch_legend(ax, handles, top=0.3)

    def error_words(self, error: np.ndarray) -> str:
        """The share of the known pixels that is wrong."""
        finite = error[np.isfinite(error)]
        return f"{100 * finite.mean():.0f} % wrong" if finite.size else "nothing known"

    def name(self, label: int) -> str:
        """Name of a class; "class 3" if it has none."""
        return self._classes[label] if label < len(self._classes) else f"class {label}"


class ScalarShower:
    """A number per pixel. The methods are those of Shower."""

    def __init__(self, display: Display) -> None:
        self._unit, self._quantity = display.unit, display.quantity

    def known(self, target: np.ndarray) -> np.ndarray:
        """0 is unknown."""
        return target != 0

    def limits(self, values: Sequence[np.ndarray], known: np.ndarray) -> tuple[float, float]:
        """From the lowest to the highest number where the target is known."""
        finite = np.concatenate([v[known & np.isfinite(v)] for v in values])
        if finite.size == 0:
            return 0.0, 1.0
        low, high = float(finite.min()), float(finite.max())
        return (low, high) if high > low else (low - 0.5, low + 0.5)

    def colors(self, values: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
        """Dark = low, bright = high."""
        return mapped(values, SCALAR_COLORMAP, limits)

    def draw_key(self, ax: Axes, values: Sequence[np.ndarray], limits: tuple[float, float], unknown: bool) -> None:
        """A colorbar."""
        color_bar(ax, SCALAR_COLORMAP, limits, self._label(self._quantity or "value"))
        patch_legend(ax, unknown_patch(unknown), top=0.75)

    def error(self, target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        """The absolute difference."""
        return np.where(self.known(target), np.abs(prediction - target), np.nan)

    def error_colors(self, error: np.ndarray) -> np.ndarray:
        """Dark = no error."""
        return mapped(error, ERROR_COLORMAP, self._error_limits(error))

    def draw_error_key(self, ax: Axes, error: np.ndarray) -> None:
        """A colorbar that ends at the 99th percentile."""
        what = f"error of {self._quantity}" if self._quantity else "error"
        color_bar(ax, ERROR_COLORMAP, self._error_limits(error), self._label(what), extend="max")

    def error_words(self, error: np.ndarray) -> str:
        """The mean error."""
        finite = error[np.isfinite(error)]
        if not finite.size:
            return "nothing known"
        return " ".join(filter(None, ["mean", number(float(finite.mean())), self._unit or self._quantity]))

    def _error_limits(self, error: np.ndarray) -> tuple[float, float]:
        finite = error[np.isfinite(error)]
        highest = float(np.quantile(finite, 0.99)) if finite.size else 0.0  # a few outliers do not set the scale
        return 0.0, highest or 1.0

    def _label(self, what: str) -> str:
        return f"{what} [{self._unit}]" if self._unit else what


class DirectionShower:
    """A unit vector per pixel: x right, y up, z towards the camera. The methods are those of Shower."""

    def __init__(self, display: Display) -> None:
        del display  # a direction has neither classes nor a unit

    def known(self, target: np.ndarray) -> np.ndarray:
        """(0, 0, 0) is unknown."""
        return (target != 0).any(axis=-1)

    def limits(self, values: Sequence[np.ndarray], known: np.ndarray) -> tuple[float, float]:
        """The range of each component."""
        return -1.0, 1.0

    def colors(self, values: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
        """(n + 1) / 2 as red, green and blue."""
        missing = ~np.isfinite(values).all(axis=-1, keepdims=True)
        return np.where(missing, to_rgb(NAN_COLOR), np.clip((np.nan_to_num(values) + 1) / 2, 0, 1))

    def draw_key(self, ax: Axes, values: Sequence[np.ndarray], limits: tuple[float, float], unknown: bool) -> None:
        """A ball: its surface shows the color of every direction that faces the camera."""
        x, y = np.meshgrid(np.linspace(-1, 1, 96), np.linspace(1, -1, 96))
        inside = x**2 + y**2 <= 1
        ball = self.colors(np.stack([x, y, np.sqrt(np.maximum(0, 1 - x**2 - y**2))], axis=-1), limits)
        width, height = inches(ax)
        inset = ax.inset_axes((0, 1 - 0.95 / height, 0.95 / width, 0.95 / height))
        inset.imshow(np.dstack([ball, inside]), interpolation="nearest")
        inset.axis("off")
        text = "The surface faces\nright: red,\nup: green,\nthe camera: blue"
        ax.text(1.05 / width, 1, text, transform=ax.transAxes, va="top", fontsize=12)
        patch_legend(ax, unknown_patch(unknown), top=1.02)

    def error(self, target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        """The angle between the two [degree]; 90 if the prediction has no direction."""
        length = np.linalg.norm(target, axis=-1) * np.linalg.norm(prediction, axis=-1)
        cosine = (target * prediction).sum(axis=-1) / np.where(length == 0, 1, length)
        return np.where(self.known(target), np.degrees(np.arccos(np.clip(cosine, -1, 1))), np.nan)

    def error_colors(self, error: np.ndarray) -> np.ndarray:
        """From 0 to 90 degrees in every figure."""
        return mapped(error, ERROR_COLORMAP, (0.0, _LARGEST_ANGLE))

    def draw_error_key(self, ax: Axes, error: np.ndarray) -> None:
        """A colorbar from 0 to 90 degrees."""
        color_bar(ax, ERROR_COLORMAP, (0.0, _LARGEST_ANGLE), "error [°]", extend="max")

    def error_words(self, error: np.ndarray) -> str:
        """The mean and the median angle."""
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
        raise ValueError(f"`kind` must be {' or '.join(map(repr, SHOWERS))}; got {display.kind!r}. Describe it anew.")
    return SHOWERS[display.kind](display)


def class_colors(count: int) -> list[str]:
    """Colors for `count` classes: the fixed ones, then as many more as needed."""
    more = matplotlib.colormaps["turbo"](np.linspace(0.05, 0.95, max(0, count - len(CLASS_COLORS))))
    return [*CLASS_COLORS[:count], *map(to_hex, more)]
