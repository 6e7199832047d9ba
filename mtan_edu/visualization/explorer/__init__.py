"""The mask explorer: an interactive view of a vision model's attention, in a notebook or on a page of its own.

The masks travel to the browser once, as bytes, and all looking happens there: `js/` holds plain ES modules, `assemble`
puts them together. `package` is what travels, `widget` the notebook's side, `page` the file without Python.
"""

from mtan_edu.visualization.explorer.widget import MaskExplorer

__all__ = ["MaskExplorer"]
