"""Write files so that a killed process, a full disk or a power cut leaves the old or the new one, never a part."""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

TEMPORARY = ".*.tmp"
"""What a write that was killed may leave behind."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file of this content, or change nothing.

    The content reaches the disk under a temporary name first, and is then renamed.

    Raises:
        OSError: If it cannot be written, such as on a full disk. Nothing is left behind.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        _name(error, path)
        raise
    sync_folder(path.parent)


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write a JSON file for people: indented, keys in the order given.

    Raises:
        ValueError: If a number is not finite.
    """
    text = json.dumps(values, indent=2, allow_nan=False, ensure_ascii=False)
    write_atomically(path, f"{text}\n".encode())


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write a compressed .npz file. Equal arrays give equal bytes."""
    import numpy as np  # here, so that a command can write a run's configuration before anything heavy is loaded

    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    write_atomically(path, buffer.getvalue())


def append_line(path: Path, line: str) -> None:
    """Append a line to a file, or change nothing.

    Raises:
        OSError: If it cannot be written. The file is then as long as before.
    """
    with path.open("ab") as file:
        size = file.seek(0, os.SEEK_END)
        try:
            file.write(f"{line}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        except BaseException as error:
            with contextlib.suppress(OSError):
                os.truncate(path, size)
            _name(error, path)
            raise


def sync_folder(folder: Path) -> None:
    """Make renames and new files in a folder outlive a power cut, where the system can (Windows does so by itself)."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _name(error: BaseException, path: Path) -> None:
    """Say in an error which file it was about: a failed write, unlike a failed open, does not know."""
    if isinstance(error, OSError) and error.filename is None:
        error.filename = str(path)
