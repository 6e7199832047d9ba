"""A set that the library draws, on disk: written whole or not at all, and checked whenever it is opened."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

Arrays = dict[str, np.ndarray]

CHECKSUMS = "checksums.json"
_ABANDONED = 3600
"""Age [s] from which an unfinished folder is taken for one whose process was killed."""


def read_or_draw(
    folder: Path, splits: Sequence[str], version: int, needed: int, draw: Callable[[Path], Mapping[str, Arrays]]
) -> Mapping[str, Arrays]:
    """Read a set if it is there, whole, undamaged, and drawn by this version; else draw it and leave it there.

    Args:
        folder: Where it lies.
        splits: Names of the splits that it holds.
        version: Which version of the drawing is wanted.
        needed: Bytes that the set takes.
        draw: Draws the set, given a folder in which to leave what is at work; what remains there is removed.

    Returns:
        Split to field to values.

    Raises:
        OSError: If the folder cannot be written.
    """
    stored = read_set(folder, splits, version)
    if stored is not None:
        return stored
    try:
        with unfinished(folder) as working:
            free = shutil.disk_usage(working).free
            if free < 1.1 * needed:
                raise OSError(errno.ENOSPC, f"{free / 1e6:.0f} MB are free")
            drawn = draw(working)
            write_set(working, drawn, version)
            publish(working, folder, lambda: read_set(folder, splits, version) is not None)
    except OSError as error:
        if error.errno is None:  # already a sentence of ours
            raise
        raise OSError(
            f"`folder` must be a folder with {needed / 1e6:.0f} MB of free space; got {folder.parent} "
            f"({error.strerror}). Free some space or name another folder; nothing was left behind."
        ) from error
    return drawn


def read_set(folder: Path, splits: Sequence[str], version: int) -> dict[str, Arrays] | None:
    """Read a set if it is there, whole, undamaged, and drawn by this version.

    Args:
        folder: Where it lies.
        splits: Names of the splits that it must hold.
        version: Which version of the drawing is wanted.

    Returns:
        Split to field to values; None if it must be drawn again.
    """
    files = [f"{split}.npz" for split in splits]
    try:
        known = json.loads((folder / CHECKSUMS).read_text(encoding="utf-8"))
        if known["version"] != version or set(known["sha256"]) != set(files):
            return None
        if any(_checksum(folder / name) != checksum for name, checksum in known["sha256"].items()):
            return None
        return {Path(name).stem: _load(folder / name) for name in known["sha256"]}
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextmanager
def unfinished(folder: Path) -> Iterator[Path]:
    """A new folder beside `folder` to work in; it is gone afterwards, unless `publish` has given it its name."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{folder.name}.unfinished-"
    for old in folder.parent.glob(f"{prefix}*"):
        if time.time() - old.stat().st_mtime > _ABANDONED:
            shutil.rmtree(old, ignore_errors=True)
    working = Path(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))
    try:
        yield working
    finally:
        shutil.rmtree(working, ignore_errors=True)


def write_set(working: Path, splits: Mapping[str, Arrays], version: int) -> None:
    """Write a set and the checksums of its files into a folder."""
    checksums = {}
    for split, arrays in splits.items():
        path = working / f"{split}.npz"
        np.savez(path, allow_pickle=False, **arrays)
        checksums[path.name] = _checksum(path)
    text = json.dumps({"version": version, "sha256": checksums}, indent=2)
    (working / CHECKSUMS).write_text(text + "\n", encoding="utf-8")


def publish(working: Path, folder: Path, good: Callable[[], bool]) -> None:
    """Give a finished folder its name.

    If another process was faster, its set stays, for both are equal; what is damaged or outdated makes way.

    Args:
        working: The finished folder.
        folder: The name it shall have.
        good: Whether what has that name already may stay.
    """
    working.chmod(0o755)  # temporary folders are private
    for _ in range(10):
        try:
            working.rename(folder)
            return
        except OSError:
            if not folder.exists():
                raise
        if good():
            return
        with unfinished(folder) as aside:
            with_old = aside / "old"
            if folder.exists():
                folder.rename(with_old)
    raise OSError(f"`folder` must be writable; got {folder}, which cannot be replaced. Remove it and try again.")


def _load(path: Path) -> Arrays:
    with np.load(path, allow_pickle=False) as stored:
        return dict(stored)


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
