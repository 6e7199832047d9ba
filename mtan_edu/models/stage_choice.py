"""Where to attend: the stages of a network that this project did not write."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches

from torch import nn

from mtan_edu.models.dry_run import Call, DryRun
from mtan_edu.models.hooked import StagePoint

CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)

MOST_STAGES = 10
"""As many as SegNet has in the paper."""

FEW_STAGES = 4
"""As many as residual networks have. A network with fewer is cut finer, if it can be."""

SMALL = 0.05
"""Part of the largest block's parameters below which a block does not count."""

NARROW = 8
"""A last block of fewer channels, and at most half of those before it, is taken for the network's own prediction."""


def points_of(run: DryRun, names: Sequence[str]) -> list[StagePoint]:
    """Stages that the user names.

    Args:
        run: What a forward pass showed.
        names: Names of modules, in the order in which they run.

    Raises:
        ValueError: If a name is unknown, stands twice, is of a module that does not run, runs several times or gives
            no map, or the order is another.
    """
    names = list(names)
    if not names:
        raise ValueError("`stages` must name at least one module; got none. None lets the library choose.")
    for name in names:
        _check_name(run, name)
    if len({name.replace(".", "_") for name in names}) < len(names):
        raise ValueError(f"`stages` must be all different; got {', '.join(names)}. Name each once.")
    finished = _finished(run.root)
    ordered = sorted(names, key=finished.index)
    if ordered != names:
        raise ValueError(
            f"`stages` must stand in the order in which they are computed; got {', '.join(names)}. "
            f"The order is {', '.join(ordered)}."
        )
    return [_point(run.calls[name]) for name in names]


def choose_points(run: DryRun) -> list[StagePoint]:
    """Stages that suggest themselves: the last block of every resolution, in the order of computation.

    Blocks are the outermost modules whose class the network repeats; in a network of plain layers, the layers. A
    network that keeps its resolution is cut where its channels change, and else, like a vision transformer, into
    four equal parts.

    Args:
        run: What a forward pass showed.

    Raises:
        ValueError: If nothing that the network computes is a map, or it runs the same block several times.
    """
    units = _without_prediction(_units(run.root, _repeated(run.root)))
    again = next((unit for unit in units if unit.convolves and run.counts[unit.name] > 1), None)
    if again is not None:
        while again.parent is not None and run.counts[again.parent.name] > 1:
            again = again.parent
        raise ValueError(
            f"`backbone` must run each of its blocks once per image; got {again.name}, which runs "
            f"{run.counts[again.name]} times. With recurrent reuse there is no one map to attend to. "
            "Name stages that run once with `stages=[...]`."
        )
    units = [unit for unit in units if run.counts[unit.name] == 1]
    groups = [group for group in _groups(units) if any(unit.convolves for unit in group)]
    if not groups:
        raise ValueError(
            "`backbone` must compute at least one spatial map, (B, C, h, w) or (B, tokens, C); got none. "
            "Attention selects from maps: a network that flattens its image at once has none."
        )
    if len(groups) > MOST_STAGES:
        kept = {round(i * (len(groups) - 1) / (MOST_STAGES - 1)) for i in range(MOST_STAGES)}
        groups = [group for number, group in enumerate(groups) if number in kept]
    return [_group_point(group) for group in groups]


def _units(call: Call, repeated: set[type]) -> list[Call]:
    """The blocks inside a run: outermost modules of a class that is repeated; layers where there is none."""
    if type(call.module) in repeated and call.seen is not None and not _holds_blocks(call, repeated):
        return [call]
    inside = [unit for inner in call.calls for unit in _units(inner, repeated)]
    if inside or call.calls:
        return inside
    return [call] if call.seen is not None else []


def _without_prediction(units: list[Call]) -> list[Call]:
    """Without the last block, or the last two, if a few channels are all that they make of many."""
    for count in (1, 2):
        before, last = units[:-count], units[-count:]
        few = {_channels(unit) for unit in last}
        if before and len(few) == 1 and max(few) < NARROW and 2 * count * max(few) <= _channels(before[-1]):
            return before
    return units


def _repeated(root: Call) -> set[type]:
    """Classes of which a network runs several modules that have parts of their own and give a map."""
    modules = {call.name: call for call in root if call.calls and call.seen is not None and call.name}
    counts = Counter(type(call.module) for call in modules.values() if type(call.module) not in CONTAINERS)
    return {kind for kind, count in counts.items() if count > 1}


def _holds_blocks(call: Call, repeated: set[type]) -> bool:
    """Whether a module is rather a part of the network than a block.

    It holds one of its own kind, as nested U-Nets do; or blocks that keep a shape at another resolution than its
    output's, as stages do that end with a change of resolution. They then have most of its parameters: a block's own
    first convolution may keep a shape, too.
    """
    inside = [inner for inner in call if inner is not call and type(inner.module) in repeated]
    if any(type(inner.module) is type(call.module) for inner in inside):
        return True
    assert call.seen is not None
    keep = [inner for inner in inside if inner.seen and inner.read and inner.seen == inner.read]
    elsewhere = {inner.name: inner for inner in keep if inner.seen and inner.seen.size != call.seen.size}
    return 2 * sum(map(_parameters, elsewhere.values())) > _parameters(call)


def _parameters(call: Call) -> int:
    return sum(parameter.numel() for parameter in call.module.parameters())


def _groups(units: list[Call]) -> list[list[Call]]:
    """Units of one resolution in a row; where that gives few groups, of one number of channels, or equal parts."""
    groups = _without_loose_layers([list(of) for _, of in itertools.groupby(units, _size)])
    if len(groups) < FEW_STAGES:
        finer = [list(of) for group in groups for _, of in itertools.groupby(group, _channels)]
        if len(finer) <= MOST_STAGES and all(unit.calls for group in groups for unit in group):
            groups = finer
    if len(groups) == 1 and all(unit.calls for unit in groups[0]):
        (group,) = groups
        parts = min(FEW_STAGES, len(group))
        groups = [group[i * len(group) // parts : (i + 1) * len(group) // parts] for i in range(parts)]
    return groups


def _without_loose_layers(groups: list[list[Call]]) -> list[list[Call]]:
    """Blocks alone, where a network has them: layers between them are stems, poolings and heads."""
    blocks = [[unit for unit in group if unit.calls] for group in groups]
    blocks = [_without_small_blocks(group) for group in blocks if group]
    return blocks if len(blocks) > 1 or (blocks and len(blocks[0]) > 1) else groups


def _without_small_blocks(group: list[Call]) -> list[Call]:
    """Without those that have a small part of the parameters that others have: they lead from one size to another."""
    sizes = [_parameters(unit) for unit in group]
    return [unit for unit, size in zip(group, sizes, strict=True) if size >= SMALL * max(sizes)]


def _group_point(group: list[Call]) -> StagePoint:
    """A stage that ends with the last of some blocks."""
    last = group[-1]
    if not last.calls:  # plain layers: the last one with weights is what the stage ends with
        block = next(unit for unit in reversed(group) if unit.convolves)
        return _with_block(last, block)
    if len(group) == 1:
        return _point(last)
    return _with_block(_outermost(group), last)


def _outermost(group: list[Call]) -> Call:
    """The largest container of these blocks, and of no others, that returns the same map: layer1, not layer1.2."""
    call, inside = group[-1], {unit.name for unit in group}
    while (parent := call.parent) is not None and parent.name and type(parent.module) in CONTAINERS:
        blocks = {inner.name for inner in parent.calls if inner.calls}
        if parent.calls[-1] is not call or parent.seen != call.seen or not blocks <= inside:
            break
        call = parent
        inside.add(call.name)
    return call


def _point(call: Call) -> StagePoint:
    """A stage that is one module. Its last block is searched inside it; a module that is one block has only itself."""
    inside = call
    while len(inside.calls) == 1:
        (inside,) = inside.calls
    blocks = [inner for inner in inside.calls if inner.calls]
    kinds = Counter(type(inner.module) for inner in blocks)
    if blocks and (kinds[type(blocks[-1].module)] > 1 or (len(blocks) > 1 and type(inside.module) in CONTAINERS)):
        return _with_block(call, blocks[-1])
    if call.read is not None and call.seen is not None and call.read.size == call.seen.size:
        return _with_block(call, call)
    layers = [inner for inner in inside.calls if inner.convolves and _same_size(inner, call)]
    return _with_block(call, layers[-1]) if layers else _with_block(call, call)


def _with_block(call: Call, block: Call) -> StagePoint:
    """The stage's u is what the block reads, if that has the size of p; else p itself."""
    assert call.seen is not None
    if block.read is None or not _same_size(block, call):
        return StagePoint(call.name, call.seen, None, call.seen)
    return StagePoint(call.name, call.seen, block.name, block.read)


def _same_size(block: Call, call: Call) -> bool:
    return block.read is not None and call.seen is not None and block.read.size == call.seen.size


def _size(call: Call) -> tuple[int, int]:
    assert call.seen is not None
    return call.seen.size


def _channels(call: Call) -> int:
    assert call.seen is not None
    return call.seen.channels


def _finished(call: Call) -> list[str]:
    """Names in the order in which the modules return."""
    return [name for inner in call.calls for name in _finished(inner)] + [call.name]


def _check_name(run: DryRun, name: str) -> None:
    modules = dict(run.root.module.named_modules())
    if name not in modules or not name:
        near = get_close_matches(name, [known for known in modules if known], n=3, cutoff=0.4)
        advice = f"Try {' or '.join(near)}." if near else "`backbone.named_modules()` lists them."
        raise ValueError(f"`stages` must be names of the backbone's modules; got {name!r}. {advice}")
    count = run.counts[name]
    if count == 0:
        inside = [known for known in run.calls if known.startswith(f"{name}.")]
        direct = [known for known in inside if "." not in known[len(name) + 1 :]]
        advice = f"Try its part {direct[-1]}." if direct else "Name one that does."
        raise ValueError(
            f"`stages` must be modules that run; got {name!r}, which a forward pass does not call. {advice}"
        )
    if count > 1:
        raise ValueError(
            f"`stages` must run once per image; got {name!r}, which runs {count} times. "
            "With recurrent reuse there is no one map to attend to. Name another."
        )
    if run.calls[name].seen is None:
        raise ValueError(
            f"`stages` must return a spatial map, (B, C, h, w) or (B, tokens, C); got {name!r}, which returns "
            f"{run.calls[name].returned}. Name a module before the map is lost."
        )
