"""The embedded domains by their names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mtan_edu.data.domains.dataset import HeldDomainDataset
from mtan_edu.data.domains.domain import Domain, DomainSplits
from mtan_edu.data.domains.folder import Progress
from mtan_edu.data.domains.small import digits
from mtan_edu.data.domains.statistics import color_statistics


def decathlon(
    folder: Path,
    size: int = 32,
    names: Sequence[str] | None = None,
    train: int = 300,
    val: int = 100,
    seed: int = 0,
    progress: Progress | None = None,
) -> DomainSplits:
    """Draw the embedded domains; arguments as for `mtan_edu.data.domains.open_domains`."""
    sets = {
        split: HeldDomainDataset("digits", digits.CLASSES, *digits.digits(split, count, size, seed))
        for split, count in (("train", train), ("val", val))
    }
    mean, std = color_statistics(sets["train"])
    domain = Domain(
        "digits", sets["train"], sets["val"], digits.CLASSES, mean, std, False, "Which digit?", digits.ORIGIN
    )
    return DomainSplits("decathlon", {"digits": domain})
