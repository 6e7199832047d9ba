"""A model's shared parameters, stage by stage: where in the network tasks can get into each other's way."""

from __future__ import annotations

import re

from torch import nn

from mtan_edu.models.hooked import HookedBackbone
from mtan_edu.models.multi_task import MultiTaskModel
from mtan_edu.models.stage import Backbone, module_key

_STAGE = re.compile(r"(encoder|decoder|stage)_\d+")
"""Names of stages in networks that have no `Backbone`."""


def shared_groups(model: MultiTaskModel) -> dict[str, dict[str, nn.Parameter]]:
    """The shared parameters of a model by the part of the network that they belong to.

    Together the groups hold every one of `model.shared_parameters()`, each once.

    Args:
        model: The model.

    Returns:
        Group to the names (as `model.named_parameters()` has them) and parameters in it, in the order of computation.
        Groups are the stages ("encoder_1") and what lies beside them ("stem"); of an MTAN then the layers f between
        the stages ("transition to encoder_2"); of cross-stitch networks a stage of all of them together, and "units".
    """
    shared = {id(parameter) for parameter in model.shared_parameters()}
    names = [name for name, parameter in model.named_parameters() if id(parameter) in shared]
    parameters = dict(model.named_parameters())
    backbone = getattr(model, "backbone", None)
    if isinstance(backbone, HookedBackbone):
        place = _places_by_order(names, [point.name for point in backbone.points])
    else:
        stages = [module_key(stage) for stage in backbone.stage_channels] if isinstance(backbone, Backbone) else []
        place = {name: _place(name, stages) for name in names}
    groups: dict[str, dict[str, nn.Parameter]] = {}
    for name in names:
        groups.setdefault(place[name], {})[name] = parameters[name]
    return groups


def _place(name: str, stages: list[str]) -> str:
    parts = name.split(".")
    if parts[0] == "transitions":
        return f"transition to {parts[1]}"
    if parts[0] == "last_transition":
        return "last transition"
    for part in reversed(parts):  # from the right: a task, too, may be called stage_1
        if part in stages or (not stages and _STAGE.fullmatch(part)):
            return part
    return parts[1] if parts[0] == "backbone" else parts[0]


def _places_by_order(names: list[str], stages: list[str]) -> dict[str, str]:
    """Of a foreign backbone: what is registered after one stage's module, up to the end of the next, is the next's."""
    places, passed = {}, 0
    for name in names:
        if not name.startswith("backbone."):
            places[name] = _place(name, [])
            continue
        inside = [number for number, stage in enumerate(stages) if name.startswith(f"backbone.network.{stage}.")]
        if inside:
            passed = inside[0] + 1
        number = inside[0] if inside else passed
        places[name] = stages[number] if number < len(stages) else "after the last stage"
    return places
