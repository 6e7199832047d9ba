"""From a name or a path to classification domains."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mtan_edu.data.domains.domain import DomainSplits
from mtan_edu.data.domains.files import holds_domains
from mtan_edu.data.domains.folder import Progress, read_domains
from mtan_edu.data.domains.official import official_root
from mtan_edu.data.domains.pictures import SMALLEST_SIDE

DECATHLON = "decathlon"
"""Name of the embedded domains."""

PAPER_SIDE = 72
"""Side of the paper's images [pixels]: the official decathlon scales the shorter side to it."""

DECATHLON_SIDE = 32
"""Side of the embedded images [pixels] unless another is asked for."""


def open_domains(
    source: str | Path,
    *,
    folder: Path,
    size: int | None = None,
    names: Sequence[str] | None = None,
    train: int = 300,
    val: int = 100,
    seed: int = 0,
    progress: Progress | None = None,
) -> DomainSplits:
    """Open the embedded decathlon or classification domains on disk, in whatever form they lie there.

    Args:
        source: "decathlon"; or the path of a folder or tar archive (compressed or not) that holds
            `<domain>/{train,val}/<class>/<picture>`, or of the official Visual Decathlon's folder, which holds `data`
            and `annotations`.
        folder: Where the embedded domains are kept once they are drawn.
        size: Height and width of all images [pixels]: pictures on disk are scaled on their shorter side and cropped
            to the middle. None = 32 for the embedded decathlon, 72 for pictures on disk, as in the paper.
        names: Which domains, in this order; None for all.
        train: Training images per embedded domain; a domain of a fixed set gives as many as it has.
        val: Validation images per embedded domain, likewise.
        seed: Which embedded images.
        progress: Shows how many images are drawn or read, or None.

    Raises:
        FileNotFoundError: If there is nothing at the path.
        ValueError: If what is there holds no domains, or damaged ones, or an argument is out of range.
    """
    if size is not None and size < SMALLEST_SIDE:
        raise ValueError(f"`size` must be {SMALLEST_SIDE} pixels or more; got {size}. The paper's images have 72.")
    if names is not None and (len(names) == 0 or len(set(names)) < len(names)):
        raise ValueError(
            f"`names` must be different domains, 1 or more; got {', '.join(names) or 'none'}. Name each domain once."
        )
    if source == DECATHLON:
        from mtan_edu.data.domains.small import decathlon  # drawing pictures takes most of the package

        return decathlon(
            folder, size=size or DECATHLON_SIDE, names=names, train=train, val=val, seed=seed, progress=progress
        )
    path = Path(source)
    if not path.exists():
        raise FileNotFoundError(f"`data` must be {DECATHLON} or an existing path; got {path}. Check the path.")
    return read_domains(path, size or PAPER_SIDE, names, progress)


def is_domains(source: str | Path) -> bool:
    """Whether a source is one for `open_domains`: "decathlon", or a path that holds classification domains.

    False for everything else, whether that is dense data or nothing at all; nothing is raised.
    """
    if source == DECATHLON:
        return True
    path = Path(source)
    try:
        return path.exists() and (official_root(path) is not None or holds_domains(path))
    except OSError:  # a folder that may not be looked into
        return False
