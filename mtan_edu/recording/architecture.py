"""How a model is put together, kept without the model: what a figure of the network is drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from mtan_edu.models import (
    MTAN,
    CrossStitchNetwork,
    DenseSharing,
    HardParameterSharing,
    MultiTaskModel,
    model_summary,
)
from mtan_edu.models.columns import SegNetColumn
from mtan_edu.records import ArchitectureRecord, StageRecord

SHARING: Mapping[type[MultiTaskModel], str] = {
    MTAN: "attention",
    HardParameterSharing: "heads",
    CrossStitchNetwork: "mixtures",
    DenseSharing: "concatenation",
}
"""Class of a model, or one above it, to how its tasks share."""


def record_architecture(
    model: MultiTaskModel, image_size: tuple[int, int] = (288, 384), name: str = ""
) -> ArchitectureRecord:
    """Look at how a model is put together: stages, shapes, who reads what.

    One forward pass of a single image in evaluation mode, without gradients; a model on "meta" costs nothing. The
    model stays as it is.

    Args:
        model: A model of this library: MTAN and STAN on any backbone, hard and soft parameter sharing, one task alone.
        image_size: Height and width of the image [pixels]; the default is the paper's on NYUv2.
        name: What to call it; empty = its class.

    Raises:
        TypeError: If nobody knows how the model's tasks share.
        ValueError: If the model cannot read images of this size.
    """
    sharing = next((word for kind, word in SHARING.items() if isinstance(model, kind)), None)
    if sharing is None:
        known = ", ".join(kind.__name__ for kind in SHARING)
        raise TypeError(f"`model` must be one of {known}; got {type(model).__name__}. Only of these a figure is known.")
    with _watched_columns(model) as columns:
        summary = model_summary(model, image_size)
    shared = tuple(StageRecord(stage.name, stage.u, stage.p) for stage in summary.stages)
    return ArchitectureRecord(
        name=name or summary.name,
        sharing=sharing,
        image_size=image_size,
        shared=shared or tuple(columns.get("backbone", ())),
        own={task: tuple(columns[f"networks.{task}"]) for task in model.tasks if f"networks.{task}" in columns},
        outputs=summary.outputs,
        parameters=summary.parameters,
        last_layer=isinstance(model, MTAN) and model.last_transition is not None,
    )


@contextmanager
def _watched_columns(model: nn.Module) -> Iterator[dict[str, list[StageRecord]]]:
    """Inside the block: name of every SegNet column to the stages that it has computed, in order."""
    found: dict[str, list[StageRecord]] = {}
    handles = []
    for name, column in model.named_modules():
        if isinstance(column, SegNetColumn):
            found[name] = []
            for stage, block in (*column.encoder.items(), *column.decoder.items()):
                handles.append(block.register_forward_hook(_keeper(found[name], stage)))
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


def _keeper(stages: list[StageRecord], name: str) -> Any:
    """A hook. It returns nothing, so that torch goes on with the block's own output."""

    def keep(_module: nn.Module, _inputs: Any, output: Tensor) -> None:
        channels, height, width = output.shape[1:]
        stages.append(StageRecord(name, None, (channels, height, width)))

    return keep
