"""Train a run in children of which each kills itself with SIGKILL in the middle of its writing, until one gets through.

Usage: python kill_and_resume.py RUN STEP. The first child dies before its first operation on a file of the run (open,
rename, delete, ...), the next one STEP operations later, and so on. Prints how many died. One process loads torch for
all of them.
"""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from pathlib import Path
from typing import Any

import torch

from mtan_edu.experiment.run import resume_run

OPERATIONS = ("open", "os.rename", "os.remove", "os.mkdir", "os.truncate", "os.listdir", "os.scandir")


def die_before(operation: int, folder: str) -> None:
    """Kill this process, as nothing can be caught or cleared up after, before its n-th operation in the folder."""
    left = operation

    def count_down(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event in OPERATIONS and arguments and folder in os.fsdecode(str(arguments[0])):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count_down)


def child(folder: str, operation: int) -> int:
    """Train on, in a process of its own; the wait status tells how it ended."""
    pid = os.fork()
    if pid == 0:
        die_before(operation, folder)
        for _ in resume_run(folder):
            pass
        os._exit(0)
    return os.waitpid(pid, 0)[1]


def main(folder: str, step: int) -> None:
    """Children, one after the other."""
    torch.set_num_threads(1)
    for killed in count():
        status = os.waitstatus_to_exitcode(child(folder, 1 + step * killed))
        if status != -signal.SIGKILL:
            print(killed)
            sys.exit(status)


if __name__ == "__main__":
    main(str(Path(sys.argv[1]).absolute()), int(sys.argv[2]))
