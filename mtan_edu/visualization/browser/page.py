"""One self-contained page: the data inside, no network, no Python."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping
from string import Template
from typing import Any

from mtan_edu.visualization.browser.assemble import ROOM, Bundle
from mtan_edu.visualization.style import TextFigure


def fill_page(title: str, bundle: Bundle, still: TextFigure, state: Mapping[str, Any], index: Any, data: bytes) -> str:
    """A view as the text of an HTML file.

    It loads nothing, and its content security policy forbids it to. Where scripts do not run it shows the picture.

    Args:
        title: What the page is called.
        bundle: The view.
        still: The picture that stands where scripts do not run.
        state: Settings of what is shown first; JSON-able.
        index: What describes the data; JSON-able.
        data: The data.

    Returns:
        The file.
    """
    return Template((ROOM / "page.html").read_text(encoding="utf-8")).substitute(
        title=html.escape(title),
        style=bundle.style,
        png=base64.b64encode(still.png()).decode("ascii"),
        alt=html.escape(still.alt),
        state=_json(state),
        index=_json(index),
        data=base64.b64encode(data).decode("ascii"),
        script=bundle.page_script.replace("</script", "<\\/script"),
    )


def _json(value: Any) -> str:
    """JSON that cannot end a script element."""
    return json.dumps(value).replace("<", "\\u003c")
