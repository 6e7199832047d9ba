"""The three dense tasks of the paper: what is it, how far is it, which way does it face?"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType

import numpy as np
import torch
from torch import Tensor

from mtan_edu.data import IGNORE_LABEL
from mtan_edu.records import Display
from mtan_edu.tasks.activations import at_least_float32, log_probabilities, unit_vectors
from mtan_edu.tasks.losses import absolute_error, cosine_distance, cross_entropy
from mtan_edu.tasks.metrics import DepthMetrics, NormalMetrics, SegmentationMetrics
from mtan_edu.tasks.task import Task

NYUV2_CLASSES = (
    "bed", "books", "ceiling", "chair", "floor", "furniture", "objects", "picture", "sofa", "table", "tv", "wall",
    "window",
)  # fmt: skip


NOTHING_ELSE: Mapping[str, str] = MappingProxyType({})


def dense_tasks(
    classes: Sequence[str] = NYUV2_CLASSES,
    names: Sequence[str] = ("semantic", "depth", "normal"),
    quantities: Mapping[str, str] = NOTHING_ELSE,
) -> dict[str, Task]:
    """Semantic segmentation, depth and surface normals, or some of them.

    Args:
        classes: Names of the semantic classes in the order of their labels; a data set knows them.
        names: Which tasks, in the order in which they are to stand everywhere.
        quantities: Task name to what it measures, where that is not what its name says: {"depth": "inverse depth"} on
            CityScapes; a data set knows it.

    Returns:
        Task name to task, in the order of `names`.

    Raises:
        ValueError: If `names` is empty, repeats a name or holds an unknown one, or `classes` is empty.
    """
    if not classes:
        raise ValueError("`classes` must hold at least one name; got none. Pass the data set's classes.")
    if not names or len(set(names)) < len(names):
        raise ValueError(
            f"`names` must hold each task once, and at least one; got {list(names)}. Choose from {_known()}."
        )
    for name in names:
        if name not in _BUILDERS:
            nearest = difflib.get_close_matches(name, _BUILDERS, n=1)
            hint = f"Did you mean {nearest[0]!r}?" if nearest else "Choose one of them."
            raise ValueError(f"`names` must hold dense tasks ({_known()}); got {name!r}. {hint}")
    return {name: _builder(name, quantities.get(name, ""))(tuple(classes)) for name in names}


def _builder(name: str, quantity: str) -> Callable[[tuple[str, ...]], Task]:
    if not quantity:
        return _BUILDERS[name]
    if (name, quantity) not in _OTHER_QUANTITIES:
        known = ", ".join(f"{other} of {task}" for task, other in _OTHER_QUANTITIES)
        raise ValueError(f"`quantities` must be known ones ({known}); got {quantity!r} of {name}. Leave it out.")
    return _OTHER_QUANTITIES[name, quantity]


def _semantic(classes: tuple[str, ...]) -> Task:
    dtype = np.min_scalar_type(-len(classes))  # int8 up to 128 classes
    return Task(
        name="semantic",
        out_channels=len(classes),
        loss=cross_entropy,
        metrics=partial(SegmentationMetrics, len(classes)),
        higher_is_better=SegmentationMetrics.higher_is_better,
        activation=log_probabilities,
        prediction_array=partial(_best_label_array, dtype=dtype),
        target_array=partial(_label_array, dtype=dtype),
        display=Display("classes", classes=classes),
    )


def _depth(_classes: tuple[str, ...]) -> Task:
    return Task(
        name="depth",
        out_channels=1,
        loss=absolute_error,
        metrics=DepthMetrics,
        higher_is_better=DepthMetrics.higher_is_better,
        activation=at_least_float32,
        prediction_array=_scalar_array,
        target_array=_scalar_array,
        display=Display("scalar", unit="m"),
    )


def _inverse_depth(classes: tuple[str, ...]) -> Task:
    """Depth measured as 1 / depth, up to a factor: the same loss and errors, the relative one relative to 1 / depth."""
    return replace(_depth(classes), display=Display("scalar", quantity="inverse depth"))


def _normal(_classes: tuple[str, ...]) -> Task:
    return Task(
        name="normal",
        out_channels=3,
        loss=cosine_distance,
        metrics=NormalMetrics,
        higher_is_better=NormalMetrics.higher_is_better,
        activation=unit_vectors,
        prediction_array=_direction_array,
        target_array=_direction_array,
        display=Display("direction"),
    )


_BUILDERS: dict[str, Callable[[tuple[str, ...]], Task]] = {"semantic": _semantic, "depth": _depth, "normal": _normal}

_OTHER_QUANTITIES = {("depth", "inverse depth"): _inverse_depth}


def _known() -> str:
    return ", ".join(_BUILDERS)


def _best_label_array(logits: Tensor, dtype: np.dtype) -> np.ndarray:
    """(B, N, H, W) to the most probable class (B, H, W); a pixel whose scores are not finite has none."""
    best, label = logits.detach().max(dim=1)
    return _label_array(torch.where(best.isfinite(), label, IGNORE_LABEL), dtype)


def _label_array(labels: Tensor, dtype: np.dtype) -> np.ndarray:
    """(B, H, W), as a small integer type that can hold every label."""
    return labels.cpu().numpy().astype(dtype)


def _scalar_array(values: Tensor) -> np.ndarray:
    """(B, 1, H, W) to float32 (B, H, W)."""
    return values.detach().float().cpu().squeeze(1).numpy()


def _direction_array(vectors: Tensor) -> np.ndarray:
    """(B, 3, H, W) of any length to float32 unit vectors (B, H, W, 3); (0, 0, 0) stays so."""
    return unit_vectors(vectors.detach()).float().cpu().movedim(1, 3).contiguous().numpy()
