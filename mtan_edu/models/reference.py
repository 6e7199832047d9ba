"""Checkpoints of the authors' code, `lorenmt/mtan`: read into our models, and written from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from torch import Tensor

from mtan_edu.models.multi_task import MultiTaskModel
from mtan_edu.models.segnet import BLOCKS_AFTER_U, SegNetBackbone

LOGSIGMA = "logsigma"
"""The uncertainty weighting's parameter. The authors keep it in the model; here it belongs to the weighting."""


def load_reference_state_dict(model: MultiTaskModel, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Copy a checkpoint of the authors' code into a model of the same architecture, widths and tasks.

    Tasks correspond by their order, whatever their names.

    Args:
        model: An MTAN (one task: STAN), hard parameter sharing or single-task network on a SegNet backbone.
        state: The checkpoint: name to tensor, as `torch.load(path, weights_only=True)` reads it. It is checked
            as a whole before anything is copied.

    Returns:
        What belongs to no layer of ours: `logsigma`, `(K,)`, if the checkpoint holds it; else nothing.

    Raises:
        ValueError: If names or shapes differ from the model's, with the names that do.
    """
    names = reference_names(model)
    ours = model.state_dict()
    theirs = {names[name]: tensor for name, tensor in ours.items()}
    rest = {LOGSIGMA: state[LOGSIGMA]} if LOGSIGMA in state else {}
    _check_same_network({name: tuple(tensor.shape) for name, tensor in theirs.items()}, state, len(model.tasks))
    model.load_state_dict({name: state[names[name]] for name in ours})
    return rest


def reference_state_dict(model: MultiTaskModel, logsigma: Tensor | None = None) -> dict[str, Tensor]:
    """A model's tensors under the names that the authors' code gives them.

    Args:
        model: An MTAN (one task: STAN), hard parameter sharing or single-task network on a SegNet backbone.
        logsigma: The uncertainty weighting's parameter, `(K,)`; the authors' multi-task models need it to load.

    Returns:
        Name to tensor. The tensors are the model's own, not copies.

    Raises:
        ValueError: If `logsigma` has not one value per task.
    """
    names = reference_names(model)
    state = {} if logsigma is None else {LOGSIGMA: logsigma}
    if logsigma is not None and logsigma.shape != (len(model.tasks),):
        raise ValueError(
            f"`logsigma` must have one value per task, ({len(model.tasks)},); got {tuple(logsigma.shape)}. "
            "Take it from the uncertainty weighting that was trained with this model."
        )
    return state | {names[name]: tensor for name, tensor in model.state_dict().items()}


def reference_names(model: MultiTaskModel) -> dict[str, str]:
    """Translate the name of every tensor of a model into the authors' name for it.

    Raises:
        TypeError: If the backbone is not a SegNet.
    """
    if not isinstance(model.backbone, SegNetBackbone):
        raise TypeError(
            f"`model` must have a SegNet backbone; got {type(model.backbone).__name__}. "
            "Only SegNet's names are known in the authors' code."
        )
    return {name: _translate(name, model.tasks) for name in model.state_dict()}


def _translate(name: str, tasks: Sequence[str]) -> str:
    for pattern, rewrite in _RULES:
        if match := pattern.fullmatch(name):
            return rewrite(tasks, **match.groupdict())
    raise AssertionError(f"no rule for {name}")


def _encoder_p(tasks: Sequence[str], depth: str, block: str, rest: str) -> str:
    return _after_u("conv_block_enc", int(depth) - 1, int(block), rest)


def _decoder_p(tasks: Sequence[str], depth: str, block: str, rest: str) -> str:
    if block == "0":
        return f"decoder_block.{int(depth) - 1}.{rest}"
    return _after_u("conv_block_dec", int(depth) - 1, int(block) - 1, rest)


def _after_u(group: str, depth: int, block: int, rest: str) -> str:
    """The authors number the blocks of a depth only where there are two."""
    return f"{group}.{depth}.{rest}" if BLOCKS_AFTER_U[depth] == 1 else f"{group}.{depth}.{block}.{rest}"


def _attention(tasks: Sequence[str], task: str, side: str, depth: str, part: str, layer: str, rest: str) -> str:
    position = int(layer) if part == "g" else 3 + int(layer)  # conv, norm, ReLU, conv, norm in one row
    return f"{side}_att.{tasks.index(task)}.{int(depth) - 1}.{position}.{rest}"


def _transition(tasks: Sequence[str], side: str, depth: str, layer: str, rest: str) -> str:
    if side == "encoder":
        return f"encoder_block_att.{int(depth) - 2}.{rest}"
    if layer == "0":  # the turning point's first layer ends the encoder
        return f"encoder_block_att.4.{rest}"
    return f"decoder_block_att.{int(depth) - 1}.{rest}"


def _head(tasks: Sequence[str], task: str, rest: str) -> str:
    number = "" if len(tasks) == 1 else tasks.index(task) + 1
    return f"pred_task{number}.{rest}"


_RULES: list[tuple[re.Pattern[str], Callable[..., str]]] = [
    (
        re.compile(r"backbone\.encoder_u\.encoder_(?P<depth>\d)\.(?P<rest>.+)"),
        lambda tasks, depth, rest: f"encoder_block.{int(depth) - 1}.{rest}",
    ),
    (re.compile(r"backbone\.encoder_p\.encoder_(?P<depth>\d)\.(?P<block>\d)\.(?P<rest>.+)"), _encoder_p),
    (re.compile(r"backbone\.decoder_p\.decoder_(?P<depth>\d)\.(?P<block>\d)\.(?P<rest>.+)"), _decoder_p),
    (
        re.compile(
            r"attention\.(?P<task>[^.]+)\.(?P<side>encoder|decoder)_(?P<depth>\d)\.(?P<part>[gh])\.(?P<layer>\d)\.(?P<rest>.+)"
        ),
        _attention,
    ),
    (
        re.compile(r"transitions\.(?P<side>encoder|decoder)_(?P<depth>\d)\.(?P<layer>\d)\.(?P<rest>.+)"),
        _transition,
    ),
    (re.compile(r"heads\.(?P<task>[^.]+)\.(?P<rest>.+)"), _head),
]


def _check_same_network(expected: Mapping[str, tuple[int, ...]], state: Mapping[str, Tensor], num_tasks: int) -> None:
    """Refuse a checkpoint whose names or shapes differ."""
    given = {name: tuple(getattr(entry, "shape", ())) for name, entry in state.items()}  # may hold anything
    expected = {LOGSIGMA: (num_tasks,)} | dict(expected) if LOGSIGMA in given else expected
    missing = [name for name in expected if name not in given]
    unexpected = [name for name in given if name not in expected]
    differing = [
        f"{name} {given[name]} instead of {shape}"
        for name, shape in expected.items()
        if name in given and given[name] != shape
    ]
    complaints = {"missing": missing, "unexpected": unexpected, "of another shape": differing}
    if any(complaints.values()):
        found = "; ".join(f"{len(names)} {what} ({_first(names)})" for what, names in complaints.items() if names)
        raise ValueError(
            f"`state` must hold the {len(expected)} tensors of this model; got {found}. "
            "Build the model with the checkpoint's architecture, widths and tasks."
        )


def _first(names: Sequence[str], count: int = 3) -> str:
    """The first few names, and that there are more."""
    return ", ".join(names[:count]) + (", ..." if len(names) > count else "")
