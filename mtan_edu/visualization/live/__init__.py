"""Curves that grow while a network trains: drawn in the browser, so that training hardly notices.

`history` is what travels, `widget` the notebook's side, `js/` the browser's, `still` the picture that stands where no
script runs. Only a notebook loads the widget.
"""

from mtan_edu.visualization.live.live_curves import LiveCurves

__all__ = ["LiveCurves"]
