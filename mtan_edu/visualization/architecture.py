"""How a network is put together, drawn as in the paper's figure 2: what is shared, and every task's way through it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mtan_edu.records import ArchitectureRecord, StageRecord
from mtan_edu.visualization.canvas import Canvas, label_width
from mtan_edu.visualization.diagram import SHARED_COLOR, Diagram, tint
from mtan_edu.visualization.style import TextFigure, figure_style, task_styles
from mtan_edu.visualization.words import listing, plural

_HEAD_WIDTH, _SHAPE_WIDTH = 0.62, 1.3  # inch
_TALLEST, _WIDEST = 1.3, 0.32  # of a shared stage's block [inch]
_SMALLEST = 0.07
_ROW = {2: 0.85, 4: 0.72}  # distance of the tasks' rows for up to so many tasks [inch]
_ROW_OF_MANY = 0.52
_U, _P, _RADIUS = 0.27, 0.75, 0.11  # places of u and p in a column; of ⊙ [inch]
_SHARED_INK = "#555F69"
_TRUNK: dict[str, Any] = {"color": SHARED_COLOR, "linewidth": 2.4}


@dataclass(frozen=True)
class _Plan:
    """Where everything stands [inch].

    Attributes:
        names: Stages, in order: one column each.
        left: Left edge of the first column.
        column: Width of a column.
        top: Lower edge of the columns' titles.
        shared: Height at which the shared network's blocks have their middle; 0 where there is none.
        rows: Task to the height of its row's middle.
        block: Height of the tallest block in a row of its own.
    """

    names: tuple[str, ...]
    left: float
    column: float
    top: float
    shared: float
    rows: Mapping[str, float]
    block: float

    def x(self, stage: int, share: float) -> float:
        """A place in a column: 0 = its left edge, 1 = its right edge."""
        return self.left + (stage + share) * self.column

    @property
    def end(self) -> float:
        return self.x(len(self.names), 0)

    @property
    def lowest(self) -> float:
        return max(self.rows.values())


@figure_style()
def show_architecture(record: ArchitectureRecord) -> TextFigure:
    """Draw a network: its stages as blocks, and every task's way through them in the task's color.

    A block is as high as its features' resolution and as wide as their channels demand, on scales of square roots.
    Gray is what tasks share. In a network with attention a column per stage shows u and p, and a row per task its
    attention modules, which look at u and at what the layer f carries over, and whose mask selects from p.

    Args:
        record: What `record_architecture` saw.

    Returns:
        The figure, for any number of tasks and stages.

    Raises:
        ValueError: If the record has no stage or no task, or shares in a way that nobody can draw.

    References:
        Liu et al., CVPR 2019, figure 2.
    """
    if record.sharing not in _DRAWERS:
        raise ValueError(f"`sharing` must be one of {', '.join(_DRAWERS)}; got {record.sharing!r}. Record it anew.")
    if not record.outputs or not _stages(record):
        raise ValueError(
            f"`record` must have a task and a stage; got {plural(len(record.outputs), 'task')} and "
            f"{plural(len(_stages(record)), 'stage')}. Record a model with record_architecture(model)."
        )
    plan = _plan(record)
    width = plan.end + 0.25 + _HEAD_WIDTH + _SHAPE_WIDTH
    below = 0.36 if record.sharing in ("attention", "mixtures") else 0.0
    height = plan.lowest + below + max(_row_height(len(record.outputs)) / 2, plan.block / 2 + 0.1, 0.35)
    height = max(height, plan.shared + _TALLEST / 2 + 0.1 if record.shared else 0)
    canvas = Canvas(width, height, _title(record), _note(record))
    diagram = Diagram(canvas, width, height)
    _draw_titles(diagram, plan, record)
    _DRAWERS[record.sharing](diagram, plan, record)
    canvas.figure.alt = _describe(record)
    return canvas.figure


def _plan(record: ArchitectureRecord) -> _Plan:
    stages, tasks = _stages(record), tuple(record.outputs)
    names = tuple(stage.name for stage in stages)
    column = min(1.7, max(0.98, 9.6 / len(names)))
    top = 0.21 * max(len(_wrapped(name, column)) for name in names) + 0.47
    shared = top + 0.12 + _TALLEST / 2 if record.shared else 0.0
    labels = [*tasks, *(["network"] if record.shared else [])]
    left = max(max(map(label_width, labels)), 1.0) + 0.72
    pitch = _row_height(len(tasks))
    block = 0.0 if record.sharing in ("attention", "heads") else pitch - 0.14
    if record.sharing == "heads":
        first = max(shared - pitch * (len(tasks) - 1) / 2, top + 0.3)
    elif record.shared:
        first = shared + _TALLEST / 2 + 0.3 + pitch / 2
    else:
        first = top + 0.1 + pitch / 2
    rows = {task: first + number * pitch for number, task in enumerate(tasks)}
    return _Plan(names, left, column, top, shared, rows, block)


def _draw_titles(diagram: Diagram, plan: _Plan, record: ArchitectureRecord) -> None:
    """Above each column: the stage's name, its channels and its resolution."""
    for number, stage in enumerate(_stages(record)):
        x, lines = plan.x(number, 0.5), _wrapped(stage.name, plan.column)
        channels, height, width = stage.p
        diagram.text(x, plan.top - 0.42, "\n".join(lines), 10.5, va="bottom", fontweight="bold", linespacing=1.1)
        diagram.text(x, plan.top - 0.3, str(channels), 11)
        diagram.text(x, plan.top - 0.1, f"{height}×{width}", 11)


def _draw_attention(diagram: Diagram, plan: _Plan, record: ArchitectureRecord) -> None:
    _draw_shared_row(diagram, plan, record)
    for number, stage in enumerate(record.shared):
        _draw_views(diagram, plan, number, stage, record.shared)
    for number in range(1, len(plan.names) + record.last_layer):
        _draw_band(diagram, plan, number, "f")
    _draw_below(diagram, plan, "f, shared" if len(plan.rows) > 1 else "f", _count(record, "shared attention layers"))
    for task, y in plan.rows.items():
        color = task_styles(record.outputs)[task].color
        for number in range(len(plan.names)):
            _draw_module(diagram, plan, number, y, color)
        _draw_head(diagram, plan, record, task, color, plan.x(len(plan.names) - 1, _P) + _RADIUS)


def _draw_views(diagram: Diagram, plan: _Plan, number: int, stage: StageRecord, stages: Sequence[StageRecord]) -> None:
    """Lines that take u and p from a stage's blocks to all tasks."""
    u, p = plan.x(number, _U), plan.x(number, _P)
    leaves, below = plan.shared + _height(stage, stages) / 2, plan.shared + _TALLEST / 2 + 0.03
    if stage.u is None:
        middle = (u + p) / 2
        diagram.line((middle, leaves), (middle, below), linewidth=1.1)
        diagram.line((u, below), (p, below), linewidth=1.1)
        diagram.text(middle, below + 0.14, "u = p", 12, style="italic")
        leaves = below
    else:
        diagram.text(u - 0.1, below + 0.13, "u", 12, style="italic", color=_SHARED_INK)
        diagram.text(p - 0.1, below + 0.13, "p", 12, style="italic")
    diagram.line((u, leaves), (u, plan.lowest), color=_SHARED_INK, linewidth=1.1)
    diagram.line((p, leaves), (p, plan.lowest), linewidth=1.1)


def _draw_module(diagram: Diagram, plan: _Plan, number: int, y: float, color: str) -> None:
    """One task's attention at one stage: u and what is carried over, the mask a, and its product with p."""
    start = plan.x(number, _U)
    if number > 0:
        diagram.line((plan.x(number - 1, _P), y), (start, y), color=color, linewidth=2)
    size = min(0.3, 0.34 * plan.column)
    middle, product = plan.x(number, (_U + _P) / 2) - 0.02, plan.x(number, _P)
    diagram.line((start, y), (product, y), color=color, linewidth=2)
    diagram.circle((start, y), 0.045, color, edgecolor=color)
    diagram.box((middle, y), (size, min(0.34, 0.6 * _row_height(len(plan.rows)))), color, edgecolor=color)
    diagram.text(middle, y, "a", 13, color="white", fontweight="bold", style="italic")
    diagram.circle((product, y), _RADIUS, "white", edgecolor=color, linewidth=1.6)
    diagram.circle((product, y), 0.03, color, edgecolor=color, zorder=5)


def _draw_heads(diagram: Diagram, plan: _Plan, record: ArchitectureRecord) -> None:
    _draw_shared_row(diagram, plan, record)
    fork, ends = plan.end - 0.02, (*plan.rows.values(), plan.shared)
    diagram.line((plan.x(len(plan.names) - 1, 0.5), plan.shared), (fork, plan.shared), **_TRUNK)
    diagram.line((fork, min(ends)), (fork, max(ends)), **_TRUNK)
    for task in plan.rows:
        color = task_styles(record.outputs)[task].color
        _draw_head(diagram, plan, record, task, color, fork, name_it=True)


def _draw_mixtures(diagram: Diagram, plan: _Plan, record: ArchitectureRecord) -> None:
    for number in range(1, len(plan.names)):
        _draw_band(diagram, plan, number, "α")
    _draw_own_rows(diagram, plan, record)
    _draw_below(diagram, plan, "all train", _count(record, "backbone"))


def _draw_concatenation(diagram: Diagram, plan: _Plan, record: ArchitectureRecord) -> None:
    _draw_shared_row(diagram, plan, record)
    for number in range(1, len(plan.names)):
        x = plan.x(number, 0)
        diagram.line((x, plan.shared), (x, plan.lowest), color=SHARED_COLOR, linewidth=1.6)
        for task, y in plan.rows.items():
            color = task_styles(record.outputs)[task].color
            diagram.circle((x, y), 0.06, color, edgecolor=color)
    _draw_own_rows(diagram, plan, record)


def _draw_shared_row(diagram: Diagram, plan: _Plan, record: ArchitectureRecord) -> None:
    """The shared network's blocks, u before p where there are both, and the image before them."""
    y, stages = plan.shared, record.shared
    _draw_label(
        diagram,
        plan,
        y,
        "shared\nnetwork" if len(plan.rows) > 1 else "network",
        _count(record, "backbone"),
        _SHARED_INK,
    )
    _draw_image(diagram, plan, y, plan.x(0, 0.27), SHARED_COLOR)
    until = plan.x(len(stages) - 1, _P) if record.sharing == "attention" else plan.x(len(stages) - 1, 0.5)
    if len(stages) < len(plan.names):  # others read on from its last stage
        until = plan.x(len(stages), 0)
    diagram.line((plan.x(0, 0.27), y), (until, y), **_TRUNK)
    for number, stage in enumerate(stages):
        wide, height = _width(stage, stages), _height(stage, stages)
        if record.sharing == "attention" and stage.u is not None:
            for side, white in ((_U, 0.6), (_P, 0.15)):
                diagram.box((plan.x(number, side), y), (wide, height), tint(SHARED_COLOR, white))
        else:
            diagram.box((plan.x(number, (_U + _P) / 2), y), (2.2 * wide, height), tint(SHARED_COLOR, 0.25))


def _draw_own_rows(diagram: Diagram, plan: _Plan, record: ArchitectureRecord) -> None:
    """A row of blocks per task, and its head."""
    for task, y in plan.rows.items():
        color, stages = task_styles(record.outputs)[task].color, record.own[task]
        _draw_label(diagram, plan, y, task, _count(record, f"network of {task}", f"head of {task}"), color)
        _draw_image(diagram, plan, y, plan.x(0, 0.5) - 1.1 * _width(stages[0], stages), color)
        diagram.line((plan.x(0, 0.5), y), (plan.x(len(stages) - 1, 0.5), y), color=color, linewidth=2)
        for number, stage in enumerate(stages):
            height = max(plan.block * _share(stage.p[1] * stage.p[2], stages, _pixels), _SMALLEST)
            diagram.box((plan.x(number, 0.5), y), (2.2 * _width(stage, stages), height), tint(color, 0.35))
        _draw_head(diagram, plan, record, task, color, plan.x(len(stages) - 1, 0.5), label=False)


def _draw_image(diagram: Diagram, plan: _Plan, y: float, until: float, color: str) -> None:
    """An arrow from the image into the first block."""
    diagram.text(plan.left - 0.34, y - 0.13, "image", 10.5, color=color)
    diagram.line((plan.left - 0.6, y), (until, y), color=color, linewidth=2)


def _draw_below(diagram: Diagram, plan: _Plan, what: str, parameters: str) -> None:
    """Below the rows' labels: what belongs to no row alone, and its parameters."""
    if parameters:
        text = f"{what}\n{parameters}"
        y = plan.lowest + 0.5 * _row_height(len(plan.rows)) + 0.16
        diagram.text(plan.left - 0.7, y, text, 10.5, ha="right", color=_SHARED_INK, linespacing=1.2)


def _draw_band(diagram: Diagram, plan: _Plan, number: int, letter: str) -> None:
    """A layer that all tasks share, between two columns: one box across all rows."""
    first = min(plan.rows.values())
    tall = plan.lowest - first + min(0.5, 0.8 * _row_height(len(plan.rows)))
    x = plan.x(number, 0)
    diagram.box((x, (first + plan.lowest) / 2), (0.2, tall), tint(SHARED_COLOR, 0.3), edgecolor=SHARED_COLOR)
    for y in plan.rows.values():
        diagram.text(x, y, letter, 12, style="italic")


def _draw_head(
    diagram: Diagram,
    plan: _Plan,
    record: ArchitectureRecord,
    task: str,
    color: str,
    start: float,
    label: bool = True,
    name_it: bool = False,
) -> None:
    """The task's head, its prediction, and, where it is not yet there, the label of its row."""
    y, left = plan.rows[task], plan.end + 0.2
    diagram.arrow((start, y), (left, y), color)
    diagram.box((left + _HEAD_WIDTH / 2, y), (_HEAD_WIDTH, 0.32), color, edgecolor=color)
    diagram.text(left + _HEAD_WIDTH / 2, y, "head", 12, color="white", fontweight="bold")
    shape = record.outputs[task]
    words = f"{shape[0]} × {shape[1]}×{shape[2]}" if len(shape) == 3 else f"{shape[0]} classes"
    words = f"{task}\n{words}" if name_it else words
    diagram.text(left + _HEAD_WIDTH + 0.08, y, words, 11, ha="left", color=color, fontweight="bold", linespacing=1.1)
    if label and not name_it:
        _draw_label(diagram, plan, y, task, _count(record, f"attention of {task}", f"head of {task}"), color)


def _draw_label(diagram: Diagram, plan: _Plan, y: float, name: str, parameters: str, color: str) -> None:
    """Left of a row: whose it is, and how many parameters are its alone."""
    x, lines = plan.left - 0.7, name.count("\n") + 1
    diagram.text(x, y - 0.09, name, 13, ha="right", color=color, fontweight="bold", linespacing=1.0)
    diagram.text(x, y + 0.03 + 0.1 * lines, parameters, 10.5, ha="right", color=color)


def _stages(record: ArchitectureRecord) -> tuple[StageRecord, ...]:
    """One stage per column: of the longest network that there is."""
    networks = (record.shared, *record.own.values())
    return max(networks, key=len, default=())


def _height(stage: StageRecord, stages: Sequence[StageRecord]) -> float:
    return max(_TALLEST * _share(_pixels(stage), stages, _pixels), _SMALLEST)


def _width(stage: StageRecord, stages: Sequence[StageRecord]) -> float:
    return max(_WIDEST * _share(_channels(stage), stages, _channels), _SMALLEST)


def _pixels(stage: StageRecord) -> float:
    return stage.p[1] * stage.p[2]


def _channels(stage: StageRecord) -> float:
    return stage.p[0]


def _share(value: float, stages: Sequence[StageRecord], of: Callable[[StageRecord], float]) -> float:
    """The square root of a value's part of the largest one; of pixels, the fourth root: that of a side."""
    power = 0.25 if of is _pixels else 0.5
    return float((value / max(map(of, stages))) ** power)


def _row_height(tasks: int) -> float:
    return next((height for most, height in _ROW.items() if tasks <= most), _ROW_OF_MANY)


def _wrapped(name: str, column: float) -> list[str]:
    """A stage's name in lines that fit its column: broken at dots; of a long one the end counts."""
    letters = max(7, int(column / 0.094))
    lines = textwrap.wrap(name.replace(".", ". "), letters, break_on_hyphens=False)[-3:]
    return [line.replace(". ", ".") for line in lines] or [name]


def _count(record: ArchitectureRecord, *parts: str) -> str:
    """Parameters of some parts, in short: "24.9 M"."""
    total = sum(record.parameters.get(part, 0) for part in parts)
    if total >= 999_500:
        return f"{total / 1e6:.1f} M"
    return f"{total / 1e3:.3g} k" if total >= 1000 else f"{total}" if total else ""


_DRAWERS: Mapping[str, Callable[[Diagram, _Plan, ArchitectureRecord], None]] = {
    "attention": _draw_attention,
    "heads": _draw_heads,
    "mixtures": _draw_mixtures,
    "concatenation": _draw_concatenation,
}
"""Who draws which kind of sharing."""


def _note(record: ArchitectureRecord) -> str:
    if len(record.outputs) == 1 and record.sharing == "heads":
        return _BLOCKS
    return f"{_BLOCKS} · {_NOTES[record.sharing]}"


_BLOCKS = "Blocks: as high as the resolution, as wide as the channels, which stand above them"

_NOTES: Mapping[str, str] = {
    "attention": "a: attention module of a task, a mask from u and what f carries over · "
    "⊙: what the mask selects from p · f: layer between stages, shared by all tasks · "
    "Left: parameters",
    "heads": "Gray: shared by all tasks, which differ in their heads",
    "mixtures": "α: every task's next stage reads a learned mixture of all tasks' features",
    "concatenation": "Gray lines and dots: the shared network's features, read beside a task's own",
}


def _title(record: ArchitectureRecord) -> str:
    height, width = record.image_size
    total = sum(record.parameters.values())
    tasks = plural(len(record.outputs), "task")
    return f"{record.name}: {tasks}, {total:,} parameters, image of {height}×{width}"


def _describe(record: ArchitectureRecord) -> str:
    stages = ", ".join(f"{s.name} ({s.p[0]} channels at {s.p[1]} x {s.p[2]})" for s in _stages(record))
    tasks = listing(record.outputs)
    ways = {
        "attention": f"One network, and at every stage of it an attention module for each of {tasks}. It looks at "
        "the features u before the stage's last block and at what a layer f, which the tasks share, carries over from "
        "the stage before; its mask selects from the features p after it.",
        "heads": f"One network, followed by a head for each of {tasks}.",
        "mixtures": f"One network for each of {tasks}; between stages every network reads a mixture of all.",
        "concatenation": f"One network for each of {tasks}, which reads a shared network's features beside its own.",
    }
    outputs = "; ".join(f"{task} {' x '.join(map(str, shape))}" for task, shape in record.outputs.items())
    return f"{_title(record)}. {ways[record.sharing]} Stages: {stages}. Predictions: {outputs}."
