"""A drawing board in inches, for figures that are made of boxes and lines."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Circle, FancyBboxPatch

from mtan_edu.visualization.canvas import Canvas, bare

INK = "#333333"
"""Lines and letters."""

SHARED_COLOR = "#8A949E"
"""What all tasks share. No task has a gray."""


class Diagram:
    """Axes that fill the body of a canvas; x runs right and y down from its upper left corner [inch].

    Args:
        canvas: Where to draw.
        width: Width of the body [inch].
        height: Height of the body [inch].
    """

    def __init__(self, canvas: Canvas, width: float, height: float) -> None:
        self.ax: Axes = canvas.place(0, 0, width, height)
        self.ax.set(xlim=(0, width), ylim=(height, 0))
        bare(self.ax)

    def box(self, center: tuple[float, float], size: tuple[float, float], color: str, **look: Any) -> None:
        """A rectangle with round corners, around its center."""
        (x, y), (width, height) = center, size
        style = f"round,pad=0,rounding_size={min(0.06, width / 3, height / 3):.3f}"
        options: dict[str, Any] = {"linewidth": 0.8, "edgecolor": INK, "zorder": 3, **look}
        patch = FancyBboxPatch((x - width / 2, y - height / 2), width, height, style, facecolor=color, **options)
        self.ax.add_patch(patch)

    def circle(self, center: tuple[float, float], radius: float, color: str, **look: Any) -> None:
        """A disk."""
        self.ax.add_patch(Circle(center, radius, facecolor=color, **{"edgecolor": INK, "zorder": 4, **look}))

    def line(self, *points: tuple[float, float], color: str = INK, **look: Any) -> None:
        """A line through points."""
        xs, ys = zip(*points, strict=True)
        self.ax.plot(xs, ys, **{"color": color, "linewidth": 1.4, "zorder": 1, "solid_capstyle": "butt", **look})

    def arrow(self, start: tuple[float, float], end: tuple[float, float], color: str = INK) -> None:
        """A line that ends in a point."""
        look = {"arrowstyle": "-|>", "color": color, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 11}
        self.ax.annotate("", end, start, arrowprops=look, zorder=2)

    def text(self, x: float, y: float, text: str, size: float = 11, **look: Any) -> None:
        """Letters around a point."""
        self.ax.text(
            x, y, text, **{"fontsize": size, "ha": "center", "va": "center", "color": INK, "zorder": 5, **look}
        )


def tint(color: str, white: float) -> str:
    """The color with so much white in it: 0 = none, 1 = white alone."""
    red, green, blue = (channel + (1 - channel) * white for channel in to_rgb(color))
    return to_hex((red, green, blue))
