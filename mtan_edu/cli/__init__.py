"""The `mtan-edu` command: every verb one call into the library.

Next to nothing is imported here, so that Ctrl-C is minded from the first moment on, and nothing heavy before a verb has
read its arguments: `mtan-edu train` has written its run down before torch begins to load, and can be killed from then
on.

Exit status: 0 done, 1 done and something is wrong (with the data, the parity, a notebook, the training), 2 bad input,
130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mtan_edu.cli.interrupts import Interrupts

if TYPE_CHECKING:
    from pathlib import Path

    from mtan_edu.cli.parser import SentenceParser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: What stands after `mtan-edu`; None = what the shell was given.

    Returns:
        The exit status.
    """
    # Both are read once, when torch is loaded. Threads that wait in a busy loop slow a shared machine down twenty-fold;
    # cuBLAS before torch 2.10 is deterministic only with a workspace of fixed size.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with Interrupts(last=arguments is None) as interrupts:
            return _run(given, interrupts)
    except KeyboardInterrupt:  # so early, so late, or so soon after another, that there was nothing to break off
        print("Interrupted.", file=sys.stderr)
        return 130


def _run(given: list[str], interrupts: Interrupts) -> int:
    run_folder: Path | None = None
    try:
        from mtan_edu.cli.parser import parse

        options = parse(build_parser(), given)
        run_folder = getattr(options, "run_folder", None)
        options.interrupts = interrupts
        status: int = options.call(options)
        sys.stdout.flush()
    except SystemExit as end:  # --help and --version
        status = end.code if isinstance(end.code, int) else 2
        return status if _everything_was_read() else 1
    except BrokenPipeError:
        _everything_was_read()
        return 1
    except BaseException as error:
        interrupts.ignore()
        told = KeyboardInterrupt() if interrupts.pressed else error  # below C code it may have become another error
        from mtan_edu.cli.errors import describe, exit_status, unfinished_hint

        failure = exit_status(told)
        if failure is None or "--traceback" in given:
            raise
        print(" ".join(filter(None, [describe(told), unfinished_hint(told, run_folder)])), file=sys.stderr)
        return failure
    return status


def _everything_was_read() -> bool:
    """Hand over what is still to be printed; `mtan-edu ... | head` may have read enough, and that is no error."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter flushes once more at its end
        return False
    return True


def build_parser() -> SentenceParser:
    """All verbs with their options."""
    from mtan_edu import __version__
    from mtan_edu.cli import data, look, model, reproduction, training
    from mtan_edu.cli.parser import SentenceParser

    parser = SentenceParser(
        prog="mtan-edu",
        description="Train, explore and verify multi-task networks with attention.",
        examples="""
            mtan-edu train --model mtan --weighting dwa --epochs 4 --out runs/first
            mtan-edu masks runs/first --out masks.png
            mtan-edu reproduce --preset smoke""",
    )
    parser.add_argument("--version", action="version", version=f"mtan-edu {__version__}")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", dest="verb", required=True)
    training.add_verbs(verbs)
    look.add_verbs(verbs)
    model.add_verbs(verbs)
    data.add_verbs(verbs)
    reproduction.add_verbs(verbs)
    return parser
