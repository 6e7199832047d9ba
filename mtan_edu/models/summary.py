"""What a model costs: stages, shapes, parameters by part, multiply-accumulates, and what one more task adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from mtan_edu.models.mtan import MTAN
from mtan_edu.models.multi_task import MultiTaskModel
from mtan_edu.models.stage import Backbone, Stage

FLOPS_PER_MAC = 2
"""A multiply-accumulate is a multiplication and an addition; torch counts both."""


@dataclass(frozen=True)
class StageSummary:
    """One stage of a model's backbone.

    Attributes:
        name: The stage's name.
        u: Channels, height and width before its last block; None = the stage has one view of its features, u = p.
        p: The same after it.
        attention: Parameters of all tasks' attention modules there.
    """

    name: str
    u: tuple[int, int, int] | None
    p: tuple[int, int, int]
    attention: int


@dataclass(frozen=True)
class ModelSummary:
    """What a model costs.

    Attributes:
        name: The model's class.
        image_size: Height and width of the image [pixels].
        stages: The backbone's stages, in order; none where a model has no one backbone.
        parameters: Part of the model to its number of parameters, in order: "backbone" (of soft sharing: what all
            tasks train), "shared attention layers", then "attention" or "network" and "head" of each task.
        macs: Multiply-accumulates of one image's forward pass, convolutions and matrix products.
        per_task: Task name to the parameters that are its alone: what a model grows by with one more such task.
        outputs: Task name to the shape of its prediction for one image: `(C, H, W)`, or `(N,)` for its classes.
    """

    name: str
    image_size: tuple[int, int]
    stages: tuple[StageSummary, ...]
    parameters: Mapping[str, int]
    macs: int
    per_task: Mapping[str, int]
    outputs: Mapping[str, tuple[int, ...]]

    @property
    def total(self) -> int:
        """All parameters."""
        return sum(self.parameters.values())

    def __str__(self) -> str:
        """A table in plain text."""
        height, width = self.image_size
        lines = [f"{self.name}, one image of {height}x{width}"]
        if self.stages:
            rows: list[tuple[str, ...]] = [("stage", "u", "p", "attention")]
            rows += [
                (s.name, _shape(s.u or s.p), _shape(s.p), f"{s.attention:,}" if s.attention else "-")
                for s in self.stages
            ]
            lines += ["", *_table(rows)]
        rows = [("part", "parameters", "")]
        rows += [(part, f"{count:,}", f"{count / self.total:.1%}") for part, count in self.parameters.items()]
        rows.append(("total", f"{self.total:,}", ""))
        lines += ["", *_table(rows), ""]
        lines.append(f"Multiply-accumulates per image: {self.macs / 1e9:.2f} billion.")
        lines += [f"One more task like {task}: {count:,} parameters." for task, count in self.per_task.items()]
        return "\n".join(lines)


def model_summary(model: MultiTaskModel, image_size: tuple[int, int] = (288, 384)) -> ModelSummary:
    """Count what a model costs.

    One forward pass of a single image in evaluation mode, without gradients. A model on "meta" is counted without
    being computed, whatever its size. The model stays as it is.

    Args:
        model: A model of this library.
        image_size: Height and width of the image [pixels]; the default is the paper's on NYUv2.

    Returns:
        The counts. Multiply-accumulates are those of convolutions and matrix products: half of what torch counts.

    Raises:
        ValueError: If the model cannot read images of this size.
    """
    shapes: dict[str, Stage] = {}
    backbone = getattr(model, "backbone", None)
    handle = None
    if isinstance(backbone, Backbone):
        handle = backbone.register_forward_hook(lambda _module, _inputs, stages: shapes.update(stages))
    some = next(model.parameters())
    image = torch.zeros(1, getattr(backbone, "in_channels", 3), *image_size, device=some.device, dtype=some.dtype)
    training, counter = model.training, FlopCounterMode(display=False)
    model.eval()
    try:
        with torch.no_grad(), counter:
            outputs = model(image)
    finally:
        model.train(training)
        if handle is not None:
            handle.remove()
    attention = _attention_by_stage(model)
    stages = [
        StageSummary(name, None if stage.u is stage.p else _chw(stage.u), _chw(stage.p), attention.get(name, 0))
        for name, stage in shapes.items()
    ]
    return ModelSummary(
        name=type(model).__name__,
        image_size=image_size,
        stages=tuple(stages),
        parameters=_parts(model),
        macs=counter.get_total_flops() // FLOPS_PER_MAC,
        per_task={task: _count(model.task_parameters(task)) for task in model.tasks},
        outputs={task: tuple(output.shape[1:]) for task, output in outputs.items()},
    )


def _parts(model: MultiTaskModel) -> dict[str, int]:
    shared = _count(model.shared_parameters())
    between = 0
    if isinstance(model, MTAN):
        between = _count(model.transitions.parameters())
        between += 0 if model.last_transition is None else _count(model.last_transition.parameters())
    parts = {"backbone": shared - between, "shared attention layers": between}
    own = "attention" if isinstance(model, MTAN) else "network"
    for task in model.tasks:
        head = _count(model.heads[task].parameters())
        parts |= {f"{own} of {task}": _count(model.task_parameters(task)) - head, f"head of {task}": head}
    return {part: count for part, count in parts.items() if count}


def _attention_by_stage(model: MultiTaskModel) -> dict[str, int]:
    counts: dict[str, int] = {}
    if isinstance(model, MTAN):
        for _, stage, module in model.attention_modules():
            counts[stage] = counts.get(stage, 0) + _count(module.parameters())
    return counts


def _count(parameters: Iterable[nn.Parameter]) -> int:
    return sum(parameter.numel() for parameter in parameters)


def _chw(features: torch.Tensor) -> tuple[int, int, int]:
    return cast(tuple[int, int, int], tuple(features.shape[1:]))


def _shape(shape: tuple[int, int, int]) -> str:
    channels, height, width = shape
    return f"{channels} x {height}x{width}"


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    """First column left, the others right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for first, *others in rows:
        cells = [first.ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return lines
