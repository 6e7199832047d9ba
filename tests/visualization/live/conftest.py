"""The watched Chromium of the explorer's tests."""

from tests.visualization.explorer.conftest import chromium, watched  # noqa: F401
