"""Join a mask explorer to a trained network, so that its view "What if" has somebody to ask."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mtan_edu.experiment.what_if import WhatIf
from mtan_edu.models.checks import check_known
from mtan_edu.records import InterventionRecord, PredictionRecord
from mtan_edu.visualization.explorer import MaskExplorer
from mtan_edu.visualization.explorer.package import pack_display
from mtan_edu.visualization.explorer.predictions import encode_predictions, scalar_limits
from mtan_edu.visualization.metrics import metric_unit

LARGEST_SIDE = 192
"""Longest side of the predictions that travel; of larger ones every second pixel, every third, ... [pixels]."""

_Asked = Callable[[WhatIf, Mapping[str, Any]], InterventionRecord]

ANSWERS: Mapping[str, _Asked] = {
    "scale": lambda what_if, asked: what_if.scale(*_where(asked), _number(asked["factor"])),
    "open": lambda what_if, asked: what_if.change(*_where(asked), "open"),
    "mean": lambda what_if, asked: what_if.change(*_where(asked), "mean"),
    "shuffle": lambda what_if, asked: what_if.change(*_where(asked), "shuffle"),
    "swap": lambda what_if, asked: what_if.take(*_where(asked), str(asked["other_task"])),
}
"""Name of a change, as the explorer's `change` has it, to what answers it."""


def connect_what_if(explorer: MaskExplorer, network: WhatIf | Path | str, device: str = "cpu") -> None:
    """Let an explorer ask a network what it would predict if its masks were others.

        explorer = MaskExplorer("runs/first")
        connect_what_if(explorer, "runs/first")
        explorer.state = {"view": "what_if", "change": "open", "task": "depth"}

    The answers come from this process, also while the explorer is on the screen already; a cell that computes keeps
    them waiting. Connected again, the explorer asks the new network.

    Args:
        explorer: The explorer; it may show a run, or masks that `record_masks` has recorded.
        network: A run, whose last checkpoint and recorded images are taken; or a network with its images and targets.
        device: Where a run's network computes.

    Raises:
        FileNotFoundError: If there is no run, or its data is gone.
        TypeError: If the run's model has no attention modules.
        ValueError: If the run has no checkpoint or no recorded images, its tasks have images of their own, or the
            explorer's masks are of other images, tasks or stages.
    """
    what_if = network if isinstance(network, WhatIf) else WhatIf.of_run(network, device)
    _require_same_masks(explorer, what_if)
    explorer.on_request("what_if", lambda asked: answer_what_if(what_if, asked))


def answer_what_if(what_if: WhatIf, asked: Mapping[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """Answer one question of the view.

    Args:
        what_if: The network.
        asked: "task" and "stage" (None = all), "change", "factor", "other_task" and "image".

    Returns:
        "description": the change in words; "epoch": epochs trained; "images": how many there are; "predictions": where
        in the buffer the image's targets, and its predictions without and with the change, begin, with "moved", how
        far each task's have moved (share of pixels, mean |Δ| in the task's unit, mean angle [degrees]); "metrics": one
        row per task and metric: its unit and, for "image" and "all", its value without and with the change, None
        where there is none.
        And the buffer.

    Raises:
        ValueError: If the question names what there is not.
    """
    missing = [name for name in ("task", "stage", "change", "factor", "other_task", "image") if name not in asked]
    if missing:
        raise ValueError(f"`question` must say what is asked; it has no {', '.join(missing)}. Name all six.")
    check_known("change", str(asked["change"]), tuple(ANSWERS))
    before, image = what_if.unchanged, _image(asked["image"], len(what_if.unchanged.by_image))
    after = ANSWERS[asked["change"]](what_if, asked)
    predictions, data = _predictions(before.predictions, after.predictions, image)
    return {
        "description": after.description,
        "epoch": what_if.epoch,
        "images": len(before.by_image),
        "predictions": predictions,
        "metrics": _metrics(before, after, image),
    }, [data]


def _predictions(before: PredictionRecord, after: PredictionRecord, image: int) -> tuple[dict[str, Any], bytes]:
    chosen = slice(image, image + 1)
    step = math.ceil(max(before.images.shape[1:3]) / LARGEST_SIDE)
    index, data = encode_predictions([before, after], chosen, step)
    for name, task in before.tasks.items():
        was, becomes = before.predictions[name][chosen], after.predictions[name][chosen]
        of = index["tasks"][name]
        of["display"], of["moved"] = pack_display(task.display), _finite(_MOVED[task.display.kind](was, becomes))
        if task.display.kind == "scalar":
            of["shown"] = scalar_limits([before.targets[name][chosen], was])  # the colors stay while masks change
    return {**index, "epochs": [0, 1], "offset": 0}, data


def _metrics(before: InterventionRecord, after: InterventionRecord, image: int) -> list[dict[str, Any]]:
    def both(of: Callable[[InterventionRecord], Mapping[str, Mapping[str, float]]], task: str, name: str) -> list[Any]:
        return [_finite(of(record)[task][name]) for record in (before, after)]

    return [
        {
            "task": task,
            "metric": name,
            "higher_is_better": higher,
            "unit": metric_unit(name, of),
            "image": both(lambda record: record.by_image[image], task, name),
            "all": both(lambda record: record.metrics, task, name),
        }
        for task, of in before.predictions.tasks.items()
        for name, higher in of.higher_is_better.items()
    ]


def _changed_share(before: np.ndarray, after: np.ndarray) -> float:
    return float((before != after).mean())


def _mean_difference(before: np.ndarray, after: np.ndarray) -> float:
    return float(np.abs(after.astype(np.float64) - before).mean())


def mean_angle_deg(before: np.ndarray, after: np.ndarray) -> float:
    """The mean angle between unit vectors `(..., 3)` [degrees]."""
    chord = np.linalg.norm(after.astype(np.float64) - before, axis=-1)  # exact for small angles; arccos is not
    return float(np.degrees(2 * np.arcsin(np.clip(chord / 2, 0, 1))).mean())


_MOVED: Mapping[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "classes": _changed_share,
    "class": _changed_share,
    "scalar": _mean_difference,
    "direction": mean_angle_deg,
}


def _finite(value: float) -> float | None:
    """What JSON can hold."""
    return float(value) if math.isfinite(value) else None


def _where(asked: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Task and stage; a name that is none is refused by whoever looks it up."""
    task, stage = (None if asked[name] is None else str(asked[name]) for name in ("task", "stage"))
    return task, stage


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"`factor` must be a number; got {value!r}. 1 changes nothing.")
    return float(value)


def _image(value: Any, count: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < count:
        raise ValueError(f"`image` must be 0 to {count - 1}; got {value!r}. There are {count} images.")
    return value


def _require_same_masks(explorer: MaskExplorer, what_if: WhatIf) -> None:
    shown, images = explorer.masks, what_if.unchanged.predictions.images
    if shown.images.shape != images.shape or not np.array_equal(shown.images, images):
        raise ValueError(
            f"`network` must have the {len(shown.images)} images that the explorer shows; got {len(images)}, "
            "others or in another order. Connect the run whose masks are explored."
        )
    for what, wanted, got in (
        ("tasks", set(shown.tasks), set(what_if.tasks)),
        ("stages", {stage for of in shown.masks.values() for stage in of}, set(what_if.stages)),
    ):
        if wanted != got:
            raise ValueError(
                f"`network` must have the {what} that the explorer shows, {', '.join(sorted(wanted))}; "
                f"got {', '.join(sorted(got))}. Connect the network whose masks are explored."
            )
