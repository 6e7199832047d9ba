"""The explorer in a notebook: a state that Python and the browser share, and the picture that belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import anywidget
import traitlets

from mtan_edu.records import MaskRecord, PredictionRecord
from mtan_edu.visualization.explorer.assemble import EXPLORER
from mtan_edu.visualization.explorer.fetch import fetch_maps
from mtan_edu.visualization.explorer.package import pack_masks
from mtan_edu.visualization.explorer.page import make_page
from mtan_edu.visualization.explorer.source import Explorable, open_source, with_untrained
from mtan_edu.visualization.explorer.state import checked, checked_channel, first_state
from mtan_edu.visualization.explorer.still import draw_still
from mtan_edu.visualization.notebook import in_notebook
from mtan_edu.visualization.style import TextFigure
from mtan_edu.visualization.words import nearest

Answer: TypeAlias = tuple[Mapping[str, Any], Sequence[bytes]]
"""What a handler returns: something that JSON can hold, and buffers beside it."""


class MaskExplorer(anywidget.AnyWidget):
    """An interactive view of attention masks, through tasks, stages, channels, images and epochs.

        explorer = MaskExplorer("runs/first")
        explorer                     # the last line of a cell shows it
        explorer.stage = "decoder_1" # and a later cell moves it, or reads where somebody has moved it

    The masks travel to the browser once; all looking happens there. In a notebook that nobody runs, a picture with an
    alt text stands before the widget; it gives way while the widget lives. `to_html` writes a page that needs neither
    a notebook nor Python.

    Args:
        source: A run (its folder, or what `read_run` returns), a record of masks, or several of the same images at
            different epochs.
        predictions: What the tasks predicted for the same images. A run has its own.
        untrained: Masks to show as those of the untrained network, in place of those of epoch 0.
        megabytes: What may travel to the browser [10^6 bytes]. Above it maps are averaged down, channels ranked,
            epochs and images left out, in this order, and a sentence below the picture says so; what was left out
            comes from the kernel when somebody stops at it.
        **state: Settings to begin with, such as `view="compare"`.

    Attributes:
        view: "grid", "compare", "pixel", "training", "numbers" or "what_if".
        image: Which image.
        task: The chosen task; the first of the two that are compared.
        other_task: The second one.
        stage: The chosen stage.
        channel: Channel number, or "mean". Other stages show their channel of the same rank.
        epoch: Epochs trained; 0 = untrained.
        pixel: Row and column of the image, or None.
        scale: "shared" = every panel from 0 to 1; "own" = every panel from its lowest to its highest value.
        sort: What orders channels: "number", "disagreement" between tasks, "variance" over images or "contrast".
        sort_stages: Whether the grid's stages are sorted, too.
        columns: What the grid's columns are: "stages", or the "channels" of the chosen stage.
        swipe: Where one task's picture gives way to the other's, in [0, 1]; None = side by side.
        colors: Color map of the masks.
        zoom: Factor, and the center's x and y in [0, 1].
        change: What if the masks were others: "scale" (multiplied), "open" (1 everywhere), "mean" (the same at every
            pixel), "shuffle" (another image's) or "swap" (those of `other_task`). `connect_what_if` of
            `mtan_edu.experiment` brings the network that answers.
        factor: By how much "scale" multiplies them, in [0, 2].
        all_tasks: Whether all tasks' masks are changed; else those of `task`.
        all_stages: Whether they are changed at all stages; else at `stage`.

    Raises:
        FileNotFoundError: If there is no run.
        ValueError: If there are no masks, the records do not belong together, or a setting has no such value.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    _index = traitlets.Dict().tag(sync=True)
    _data = traitlets.Bytes().tag(sync=True)
    _answered = traitlets.Dict().tag(sync=True)

    view = traitlets.Unicode().tag(sync=True)
    image = traitlets.Int().tag(sync=True)
    task = traitlets.Unicode().tag(sync=True)
    other_task = traitlets.Unicode().tag(sync=True)
    stage = traitlets.Unicode().tag(sync=True)
    channel = traitlets.Union([traitlets.Int(), traitlets.Unicode()]).tag(sync=True)
    epoch = traitlets.Int(allow_none=True).tag(sync=True)
    pixel: traitlets.List[Any] = traitlets.List(allow_none=True).tag(sync=True)
    scale = traitlets.Unicode().tag(sync=True)
    sort = traitlets.Unicode().tag(sync=True)
    sort_stages = traitlets.Bool().tag(sync=True)
    columns = traitlets.Unicode().tag(sync=True)
    swipe = traitlets.Float(allow_none=True).tag(sync=True)
    colors = traitlets.Unicode().tag(sync=True)
    zoom: traitlets.List[Any] = traitlets.List().tag(sync=True)
    change = traitlets.Unicode().tag(sync=True)
    factor = traitlets.Float().tag(sync=True)
    all_tasks = traitlets.Bool().tag(sync=True)
    all_stages = traitlets.Bool().tag(sync=True)

    def __init__(
        self,
        source: Explorable,
        predictions: PredictionRecord | Sequence[PredictionRecord] = (),
        *,
        untrained: MaskRecord | None = None,
        megabytes: float = 8.0,
        **state: Any,
    ) -> None:
        self._source = open_source(source, predictions, untrained)
        self._megabytes = megabytes
        package = self._package = pack_masks(self._source, megabytes)
        begin = first_state(package.index)
        _require_settings(state, begin)
        super().__init__(
            _esm=EXPLORER.widget_script, _css=EXPLORER.style, _index=package.index, _data=package.compressed, **begin
        )
        self._handlers: dict[str, Callable[[Mapping[str, Any]], Answer]] = {}
        self.on_request("ready", lambda content: ({}, []))
        self.on_request("want", lambda content: fetch_maps(self._source, content["maps"]))
        self.on_msg(self._reply)
        self.state = state

    def __repr__(self) -> str:
        chosen = ", ".join(f"{name}={getattr(self, name)!r}" for name in ("view", "image", "task", "stage", "channel"))
        return f"MaskExplorer({self._index.get('name')!r}, {chosen}, epoch={self.epoch})"

    @property
    def state(self) -> dict[str, Any]:
        """All settings. Assign a dict with some or all of them to move the picture at once."""
        return {name: getattr(self, name) for name in first_state(self._package.index)}

    @state.setter
    def state(self, changes: Mapping[str, Any]) -> None:
        _require_settings(changes, self.state)
        in_order = sorted(changes, key=lambda name: name == "channel")  # a stage decides which channels there are
        with self.hold_sync():
            for name in in_order:
                setattr(self, name, changes[name])

    @property
    def masks(self) -> MaskRecord:
        """The masks of the chosen epoch, with their images, as they were recorded."""
        return self._source.masks(self._source.epochs.index(self.epoch))

    def on_request(self, kind: str, handler: Callable[[Mapping[str, Any]], Answer]) -> None:
        """Answer what a view asks with `kernel.ask(kind, content)`.

        Args:
            kind: What is asked for. The explorer itself uses "ready" and "want".
            handler: From the content of the question to an answer: something that JSON can hold, and buffers. A
                ValueError becomes a sentence in the browser.
        """
        self._handlers[kind] = handler
        self._answered = {**self._answered, kind: self._answered.get(kind, 0) + 1}  # the browser sees a new one come

    def show_untrained(self, record: MaskRecord) -> None:
        """Take other masks for those of the untrained network, such as those of one that has seen the images.

        Args:
            record: Masks of the same images.

        Raises:
            ValueError: If they are of other images, tasks, stages or shapes; then nothing changes.
        """
        source = with_untrained(self._source, record)
        package = pack_masks(source, self._megabytes)
        self._source, self._package = source, package
        with self.hold_sync():
            self._index, self._data = package.index, package.compressed

    def figure(self) -> TextFigure:
        """What is shown, as a figure that needs no browser."""
        return draw_still(self._source, self.state, [epoch["place"] for epoch in self._package.index["epochs"]])

    def to_html(self, file: str | Path) -> Path:
        """Write a page with the masks inside. It needs neither network nor Python, and begins where this one is.

        Args:
            file: Where; what is there is replaced.

        Returns:
            The file.
        """
        file = Path(file)
        file.write_text(make_page(self._package, self.state, self.figure()), encoding="utf-8")
        return file

    def _ipython_display_(self) -> None:
        """Show the picture, an output of its own, and then the widget."""
        if not in_notebook():
            return
        from IPython.display import display

        data, metadata = self.figure().bundle()
        display(data, raw=True, metadata=metadata)
        bundle = self._repr_mimebundle_()
        if bundle is not None:
            display(bundle[0], raw=True, metadata=bundle[1])

    def answer(self, message: Mapping[str, Any]) -> tuple[dict[str, Any], list[bytes]] | None:
        """What the browser hears in reply to a message, and buffers beside it; None if it expects nothing.

        Args:
            message: "kind", "id" and "content" of a question. A message without an id is a sign of life.
        """
        kind, number = str(message.get("kind")), message.get("id")
        if number is None:
            return None
        try:
            if kind not in self._handlers:
                raise ValueError(f"Nobody answers {kind!r} here. {nearest(kind, list(self._handlers))}")
            content, buffers = self._handlers[kind](message.get("content", {}))
        except ValueError as error:
            return {"kind": "error", "id": number, "content": str(error)}, []
        return {"kind": "answer", "id": number, "content": dict(content)}, list(buffers)

    def _reply(self, _widget: Any, message: Mapping[str, Any], _buffers: Sequence[Any]) -> None:
        reply = self.answer(message)
        if reply is not None:
            self.send(reply[0], buffers=reply[1])

    @traitlets.validate(
        "view", "image", "task", "other_task", "stage", "epoch", "pixel", "scale", "sort", "columns", "colors", "zoom",
        "swipe", "change", "factor",
    )  # fmt: skip
    def _check(self, proposal: Mapping[str, Any]) -> Any:
        return checked(proposal["trait"].name, proposal["value"], self._package.index)

    @traitlets.validate("channel")
    def _check_channel(self, proposal: Mapping[str, Any]) -> Any:
        return checked_channel(proposal["value"], self.stage, self._package.index)

    @traitlets.observe("stage")
    def _keep_channel(self, _change: Any) -> None:
        """A channel that the new stage does not have becomes the mean."""
        try:
            checked_channel(self.channel, self.stage, self._package.index)
        except ValueError:
            self.channel = "mean"


def _require_settings(changes: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    for name in changes:
        if name not in known:
            raise ValueError(f"`state` must name settings; got {name!r}. {nearest(name, list(known))}")
