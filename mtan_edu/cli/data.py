"""`mtan-edu data rooms`, `mtan-edu data decathlon` and `mtan-edu data check`."""

from __future__ import annotations

import argparse
from pathlib import Path

from mtan_edu.cli.look import PICTURES
from mtan_edu.cli.parser import Verbs, whole_number
from mtan_edu.cli.training import add_rooms, config_from


def add_verbs(verbs: Verbs) -> None:
    """Add `data` with its own verbs."""
    data = verbs.add_parser(
        "data",
        help="draw synthetic rooms or domains, or check a data set",
        description="Draw synthetic rooms or the embedded domains, or check a data set.",
        examples="""
            mtan-edu data rooms --size 96x128 --train 300 --val 100 --seed 0
            mtan-edu data decathlon --out domains.png
            mtan-edu data check nyuv2""",
    )
    inner = data.add_subparsers(title="verbs", metavar="VERB", dest="data_verb", required=True)
    rooms = inner.add_parser(
        "rooms",
        help="draw synthetic rooms",
        description="Draw synthetic rooms where there are none yet; check those that are there.",
        examples="mtan-edu data rooms --size 96x128 --train 300 --val 100 --seed 0",
    )
    add_rooms(rooms, seed="--seed")
    rooms.set_defaults(call=run_rooms)
    _add_decathlon(inner)
    check = inner.add_parser(
        "check",
        help="say what is wrong with a data set",
        description="Read every file of a data set and print one line per problem. Status 1 if there is any.",
        examples="mtan-edu data check nyuv2",
    )
    check.add_argument(
        "folder",
        metavar="DIR",
        type=Path,
        help="prepared NYUv2 or CityScapes, train.npz and val.npz, or domains of classes of pictures",
    )
    check.set_defaults(call=run_check)


def _add_decathlon(verbs: Verbs) -> None:
    decathlon = verbs.add_parser(
        "decathlon",
        help="draw the embedded classification domains",
        description="Draw the embedded classification domains where there are none yet, and say what is asked in each.",
        examples="""
            mtan-edu data decathlon --train 300 --val 100 --seed 0
            mtan-edu data decathlon --size 72 --out domains.png""",
    )
    decathlon.add_argument("--size", type=whole_number, metavar="S", help="height and width (default: 32)")
    decathlon.add_argument("--train", type=whole_number, default=300, metavar="N", help="training images per domain")
    decathlon.add_argument("--val", type=whole_number, default=100, metavar="N", help="validation images per domain")
    decathlon.add_argument("--seed", type=whole_number, default=0, metavar="N", help="which images (default: 0)")
    decathlon.add_argument("--data-folder", metavar="DIR", type=Path, help="where they are kept (default: data/)")
    decathlon.add_argument("--out", metavar="FILE", type=Path, help="some of each, as a .png, .pdf or .svg file")
    decathlon.set_defaults(call=run_decathlon)


def run_rooms(options: argparse.Namespace) -> int:
    """Draw rooms."""
    from mtan_edu.experiment.build import open_frames
    from mtan_edu.experiment.progress import progress_bars

    data = open_frames(config_from(options), "rooms", options.interrupts.watched(progress_bars()))
    height, width = data.image_size
    print(f"{data.name}: {len(data.train)} training and {len(data.val)} validation images of {height}x{width}")
    return 0


def run_decathlon(options: argparse.Namespace) -> int:
    """Draw domains, say what they ask, and show some pictures of each."""
    if options.out is not None and options.out.suffix.lower() not in PICTURES:
        raise ValueError(f"`--out` must end in {', '.join(PICTURES)}; got {options.out}. PNG is a good choice.")
    from mtan_edu.data.domains import DECATHLON, class_examples, open_domains
    from mtan_edu.data.open import default_data_folder
    from mtan_edu.experiment.progress import progress_bars

    data = open_domains(
        DECATHLON,
        folder=options.data_folder or default_data_folder(),
        size=options.size,
        train=options.train,
        val=options.val,
        seed=options.seed,
        progress=options.interrupts.watched(progress_bars()),
    )
    for domain in data.domains.values():
        size = f"{len(domain.train)} training and {len(domain.val)} validation images"
        print(f"{domain.name}: {domain.asks} {len(domain.classes)} classes, {size}")
    if options.out is not None:
        from mtan_edu.visualization import show_domains

        examples = {name: class_examples(domain.train) for name, domain in data.domains.items()}
        figure = show_domains(
            {name: pictures for name, (pictures, _) in examples.items()},
            {name: classes for name, (_, classes) in examples.items()},
            {name: domain.asks for name, domain in data.domains.items()},
        )
        figure.savefig(options.out)
        print(f"{data.name}: {options.out}")
    return 0


def run_check(options: argparse.Namespace) -> int:
    """Print what is wrong."""
    from mtan_edu.data.check import check_folder
    from mtan_edu.experiment.progress import progress_bars

    problems = check_folder(options.folder, progress=options.interrupts.watched(progress_bars()))
    for problem in problems:
        print(problem)
    if not problems:
        print(f"Nothing is wrong with {options.folder}.")
    return 1 if problems else 0
