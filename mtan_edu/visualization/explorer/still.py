"""What an explorer shows, drawn without a browser: for notebooks that nobody runs, and where scripts do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mtan_edu.visualization.explorer.numbers import numbers_record
from mtan_edu.visualization.explorer.source import MaskSource
from mtan_edu.visualization.mask_history import show_mask_history
from mtan_edu.visualization.mask_numbers import show_mask_numbers
from mtan_edu.visualization.mask_panels import MOST_VARYING
from mtan_edu.visualization.masks import show_mask_difference, show_masks
from mtan_edu.visualization.style import TextFigure


def draw_still(source: MaskSource, state: Mapping[str, Any], places: Sequence[int]) -> TextFigure:
    """The figure that comes closest to what is shown.

    Args:
        source: The masks.
        state: The explorer's settings.
        places: Places of the epochs that a history shows.

    Returns:
        The masks of all tasks; two tasks and their difference; the history of one mask; or numbers.
    """
    record = source.masks(source.epochs.index(state["epoch"]))
    image, stage, scale = state["image"], state["stage"], state["scale"]
    channel = None if state["channel"] == "mean" else state["channel"]
    if state["view"] == "training" and len(places) > 1:
        masks = [source.masks(place) for place in places]
        return show_mask_history(masks, list(record.tasks), stage, channel, image, scale)
    if state["view"] == "numbers" and all(tuple(of) == record.stages for of in record.masks.values()):
        place = source.epochs.index(state["epoch"])
        start = numbers_record(source, 0) if place > 0 and source.epochs[0] == 0 else None
        return show_mask_numbers(numbers_record(source, place), start)
    everywhere = channel is None and state["columns"] == "stages"
    if state["view"] == "compare" and state["task"] != state["other_task"]:
        stages = None if everywhere else stage
        return show_mask_difference(record, state["task"], state["other_task"], image, stages, channel)
    if everywhere:
        return show_masks(record, image, scale=scale)
    channels = MOST_VARYING if state["columns"] == "channels" else channel
    return show_masks(record, image, stages=stage, channels=channels, scale=scale)
