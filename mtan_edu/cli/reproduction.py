"""`mtan-edu parity` and `mtan-edu reproduce`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mtan_edu.cli.parser import Verbs, whole_number
from mtan_edu.recording.runs import new_run_folder

CHECKOUT = Path(__file__).resolve().parents[2]


def add_verbs(verbs: Verbs) -> None:
    """Add both verbs."""
    parity = verbs.add_parser(
        "parity",
        help="compare every model with the reference code's values",
        description="Rebuild weights and inputs, and print per model the largest relative error. Status 1 above 1e-9.",
        examples="mtan-edu parity reference",
    )
    parity.add_argument("folder", metavar="DIR", type=Path, help="holds setup.json and <model>.json, <model>.npz")
    parity.set_defaults(call=run_parity)
    reproduce = verbs.add_parser(
        "reproduce",
        help="run all notebooks and write a report",
        description="Run the notebooks in order and write a page about them. Status 1 if one failed.",
        examples="""
            mtan-edu reproduce
            mtan-edu reproduce --preset smoke --out runs/check""",
    )
    reproduce.add_argument("--preset", default="lecture", metavar="NAME", help="smoke, lecture (default) or full")
    reproduce.add_argument("--out", type=Path, metavar="DIR", help="new folder (default: runs/reproduction_001, ...)")
    reproduce.add_argument("--notebooks", type=Path, metavar="DIR", help="where they are (default: notebooks/)")
    reproduce.add_argument("--seed", type=whole_number, default=0, metavar="N", help="of everything (default: 0)")
    reproduce.add_argument("--device", default="auto", metavar="NAME", help="auto, cpu, cuda or mps")
    reproduce.add_argument("--data", default="rooms", metavar="DATA", help="rooms (default), or a folder")
    reproduce.add_argument("--cell-timeout", type=whole_number, metavar="S", help="seconds that a cell may take")
    reproduce.add_argument("--notebook-timeout", type=whole_number, metavar="S", help="seconds for a whole notebook")
    reproduce.set_defaults(call=run_reproduce)


def run_parity(options: argparse.Namespace) -> int:
    """Print the table."""
    from mtan_edu.reproduction.parity import check_parity, format_parity, parity_passed

    results = check_parity(options.folder)
    print(format_parity(results))
    return 0 if parity_passed(results) else 1


def run_reproduce(options: argparse.Namespace) -> int:
    """Run the notebooks."""
    from mtan_edu.experiment.progress import progress_bars
    from mtan_edu.reproduction import reproduce

    inside = (CHECKOUT / "pyproject.toml").is_file()
    notebooks = options.notebooks or (CHECKOUT if inside else Path()) / "notebooks"
    out = options.out or new_run_folder("runs", "reproduction")
    result = reproduce(
        notebooks,
        out,
        preset=options.preset,
        seed=options.seed,
        device=options.device,
        data=options.data,
        cell_timeout=options.cell_timeout,
        notebook_timeout=options.notebook_timeout,
        progress=options.interrupts.watched(progress_bars()),
        announce=_announce,
    )
    print(f"Report: {out / 'index.html'}")
    return result.exit_status


def _announce(line: str) -> None:
    """Print a line above the progress bar, at once: a notebook takes minutes, and a log file should not lag behind."""
    from tqdm import tqdm

    tqdm.write(line)
    sys.stdout.flush()
