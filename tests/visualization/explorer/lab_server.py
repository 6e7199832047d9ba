"""A JupyterLab of our own: on a free port of this machine, with folders that are thrown away."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import nbformat

REPOSITORY = Path(__file__).resolve().parents[3]
TOKEN = "explorer"


class LabServer:
    """Serves a folder that holds one notebook.

    Args:
        folder: An empty folder.
        cells: Sources of the notebook's cells.

    Attributes:
        url: Where the notebook opens.
    """

    def __init__(self, folder: Path, cells: list[str]) -> None:
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        )
        (folder / "work").mkdir(parents=True)
        nbformat.write(notebook, folder / "work" / "masks.ipynb")
        names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR",
                 "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")  # fmt: skip
        environment = {**os.environ, **{name: str(folder / name.lower()) for name in names}}
        environment["PYTHONPATH"] = str(REPOSITORY)
        environment["PYTHONWARNINGS"] = "default"
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": "0",
            "ServerApp.allow_root": "True",
            "ServerApp.root_dir": str(folder / "work"),
            "IdentityProvider.token": TOKEN,
            "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            "LabApp.news_url": "None",
        }
        command = [sys.executable, "-m", "jupyterlab", "--no-browser"]
        self._process = subprocess.Popen(
            [*command, *(f"--{name}={value}" for name, value in options.items())],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        base = self._wait()
        self._greet(f"{base}/api?token={TOKEN}")
        self.url = f"{base}/lab/tree/masks.ipynb?token={TOKEN}"

    def _wait(self) -> str:
        assert self._process.stderr is not None
        said = []
        for line in self._process.stderr:
            said.append(line)
            if match := re.search(r"(http://127\.0\.0\.1:\d+)/lab", line):
                threading.Thread(target=self._process.stderr.read, daemon=True).start()  # or the pipe fills up
                return match[1]
        raise RuntimeError("".join(said))

    def _greet(self, url: str) -> None:
        """Wait until it answers: it says where it will listen a moment before it does."""
        for _ in range(300):
            try:
                urllib.request.urlopen(url).close()
                return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"JupyterLab does not answer at {url}; its process ended with {self._process.poll()}")

    def end(self) -> None:
        """Stop the server and its kernels."""
        self._process.terminate()
        self._process.wait(timeout=60)
        if self._process.stderr is not None:
            self._process.stderr.close()


def open_notebook(page: Any, lab: LabServer) -> None:
    """Open the server's notebook and wait for its kernel."""
    page.set_default_timeout(240_000)  # ms: a busy machine starts a kernel slowly
    page.goto(lab.url)
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()


def run_cell(page: Any, number: int) -> None:
    page.locator(".jp-Notebook .jp-Cell .cm-content").nth(number).click()
    page.keyboard.press("Shift+Enter")


def end_kernels(page: Any) -> None:
    base = page.url.split("/lab")[0]
    with urllib.request.urlopen(f"{base}/api/kernels?token={TOKEN}") as answer:
        kernels = json.load(answer)
    for kernel in kernels:
        ending = urllib.request.Request(f"{base}/api/kernels/{kernel['id']}?token={TOKEN}", method="DELETE")
        urllib.request.urlopen(ending).close()
    page.get_by_text("No Kernel").first.wait_for()


def wait_until(page: Any, happened: Any) -> None:
    for _ in range(150):
        if happened():
            return
        page.wait_for_timeout(200)
    assert happened()
