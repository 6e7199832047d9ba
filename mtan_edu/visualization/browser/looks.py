"""How tasks look in a browser: the colors, dashes and markers of the figures, as SVG and letters know them."""

from __future__ import annotations

from collections.abc import Iterable

from mtan_edu.visualization.style import task_styles

_MARKS = dict(zip("os^DvPX<>*", "●■▲◆▼✚✖◀▶★", strict=True))  # markers of matplotlib as letters


def task_looks(names: Iterable[str]) -> list[dict[str, str]]:
    """Per task, in order: its "name", "color", "dash" (lengths of strokes and gaps, empty = solid) and "mark".

    Args:
        names: Task names, in the order of the tasks.
    """
    looks = []
    for name, style in task_styles(tuple(names)).items():
        dash = [] if isinstance(style.dash, str) else [2.5 * length for length in style.dash[1]]
        lengths = " ".join(f"{length:g}" for length in dash)
        looks.append({"name": name, "color": style.color, "dash": lengths, "mark": _MARKS[style.marker]})
    return looks
