"""Which frames the files of a data set hold, and what is missing or too many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from mtan_edu.data.fields import USUAL_FIELDS
from mtan_edu.data.files import SPLITS, FrameFiles

_SUFFIXES = {"image": (".npy", ".png", ".jpg", ".jpeg"), "label": (".npy", ".png"), "depth": (".npy", ".png"),
             "inverse_depth": (".npy", ".png"), "normal": (".npy", ".png")}  # fmt: skip
"""Suffixes that a field's files may have: JPEG alters values, which only colors bear."""

_NAMED = 10
"""How many missing or surplus files of one field are named before the rest is only counted."""


@dataclass(frozen=True)
class Layout:
    """The files of a data set by split, folder and index.

    Attributes:
        folders: Name of each folder that at least one split has to the field that it holds, in the order of the fields.
        files: Split to folder to file names `<split>/<folder>/<index>.<suffix>`, in the order of the indices.
        problems: One sentence for each thing that is missing or too many.
    """

    folders: Mapping[str, str]
    files: dict[str, dict[str, tuple[str, ...]]]
    problems: tuple[str, ...]


FIELD_FOLDERS: Mapping[str, str] = {name: name for name in USUAL_FIELDS}
"""Folders that are called what they hold."""


def read_layout(source: FrameFiles, folders: Mapping[str, str] = FIELD_FOLDERS) -> Layout:
    """Look at all names; no file is opened.

    Args:
        source: Where the files lie.
        folders: Name of a folder to the field that it holds. Other folders are none of the data set's.
    """
    present = {split: source.folders(split) for split in SPLITS}
    fields = {name: field for name, field in folders.items() if any(name in there for there in present.values())}
    files: dict[str, dict[str, tuple[str, ...]]] = {}
    problems: list[str] = []
    for split in SPLITS:
        if not present[split]:
            problems.append(f"`{split}` must be a folder with the frames; got none in {source.path}. Add the split.")
            continue
        found = {name: _Found(source.names(split, name), f"{split}/{name}", field) for name, field in fields.items()}
        files[split] = {name: found[name].in_order for name in fields}
        problems += _index_problems(found, split)
    if fields and ("image" not in fields or len(fields) == 1):
        problems.append(
            f"`fields` must be image and at least one of {', '.join(list(folders)[1:])}; got {', '.join(fields)}. "
            "Add the missing folders."
        )
    return Layout(fields, files, tuple(problems))


class _Found:
    """The files of one folder of one split."""

    def __init__(self, names: list[str], path: str, field: str) -> None:
        self.by_index: dict[int, str] = {}
        self.surplus: list[str] = []
        self.path, self.suffixes = path, _SUFFIXES[field]
        for name in sorted(names):
            stem, suffix = PurePath(name).stem, PurePath(name).suffix
            index = int(stem) if stem.isascii() and stem.isdigit() and len(stem) < 10 else -1
            if str(index) == stem and suffix in self.suffixes and index not in self.by_index:
                self.by_index[index] = f"{self.path}/{name}"
            else:
                self.surplus.append(name)

    @property
    def in_order(self) -> tuple[str, ...]:
        return tuple(self.by_index[index] for index in sorted(self.by_index))

    @property
    def frames(self) -> int:
        return max(self.by_index, default=-1) + 1


def _index_problems(found: dict[str, _Found], split: str) -> list[str]:
    """What keeps every folder from having the files 0, 1, ... n - 1, with n what most fields say."""
    votes = Counter(field.frames for field in found.values() if field.frames)
    if not votes:
        return [
            f"`{split}` must hold at least one frame; got 0. Files are named 0.npy, 1.npy, ... in a folder per field."
        ]
    frames = votes.most_common(1)[0][0]
    problems = []
    for name, files in found.items():
        if not files.by_index and not files.surplus:
            problems.append(f"`{files.path}` must be a folder with {frames} frames; got none. Add the field `{name}`.")
            continue
        suffix = PurePath(next(iter(files.by_index.values()), f".{files.suffixes[0]}")).suffix
        missing = [f"{index}{suffix}" for index in range(frames) if index not in files.by_index]
        surplus = [PurePath(files.by_index[index]).name for index in sorted(files.by_index) if index >= frames]
        problems += _per_file(files.path, missing, f"must exist, as the frames are 0..{frames - 1}; got no such file")
        problems += _per_file(
            files.path,
            surplus + files.surplus,
            f"must not exist, as the frames are 0..{frames - 1}; got a surplus file",
        )
    return problems


def _per_file(path: str, names: list[str], what: str) -> list[str]:
    named = [f"`{path}/{name}` {what}. Frames need one file in every field." for name in names[:_NAMED]]
    more = len(names) - _NAMED
    return [*named, f"`{path}`: the same holds for {more} more files."] if more > 0 else named
