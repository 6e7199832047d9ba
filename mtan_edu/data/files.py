"""Where the files of a data set lie: in a folder, or in an archive that need not be unpacked."""

from __future__ import annotations

import tarfile
from abc import ABC, abstractmethod
from io import BytesIO
from pathlib import Path

import numpy as np

from mtan_edu.data.arrays import read_array

SPLITS = ("train", "val")
"""Names of the splits of every data set."""


class FrameFiles(ABC):
    """Files named `<split>/<folder>/<index>.<suffix>`; a folder holds one field.

    Attributes:
        path: The folder or the archive.
    """

    path: Path

    @abstractmethod
    def names(self, split: str, folder: str) -> list[str]:
        """Names of the files in one folder, without hidden ones, such as ["0.npy", "1.npy"]."""

    @abstractmethod
    def folders(self, split: str) -> list[str]:
        """Names of the folders in one split."""

    @abstractmethod
    def content(self, name: str) -> Path | BytesIO:
        """A file by its name `<split>/<folder>/<index>.<suffix>`: where it lies, or its bytes."""

    def read(self, name: str) -> np.ndarray:
        """The array in a file; errors as for `read_array`."""
        return read_array(self.content(name), name)


def frame_files(path: Path) -> FrameFiles:
    """The files in a folder or an archive.

    Raises:
        ValueError: If it is a file, but no uncompressed tar archive, or a damaged one.
    """
    return TarFiles(path) if path.is_file() else FolderFiles(path)


class FolderFiles(FrameFiles):
    """Files in a folder.

    Args:
        path: The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self, split: str, folder: str) -> list[str]:
        """Names of the files in one folder, without hidden ones."""
        place = self.path / split / folder
        return [entry.name for entry in place.iterdir() if entry.name[0] != "."] if place.is_dir() else []

    def folders(self, split: str) -> list[str]:
        """Names of the folders in one split."""
        place = self.path / split
        return sorted(entry.name for entry in place.iterdir() if entry.is_dir()) if place.is_dir() else []

    def content(self, name: str) -> Path:
        """Where a file lies."""
        return self.path / name


class TarFiles(FrameFiles):
    """Files in an uncompressed tar archive, read from where they lie in it.

    Args:
        path: The archive. Folders above `train` and `val` in it do not matter.

    Raises:
        ValueError: If it is no such archive, or a damaged one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._places: dict[tuple[str, ...], tuple[int, int]] = {}
        try:
            with tarfile.open(path, "r:") as archive:
                for member in archive:
                    parts = tuple(member.name.split("/"))[-3:]
                    if member.isfile() and len(parts) == 3 and parts[0] in SPLITS and parts[2][0] != ".":
                        self._places[parts] = (member.offset_data, member.size)
        except (tarfile.TarError, EOFError) as error:
            raise ValueError(
                f"`{path.name}` must be a whole, uncompressed tar archive; got something else ({error}). "
                "Copy it again, or unpack it and give the folder."
            ) from error

    def names(self, split: str, folder: str) -> list[str]:
        """Names of the files in one folder, without hidden ones."""
        return [parts[2] for parts in self._places if parts[:2] == (split, folder)]

    def folders(self, split: str) -> list[str]:
        """Names of the folders in one split."""
        return sorted({parts[1] for parts in self._places if parts[0] == split})

    def content(self, name: str) -> BytesIO:
        """The bytes of a file."""
        offset, size = self._places[tuple(name.split("/"))]
        with self.path.open("rb") as archive:
            archive.seek(offset)
            return BytesIO(archive.read(size))
