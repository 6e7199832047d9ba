"""Draw many rooms, by several processes at once where that is faster.

The processes are started as commands of their own, not forked from or spawned into the caller's program: so it does
not matter whether that is a notebook, a script without a main guard, or a program whose threads hold locks.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Generator, Sequence
from pathlib import Path

import numpy as np

from mtan_edu.data.rooms.draw import RoomArrays, draw_room

FEW = 20
"""Rooms that are drawn faster alone than by two processes, which must start first."""

_COMMAND = "import sys; sys.path[:0] = {paths!r}; from mtan_edu.data.rooms.worker import main; main()"

Request = tuple[str, int]
"""Split and index of a room."""


def draw_rooms(
    requests: Sequence[Request], seed: int, size: tuple[int, int], folder: Path, workers: int | None = None
) -> Generator[RoomArrays]:
    """Draw rooms in order; how many workers draw them changes nothing but the time.

    Args:
        requests: Split and index of each room.
        seed: Which set of rooms.
        size: Height and width [pixels].
        folder: Where workers may leave rooms until they are read.
        workers: Processes; None for as many as there are processors, or one if the rooms are few.

    Yields:
        The rooms, in the order of `requests`.

    Raises:
        OSError: If a worker cannot write, or ends early.
    """
    if workers is None:
        workers = 1 if len(requests) <= FEW or not sys.executable else _processors()
    if workers <= 1:
        for split, index in requests:
            yield draw_room(seed, index, split, size)
        return
    with contextlib.ExitStack() as stack:
        started = [_start(requests[first::workers], seed, size, folder, stack) for first in range(workers)]
        for position, request in enumerate(requests):
            yield _collect(started[position % workers], request, folder)


def main() -> None:
    """Draw what standard input asks for, as JSON; say the name of each file when it is there."""
    request = json.load(sys.stdin)
    folder, size = Path(request["folder"]), tuple(request["size"])
    for split, index in request["rooms"]:
        room = draw_room(request["seed"], index, split, size)
        np.savez(_path(folder, (split, index)), **vars(room))
        sys.stdout.write(f"{split} {index}\n")
        sys.stdout.flush()


def _start(
    requests: Sequence[Request], seed: int, size: tuple[int, int], folder: Path, stack: contextlib.ExitStack
) -> subprocess.Popen[str]:
    """A process that draws; it is ended when the stack closes, finished or not."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMAND.format(paths=[path for path in sys.path if path])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    stack.enter_context(process)
    stack.callback(process.kill)
    assert process.stdin is not None
    request = {"rooms": list(requests), "seed": seed, "size": list(size), "folder": str(folder)}
    with contextlib.suppress(BrokenPipeError):  # if it has ended, `_collect` says why
        process.stdin.write(json.dumps(request))
        process.stdin.close()
    return process


def _collect(process: subprocess.Popen[str], request: Request, folder: Path) -> RoomArrays:
    assert process.stdout is not None
    assert process.stderr is not None
    if process.stdout.readline().split() != [request[0], str(request[1])]:
        reason = (process.stderr.read().strip().splitlines() or ["it was ended from outside"])[-1]
        raise OSError(f"A process that draws rooms stopped: {reason}. Try again, or with `workers=1`.")
    path = _path(folder, request)
    with np.load(path, allow_pickle=False) as stored:
        room = RoomArrays(**stored)
    path.unlink()
    return room


def _path(folder: Path, request: Request) -> Path:
    return folder / f"part_{request[0]}_{request[1]}.npz"


def _processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
