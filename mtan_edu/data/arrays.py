"""Reading arrays from files that nobody vouches for: nothing is unpickled, and what is damaged gets a sentence."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BufferedIOBase, BytesIO
from pathlib import Path
from textwrap import shorten
from tokenize import TokenError
from typing import IO

import numpy as np
from PIL import Image

DAMAGED = (
    OSError, EOFError, ValueError, SyntaxError, KeyError, IndexError, OverflowError, RuntimeError,
    struct.error, zlib.error, zipfile.BadZipFile, TokenError, Image.DecompressionBombError,
)  # fmt: skip
"""What NumPy, zipfile and Pillow raise for files that are cut off or altered."""


def read_array(content: Path | BytesIO, name: str) -> np.ndarray:
    """The array in a `.npy` file or a picture.

    Args:
        content: The file, or its bytes. A `.npy` file is mapped: only what is used of it is read.
        name: What to call it in errors; its suffix says what it is.

    Raises:
        ValueError: If the file is damaged, or would have to be unpickled.
        FileNotFoundError: If there is no such file.
    """
    if isinstance(content, Path) and not content.is_file():
        raise FileNotFoundError(f"`{name}` must exist; got no such file. Copy the data set again.")
    try:
        return _read_npy(content, name) if name.endswith(".npy") else _read_picture(content)
    except ArrayFileError:
        raise
    except DAMAGED as error:
        raise damaged(name, error) from error


def read_npz(path: Path, names: tuple[str, ...] | None = None) -> dict[str, np.ndarray]:
    """The arrays of a `.npz` file that are among `names`, or all.

    Raises:
        ValueError: If the file is damaged, or one of these arrays would have to be unpickled.
        FileNotFoundError: If there is no such file.
    """
    return {name: read_member(path, name) for name in npz_names(path) if names is None or name in names}


def npz_names(path: Path) -> list[str]:
    """Names of the arrays of a `.npz` file.

    Raises:
        ValueError: If the file is damaged.
        FileNotFoundError: If there is no such file.
    """
    if not path.is_file():
        raise FileNotFoundError(
            f"`{path.name}` must exist; got no such file in {path.parent}. Copy the data set again."
        )
    try:
        with zipfile.ZipFile(path) as archive:
            return [name.removesuffix(".npy") for name in archive.namelist()]
    except DAMAGED as error:
        with path.open("rb") as stream:
            _refuse_pickle(stream.read(2), path.name)
        raise damaged(path.name, error) from error


def read_member(path: Path, name: str) -> np.ndarray:
    """One array of a `.npz` file; errors as for `read_npz`."""
    shown = f"{path.name}/{shorten(name, width=60)}"  # a damaged file may hold any name
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(f"{name}.npy")
            with archive.open(info) as stream:
                _check_npy(stream, info.file_size, shown)
            with archive.open(info) as stream:
                return np.lib.format.read_array(stream, allow_pickle=False)
    except ArrayFileError:
        raise
    except DAMAGED as error:
        raise damaged(shown, error) from error


class ArrayFileError(ValueError):
    """A file that cannot be read as an array; the message is the sentence."""


def _read_npy(content: Path | BytesIO, name: str) -> np.ndarray:
    if isinstance(content, Path):
        with content.open("rb") as stream:
            _check_npy(stream, content.stat().st_size, name)
        return np.load(content, mmap_mode="r", allow_pickle=False)
    _check_npy(content, content.getbuffer().nbytes, name)
    content.seek(0)
    return np.load(content, allow_pickle=False)


def _check_npy(stream: IO[bytes] | BufferedIOBase, size: int, name: str) -> None:
    """Refuse, from its first bytes alone, a file that holds objects or fewer numbers than it says."""
    head = stream.read(8)
    _refuse_pickle(head, name)
    if head[:6] != b"\x93NUMPY":
        raise ArrayFileError(f"`{name}` must be a NumPy file; got something else. Copy it again.")
    read_header = np.lib.format.read_array_header_1_0 if head[6] == 1 else np.lib.format.read_array_header_2_0
    shape, _, dtype = read_header(stream)
    if dtype.hasobject:
        raise _pickled(name)
    missing = int(np.prod(shape, dtype=object)) * dtype.itemsize - (size - stream.tell())
    if missing > 0:
        raise ArrayFileError(f"`{name}` must be a whole file; got one cut off by {missing} bytes. Copy it again.")


def _refuse_pickle(head: bytes, name: str) -> None:
    if head[:1] == b"\x80":  # how pickles have begun since protocol 2
        raise _pickled(name)


def _pickled(name: str) -> ArrayFileError:
    return ArrayFileError(
        f"`{name}` must hold plain numbers; got a pickle, which can run any program when loaded, and was not loaded. "
        "Save the array with a number type."
    )


def damaged(name: str, error: BaseException) -> ArrayFileError:
    """The sentence for a file at whose reading one of `DAMAGED` was raised."""
    reason = shorten(str(error) or type(error).__name__, width=100, placeholder=" ...")
    return ArrayFileError(f"`{name}` must be a whole, readable file; got a damaged one ({reason}). Copy it again.")


def _read_picture(content: Path | BytesIO) -> np.ndarray:
    with Image.open(content, formats=("PNG", "JPEG")) as picture:
        return np.asarray(picture)
