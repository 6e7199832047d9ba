"""The explorer in a real JupyterLab: mouse, keys, both directions of the state, maps on demand, a kernel that ends."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mtan_edu.visualization.explorer.package import pack_masks
from mtan_edu.visualization.explorer.source import open_source
from tests.visualization.explorer.conftest import Watched
from tests.visualization.explorer.lab_server import LabServer, end_kernels, open_notebook, run_cell, wait_until
from tests.visualization.explorer.pictures import colored, pixels, unpack
from tests.visualization.explorer.planted_runs import random_masks, write_run

pytestmark = pytest.mark.browser

REST = 0.1
"""A pause between two moves that may have been as long in the browser as what it counts as a rest, 0.25 s [s]."""

BIG = {"encoder_1": (12, 48, 64), "decoder_1": (6, 24, 32)}
CELLS = [
    "from mtan_edu.visualization import MaskExplorer\nview = MaskExplorer({run!r}, megabytes=0.3, sort='number')\nview",
    "view.state = {'stage': 'decoder_1', 'channel': 'mean', 'epoch': 1}",
    "from mtan_edu.run_reader import read_masks\nview.show_untrained(read_masks({run!r}, 1))",
    "print('STATE', view.view, view.task, view.stage, view.channel, view.epoch)",
]


def test_the_explorer_lives_in_jupyterlab(watched: Watched, tmp_path: Path, subtests: pytest.Subtests) -> None:
    run = write_run(tmp_path / "first", (0, 1, 4), sizes=BIG)
    lab = LabServer(tmp_path / "lab", [cell.replace("{run!r}", repr(str(run))) for cell in CELLS])
    page = watched.page
    try:
        open_notebook(page, lab)
        run_cell(page, 0)
        page.wait_for_selector(".mtan-explorer .mtan-cell")
        page.locator(".mtan-notes", has_text="The rest comes from the kernel").wait_for()
        with subtests.test("what did not fit comes from the kernel once somebody stops at it"):
            maps_come_from_the_kernel(page, run)
        with subtests.test("the untrained masks come, too, where numbers are taken of them"):
            untrained_masks_come_too(page)
        with subtests.test("no key of the notebook is pressed by accident"):
            keys_stay(page)
        with subtests.test("nothing is sent while somebody drags"):
            dragging_is_silent(watched)
        with subtests.test("a cell reads what somebody has chosen, and chooses"):
            both_directions(page, run)
        with subtests.test("other masks replace those of the untrained network"):
            masks_are_replaced(page)
        with subtests.test("the picture that stands for the widget has given way"):
            assert not page.locator(".jp-RenderedImage").is_visible()
        with subtests.test("no errors, and nothing leaves the machine"):
            assert watched.complaints == []
            assert watched.abroad == []
        with subtests.test("without a kernel all but the kernel's part goes on"):
            life_after_the_kernel(page)
    finally:
        lab.end()


def choose(page: Any, **labels: str) -> None:
    for label, value in labels.items():
        page.get_by_label(label.replace("_", " "), exact=True).select_option(value)


def maps_come_from_the_kernel(page: Any, run: Path) -> None:
    package = pack_masks(open_source(run), 0.3)
    sent = package.index["stages"][0]["sent"]
    missing = next(channel for channel in range(12) if channel not in sent["channels"])
    assert sent["height"] < 48
    choose(page, stage="encoder_1", columns="channels")
    page.get_by_role("slider", name="channel", exact=True).press("Home")
    for _ in range(missing + 1):
        page.get_by_role("slider", name="channel", exact=True).press("ArrowRight")
    expected = colored(random_masks(4, sizes=BIG).values("depth", "encoder_1")[0, missing].astype(np.float64))
    place = f"1/{missing % 10}"
    wait_until(page, lambda: pixels(page, place).shape == expected.shape)
    np.testing.assert_array_equal(pixels(page, place), expected)


def untrained_masks_come_too(page: Any) -> None:
    page.get_by_role("slider", name="channel", exact=True).press("Home")
    page.get_by_role("slider", name="channel", exact=True).press(
        "ArrowRight"
    )  # channel 0, which was sent averaged down
    page.get_by_role("tab", name="Compare").click()
    untrained = random_masks(0, sizes=BIG)
    tasks = [page.get_by_label(f"{which} task").input_value() for which in ("first", "second")]
    a, b = (untrained.values(task, "encoder_1")[0, 0].astype(np.float64) for task in tasks)
    expected = f"untrained: mean |Δ| {np.abs(a - b).mean():.2f}"
    try:
        wait_until(page, lambda: expected in page.locator(".mtan-numbers").inner_text())
    finally:
        page.get_by_role("tab", name="Grid").click()


def keys_stay(page: Any) -> None:
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    for selector in (".mtan-cell[tabindex='0']", ".mtan-image", "[role=tab][tabindex='0']", ".mtan-controls input",
                     ".mtan-controls button", ".mtan-controls select"):  # fmt: skip
        page.locator(f".mtan-explorer {selector}").first.focus()
        for key in ("b", "x", "a", "d", "d"):
            page.keyboard.press(key)
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells


def dragging_is_silent(watched: Watched) -> None:
    page = watched.page
    choose(page, columns="stages")
    page.get_by_role("application").press("m")
    page.wait_for_timeout(1500)  # what was chosen so far has been told
    before, slider = len(watched.sent), page.get_by_role("slider", name="epoch", exact=True)
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + box["height"] / 2)
    page.mouse.down()
    rests, last = 0, time.monotonic()
    for share in (0.8, 0.5, 0.3, 0.1, 0.4, 0.02):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        rests, last = rests + (time.monotonic() - last > REST), time.monotonic()
    assert len(watched.sent) <= before + 8 * rests  # silent, but for rests that a busy machine makes
    page.mouse.up()
    slider.press("End")
    page.wait_for_timeout(1500)
    assert before < len(watched.sent) <= before + 8 * (rests + 1)  # told once, at rest


def both_directions(page: Any, run: Path) -> None:
    page.get_by_role("gridcell").nth(2).click()
    page.wait_for_timeout(600)
    run_cell(page, 3)
    page.get_by_text("STATE grid depth encoder_1 mean 4").wait_for()
    run_cell(page, 1)
    mean = unpack(pack_masks(open_source(run), 0.3), 1, 0, "depth", "decoder_1", "mean")
    wait_until(page, lambda: "decoder_1" in page.locator(".mtan-status").inner_text())
    assert "epoch 1" in page.locator(".mtan-status").inner_text()
    np.testing.assert_array_equal(pixels(page, "1/1"), colored(mean))


def masks_are_replaced(page: Any) -> None:
    run_cell(page, 2)
    wait_until(page, lambda: page.get_by_role("slider", name="epoch", exact=True).get_attribute("max") == "2")
    page.get_by_role("tab", name="Through training").click()
    page.locator(".mtan-head", has_text="untrained, images seen").wait_for()
    page.get_by_role("tab", name="Grid").click()
    assert page.locator(".mtan-explorer").count() == 1


def life_after_the_kernel(page: Any) -> None:
    end_kernels(page)
    slider = page.get_by_role("slider", name="epoch", exact=True)

    def noticed() -> bool:
        slider.press("Home")
        page.wait_for_timeout(400)
        slider.press("End")
        page.wait_for_timeout(400)
        return "The kernel does not answer" in page.locator(".mtan-notes").inner_text()

    wait_until(page, noticed)
    page.get_by_role("tab", name="Compare").click()
    assert "epoch 4" in page.locator(".mtan-numbers").inner_text()
