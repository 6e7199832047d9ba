"""Where an explorer's masks come from: a run's folder, or records in memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import numpy as np

from mtan_edu.records import MaskRecord, PredictionRecord, RunRecord, TaskRecord
from mtan_edu.run_layout import existing_run
from mtan_edu.run_reader import mask_epochs, prediction_epochs, read_masks, read_predictions
from mtan_edu.visualization.checks import require_masks
from mtan_edu.visualization.words import listing

Explorable: TypeAlias = str | Path | RunRecord | MaskRecord | Sequence[MaskRecord]
"""What can be explored: a run, by its folder or its record; the masks of one epoch, or of several."""


@dataclass(frozen=True)
class MaskSource:
    """Masks of the same images at some epochs, read when they are asked for.

    Attributes:
        name: What it is called on the screen.
        epochs: Epochs trained at each recording, in order; None = unknown.
        labels: What each of them is called, such as "untrained" and "epoch 4".
        masks: Place in `epochs` to the masks of that time. All are of the same images, tasks, stages and shapes.
        predictions: Place in `epochs` to the predictions of that time; None where there are none.
        tasks: Task name to what is known of it; empty if nothing is.
    """

    name: str
    epochs: tuple[int | None, ...]
    labels: tuple[str, ...]
    masks: Callable[[int], MaskRecord]
    predictions: Callable[[int], PredictionRecord | None]
    tasks: Mapping[str, TaskRecord]


def open_source(
    source: Explorable,
    predictions: PredictionRecord | Sequence[PredictionRecord] = (),
    untrained: MaskRecord | None = None,
) -> MaskSource:
    """Prepare masks for exploring; of a run, nothing is kept in memory but the epoch that was read last.

    Args:
        source: A run (its folder, or what `read_run` returns), a record of masks, or several of the same images at
            different epochs.
        predictions: What the tasks predicted for the same images at one or more of the epochs. A run has its own.
        untrained: Masks that stand for the untrained network, in place of those of epoch 0: for example those of an
            untrained network whose BatchNorms have seen the images.

    Returns:
        The source.

    Raises:
        FileNotFoundError: If there is no run.
        ValueError: If there are no masks, an epoch is there twice or unknown among several, or the records do not
            belong together: other images, tasks, stages or shapes.
    """
    if isinstance(source, str | Path | RunRecord):
        opened = _of_run(Path(source.folder if isinstance(source, RunRecord) else source), predictions)
    else:
        opened = _of_records([source] if isinstance(source, MaskRecord) else list(source), predictions)
    return _checked(opened) if untrained is None else with_untrained(opened, untrained)


def _of_run(folder: Path, predictions: PredictionRecord | Sequence[PredictionRecord]) -> MaskSource:
    if predictions:
        raise ValueError("`predictions` must be left out for a run; got some. A run has its own.")
    epochs = mask_epochs(existing_run(folder))
    if not epochs:
        raise ValueError(
            f"`run` must hold recorded masks; got {folder}, which has none. Only a model with attention has masks, "
            "and they are recorded of its probe images while it trains."
        )
    predicted = set(prediction_epochs(folder))

    def read_predicted(place: int) -> PredictionRecord | None:
        return read_predictions(folder, epochs[place]) if epochs[place] in predicted else None

    known = [place for place, epoch in enumerate(epochs) if epoch in predicted]
    tasks = _known_tasks([read_predicted(known[-1])] if known else [])
    return MaskSource(
        name=folder.resolve().name,
        epochs=epochs,
        labels=tuple(map(_label, epochs)),
        masks=lru_cache(maxsize=1)(lambda place: read_masks(folder, epochs[place])),
        predictions=read_predicted,
        tasks=tasks,
    )


def _of_records(records: list[MaskRecord], predictions: PredictionRecord | Sequence[PredictionRecord]) -> MaskSource:
    if not records:
        raise ValueError("`records` must hold the masks of at least one epoch; got none. Record them while training.")
    epochs = [record.epoch for record in records]
    if len(records) > 1 and (None in epochs or len(set(epochs)) < len(epochs)):
        raise ValueError(
            f"`records` must each have an epoch of its own; got {listing(epochs)}. Record them with epoch=..."
        )
    records.sort(key=lambda record: record.epoch or 0)
    predicted = [predictions] if isinstance(predictions, PredictionRecord) else list(predictions)
    by_epoch = {record.epoch: record for record in predicted}
    unknown = [epoch for epoch in by_epoch if epoch not in epochs]
    if unknown and not (len(records) == len(predicted) == 1):
        raise ValueError(
            f"`predictions` must be of the epochs of the masks, {listing(epochs)}; got {listing(unknown)}. "
            "Leave the others out."
        )

    def find(place: int) -> PredictionRecord | None:
        return predicted[0] if len(records) == len(predicted) == 1 else by_epoch.get(records[place].epoch)

    return MaskSource(
        name="masks",
        epochs=tuple(record.epoch for record in records),
        labels=tuple(_label(record.epoch) for record in records),
        masks=records.__getitem__,
        predictions=find,
        tasks=_known_tasks(predicted),
    )


def with_untrained(source: MaskSource, untrained: MaskRecord) -> MaskSource:
    """Put other masks in the place of epoch 0, or before the first epoch if it was not recorded.

    Args:
        source: The masks.
        untrained: Masks of the same images.

    Raises:
        ValueError: If they are of other images, tasks, stages or shapes, as soon as they are read.
    """
    own = source.epochs[0] == 0
    shift = 0 if own else 1
    untrained = dataclasses.replace(untrained, epoch=0)

    def masks(place: int) -> MaskRecord:
        return untrained if place == 0 else source.masks(place - shift)

    def predictions(place: int) -> PredictionRecord | None:
        return None if place < shift else source.predictions(place - shift)

    return _checked(
        MaskSource(
            name=source.name,
            epochs=(0, *source.epochs[1 - shift :]),
            labels=("untrained, images seen", *source.labels[1 - shift :]),
            masks=masks,
            predictions=predictions,
            tasks=source.tasks,
        )
    )


def _checked(source: MaskSource) -> MaskSource:
    last = source.masks(len(source.epochs) - 1)
    require_masks(last)
    expected = _shapes(last)
    for stage in last.stages:
        sizes = {shape[1:] for (_, name), shape in expected.items() if name == stage}
        if len(sizes) > 1:
            raise ValueError(
                f"`masks` of a stage must have one shape for all tasks; got {listing(sorted(sizes))} at {stage}. "
                "Record one model at a time."
            )

    def masks(place: int) -> MaskRecord:
        record = source.masks(place)
        _require_same(expected, _shapes(record), source.labels[place], source.labels[-1])
        if record.images.shape != last.images.shape or not np.array_equal(record.images, last.images):
            raise ValueError(
                f"`records` must be of the same images; got others for {source.labels[place]} than for "
                f"{source.labels[-1]}. Record the same probe images at every epoch."
            )
        return record

    def predictions(place: int) -> PredictionRecord | None:
        record = source.predictions(place)
        if record is not None and len(record.images) != len(last.images):
            raise ValueError(
                f"`predictions` must be of the {len(last.images)} images of the masks; got {len(record.images)}. "
                "Predict for the images that the masks were recorded of."
            )
        return record

    return MaskSource(source.name, source.epochs, source.labels, masks, predictions, source.tasks)


def _shapes(record: MaskRecord) -> dict[tuple[str, str], tuple[int, ...]]:
    return {(task, stage): of.shape for task, stages in record.masks.items() for stage, of in stages.items()}


def _require_same(
    expected: Mapping[tuple[str, str], tuple[int, ...]],
    got: Mapping[tuple[str, str], tuple[int, ...]],
    label: str,
    last: str,
) -> None:
    if got == expected:
        return
    task, stage = next(name for name in {**expected, **got} if got.get(name) != expected.get(name))
    shapes = [
        "none" if shape is None else "x".join(map(str, shape))
        for shape in (got.get((task, stage)), expected.get((task, stage)))
    ]
    raise ValueError(
        f"`records` must be of one model; got masks of {task} at {stage} of shape {shapes[0]} for {label} and "
        f"{shapes[1]} for {last}. Explore one model at a time."
    )


def _known_tasks(predicted: Sequence[PredictionRecord | None]) -> Mapping[str, TaskRecord]:
    return next((record.tasks for record in predicted if record is not None), {})


def _label(epoch: int | None) -> str:
    return "epoch unknown" if epoch is None else f"epoch {epoch}" if epoch else "untrained"
