"""Where the pictures of classification domains lie: in a folder, or in an archive that need not be unpacked."""

from __future__ import annotations

import lzma
import tarfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path, PurePath

from mtan_edu.data.domains.pictures import SUFFIXES
from mtan_edu.data.fields import FIELDS
from mtan_edu.data.files import SPLITS

DESCRIPTION = "domains.json"
"""Name of the file that may describe the domains."""

Listing = dict[str, dict[str, dict[str, list[str]]]]
"""Domain to split to class to names of its pictures, everything in alphabetical order."""


class DomainFiles(ABC):
    """Files named `<domain>/<split>/<class>/<picture>`, and perhaps `domains.json`.

    Attributes:
        path: The folder or the archive.
        listing: What there is, without hidden files and without those that are no pictures.
    """

    path: Path
    listing: Listing

    @abstractmethod
    def content(self, name: str) -> Path | BytesIO:
        """A file by its name: where it lies, or its bytes."""

    @abstractmethod
    def description(self) -> bytes | None:
        """What `domains.json` holds; None if there is no such file."""


class DomainFolder(DomainFiles):
    """Files in a folder. Every listed picture may be opened whenever it is asked for.

    Args:
        path: The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.listing = {
            domain.name: {
                split: {kind.name: _pictures(kind) for kind in _folders(domain / split)}
                for split in SPLITS
                if (domain / split).is_dir()
            }
            for domain in _folders(path)
            if any((domain / split).is_dir() for split in SPLITS)
        }

    def content(self, name: str) -> Path:
        """Where a file lies."""
        return self.path / name

    def description(self) -> bytes | None:
        """What `domains.json` holds; None if there is no such file."""
        path = self.path / DESCRIPTION
        return path.read_bytes() if path.is_file() else None


class DomainArchive(DomainFiles):
    """Files in a tar archive, which is read once and kept in memory as compressed as its pictures are.

    Args:
        path: The archive, compressed or not. Folders above the domains in it do not matter.

    Raises:
        ValueError: If it is no such archive, or a damaged one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.listing = {}
        self._bytes: dict[str, bytes] = {}
        with _opened(path) as archive:
            for member in archive:
                self._take(member, archive)
        self.listing = _in_order(self.listing)

    def _take(self, member: tarfile.TarInfo, archive: tarfile.TarFile) -> None:
        parts = PurePath(member.name).parts
        if member.isfile() and parts[-1] == DESCRIPTION:
            self._bytes.setdefault(DESCRIPTION, _read(archive, member))
        elif place := _place(parts, member):
            domain, split, kind = place
            kinds = self.listing.setdefault(domain, {}).setdefault(split, {})
            pictures = kinds.setdefault(kind, []) if kind else []
            if member.isfile() and _is_picture(parts[-1]):
                pictures.append(parts[-1])
                self._bytes["/".join((domain, split, kind, parts[-1]))] = _read(archive, member)

    def content(self, name: str) -> BytesIO:
        """The bytes of a file."""
        return BytesIO(self._bytes[name])

    def description(self) -> bytes | None:
        """What `domains.json` holds; None if there is no such file."""
        return self._bytes.get(DESCRIPTION)


def open_files(path: Path) -> DomainFiles:
    """The files of a folder or an archive.

    Raises:
        ValueError: If it is a file, but no whole tar archive.
    """
    return DomainArchive(path) if path.is_file() else DomainFolder(path)


def holds_domains(path: Path) -> bool:
    """Whether a folder or an archive holds `<domain>/{train,val}/<class>`; False for dense frames."""
    if path.is_dir():
        return any(_is_domain(folder) for folder in _folders(path))
    try:
        with _opened(path) as archive:
            for member in archive:
                parts = PurePath(member.name).parts
                if member.isfile() and len(parts) >= 3 and parts[-3] in SPLITS and not _hidden(parts):
                    return len(parts) >= 4 and not _is_field(parts[-2])
    except ValueError:
        pass
    return False


def _is_domain(folder: Path) -> bool:
    """Whether a folder has a split with a class; `train/image` and the like are fields of dense frames."""
    return any(not _is_field(kind.name) for split in SPLITS for kind in _folders(folder / split))


def _is_field(name: str) -> bool:
    """Whether a folder's name is that of a field of dense frames; CityScapes' `label_19` says how many classes."""
    return name in FIELDS or name.startswith("label_")


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, "r:*") as archive:
            yield archive
    except FileNotFoundError:
        raise
    except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, OSError) as error:
        raise ValueError(
            f"`{path.name}` must be a whole tar archive; got something else ({error}). Copy it again, or unpack it "
            "and give the folder."
        ) from error


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(member)
    assert stream is not None  # it is a file
    return stream.read()


def _place(parts: tuple[str, ...], member: tarfile.TarInfo) -> tuple[str, str, str] | None:
    """Domain, split and class that a member belongs to; the class is empty for a split's own folder."""
    if _hidden(parts):
        return None
    folder = parts if member.isdir() else parts[:-1]
    if len(folder) >= 3 and folder[-2] in SPLITS:
        return folder[-3], folder[-2], folder[-1]
    if len(folder) >= 2 and folder[-1] in SPLITS:
        return folder[-2], folder[-1], ""
    return None


def _hidden(parts: tuple[str, ...]) -> bool:
    return any(part.startswith(".") and part not in (".", "..") for part in parts)


def _folders(path: Path) -> list[Path]:
    if not path.is_dir():
        return []
    return sorted(entry for entry in path.iterdir() if entry.is_dir() and entry.name[0] != ".")


def _pictures(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir() if _is_picture(entry.name))


def _is_picture(name: str) -> bool:
    return name[0] != "." and PurePath(name).suffix.lower() in SUFFIXES


def _in_order(listing: Listing) -> Listing:
    return {
        domain: {
            split: {kind: sorted(listing[domain][split][kind]) for kind in sorted(listing[domain][split])}
            for split in SPLITS
            if split in listing[domain]
        }
        for domain in sorted(listing)
    }
