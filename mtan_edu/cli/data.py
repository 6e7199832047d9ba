"""`mtan-edu data rooms` and `mtan-edu data check`."""

from __future__ import annotations

import argparse
from pathlib import Path

from mtan_edu.cli.parser import Verbs
from mtan_edu.cli.training import add_rooms, config_from


def add_verbs(verbs: Verbs) -> None:
    """Add `data` with its own verbs."""
    data = verbs.add_parser(
        "data",
        help="draw synthetic rooms, or check a data set",
        description="Draw synthetic rooms, or check a data set.",
        examples="""
            mtan-edu data rooms --size 96x128 --train 300 --val 100 --seed 0
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
    check = inner.add_parser(
        "check",
        help="say what is wrong with a data set",
        description="Read every file of a data set and print one line per problem. Status 1 if there is any.",
        examples="mtan-edu data check nyuv2",
    )
    check.add_argument(
        "folder", metavar="DIR", type=Path, help="prepared NYUv2 or CityScapes, or train.npz and val.npz"
    )
    check.set_defaults(call=run_check)


def run_rooms(options: argparse.Namespace) -> int:
    """Draw rooms."""
    from mtan_edu.experiment.build import open_frames
    from mtan_edu.experiment.progress import progress_bars

    data = open_frames(config_from(options), "rooms", progress_bars())
    height, width = data.image_size
    print(f"{data.name}: {len(data.train)} training and {len(data.val)} validation images of {height}x{width}")
    return 0


def run_check(options: argparse.Namespace) -> int:
    """Print what is wrong."""
    from mtan_edu.data.check import check_folder
    from mtan_edu.experiment.progress import progress_bars

    problems = check_folder(options.folder, progress=progress_bars())
    for problem in problems:
        print(problem)
    if not problems:
        print(f"Nothing is wrong with {options.folder}.")
    return 1 if problems else 0
