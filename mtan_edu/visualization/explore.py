"""Controls over a drawing function: simple, keyboard-friendly, and never in the way of a headless run."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mtan_edu.visualization.notebook import Output, in_notebook
from mtan_edu.visualization.style import TextFigure
from mtan_edu.visualization.words import listing, nearest


class Exploration:
    """What `explore` returns: the settings, readable and settable from code, and the picture that belongs to them.

    Attributes:
        options: Setting name to the values it can take.
        figure: The picture of the current settings; the last one that could be drawn.
        message: Why the current settings cannot be drawn; "" if they can.
    """

    def __init__(self, draw: Callable[..., TextFigure], options: Mapping[str, Mapping[str, Any]]) -> None:
        self.options = {name: tuple(choices.values()) for name, choices in options.items()}
        self._draw = draw
        self._settings = {name: values[0] for name, values in self.options.items()}
        self._listeners: list[Callable[[], None]] = []
        self.message = ""
        self.figure = draw(**self._settings)

    def __repr__(self) -> str:
        return f"Exploration({', '.join(f'{name}={value!r}' for name, value in self._settings.items())})"

    @property
    def settings(self) -> dict[str, Any]:
        """The current settings. Assign a dict with some or all of them to move the controls and redraw."""
        return dict(self._settings)

    @settings.setter
    def settings(self, changes: Mapping[str, Any]) -> None:
        for name, value in changes.items():
            if name not in self.options:
                raise ValueError(f"`settings` must name settings; got {name!r}. {nearest(name, list(self.options))}")
            if value not in self.options[name]:
                offered = listing(repr(choice) for choice in self.options[name])
                raise ValueError(f"`{name}` must be one of its options; got {value!r}. There is {offered}.")
        if all(self._settings[name] == value for name, value in changes.items()):
            return
        self._settings.update(changes)
        try:
            self.figure = self._draw(**self._settings)
            self.message = ""
        except ValueError as error:
            self.message = str(error)
        for listener in self._listeners:
            listener()

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every change of the settings."""
        self._listeners.append(listener)


def explore(draw: Callable[..., TextFigure], **options: Sequence[Any] | Mapping[str, Any]) -> Exploration:
    """Show a picture, and below it a control for each of its settings.

    The picture of the first options is a PNG output of its own, so that an executed notebook shows it wherever it is
    read. The controls and the picture that follows them come after it. Outside a notebook only the settings remain.

        view = explore(lambda task, image: show_masks(record, image, task), task=record.tasks, image=range(4))
        view.settings = {"task": "depth"}

    Args:
        draw: Draws a picture from one value of each option, passed by name. A ValueError is shown as a sentence.
        **options: Setting name to its values, the first of which is shown first. A `range` becomes a slider, other
            numbers a slider over exactly these, anything else a menu. A mapping from labels to values is a menu.

    Returns:
        The settings and the current picture.

    Raises:
        ValueError: If there is no option, one has no values, or the first settings cannot be drawn.
    """
    if not options:
        raise ValueError("`options` must name a setting to explore; got none. Pass task=[...], image=range(...).")
    for name, choices in options.items():
        if len(choices) == 0:
            raise ValueError(f"`{name}` must have at least one value; got none. Leave the setting out.")
    labeled = {name: _labeled(choices) for name, choices in options.items()}
    exploration = Exploration(draw, labeled)
    Output().show(exploration.figure.bundle())
    if in_notebook():
        from IPython.display import display

        display(controls(exploration, options))
    return exploration


def _labeled(choices: Sequence[Any] | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(choices, Mapping):
        return {str(label): value for label, value in choices.items()}
    return {"none" if value is None else str(value): value for value in choices}


def controls(exploration: Exploration, options: Mapping[str, Sequence[Any] | Mapping[str, Any]]) -> Any:
    """The controls of an exploration, and the picture that follows them.

    Args:
        exploration: What they move, and what moves them.
        options: As passed to `explore`.

    Returns:
        An `ipywidgets.VBox`: a control per setting, an image (empty until something moves) and its words.
    """
    import ipywidgets as widgets

    moved = {name: _control(name, options[name]) for name in options}
    picture = widgets.Image(format="png")  # empty until something moves: the first picture stands above
    picture.layout.max_width = "100%"
    picture.layout.align_self = "flex-start"  # its own size: not stretched to the width of the cell
    picture.layout.display = "none"
    words = widgets.HTML()

    def show() -> None:
        for name, control in moved.items():
            control.value = exploration.settings[name]
        if exploration.message:
            words.value = f'<p role="alert"><b>{html.escape(exploration.message)}</b></p>'
            return
        picture.value = exploration.figure.png()
        picture.layout.display = ""
        words.value = f'<p aria-live="polite">{html.escape(exploration.figure.alt)}</p>'

    def move(name: str) -> Callable[[Any], None]:
        def listen(change: Any) -> None:
            exploration.settings = {name: change["new"]}

        return listen

    for name, control in moved.items():
        control.observe(move(name), "value")
    exploration.on_change(show)
    return widgets.VBox([*moved.values(), picture, words])


def _control(name: str, choices: Sequence[Any] | Mapping[str, Any]) -> Any:
    import ipywidgets as widgets

    look = {"description": name.replace("_", " "), "style": {"description_width": "8em"}, "layout": {"width": "32em"}}
    if isinstance(choices, range) and choices.step > 0:
        return widgets.IntSlider(
            value=choices[0], min=choices[0], max=choices[-1], step=choices.step, continuous_update=False, **look
        )
    numbers = not isinstance(choices, Mapping) and all(_is_number(value) for value in choices)
    labeled = _labeled(choices)
    kind = widgets.SelectionSlider if numbers else widgets.Dropdown
    extra = {"continuous_update": False} if numbers else {}
    return kind(options=list(labeled.items()), value=next(iter(labeled.values())), **look, **extra)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
