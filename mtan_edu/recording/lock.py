"""One process at a time may write a run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = ".lock"


@contextmanager
def hold_run(folder: Path) -> Iterator[None]:
    """Keep other processes from writing this run inside a with-block.

    The lock is the operating system's: it ends with the process, however that ends, and knows nothing of process
    numbers, which a restarted container uses again. The empty file `.lock` stays behind and means nothing by itself.

    Raises:
        BlockingIOError: If another process holds the run.
    """
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
    try:
        if not _try_lock(descriptor):
            raise BlockingIOError(
                f"`run` must not be in use; got {folder}, which another process is writing. Wait until it has ended."
            )
        yield
    finally:
        os.close(descriptor)  # unlocks


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        """lockf, not flock: a child process that loads images does not inherit it and cannot keep it."""
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return False
        except OSError:  # a file system without locks: better to train unguarded than not at all
            return True
        return True
