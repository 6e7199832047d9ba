"""The mask explorer: an interactive view of a vision model's attention, in a notebook or on a page of its own.

The masks travel to the browser once, as bytes, and all looking happens there: `js/` holds plain ES modules, `assemble`
puts them together. `package` is what travels, `widget` the notebook's side, `page` and `write` the file without Python.
"""

from typing import TYPE_CHECKING, Any

from mtan_edu.visualization.explorer.write import write_page

if TYPE_CHECKING:
    from mtan_edu.visualization.explorer.widget import MaskExplorer

__all__ = ["MaskExplorer", "write_page"]


def __getattr__(name: str) -> Any:
    """Load the notebook's side, and with it ipywidgets and IPython, only for those who name it."""
    if name == "MaskExplorer":
        from mtan_edu.visualization.explorer.widget import MaskExplorer

        return MaskExplorer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
