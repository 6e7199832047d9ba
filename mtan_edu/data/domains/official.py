"""The official Visual Decathlon: pictures in folders, classes in annotations in the style of COCO, means in a pickle.

    decathlon-1.0/
      data/<domain>/{train,val}/<class>/<picture>.jpg   and data/<domain>/test/, whose classes are not public
      annotations/<domain>_{train,val}.json             images, annotations, categories
      decathlon_mean_std.pickle                         "<domain>mean" and "<domain>std" to three numbers each

References:
    Rebuffi, Bilen, Vedaldi: Learning multiple visual domains with residual adapters, NeurIPS 2017, and its devkit.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from mtan_edu.data.domains.domain import Channels
from mtan_edu.data.domains.files import DomainFolder, holds_domains
from mtan_edu.data.domains.layout import NOT_MIRRORED, DomainLayout, split_layout
from mtan_edu.data.domains.plain_pickle import read_plain_pickle
from mtan_edu.data.files import SPLITS

STATISTICS = "decathlon_mean_std.pickle"
"""Name of the file with the means and standard deviations of colors in [0, 1]."""

_ROOT = "decathlon-1.0"
_NAMED = 10
"""How many missing files of one split are named before the rest is only counted."""


def official_root(path: Path) -> Path | None:
    """The folder that holds `data` with annotations or with domains: this one, or `decathlon-1.0` in it, or None."""
    for root in (path, path / _ROOT):
        data = root / "data"
        if data.is_dir() and ((root / "annotations").is_dir() or holds_domains(data)):
            return root
    return None


def official_layouts(root: Path, source: DomainFolder) -> tuple[list[DomainLayout], list[str]]:
    """Look at all names and annotations; no picture is opened.

    A domain of which there are no pictures is left out, whether it is annotated or not: ImageNet comes separately. One
    without annotations takes its classes from its folders.

    Args:
        root: The folder that holds `data` and `annotations`.
        source: The files in `data`.

    Returns:
        The domains in alphabetical order, and what is wrong apart from the problems of each.
    """
    problems = []
    if not source.listing:
        packed = sorted(entry.name for entry in source.path.glob("*.tar"))
        advice = f"Unpack {packed[0]} there, and what lies beside it." if packed else "Copy the pictures there."
        problems.append(f"`data` must hold a folder per domain; got none in {source.path}. {advice}")
    layouts = []
    for name in source.listing:
        files = {split: root / "annotations" / f"{name}_{split}.json" for split in SPLITS}
        if any(file.is_file() for file in files.values()):
            layouts.append(_annotated(name, files, source.path / name))
        else:
            layouts.append(split_layout(name, source, {}))
    return layouts, problems


def official_statistics(root: Path) -> dict[str, tuple[Channels, Channels]]:
    """Mean and standard deviation of every domain that the pickle names; none if there is no such file.

    Raises:
        ValueError: If the file holds anything but numbers. Nothing of it is executed.
    """
    path = root / STATISTICS
    if not path.is_file():
        return {}
    values = read_plain_pickle(path)
    names = [key.removesuffix("mean") for key in values if key.endswith("mean")]
    return {name: (_channels(values, f"{name}mean"), _channels(values, f"{name}std", above=0)) for name in names}


def _channels(values: Mapping[str, list[float]], key: str, above: float = -math.inf) -> Channels:
    numbers = values.get(key, [])
    if len(numbers) != 3 or not all(math.isfinite(number) and number > above for number in numbers):
        what = "3 numbers above 0" if above == 0 else "3 numbers"
        raise ValueError(
            f"`{STATISTICS}` must hold {what} under {key}; got {numbers or 'nothing'}. "
            "Remove the file: means and standard deviations are then computed."
        )
    red, green, blue = numbers
    return red, green, blue


@dataclass(frozen=True)
class _Annotations:
    """What one file says: file name by image, category by image, and the names of the categories."""

    images: dict[int, str]
    category: dict[int, int]
    categories: dict[int, str]


def _annotated(name: str, files: Mapping[str, Path], folder: Path) -> DomainLayout:
    problems: list[str] = []
    splits = {split: _read(files[split], problems) for split in SPLITS}
    train, val = (splits[split] for split in SPLITS)
    order = sorted(train.categories)
    classes = tuple(_unique_name(category, train.categories) for category in order)
    label = {category: number for number, category in enumerate(order)}
    seen = set(train.category.values())
    if train.categories:
        problems += [
            f"`{name}` must have pictures of {classes[label[category]]} in train; got an empty class. Copy "
            f"{files['train'].name} again."
            for category in order
            if category not in seen
        ]
        problems += [
            f"`annotations/{files['val'].name}` must name classes that train has; got category {category}, which "
            "training never shows. Copy both files again."
            for category in sorted(set(val.category.values()) - set(order))
        ]
        if len(classes) < 2:
            problems.append(
                f"`{name}` must have 2 classes or more; got {', '.join(classes)}. With one class there is nothing to "
                "learn: remove the domain."
            )
    present = _present(folder)
    listed = {}
    for split, said in splits.items():
        named = [
            (_inside(said.images[image]), label[category])
            for image, category in said.category.items()
            if category in label
        ]
        problems += _missing(files[split].name, [file for file, _ in named if file not in present])
        listed[split] = tuple(sorted(named, key=lambda pair: (pair[1], pair[0])))
        if not named and not problems:
            problems.append(f"`{files[split].name}` must name pictures; got none. Copy it again.")
    return DomainLayout(name, classes, listed, name not in NOT_MIRRORED, "", "Visual Decathlon", tuple(problems))


def _read(path: Path, problems: list[str]) -> _Annotations:
    """What a file says; what keeps it from being used is added to `problems`."""
    if not path.is_file():
        problems.append(f"`annotations/{path.name}` must exist; got no such file. Copy the annotations again.")
        return _Annotations({}, {}, {})
    try:
        values = json.loads(path.read_bytes())
        said = _Annotations(
            {_whole(entry["id"]): str(entry["file_name"]) for entry in values["images"]},
            {_whole(entry["image_id"]): _whole(entry["category_id"]) for entry in values["annotations"]},
            {_whole(entry["id"]): str(entry["name"]) for entry in values["categories"]},
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        problems.append(
            f"`annotations/{path.name}` must hold images, annotations and categories in COCO's form; got something "
            f"else ({type(error).__name__}: {error}). Copy it again."
        )
        return _Annotations({}, {}, {})
    nameless = sum(image not in said.images for image in said.category)
    classless = sum(image not in said.category for image in said.images)
    for count, what in ((nameless, "annotations of images that it does not list"), (classless, "images without class")):
        if count:
            problems.append(f"`annotations/{path.name}` must give each image its class; got {count} {what}.")
    return _Annotations(
        said.images, {image: kind for image, kind in said.category.items() if image in said.images}, said.categories
    )


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is no whole number")
    return value


def _unique_name(category: int, names: Mapping[int, str]) -> str:
    """The category's name, with its number where another has the same: characters of different alphabets do."""
    name = names[category]
    return name if list(names.values()).count(name) == 1 else f"{name} ({category})"


def _inside(file_name: str) -> str:
    """The name of a file in `data`; one that would leave the folder becomes one that does not exist."""
    path = PurePosixPath(file_name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        return f"data/{path.name}"
    return path.relative_to("data").as_posix() if path.parts[:1] == ("data",) else path.as_posix()


def _present(folder: Path) -> set[str]:
    """Names in `data` of all files of a domain."""
    data = folder.parent
    return {(Path(place) / name).relative_to(data).as_posix() for place, _, names in os.walk(folder) for name in names}


def _missing(annotations: str, names: list[str]) -> list[str]:
    lines = [
        f"`data/{name}` must exist, as annotations/{annotations} names it; got no such file. Unpack the pictures again."
        for name in sorted(names)[:_NAMED]
    ]
    more = len(names) - _NAMED
    return [*lines, f"`annotations/{annotations}`: the same holds for {more} more files."] if more > 0 else lines
