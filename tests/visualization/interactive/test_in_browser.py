"""The blocks in a real browser, from a file, with the network cut off."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mtan_edu.visualization import average_weights, play_trajectories, replay_weights
from tests.visualization.test_trajectories import LANDSCAPE, walk

pytestmark = pytest.mark.browser
LOSSES = {"semantic": [2.0, 1.8, 1.8], "depth": [1.0, 1.0, 0.5], "normal": [0.5, 0.55, 0.6]}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("needs Chromium: none is installed")
    api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
    with api.sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield instance
        instance.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Any]:
    """Opens a file; in the end nothing must have been asked of the network, and no script have failed."""
    context = browser.new_context(viewport={"width": 1200, "height": 1600}, offline=True)
    asked: list[str] = []
    errors: list[str] = []

    def open_file(file: Path) -> Any:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(file.as_uri())
        return page

    yield open_file
    context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert errors == []


def weights_on(page: Any) -> list[float]:
    return [float(cell) for cell in page.locator("td.weight").all_text_contents()]


def expected(temperature: float, epoch: int = 4) -> list[float]:
    rates = [of[epoch - 2] / of[epoch - 3] for of in LOSSES.values()]
    return average_weights(rates, temperature).round(3).tolist()


def test_the_temperature_is_moved_by_keys_and_by_the_mouse(open_page: Any, tmp_path: Path) -> None:
    page = open_page(replay_weights(LOSSES).to_html(tmp_path / "weights.html"))
    dial = page.get_by_role("slider", name="temperature T")
    assert weights_on(page) == pytest.approx(expected(2.0), abs=0.003)  # the slider has steps of 0.01 of log T
    dial.focus()
    page.keyboard.press("Home")
    assert dial.get_attribute("aria-valuetext") == "0.10"
    assert weights_on(page) == pytest.approx(expected(0.1), abs=0.001)
    page.keyboard.press("ArrowRight")
    assert weights_on(page) == pytest.approx(expected(10**-0.99), abs=0.001)
    page.keyboard.press("End")
    assert weights_on(page) == pytest.approx(expected(100), abs=0.001)
    box = dial.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
    temperature = float(dial.get_attribute("aria-valuetext"))
    assert 0.8 < temperature < 1.3
    assert weights_on(page) == pytest.approx(expected(temperature), abs=0.03)


def test_the_epoch_chooses_whose_rates_are_weighed_and_all_is_said(open_page: Any, tmp_path: Path) -> None:
    page = open_page(replay_weights(LOSSES).to_html(tmp_path / "weights.html"))
    page.get_by_role("slider", name="weights in epoch").focus()
    page.keyboard.press("ArrowLeft")
    assert weights_on(page) == pytest.approx(expected(2.0, epoch=3), abs=0.003)
    assert "in epoch 3: semantic" in page.locator("svg").get_attribute("aria-label")
    page.locator(".words", has_text="epoch 3: semantic").wait_for()


def test_keys_on_a_control_do_not_reach_the_notebook_around_it(open_page: Any, tmp_path: Path) -> None:
    page = open_page(replay_weights(LOSSES).to_html(tmp_path / "weights.html"))
    page.evaluate("window.heard = []; document.addEventListener('keydown', (event) => window.heard.push(event.key))")
    page.get_by_role("slider", name="temperature T").focus()
    for key in ("b", "ArrowUp", "d", "Escape"):
        page.keyboard.press(key)
    assert page.evaluate("window.heard") == ["Escape"]  # the way out stays
    controls = page.locator("input, button, select").all()
    assert controls
    assert all(control.get_attribute("data-lm-suppress-shortcuts") == "true" for control in controls)


def test_trajectories_play_stop_and_move_step_by_step(open_page: Any, tmp_path: Path) -> None:
    block = play_trajectories(LANDSCAPE, [walk("equal", 30), walk("mgda", 30)], shown=["equal"])
    page = open_page(block.to_html(tmp_path / "walk.html"))
    dial, picture = page.get_by_role("slider", name="step"), page.locator("svg")
    assert dial.get_attribute("aria-valuetext") == "30 of 30"
    dial.focus()
    page.keyboard.press("Home")
    assert "equal after step 0" in picture.get_attribute("aria-label")
    assert page.locator("td.losses:visible").all_text_contents() == ["2.00 / 10.00", "10.00 / 2.00"]
    page.keyboard.press("ArrowRight")
    assert dial.get_attribute("aria-valuetext") == "1 of 30"
    page.get_by_role("button", name="play").click()
    page.get_by_role("button", name="stop").wait_for()
    page.locator("output", has_text="30 of 30").wait_for()
    assert page.locator("td.losses:visible").all_text_contents() == ["1.00 / 1.00", "1.00 / 1.00"]
    page.get_by_role("checkbox", name="mgda").check()
    assert page.locator("td.losses:visible").count() == 4
    assert "equal, mgda after step 30" in picture.get_attribute("aria-label")


def test_two_blocks_on_one_page_do_not_mix(open_page: Any, tmp_path: Path) -> None:
    pages = [replay_weights(LOSSES, T).html for T in (2.0, 100.0)]
    (tmp_path / "both.html").write_text(f"<!doctype html><meta charset='utf-8'>{''.join(pages)}", encoding="utf-8")
    page = open_page(tmp_path / "both.html")
    assert page.locator(".mtan-block").count() == 2
    assert weights_on(page) == pytest.approx([*expected(2.0), *expected(100)], abs=0.003)
