"""A Chromium that is watched: it may not speak to any other machine, nor complain."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PROJECTOR = {"width": 1280, "height": 720}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser, for one module: it brings an event loop that other tests should not meet."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if found is None:
        pytest.skip("needs Chromium: none of " + ", ".join(CHROMIUMS) + " is installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """A page, and what it did that it must not do: requests that leave the machine, errors, messages to a kernel."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.abroad: list[str] = []
        self.sent: list[int] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._follow)
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: self.sent.append(len(frame))))

    def _hear(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def _follow(self, request: Any) -> None:
        if not request.url.startswith(("file:", "data:", "blob:", "about:", "http://127.0.0.1:")):
            self.abroad.append(request.url)


@pytest.fixture
def watched(chromium: Any) -> Iterator[Watched]:
    context = chromium.new_context(viewport=PROJECTOR, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield Watched(page)
    context.close()
