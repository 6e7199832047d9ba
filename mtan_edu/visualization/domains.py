"""A contact sheet of classification domains: what their pictures look like, and what is asked of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mtan_edu.visualization.canvas import Canvas, show_picture
from mtan_edu.visualization.style import TextFigure, figure_style, task_styles
from mtan_edu.visualization.words import listing, plural

_SIDE, _GAP, _HEAD, _FOOT = 1.1, 0.12, 0.34, 0.4  # inch
_LETTERS = 13
"""Letters of a class name that fit below a picture."""


@figure_style()
def show_domains(
    pictures: Mapping[str, np.ndarray], classes: Mapping[str, Sequence[str]], asks: Mapping[str, str] | None = None
) -> TextFigure:
    """Draw a row of pictures per domain, each with the name of its class.

    Args:
        pictures: Domain to pictures, uint8 `(n, H, W, 3)`, or floating point in [0, 1].
        classes: Domain to the class name of each picture.
        asks: Domain to what is asked of a picture; None or empty where nothing is known.

    Returns:
        The figure, with the domains in the order of `pictures`.

    Raises:
        ValueError: If there is no domain, or a domain has another number of names than of pictures.
    """
    _require_names(pictures, classes)
    columns = max(map(len, pictures.values()))
    row_height = _HEAD + _SIDE + _FOOT
    title = f"{plural(len(pictures), 'domain')}, each with images of its own"
    canvas = Canvas(max(7.0, columns * (_SIDE + _GAP) + 0.2), row_height * len(pictures), title)
    styles, words = task_styles(pictures), []
    for row, (name, images) in enumerate(pictures.items()):
        top = row * row_height
        question = (asks or {}).get(name, "")
        for column, (image, kind) in enumerate(zip(images, classes[name], strict=True)):
            ax = canvas.place(0.1 + column * (_SIDE + _GAP), top + _HEAD, _SIDE, _SIDE)
            show_picture(ax, image)
            ax.set_xlabel(_short(kind), fontsize=11, labelpad=3)
            if column == 0:
                label = ax.annotate(
                    name,
                    (0, 1),
                    (0, 5),
                    xycoords="axes fraction",
                    textcoords="offset points",
                    color=styles[name].color,
                    fontweight="bold",
                )
                ax.annotate(question, (1, 1), (9, 5), xycoords=(label, "axes fraction"), textcoords="offset points")
        words.append(f"{name}{f' ({question})' if question else ''}: {listing(list(classes[name]))}")
    canvas.figure.alt = f"{title}. Pictures of {'; '.join(words)}."
    return canvas.figure


def _short(text: str) -> str:
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…"


def _require_names(pictures: Mapping[str, np.ndarray], classes: Mapping[str, Sequence[str]]) -> None:
    if not pictures or not all(map(len, pictures.values())):
        raise ValueError("`pictures` must hold a picture of each of 1 domain or more; got none. Pass {domain: array}.")
    for name, images in pictures.items():
        if name not in classes or len(classes[name]) != len(images):
            raise ValueError(
                f"`classes` must name the class of each of {len(images)} pictures of {name}; got "
                f"{len(classes.get(name, ()))} names. Pass one per picture."
            )
