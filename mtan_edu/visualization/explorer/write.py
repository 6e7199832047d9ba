"""A run's page, written without a notebook: what `mtan-edu explore` does."""

from __future__ import annotations

from pathlib import Path

from mtan_edu.visualization.explorer.package import pack_masks
from mtan_edu.visualization.explorer.page import make_page
from mtan_edu.visualization.explorer.source import Explorable, open_source
from mtan_edu.visualization.explorer.state import first_state
from mtan_edu.visualization.explorer.still import draw_still


def write_page(source: Explorable, file: Path | str, megabytes: float = 8.0) -> Path:
    """Write a page with the masks inside, without loading anything that a notebook needs.

    Args:
        source: A run, a record of masks, or several.
        file: Where; what is there is replaced.
        megabytes: What the masks may take [10^6 bytes].

    Returns:
        The file.

    Raises:
        FileNotFoundError: If there is no run.
        ValueError: If there are no masks, the records do not belong together, or the budget leaves no room.
    """
    opened = open_source(source)
    package = pack_masks(opened, megabytes)
    state = first_state(package.index)
    still = draw_still(opened, state, [epoch["place"] for epoch in package.index["epochs"]])
    file = Path(file)
    file.write_text(make_page(package, state, still), encoding="utf-8")
    return file
