"""Any folder or archive `<domain>/{train,val}/<class>/<picture>` as domains."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mtan_edu.data.domains.dataset import DomainDataset, HeldDomainDataset
from mtan_edu.data.domains.domain import Domain, DomainSplits
from mtan_edu.data.domains.files import DomainFiles, DomainFolder, open_files
from mtan_edu.data.domains.layout import DomainLayout, read_layouts
from mtan_edu.data.domains.official import official_layouts, official_root, official_statistics
from mtan_edu.data.domains.pictures import read_picture
from mtan_edu.data.domains.statistics import color_statistics
from mtan_edu.data.files import SPLITS

MOST_HELD = 2_000_000_000
"""Bytes of pictures, all domains together, up to which they are decoded once and held in memory."""

Progress = Callable[[Iterable[Any], int, str], Iterable[Any]]
"""Passes items on while showing how many of a total are done: (items, total, description)."""


def read_domains(
    path: Path, size: int, names: Sequence[str] | None = None, progress: Progress | None = None
) -> DomainSplits:
    """Read `<domain>/{train,val}/<class>/<picture>` from a folder or a tar archive, or the official Visual Decathlon.

    Up to 2 GB of pixels are decoded now and held in memory; more stay in their files until they are asked for.

    Args:
        path: The folder or the archive, compressed or not. `domains.json` in it may describe the domains. The official
            folder holds `data` and `annotations`.
        size: Height and width to which every picture is scaled and cropped [pixels].
        names: Which domains, in this order; None for all, in alphabetical order.
        progress: Shows how many pictures are read, or None.

    Raises:
        ValueError: If files are missing, contradict each other, or cannot be read as pictures.
    """
    source, layouts, problems = find_layouts(path)
    layouts = chosen(layouts, names, path)
    problems += [problem for layout in layouts for problem in layout.problems]
    if problems:
        raise ValueError(f"{path}: {problems[0]}{_rest(len(problems) - 1)}")
    root = official_root(path)
    known = official_statistics(root) if root else {}
    held = sum(len(layout.files[split]) for layout in layouts for split in SPLITS) * 3 * size**2 <= MOST_HELD
    domains = {}
    for layout in layouts:
        train, val = (_read(layout, split, source, size, held, progress) for split in SPLITS)
        mean, std = known.get(layout.name) or color_statistics(train)
        domains[layout.name] = Domain(
            layout.name, train, val, layout.classes, mean, std, layout.mirror, layout.asks, layout.origin
        )
    return DomainSplits(path.name.split(".")[0] if path.is_file() else (root or path).resolve().name, domains)


def find_layouts(path: Path) -> tuple[DomainFiles, list[DomainLayout], list[str]]:
    """The files of a folder or an archive, the domains that they make up, and what is wrong apart from each.

    Raises:
        ValueError: If it is a file, but no whole tar archive.
    """
    root = official_root(path)
    if root is not None:
        folder = DomainFolder(root / "data")
        return folder, *official_layouts(root, folder)
    source = open_files(path)
    return source, *read_layouts(source)


def chosen(layouts: Sequence[DomainLayout], names: Sequence[str] | None, path: Path) -> list[DomainLayout]:
    """The domains of these names, in their order.

    Raises:
        ValueError: If one is not there.
    """
    known = {layout.name: layout for layout in layouts}
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise ValueError(
            f"`domains` must be among {', '.join(known) or 'none'}; got {', '.join(unknown)} for {path}. "
            "Name those that are there."
        )
    return [known[name] for name in (known if names is None else names)]


class FileDomainDataset(DomainDataset):
    """Pictures that stay in their files until they are asked for.

    Args:
        domain: Name of the domain.
        classes: Class names in the order of the labels.
        source: Where the files lie.
        files: Name and label of each picture.
        size: Height and width to which every picture is scaled and cropped [pixels].
    """

    def __init__(
        self, domain: str, classes: Sequence[str], source: DomainFiles, files: Sequence[tuple[str, int]], size: int
    ) -> None:
        super().__init__(domain, classes, np.array([label for _, label in files], np.int64))
        self.image_size = (size, size)
        self._source = source
        self._names = [name for name, _ in files]

    def picture(self, index: int) -> np.ndarray:
        """Picture `index` (from 0), uint8 `(H, W, 3)`.

        Raises:
            ValueError: If its file is damaged.
            FileNotFoundError: If its file is gone.
        """
        name = self._names[index]
        return read_picture(self._source.content(name), name, self.image_size[0])


def _read(
    layout: DomainLayout, split: str, source: DomainFiles, size: int, held: bool, progress: Progress | None
) -> DomainDataset:
    lazy = FileDomainDataset(layout.name, layout.classes, source, layout.files[split], size)
    return hold(lazy, f"reading {layout.name}/{split}", progress) if held else lazy


def hold(dataset: DomainDataset, what: str, progress: Progress | None) -> HeldDomainDataset:
    """The same pictures, decoded into memory."""
    pictures = np.empty((len(dataset), *dataset.image_size, 3), np.uint8)
    indices: Iterable[int] = range(len(dataset))
    for index in progress(indices, len(dataset), what) if progress else indices:
        pictures[index] = dataset.picture(index)
    return HeldDomainDataset(dataset.domain, dataset.classes, pictures, dataset.labels)


def _rest(count: int) -> str:
    return f" {count} more problem{'s' if count > 1 else ''}: `mtan-edu data check` names them all." if count else ""
