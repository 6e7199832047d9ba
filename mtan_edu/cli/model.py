"""`mtan-edu model`: what a model consists of, and what it costs."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

from mtan_edu.cli.look import PICTURES
from mtan_edu.cli.parser import Verbs, names, nearest, size, whole_number, whole_numbers

if TYPE_CHECKING:
    from mtan_edu.models.paper import Size
    from mtan_edu.models.summary import ModelSummary

DENSE_CHANNELS = {"semantic": 13, "depth": 1, "normal": 3}
"""Channels of a task that is named without them."""


def add_verbs(verbs: Verbs) -> None:
    """Add the verb."""
    model = verbs.add_parser(
        "model",
        help="say what a model consists of and what it costs",
        description="Print a model's stages, shapes, parameters by part and multiply-accumulates, beside what the "
        "paper prints. No data is needed, and nothing is trained.",
        examples="""
            mtan-edu model mtan
            mtan-edu model mtan --tasks cityscapes --out mtan.png
            mtan-edu model split --backbone resnet50 --tasks semantic:40,depth --size 256x320 --json""",
    )
    model.add_argument("name", metavar="NAME", help="mtan, split, single, ...; an unknown name lists all")
    model.add_argument("--backbone", default="segnet", metavar="NAME", help="segnet, ...; an unknown name lists all")
    model.add_argument("--width", type=whole_number, default=64, metavar="N", help="channels of the first stage (64)")
    model.add_argument("--widths", type=whole_numbers, metavar="N,N,...", help="channels of all stages instead")
    model.add_argument(
        "--tasks", type=names, metavar="NAME:CHANNELS,...", help="or nyuv2, cityscapes, decathlon: those of the paper"
    )
    model.add_argument("--size", type=size, metavar="HxW", help="of the image (default: the paper's for these tasks)")
    model.add_argument("--json", action="store_true", help="print JSON")
    model.add_argument("--out", metavar="FILE", type=Path, help="draw the network into a .png, .pdf or .svg file, too")
    model.set_defaults(call=run_model)


def run_model(options: argparse.Namespace) -> int:
    """Print what it costs, and draw it."""
    if options.out is not None and options.out.suffix.lower() not in PICTURES:
        raise ValueError(f"`--out` must end in {', '.join(PICTURES)}; got {options.out}. PNG is a good choice.")
    from mtan_edu.models import build_model, model_summary
    from mtan_edu.models.paper import ONE_TASK, TASK_SETS, compare_size

    wide = options.backbone.startswith("wide_resnet")
    usual = TASK_SETS["decathlon" if wide else "nyuv2"]
    chosen = TASK_SETS.get(options.tasks[0]) if options.tasks and len(options.tasks) == 1 else None
    tasks = dict((chosen or usual).tasks) if chosen or not options.tasks else _channels(options.tasks)
    if options.name in ONE_TASK and (chosen or not options.tasks):
        tasks = dict(list(tasks.items())[:1])
    image_size = options.size or (chosen or usual).image_size
    build = {"backbone": options.backbone, "width": options.width, "widths": options.widths}
    model = build_model(options.name, tasks, **build, device="meta")
    summary, beside = model_summary(model, image_size), compare_size(options.name, tasks, **build)
    if options.json:
        print(json.dumps(_plain(summary, beside), indent=2, allow_nan=False, ensure_ascii=False))
    else:
        print("\n".join([str(summary), *_comparison(summary, beside)]))
    if options.out is not None:
        from mtan_edu.recording.architecture import record_architecture
        from mtan_edu.visualization import show_architecture

        title = f"{summary.name} on {options.backbone}"
        show_architecture(record_architecture(model, image_size, title)).savefig(options.out)
        if not options.json:
            print(f"The network: {options.out}")
    return 0


def _channels(given: tuple[str, ...]) -> dict[str, int]:
    """Task name to channels, from "semantic:13", or a name whose channels are known."""
    tasks: dict[str, int] = {}
    for text in given:
        name, _, channels = text.partition(":")
        if name in tasks:
            raise ValueError(f"`--tasks` must name each task once; got {name!r} twice. Call one of them otherwise.")
        if not channels and name not in DENSE_CHANNELS:
            known = (*DENSE_CHANNELS, "nyuv2", "cityscapes", "decathlon")
            raise ValueError(
                f"`--tasks` must say the channels of {name!r}, as in {name}:7; got none. Known without are "
                f"{', '.join(known)}.{nearest(name, known)}"
            )
        tasks[name] = DENSE_CHANNELS[name] if not channels else _number(text, channels)
    return tasks


def _number(text: str, channels: str) -> int:
    if not channels.isascii() or not channels.isdigit():
        raise ValueError(f"`--tasks` must be names with whole numbers, such as semantic:13; got {text!r}.")
    return int(channels)


def _comparison(summary: ModelSummary, beside: Size) -> list[str]:
    """The paper's #P, and what a task brings along."""
    printed = f" The paper prints {beside.paper} ({beside.source})." if beside.paper else ""
    growth = ", ".join(f"{task} {count / beside.single:.1%}" for task, count in summary.per_task.items())
    return [
        f"{beside.multiple:.4f} times {beside.single_is} ({beside.single:,} parameters).{printed}",
        f"What belongs to a task alone, in parts of that network: {growth}.",
    ]


def _plain(summary: ModelSummary, beside: Size) -> dict[str, object]:
    return {**dataclasses.asdict(summary), "total": summary.total, "beside_single": dataclasses.asdict(beside)}
