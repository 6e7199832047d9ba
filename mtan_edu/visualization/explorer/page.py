"""The explorer as one self-contained page: the masks inside, no network, no Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mtan_edu.visualization.browser.page import fill_page
from mtan_edu.visualization.explorer.assemble import EXPLORER
from mtan_edu.visualization.explorer.package import MaskPackage
from mtan_edu.visualization.style import TextFigure


def make_page(package: MaskPackage, state: Mapping[str, Any], still: TextFigure) -> str:
    """The explorer as the text of an HTML file.

    Args:
        package: The masks.
        state: What is shown first.
        still: The picture that stands where scripts do not run.

    Returns:
        The file.
    """
    title = f"Attention masks of {package.index['name']}"
    return fill_page(title, EXPLORER, still, state, package.index, package.compressed)
