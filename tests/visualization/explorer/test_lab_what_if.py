"""What if, in a real JupyterLab: a tiny network answers, by mouse and by keyboard; its kernel ends in the middle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mtan_edu.experiment import WhatIf, start_run
from mtan_edu.records import InterventionRecord
from mtan_edu.visualization.target_panels import class_colors
from tests.tiny_runs import tiny_config, write_random_data
from tests.visualization.explorer.conftest import Watched
from tests.visualization.explorer.lab_server import LabServer, end_kernels, open_notebook, run_cell, wait_until
from tests.visualization.explorer.pictures import pixels

pytestmark = pytest.mark.browser

CELLS = [
    "from mtan_edu.visualization import MaskExplorer\nview = MaskExplorer({run!r}, view='what_if')\nview",
    "from mtan_edu.experiment import connect_what_if\nconnect_what_if(view, {run!r})",
    "view.state = {'change': 'mean', 'task': 'semantic', 'all_stages': False, 'stage': 'decoder_1', 'image': 1}",
    "print('STATE', view.change, view.factor, view.task, view.all_tasks, view.all_stages, view.stage)",
    "import time\nfrom mtan_edu.experiment import WhatIf\nclass Slow(WhatIf):\n    pause, asked = 0.5, []\n"
    "    def scale(self, task, stage, factor):\n        time.sleep(self.pause)\n        self.asked.append(factor)\n"
    "        return super().scale(task, stage, factor)\nconnect_what_if(view, Slow.of_run({run!r}))",
    "print('ASKED', len(Slow.asked), Slow.asked[-1])",
    "Slow.pause = 600",
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("what_if")
    data = write_random_data(folder / "random")
    list(start_run(tiny_config(data, epochs=2), folder / "tiny"))
    return folder / "tiny"


def test_what_if_in_jupyterlab(watched: Watched, run: Path, tmp_path: Path, subtests: pytest.Subtests) -> None:
    network = WhatIf.of_run(run)
    lab = LabServer(tmp_path / "lab", [cell.replace("{run!r}", repr(str(run))) for cell in CELLS])
    page = watched.page
    try:
        open_notebook(page, lab)
        run_cell(page, 0)
        with subtests.test("not connected, it says how to turn it on"):
            page.locator(
                ".mtan-problem", has_text="no network is connected to these masks; connect_what_if("
            ).wait_for()
            assert page.locator(".mtan-question :enabled").count() == 0
        run_cell(page, 1)
        with subtests.test("connected, it goes on by itself and shows the network as it is"):
            page.locator(".mtan-numbers", has_text="nothing is changed yet").wait_for()
            shows(page, network.unchanged, 0)
        with subtests.test("by mouse: the shared network"):
            page.get_by_role("button", name="the shared network").click()
            page.locator(
                ".mtan-numbers", has_text="the masks of all tasks at all stages are open everywhere"
            ).wait_for()
            shows(page, network.change(None, None, "open"), 0)
        with subtests.test("by keyboard: one task's masks, multiplied"):
            by_keyboard(page, network)
        with subtests.test("a cell sets what is asked, and reads it"):
            both_directions(page, network)
        with subtests.test("no key of the notebook is pressed by accident"):
            keys_stay(page)
        with subtests.test("a drag leaves only its newest question waiting"):
            a_drag_does_not_queue(page)
        with subtests.test("no errors, and nothing leaves the machine"):
            assert watched.complaints == []
            assert watched.abroad == []
        with subtests.test("a kernel that ends while it computes turns it off, and the rest goes on"):
            run_cell(page, 6)
            page.get_by_role("button", name="back to its own masks").click()
            page.locator(".mtan-caption", has_text="the kernel computes").wait_for()
            end_kernels(page)
            page.locator(".mtan-problem", has_text="“What if” is off: the kernel does not answer").wait_for()
            page.get_by_role("tab", name="Grid").click()
            assert page.get_by_role("gridcell").first.is_visible()
    finally:
        lab.end()


def shows(page: Any, record: InterventionRecord, image: int) -> None:
    """The pictures and the table are those of the record."""
    palette = np.array([[int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in class_colors(13)])
    labels = record.predictions.predictions["semantic"][image]
    wait_until(page, lambda: np.array_equal(pixels(page, "semantic/other"), palette[labels]))
    normals = 127.5 * (record.predictions.predictions["normal"][image].astype(float) + 1)
    assert np.abs(pixels(page, "normal/other") - normals).max() <= 1.01  # steps of 1/127, and of 1/255
    for task, of in record.metrics.items():
        for name, value in of.items():
            row = page.locator(f'tr[data-metric="{task}/{name}"]').inner_text().split("\t")
            assert float(row[2].split("→")[-1]) == pytest.approx(value, abs=0.0051 * max(1, abs(value)))


def by_keyboard(page: Any, network: WhatIf) -> None:
    menu = page.get_by_label("whose masks", exact=True)
    menu.focus()
    for _ in range(2):
        page.keyboard.press("ArrowUp")  # from all tasks, over normal, to depth
    page.get_by_label("what the masks become").press("Home")
    slider = page.get_by_role("slider", name="factor")
    slider.press("Home")
    for _ in range(5):
        slider.press("ArrowRight")
    page.locator(".mtan-numbers", has_text="the masks of depth at all stages are 0.25 times themselves").wait_for()
    assert slider.get_attribute("aria-valuetext") == "times 0.250"
    record = network.scale("depth", None, 0.25)
    shows(page, record, 0)
    words = page.locator('tr[data-metric="depth/absolute_error"]').inner_text().split("\t")[3]
    worse = record.metrics["depth"]["absolute_error"] > network.unchanged.metrics["depth"]["absolute_error"]
    assert words.endswith("worse" if worse else "better")
    outline = slider.evaluate("slider => getComputedStyle(slider).outlineWidth")
    assert outline == "3px"


def both_directions(page: Any, network: WhatIf) -> None:
    page.wait_for_timeout(600)
    run_cell(page, 3)
    page.get_by_text("STATE scale 0.25 depth False True encoder_1").wait_for()
    run_cell(page, 2)
    page.locator(
        ".mtan-numbers", has_text="Image 1: the masks of semantic at decoder_1 are the same at every"
    ).wait_for()
    shows(page, network.change("semantic", "decoder_1", "mean"), 1)
    assert page.get_by_label("at which stages").input_value() == "decoder_1"
    spoken = page.locator("[role=status]", has_text="own masks → other masks: semantic: mean iou")
    spoken.wait_for(state="attached")


def keys_stay(page: Any) -> None:
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    for control in page.locator(".mtan-question :is(select, input, button):visible").all():
        control.focus()
        for key in ("b", "x", "d", "d"):
            page.keyboard.press(key)
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells


def a_drag_does_not_queue(page: Any) -> None:
    run_cell(page, 4)
    page.get_by_label("what the masks become").select_option("scale")
    page.wait_for_timeout(1500)
    slider = page.get_by_role("slider", name="factor")
    box = slider.bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    for step in range(30):
        page.mouse.move(box["x"] + step / 30 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.up()
    slider.press("End")
    page.locator(".mtan-numbers", has_text="are 2 times themselves").wait_for()
    run_cell(page, 5)
    said = page.get_by_text("ASKED").last
    said.wait_for()
    wait_until(page, lambda: len(page.locator(".jp-OutputArea-output", has_text="ASKED").all()) == 1)
    _, count, factor = page.locator(".jp-OutputArea-output", has_text="ASKED").inner_text().split()
    assert float(factor) == 2
    assert int(count) <= 12  # of over 30 positions
