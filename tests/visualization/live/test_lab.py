"""The curves in a real JupyterLab, while its one kernel is busy with training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.visualization.explorer.conftest import Watched
from tests.visualization.explorer.lab_server import LabServer, open_notebook, run_cell, wait_until

pytestmark = pytest.mark.browser

CELLS = [
    "import itertools, time\nfrom pathlib import Path\nfrom mtan_edu.visualization import LiveCurves\n"
    "from tests.visualization.planted import TASKS, epoch\nlive = LiveCurves(TASKS)\nprint('READY')",
    "def train():\n    for number in itertools.count(1):\n        if Path('enough').exists():\n            return\n"
    "        time.sleep(0.1)\n        yield epoch(number)\n\n"
    "for record in live.follow(train()):\n    pass\nprint('TRAINED', record.epoch)",
    "live",
]


def test_the_curves_live_in_jupyterlab(watched: Watched, tmp_path: Path, subtests: pytest.Subtests) -> None:
    lab = LabServer(tmp_path / "lab", CELLS)
    page = watched.page
    try:
        open_notebook(page, lab)
        run_cell(page, 0)
        output(page, "READY").wait_for()
        run_cell(page, 1)
        page.wait_for_selector(".mtan-live .mtan-curve")
        with subtests.test("points arrive while the cell is busy"):
            points_arrive(page)
        with subtests.test("controls act while the cell is busy, and keep their keys"):
            controls_act(page)
        with subtests.test("the picture that stands for the widget has given way"):
            assert page.locator(".jp-RenderedImage").count() == 1
            assert not page.locator(".jp-RenderedImage").is_visible()
        (tmp_path / "lab" / "work" / "enough").touch()
        epochs = int(output(page, "TRAINED").inner_text().split()[1])
        with subtests.test("a view that opens late shows all points"):
            wait_until(page, lambda: rows(page) == [epochs])
            run_cell(page, 2)
            wait_until(page, lambda: rows(page) == [epochs, epochs])
            assert not page.locator(".jp-RenderedImage").first.is_visible()
        with subtests.test("so does a page that is loaded anew, with what was chosen"):
            page.keyboard.press("Control+s")
            wait_until(page, lambda: page.locator(".jp-mod-dirty").count() == 0)
            page.reload()
            page.wait_for_selector(".mtan-live .mtan-curve")
            wait_until(page, lambda: epochs in rows(page))
            log = page.get_by_role("button", name="logarithmic axis").first
            assert log.get_attribute("aria-pressed") == "true"
        with subtests.test("no errors, and nothing leaves the machine"):
            assert watched.complaints == []
            assert watched.abroad == []
    finally:
        lab.end()


def output(page: Any, word: str) -> Any:
    return page.locator(".jp-OutputArea-output pre", has_text=word)


def rows(page: Any) -> list[int]:
    return page.locator(".mtan-live").evaluate_all("roots => roots.map((root) => Number(root.dataset.rows))")


def busy(page: Any) -> bool:
    return page.locator(".jp-InputPrompt", has_text="[*]").count() == 1


def points_arrive(page: Any) -> None:
    (first,), before = rows(page), page.locator(".mtan-curve").first.screenshot()
    wait_until(page, lambda: rows(page)[0] > first + 3)
    assert busy(page)
    assert page.locator(".mtan-curve").first.screenshot() != before


def controls_act(page: Any) -> None:
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    page.get_by_role("button", name="logarithmic axis").click()
    page.wait_for_timeout(200)
    assert page.locator(".mtan-title").first.text_content() == "● semantic · loss (log)"
    page.get_by_role("slider", name="smoothing").press("ArrowRight")
    for kind in ("button", "select", "input", "[tabindex]"):
        page.locator(f".mtan-live {kind}").last.focus()
        for key in ("b", "d", "d"):
            page.keyboard.press(key)
    assert "smoothed by 0.05" in page.locator(".mtan-status").inner_text()
    assert busy(page)
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells
