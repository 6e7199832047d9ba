"""Frozen records of what happened: epochs, masks, predictions, runs.

NumPy and the standard library only. A record outlives the framework that made it: a figure is drawn from
records alone, years later, on a machine without torch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Display:
    """How a picture shows a task's targets and predictions.

    Attributes:
        kind: "classes" (integer map, a color per class), "scalar" (one number per pixel), "direction" (a unit
            vector per pixel) or "class" (one class for the whole image).
        classes: Class names in the order of their labels, for "classes" and "class".
        unit: Unit of a scalar, such as "m"; empty if it has none.
        quantity: What is measured, where the task's name does not say it: "inverse depth" of a task "depth".
    """

    kind: str
    classes: tuple[str, ...] = ()
    unit: str = ""
    quantity: str = ""


@dataclass(frozen=True)
class TaskRecord:
    """What a figure or a report must know of a task.

    Attributes:
        name: The task's name, such as "semantic".
        out_channels: Channels of the prediction.
        display: How to show it.
        higher_is_better: Metric name to the direction in which it improves. Order = order of the tables.
    """

    name: str
    out_channels: int
    display: Display
    higher_is_better: Mapping[str, bool]

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TaskRecord:
        """Rebuild from what `dataclasses.asdict` and JSON made of it."""
        shown = values["display"]
        display = Display(shown["kind"], tuple(shown["classes"]), shown["unit"], shown.get("quantity", ""))
        return cls(values["name"], values["out_channels"], display, dict(values["higher_is_better"]))


@dataclass(frozen=True)
class EpochRecord:
    """What one epoch of training measured. Every mapping is in the order of the tasks.

    Attributes:
        epoch: 1 for the first trained epoch.
        train_losses: Task to its mean unweighted training loss; NaN = the epoch did not train it.
        val_losses: Task to its mean unweighted validation loss.
        weights: Task to the weight λ that its loss had in this epoch (mean over the steps that trained it).
        metrics: Task to metric to value, on the validation set. NaN = could not be measured.
        learning_rate: Rate of the epoch's last step.
        seconds: Wall time of the epoch, evaluation included. The one field that differs from run to run.
    """

    epoch: int
    train_losses: Mapping[str, float]
    val_losses: Mapping[str, float]
    weights: Mapping[str, float]
    metrics: Mapping[str, Mapping[str, float]]
    learning_rate: float
    seconds: float

    def to_json(self) -> str:
        """One line of JSON; what is not finite is written as null."""
        return json.dumps(_without_nan(asdict(self)), allow_nan=False)

    @classmethod
    def from_json(cls, line: str) -> EpochRecord:
        """Rebuild from `to_json`; null becomes NaN."""
        return cls(**_with_nan(json.loads(line)))


@dataclass(frozen=True)
class MaskRecord:
    """The attention masks of some images.

    Attributes:
        images: Colors, uint8 `(B, H, W, 3)`.
        masks: Task to stage to masks `(B, C, h, w)`: uint8 (255 = 1.0), or floating point in [0, 1].
            Stages stand in the order in which the network computes them.
        epoch: Epochs trained when they were recorded; 0 = untrained, None = unknown.
    """

    images: np.ndarray
    masks: Mapping[str, Mapping[str, np.ndarray]]
    epoch: int | None = None

    @property
    def tasks(self) -> tuple[str, ...]:
        """Task names, in order."""
        return tuple(self.masks)

    @property
    def stages(self) -> tuple[str, ...]:
        """Stage names, in the order in which the network computes them."""
        return tuple(next(iter(self.masks.values()))) if self.masks else ()

    def values(self, task: str, stage: str) -> np.ndarray:
        """The masks as float32 in [0, 1], `(B, C, h, w)`."""
        masks = self.masks[task][stage]
        scale = np.float32(1 / 255) if masks.dtype == np.uint8 else np.float32(1)
        return masks.astype(np.float32) * scale


@dataclass(frozen=True)
class PredictionRecord:
    """Images with what each task should have and has predicted for them.

    Attributes:
        images: Colors, uint8 `(B, H, W, 3)`.
        targets: Task to target: "classes" int `(B, H, W)` with -1 unknown; "scalar" float `(B, H, W)` with 0
            unknown; "direction" float `(B, H, W, 3)` with (0, 0, 0) unknown; "class" int `(B,)` with -1 unknown, as
            it is for an image of another task's domain.
        predictions: Task to prediction, shaped like its target.
        tasks: What is known of each task.
        epoch: Epochs trained when they were made; 0 = untrained, None = unknown.
    """

    images: np.ndarray
    targets: Mapping[str, np.ndarray]
    predictions: Mapping[str, np.ndarray]
    tasks: Mapping[str, TaskRecord]
    epoch: int | None = None


@dataclass(frozen=True)
class InterventionRecord:
    """What tasks predict when masks are changed.

    Attributes:
        description: What was changed, as a sentence without its full stop.
        predictions: Images, targets, and the predictions under the change.
        metrics: Task to metric to value over these images.
        by_image: The same for every image alone.
    """

    description: str
    predictions: PredictionRecord
    metrics: Mapping[str, Mapping[str, float]]
    by_image: tuple[Mapping[str, Mapping[str, float]], ...]


@dataclass(frozen=True)
class GradientRecord:
    """The tasks' gradients on the parameters that they share: how long they are, and which way they point.

    Scalar products say it all: ‖g_i‖² = ⟨g_i, g_i⟩, cos(i, j) = ⟨g_i, g_j⟩ / (‖g_i‖ ‖g_j‖), and those of the whole
    network are the sums of those of its parts.

    Attributes:
        tasks: Task names, in order; K of them.
        groups: Names of the parts of the network, in the order of computation; G of them.
        products: ⟨g_i, g_j⟩ of the unweighted losses' gradients, `(steps, G, K, K)`.
        losses: The tasks' unweighted losses, `(steps, K)`.
        weights: λ that the method of the training gives to each gradient, `(steps, K)`.
        epoch: Epochs trained when they were recorded; 0 = untrained, None = unknown.

    Raises:
        ValueError: If the arrays do not fit the names, or there is no step.
    """

    tasks: tuple[str, ...]
    groups: tuple[str, ...]
    products: np.ndarray
    losses: np.ndarray
    weights: np.ndarray
    epoch: int | None = None

    def __post_init__(self) -> None:
        steps, tasks = len(self.products), len(self.tasks)
        shapes = {"products": (steps, len(self.groups), tasks, tasks), "losses": (steps, tasks)}
        for name, shape in {**shapes, "weights": (steps, tasks)}.items():
            found = getattr(self, name).shape
            if found != shape or 0 in shape:
                raise ValueError(
                    f"`{name}` must have the shape {shape}, none of it 0; got {found}. "
                    "Record at least one step of a model that shares parameters."
                )

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every two tasks, in order."""
        return tuple(combinations(self.tasks, 2))

    def norms(self, group: str | None = None) -> np.ndarray:
        """‖g_k‖ on a part of the network, None = on all of it, `(steps, K)`."""
        return np.sqrt(np.diagonal(self._products_of(group), axis1=1, axis2=2))

    def cosines(self, first: str, second: str, group: str | None = None) -> np.ndarray:
        """cos(g_i, g_j) on a part of the network, None = on all of it, `(steps,)`; NaN where one of them is 0."""
        i, j = self.tasks.index(first), self.tasks.index(second)
        norms = self.norms(group)
        length = norms[:, i] * norms[:, j]
        products = self._products_of(group)[:, i, j]
        cosines = np.full(len(products), np.nan)
        np.divide(products, length, out=cosines, where=length > 0)
        return np.clip(cosines, -1, 1)  # rounding may lead beyond

    def conflict_share(self, group: str | None = None) -> float:
        """The share of pairs and steps in which two gradients point apart: cosine below 0. NaN for one task."""
        cosines = np.array([self.cosines(*pair, group) for pair in self.pairs])
        known = cosines[np.isfinite(cosines)]
        return float((known < 0).mean()) if known.size else float("nan")

    def update_shares(self, group: str | None = None) -> np.ndarray:
        """Each task's share of the update, |λ_k| ‖g_k‖ / Σ_i |λ_i| ‖g_i‖, `(steps, K)`; NaN where the sum is 0."""
        sizes = np.abs(self.weights) * self.norms(group)
        total = sizes.sum(axis=1, keepdims=True)
        shares = np.full(sizes.shape, np.nan)
        np.divide(sizes, total, out=shares, where=total > 0)
        return shares

    def _products_of(self, group: str | None) -> np.ndarray:
        """`(steps, K, K)`."""
        if group is None:
            return np.asarray(self.products.sum(axis=1))
        if group not in self.groups:
            raise ValueError(
                f"`group` must be a part of the network, or None; got {group!r}. There is {', '.join(self.groups)}."
            )
        return np.asarray(self.products[:, self.groups.index(group)])


@dataclass(frozen=True)
class LandscapeRecord:
    """The losses of several tasks over two parameters.

    Attributes:
        tasks: Task names, in order; K of them.
        x: First parameter, `(columns,)`.
        y: Second parameter, `(rows,)`.
        losses: `(K, rows, columns)`.
        minima: Task to where its loss is lowest.
        front: Points of the Pareto front, from one task's minimum to the other's, `(points, 2)`.
    """

    tasks: tuple[str, ...]
    x: np.ndarray
    y: np.ndarray
    losses: np.ndarray
    minima: Mapping[str, tuple[float, float]]
    front: np.ndarray


@dataclass(frozen=True)
class TrajectoryRecord:
    """Where a method went on such a landscape.

    Attributes:
        method: Its name.
        points: Both parameters before the first and after every step, `(starts, steps + 1, 2)`.
        losses: The tasks' losses there, `(starts, steps + 1, K)`.
        weights: λ of each step, `(starts, steps, K)`.
    """

    method: str
    points: np.ndarray
    losses: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True)
class GainRecord:
    """How much better than a baseline a method was, seed by seed.

    Attributes:
        gains: Per seed: task to metric to relative gain [percent], positive = better; NaN = cannot be said.
        baseline: What the baseline is, in words, such as "single-task networks, mean of 3 seeds".

    Raises:
        ValueError: If there is no seed.
    """

    gains: tuple[Mapping[str, Mapping[str, float]], ...]
    baseline: str

    def __post_init__(self) -> None:
        if not self.gains:
            raise ValueError("`gains` must hold those of at least one seed; got none. Pass what each seed reached.")

    def delta_m(self, per: str = "task") -> np.ndarray:
        """Δm of every seed [percent], `(seeds,)`; `per` is "task" or "metric", as in `mtan_edu.tasks.delta_m`."""
        return np.array([mean_gain(gains, per) for gains in self.gains])

    def spread(self, per: str = "task") -> tuple[float, float, int]:
        """Mean and standard deviation of Δm over the seeds (n - 1 in the denominator; NaN for one seed), and n."""
        values = self.delta_m(per)
        return float(values.mean()), float(values.std(ddof=1)) if len(values) > 1 else float("nan"), len(values)


def mean_gain(gains: Mapping[str, Mapping[str, float]], per: str) -> float:
    """The mean of gains, counted per task (each task's own mean first) or per metric (all alike).

    Args:
        gains: Task to metric to gain.
        per: "task" or "metric".

    Returns:
        The mean; NaN if one gain is NaN.

    Raises:
        ValueError: If there is no such convention.
    """
    if per == "task":
        return float(np.mean([np.mean(list(values.values())) for values in gains.values()]))
    if per == "metric":
        return float(np.mean([gain for values in gains.values() for gain in values.values()]))
    raise ValueError(f"`per` must be task or metric; got {per!r}. The two are different averages: name yours.")


@dataclass(frozen=True)
class StageRecord:
    """One stage of a network, for one image.

    Attributes:
        name: The stage's name.
        u: Channels, height and width of the features before its last block; None = there is no such view, or it is p.
        p: The same of those after it.
    """

    name: str
    u: tuple[int, int, int] | None
    p: tuple[int, int, int]


@dataclass(frozen=True)
class ArchitectureRecord:
    """How a model is put together, for one image.

    Attributes:
        name: What to call it.
        sharing: What tasks share, and how: "attention" (one network, from which each task selects by masks), "heads"
            (one network, which only heads follow), "mixtures" (a network per task; between stages each reads a mixture
            of all) or "concatenation" (a network per task, which reads a shared one's features beside its own).
        image_size: Height and width of the image [pixels].
        shared: Stages of the shared network, in order; none where there is no such network.
        own: Task name to the stages of its own network; nothing where it has none.
        outputs: Task name to the shape of its prediction: `(C, H, W)`, or `(N,)` for an image's classes.
        parameters: Part of the model to its number of parameters, as `ModelSummary` has them.
        last_layer: Whether a shared layer f lies between the last stage and the heads.
    """

    name: str
    sharing: str
    image_size: tuple[int, int]
    shared: tuple[StageRecord, ...]
    own: Mapping[str, tuple[StageRecord, ...]]
    outputs: Mapping[str, tuple[int, ...]]
    parameters: Mapping[str, int]
    last_layer: bool = False


@dataclass(frozen=True)
class RunRecord:
    """A run read back from its folder.

    Attributes:
        folder: Where it lies.
        config: Everything needed to run it again.
        environment: Versions, device, threads, git commit.
        tasks: Task name to what is known of it.
        epochs: One record per finished epoch.
    """

    folder: Path
    config: Mapping[str, Any]
    environment: Mapping[str, Any]
    tasks: Mapping[str, TaskRecord]
    epochs: tuple[EpochRecord, ...] = field(default=())


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nan(inner) for key, inner in value.items()}
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def _with_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _with_nan(inner) for key, inner in value.items()}
    return float("nan") if value is None else value
