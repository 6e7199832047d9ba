"""How the authors' code, `lorenmt/mtan`, names the tensors of our models."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from mtan_edu.models.cross_stitch import CommonStitchUnits, CrossStitchNetwork
from mtan_edu.models.dense import DenseSharing
from mtan_edu.models.mtan import MTAN
from mtan_edu.models.multi_task import MultiTaskModel
from mtan_edu.models.resnet import ResNetBackbone
from mtan_edu.models.segnet import BLOCKS_AFTER_U, SegNetBackbone
from mtan_edu.models.wide_resnet import WideResNetBackbone

Rules = list[tuple[str, Callable[..., str]]]
"""Pattern of our name to a function of the tasks and the pattern's groups that gives theirs."""


def reference_names(model: MultiTaskModel) -> dict[str, str]:
    """Translate the name of every tensor of a model into the authors' name for it.

    Raises:
        TypeError: If the authors have no such model.
    """
    rules = [(re.compile(pattern), rewrite) for pattern, rewrite in _rules_of(model)]
    return {name: _translate(name, model.tasks, rules) for name in model.state_dict()}


def _rules_of(model: MultiTaskModel) -> Rules:
    if isinstance(model, CrossStitchNetwork) and isinstance(model.units, CommonStitchUnits):
        return COLUMN_RULES
    if isinstance(model, DenseSharing):
        return COLUMN_RULES
    backbone = getattr(model, "backbone", None)
    if isinstance(backbone, SegNetBackbone):
        return SEGNET_RULES
    if isinstance(model, MTAN) and isinstance(backbone, ResNetBackbone):
        return RESNET_RULES
    if isinstance(model, MTAN) and isinstance(backbone, WideResNetBackbone):
        return WIDE_RESNET_RULES
    raise TypeError(
        f"`model` must be one that the authors' code has; got {type(model).__name__}. "
        "It has SegNets, MTAN on ResNet and wide ResNet, and the 'reference' forms of dense and cross-stitch sharing."
    )


def _translate(name: str, tasks: Sequence[str], rules: list[tuple[re.Pattern[str], Callable[..., str]]]) -> str:
    for pattern, rewrite in rules:
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
    return f"{side}_att.{tasks.index(task)}.{int(depth) - 1}.{_row(part, layer)}.{rest}"


def _row(part: str, layer: str) -> int:
    """The authors count an attention module's layers in one row: conv, norm, ReLU, conv, norm."""
    return int(layer) if part == "g" else 3 + int(layer)


def _transition(tasks: Sequence[str], side: str, depth: str, layer: str, rest: str) -> str:
    if side == "encoder":
        return f"encoder_block_att.{int(depth) - 2}.{rest}"
    if layer == "0":  # the turning point's first layer ends the encoder
        return f"encoder_block_att.4.{rest}"
    return f"decoder_block_att.{int(depth) - 1}.{rest}"


def _head(tasks: Sequence[str], task: str, rest: str) -> str:
    number = "" if len(tasks) == 1 else tasks.index(task) + 1
    return f"pred_task{number}.{rest}"


def _column_block(tasks: Sequence[str], side: str, depth: str, block: str, layer: str, rest: str) -> str:
    return f"{side}_block.{int(depth) - 1}.{3 * int(block) + int(layer)}.{rest}"


def _task_block(tasks: Sequence[str], task: str, side: str, depth: str, block: str, layer: str, rest: str) -> str:
    return f"{side}_block_t.{tasks.index(task)}.{int(depth) - 1}.{3 * int(block) + int(layer)}.{rest}"


_LAYER = r"(?P<side>encoder|decoder)\.(?:encoder|decoder)_(?P<depth>\d)\.(?P<block>\d)\.(?P<layer>\d)\.(?P<rest>.+)"
_HEAD = (r"heads\.(?P<task>[^.]+)\.(?P<rest>.+)", _head)

COLUMN_RULES: Rules = [
    (r"units\.(?P<side>encoder|decoder)", lambda tasks, side: f"cs_unit_{side}"),
    (rf"backbone\.{_LAYER}", _column_block),
    (rf"networks\.(?P<task>[^.]+)\.{_LAYER}", _task_block),
    _HEAD,
]

SEGNET_RULES: Rules = [
    (
        r"backbone\.encoder_u\.encoder_(?P<depth>\d)\.(?P<rest>.+)",
        lambda tasks, depth, rest: f"encoder_block.{int(depth) - 1}.{rest}",
    ),
    (r"backbone\.encoder_p\.encoder_(?P<depth>\d)\.(?P<block>\d)\.(?P<rest>.+)", _encoder_p),
    (r"backbone\.decoder_p\.decoder_(?P<depth>\d)\.(?P<block>\d)\.(?P<rest>.+)", _decoder_p),
    (
        r"attention\.(?P<task>[^.]+)\.(?P<side>encoder|decoder)_(?P<depth>\d)\.(?P<part>[gh])\.(?P<layer>\d)\.(?P<rest>.+)",
        _attention,
    ),
    (r"transitions\.(?P<side>encoder|decoder)_(?P<depth>\d)\.(?P<layer>\d)\.(?P<rest>.+)", _transition),
    _HEAD,
]

_MODULE = r"(?P<part>[gh])\.(?P<layer>\d)\.(?P<rest>.+)"


def _stage_attention(tasks: Sequence[str], task: str, number: str, part: str, layer: str, rest: str) -> str:
    return f"encoder_att_{number}.{tasks.index(task)}.{_row(part, layer)}.{rest}"


def _stage_transition(tasks: Sequence[str], number: str, rest: str) -> str:
    return f"encoder_block_att_{int(number) - 1}.{rest}"


def _deeplab_whole(tasks: Sequence[str], task: str, layer: str, rest: str) -> str:
    return f"decoders.{tasks.index(task)}.0.convs.4.{int(layer) + 1}.{rest}"  # their pooling is layer 0


def _deeplab_head(tasks: Sequence[str], task: str, rest: str) -> str:
    return f"decoders.{tasks.index(task)}.{rest.replace('0.branches', '0.convs')}"


RESNET_RULES: Rules = [
    (r"backbone\.stem\.(?P<rest>.+)", lambda tasks, rest: f"shared_conv.{rest}"),
    (
        r"backbone\.stages_u\.stage_(?P<number>\d)\.(?P<rest>.+)",
        lambda tasks, number, rest: f"shared_layer{number}_b.{rest}",
    ),
    (
        r"backbone\.stages_p\.stage_(?P<number>\d)\.(?P<rest>.+)",
        lambda tasks, number, rest: f"shared_layer{number}_t.{rest}",
    ),
    (rf"attention\.(?P<task>[^.]+)\.stage_(?P<number>\d)\.{_MODULE}", _stage_attention),
    (r"transitions\.stage_(?P<number>2)\.0\.(?P<rest>.+)", _stage_transition),  # 1 is a pooling
    (r"transitions\.stage_(?P<number>[34])\.(?P<rest>.+)", _stage_transition),
    (r"heads\.(?P<task>[^.]+)\.0\.whole\.(?P<layer>\d)\.(?P<rest>.+)", _deeplab_whole),
    (r"heads\.(?P<task>[^.]+)\.(?P<rest>.+)", _deeplab_head),
]


def _wide_attention(tasks: Sequence[str], task: str, part: str, layer: str, rest: str, number: str = "0") -> str:
    return f"encoder_att.{tasks.index(task)}.{number}.{_row(part, layer)}.{rest}"


WIDE_RESNET_RULES: Rules = [
    (r"backbone\.stem\.(?P<rest>.+)", lambda tasks, rest: f"conv1.{rest}"),
    (r"backbone\.norm\.(?P<rest>.+)", lambda tasks, rest: f"bn1.{rest}"),
    (
        r"backbone\.stages\.stage_(?P<number>\d)\.(?P<rest>.+)",
        lambda tasks, number, rest: f"layer{number}.{rest}",
    ),
    (rf"attention\.(?P<task>[^.]+)\.stem\.{_MODULE}", _wide_attention),
    (rf"attention\.(?P<task>[^.]+)\.stage_(?P<number>\d)\.{_MODULE}", _wide_attention),
    (
        r"transitions\.stage_(?P<number>\d)\.0\.(?P<rest>.+)",
        lambda tasks, number, rest: f"encoder_block_att.{int(number) - 1}.{rest}",
    ),
    (r"last_transition\.(?P<rest>.+)", lambda tasks, rest: f"encoder_block_att.3.{rest}"),
    (
        r"heads\.(?P<task>[^.]+)\.linear\.(?P<rest>.+)",
        lambda tasks, task, rest: f"linear.{tasks.index(task)}.0.{rest}",
    ),
]
