"""Which pictures of which classes the files of several domains hold, and what is missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mtan_edu.data.domains.files import DESCRIPTION, DomainFiles
from mtan_edu.data.files import SPLITS

NOT_MIRRORED = frozenset({"gtsrb", "omniglot", "svhn", "mnist", "digits", "letters"})
"""Domains that are not mirrored unless `domains.json` says so: signs and characters, which a mirror changes. The first
three are those that the code of Liu et al. (CVPR 2019) does not mirror."""


@dataclass(frozen=True)
class DomainLayout:
    """The files of one domain.

    Attributes:
        name: Name of the domain.
        classes: Class names in the order of the labels.
        files: Split to pairs of a picture's name and its label, class by class.
        mirror: Whether a picture keeps its class when mirrored.
        asks: What is asked of a picture, or empty.
        origin: Where the pictures come from, and their license, or empty.
        problems: One sentence for each thing that is missing or contradicts another.
    """

    name: str
    classes: tuple[str, ...]
    files: Mapping[str, tuple[tuple[str, int], ...]]
    mirror: bool
    asks: str
    origin: str
    problems: tuple[str, ...]


def read_layouts(source: DomainFiles) -> tuple[list[DomainLayout], list[str]]:
    """Look at all names; no picture is opened.

    Returns:
        The domains in alphabetical order, and what is wrong apart from the problems of each.
    """
    described, problems = _description(source)
    if not source.listing:
        problems.append(
            f"`data` must hold folders <domain>/{{train,val}}/<class>; got none in {source.path}. "
            "data/README.md describes the layout."
        )
    layouts = [split_layout(name, source, described.get(name, {})) for name in source.listing]
    return layouts, problems


def split_layout(name: str, source: DomainFiles, described: Mapping[str, Any]) -> DomainLayout:
    """One domain from its folders.

    Args:
        name: Name of the domain.
        source: All files.
        described: What `domains.json` says of this domain.
    """
    listing = source.listing[name]
    found = tuple(listing.get("train") or listing.get("val") or {})
    classes = tuple(described.get("classes", found))
    problems = [*_split_problems(name, listing), *_class_problems(name, listing, classes)]
    label = {kind: number for number, kind in enumerate(classes)}
    files = {
        split: tuple(
            (f"{name}/{split}/{kind}/{picture}", label[kind])
            for kind in classes
            for picture in listing.get(split, {}).get(kind, [])
        )
        for split in SPLITS
    }
    return DomainLayout(
        name=name,
        classes=classes,
        files=files,
        mirror=described.get("mirror", name not in NOT_MIRRORED),
        asks=described.get("asks", ""),
        origin="; ".join(described[key] for key in ("source", "license", "licence") if described.get(key)),
        problems=tuple(problems),
    )


def _split_problems(name: str, listing: Mapping[str, Mapping[str, list[str]]]) -> list[str]:
    problems = []
    for split in SPLITS:
        kinds = listing.get(split)
        if kinds is None:
            problems.append(f"`{name}/{split}` must be a folder with a folder per class; got none. Add the split.")
        elif not any(kinds.values()):
            problems.append(f"`{name}/{split}` must hold pictures; got none. Add some to each class.")
        else:
            problems += [
                f"`{name}/{split}/{kind}` must hold pictures; got an empty class. Add some, or remove the folder."
                for kind, pictures in kinds.items()
                if not pictures
            ]
    return problems


def _class_problems(name: str, listing: Mapping[str, Mapping[str, list[str]]], classes: tuple[str, ...]) -> list[str]:
    train, val = (listing.get(split, {}) for split in SPLITS)
    problems = [
        f"`{name}/val/{kind}` must be a class of {name}/train too; got one that training never shows. "
        "Add it to train, or remove it from val."
        for kind in val
        if train and kind not in train
    ]
    problems += [
        f"`{name}/train/{kind}` must be among the classes that {DESCRIPTION} names for {name}; got another. "
        "Correct one of the two."
        for kind in train
        if kind not in classes
    ]
    problems += [
        f"`{name}/train/{kind}` must be a folder, as {DESCRIPTION} names this class; got none. Correct one of the two."
        for kind in classes
        if train and kind not in train
    ]
    if train and len(classes) < 2:
        problems.append(
            f"`{name}/train` must hold 2 classes or more; got {', '.join(classes) or 'none'}. "
            "With one class there is nothing to learn: remove the domain."
        )
    return problems


_KINDS: dict[str, tuple[type, str]] = {
    "classes": (list, "a list of names"),
    "mirror": (bool, "true or false"),
    "asks": (str, "a text"),
    "source": (str, "a text"),
    "license": (str, "a text"),
    "licence": (str, "a text"),
}


def _description(source: DomainFiles) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """What `domains.json` says of each domain as far as it can be used, and what is wrong with it."""
    content = source.description()
    if content is None:
        return {}, []
    try:
        values = json.loads(content)
    except ValueError as error:
        return {}, [f"`{DESCRIPTION}` must be JSON; got something else ({error}). Correct or remove it."]
    if not isinstance(values, dict) or not all(isinstance(value, dict) for value in values.values()):
        return {}, [
            f"`{DESCRIPTION}` must map each domain to a set of facts; got something else. Correct or remove it."
        ]
    problems = [
        f"`{DESCRIPTION}` must say {what} for `{key}` of {name}; got {value[key]!r}. Correct it."
        for name, value in values.items()
        for key, (kind, what) in _KINDS.items()
        if key in value and not _fits(value[key], kind)
    ]
    problems += [
        f"`{DESCRIPTION}` must describe domains that are there; got {name}, which is not. Add its folder, or remove it."
        for name in values
        if name not in source.listing
    ]
    return ({}, problems) if problems else (values, [])


def _fits(value: Any, kind: type) -> bool:
    if kind is not list:
        return isinstance(value, kind)
    return isinstance(value, list) and all(isinstance(item, str) for item in value) and len(set(value)) == len(value)
