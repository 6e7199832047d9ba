"""One self-contained page: the masks inside, no network, no Python."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

from mtan_edu.visualization.explorer.assemble import page_script, style
from mtan_edu.visualization.explorer.package import MaskPackage
from mtan_edu.visualization.style import TextFigure

TEMPLATE = Path(__file__).parent / "page.html"


def make_page(package: MaskPackage, state: Mapping[str, Any], still: TextFigure) -> str:
    """The explorer as the text of an HTML file.

    It loads nothing, and its content security policy forbids it to. Where scripts do not run it shows the picture.

    Args:
        package: The masks.
        state: What is shown first.
        still: The picture that stands where scripts do not run.

    Returns:
        The file.
    """
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=html.escape(f"Attention masks of {package.index['name']}"),
        style=style(),
        png=base64.b64encode(still.png()).decode("ascii"),
        alt=html.escape(still.alt),
        state=_json(state),
        index=_json(package.index),
        data=base64.b64encode(package.compressed).decode("ascii"),
        script=page_script().replace("</script", "<\\/script"),
    )


def _json(value: Any) -> str:
    """JSON that cannot end a script element."""
    return json.dumps(value).replace("<", "\\u003c")
