"""The class of a whole image, in words."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from mtan_edu.records import Display
from mtan_edu.visualization.canvas import bare

IMAGE_CLASS = "class"
"""The `Display.kind` of a task that classifies whole images."""

CLASS_ROW = 0.42
"""Height of a row that says one class [inch]."""

RIGHT_COLOR, WRONG_COLOR = "#1A7A3C", "#B2182B"
"""Right and wrong; the word says it too."""

_ANOTHER = "none: not its domain"


def draw_image_class(panels: Sequence[Axes], display: Display, target: int, prediction: int) -> str:
    """Write target, prediction and whether that is right into three axes.

    Args:
        panels: Axes for target, prediction and error.
        display: Knows the classes' names.
        target: The class; -1 = unknown, as of an image of another task's domain.
        prediction: The predicted class; -1 = none.

    Returns:
        The same in words: "7, taken for 1".
    """
    judged = verdict(target, prediction)
    color = {"right": RIGHT_COLOR, "wrong": WRONG_COLOR}.get(judged, "#777777")
    texts = (class_name(display, target) if target >= 0 else _ANOTHER, class_name(display, prediction), judged)
    for ax, text, ink in zip(panels, texts, ("black" if target >= 0 else "#777777", "black", color), strict=True):
        bare(ax)
        ax.text(0.5, 0.5, text, ha="center", va="center", color=ink, fontsize=12, transform=ax.transAxes)
    if target < 0:
        return f"has no class here and says {texts[1]}"
    return f"{texts[0]}, taken for {texts[1]}" if judged == "wrong" else f"{texts[0]}, right"


def verdict(target: int, prediction: int) -> str:
    """Say "right" or "wrong", or nothing where the target is unknown."""
    return "" if target < 0 else "right" if target == prediction else "wrong"


def class_name(display: Display, label: int) -> str:
    """Name of a class; "class 3" if it has none, "nothing" for -1."""
    if label < 0:
        return "nothing"
    return display.classes[label] if label < len(display.classes) else f"class {label}"
