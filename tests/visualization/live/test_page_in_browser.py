"""The curves in Chromium, from a file: points that arrive, by mouse and by keyboard, at the places of their values."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mtan_edu.records import EpochRecord
from mtan_edu.visualization import LiveCurves
from mtan_edu.visualization.live.history import History
from tests.visualization.explorer.conftest import Watched
from tests.visualization.planted import TASKS, epoch

pytestmark = pytest.mark.browser
Opener = Callable[[LiveCurves], Any]

TELL = """([head, rows]) => {
  const bytes = Uint8Array.from(atob(rows), (letter) => letter.charCodeAt(0));
  const { model } = document.getElementById("mtan-root");
  model.tell("msg:custom", { kind: "rows", ...head }, [new DataView(bytes.buffer)]);
}"""
"""A message of Python, as a notebook hands it to the widget."""


@pytest.fixture
def open_page(watched: Watched, tmp_path: Path) -> Iterator[Opener]:
    """Opens the page of some curves; at the end nothing may have gone wrong or out."""

    def open_curves(live: LiveCurves) -> Any:
        watched.page.goto(live.to_html(tmp_path / "curves.html").as_uri())
        watched.page.wait_for_selector(".mtan-live")
        return watched.page

    yield open_curves
    assert watched.complaints == []
    assert watched.abroad == []


def noisy(number: int) -> EpochRecord:
    """Losses that go up and down, other ones for every task."""
    losses = {task: (k + 1) / number + 0.1 * math.sin(7 * number + k) ** 2 for k, task in enumerate(TASKS)}
    return replace(epoch(number), train_losses=losses, val_losses={task: 2 * loss for task, loss in losses.items()})


def curves(*records: EpochRecord, tasks: Any = TASKS, **options: Any) -> LiveCurves:
    live = LiveCurves(tasks, **options)
    for record in records:
        live.update(record)
    return live


def tell(page: Any, records: list[EpochRecord], first: int) -> None:
    """Hand over the rows of the records from `first` on."""
    history = History(TASKS)
    for record in records:
        history.add(record)
    page.evaluate(TELL, [{"first": first, **history.head()}, base64.b64encode(history.data(first)).decode()])
    page.wait_for_timeout(100)


def drawn(page: Any, panel: int = 0, dash: str = "5 3") -> np.ndarray:
    """Places of the points of the strong line with these dashes, x and y."""
    found = page.locator(f".mtan-quantity >> nth={panel}").locator("polyline.mtan-line:not(.mtan-line-faint)")
    texts = found.evaluate_all("""lines => lines.filter((line) => Number(line.getAttribute("stroke-width")) > 0)
        .map((line) => [line.getAttribute("stroke-dasharray") ?? "", line.getAttribute("points")])""")
    points = [pair.split(",") for dashes, text in texts if dashes == dash for pair in text.split()]
    return np.array(points, dtype=float).T


def assert_drawn(page: Any, numbers: list[int], values: list[float], panel: int = 0, dash: str = "5 3") -> None:
    """The line has a point for every number, and x and y are the same affine function of number and value."""
    x, y = drawn(page, panel, dash)
    for places, of in ((x, np.array(numbers)), (-y, np.array(values))):
        assert len(places) == len(of)
        slope, start = np.polyfit(of, places, 1)
        assert slope > 0
        np.testing.assert_allclose(slope * of + start, places, atol=0.11)  # places are written with one decimal


def train(records: list[EpochRecord], task: str = "semantic") -> list[float]:
    return [record.train_losses[task] for record in records]


def smoothed(values: list[float], share: float) -> list[float]:
    """The weighted mean of all values so far, the last one with the largest weight."""
    means = []
    for k in range(1, len(values) + 1):
        weights = share ** np.arange(k)[::-1]
        means.append(float(np.average(values[:k], weights=weights)))
    return means


def picture(page: Any, panel: int = 0) -> bytes:
    return page.locator(".mtan-curve").nth(panel).screenshot()


RECORDS = [noisy(number) for number in range(1, 21)]


@pytest.mark.parametrize(("last", "labels"), [(2, ["1", "epoch 2"]), (9, ["2", "4", "epoch 8"])])
def test_whole_epochs_stand_below_a_curve_and_the_last_one_says_so(
    open_page: Opener, last: int, labels: list[str]
) -> None:
    page = open_page(curves(*(noisy(number) for number in range(1, last + 1))))
    chart = page.locator(".mtan-quantity >> nth=0").locator("svg.mtan-chart")
    heights = chart.locator("text.mtan-axis").evaluate_all(
        "all => all.map((one) => [one.getAttribute('y'), one.textContent])"
    )
    lowest = max(float(y) for y, _ in heights)
    assert [text for y, text in heights if float(y) == lowest] == labels


def test_points_arrive_one_by_one_and_stand_at_their_values(open_page: Opener) -> None:
    page = open_page(curves(*RECORDS[:3]))
    for count in (3, 4, 5, 9):
        before = picture(page)
        if count > 3:
            tell(page, RECORDS[:count], {4: 3, 5: 4, 9: 5}[count])
            assert picture(page) != before
        assert page.locator(".mtan-live").get_attribute("data-rows") == str(count)
        for panel, task in enumerate(TASKS):
            assert_drawn(page, list(range(1, count + 1)), train(RECORDS[:count], task), panel)
            assert_drawn(page, list(range(1, count + 1)), [2 * v for v in train(RECORDS[:count], task)], panel, "")
    assert page.locator(".mtan-progress").inner_text() == "Epoch 9 · 3.0 s each"
    label = page.locator(".mtan-curve").nth(1).get_attribute("aria-label")
    assert label.startswith("depth · loss [m], epochs 1 to 9: training fell from 2.1")


def test_rows_that_overtake_others_wait_for_them(open_page: Opener) -> None:
    page = open_page(curves(*RECORDS[:2]))
    tell(page, RECORDS[:5], 4)
    assert page.locator(".mtan-live").get_attribute("data-rows") == "2"
    page.evaluate("() => (document.getElementById('mtan-root').model.send = (said) => (window.said = said))")
    tell(page, RECORDS[:5], 4)
    page.wait_for_timeout(1500)
    assert page.evaluate("window.said.kind") == "missing"  # Python is asked if they do not come
    tell(page, RECORDS[:4], 2)
    tell(page, RECORDS[:5], 4)
    assert_drawn(page, [1, 2, 3, 4, 5], train(RECORDS[:5]))


def test_before_the_first_epoch_there_is_a_sentence_and_then_the_curves(open_page: Opener) -> None:
    page = open_page(curves(*RECORDS[:1]))
    assert page.locator(".mtan-quantity circle").count() == 9  # a dot for each loss and weight, no line yet
    page = open_page(curves(epochs=30))
    assert page.locator(".mtan-problem").inner_text().startswith("No epoch is finished yet")
    assert page.locator(".mtan-progress").inner_text() == "Epoch 0 of 30"
    assert page.locator(".mtan-curve:visible").count() == 0


def test_the_logarithmic_axis_by_mouse_and_by_key(open_page: Opener) -> None:
    page = open_page(curves(*RECORDS))
    numbers, logs = list(range(1, 21)), np.log(train(RECORDS)).tolist()
    plain = picture(page)
    page.get_by_role("button", name="logarithmic axis").click()
    page.wait_for_timeout(100)
    assert picture(page) != plain
    assert_drawn(page, numbers, logs)
    page.get_by_role("application").press("l")
    page.wait_for_timeout(100)
    assert_drawn(page, numbers, train(RECORDS))
    assert page.get_by_role("button", name="logarithmic axis").get_attribute("aria-pressed") == "false"


def test_a_training_may_begin_on_a_logarithmic_axis(open_page: Opener) -> None:
    page = open_page(curves(*RECORDS, log=True))
    assert_drawn(page, list(range(1, 21)), np.log(train(RECORDS)).tolist())


def test_smoothing_by_mouse_and_by_key_shows_the_measured_values_beside(open_page: Opener) -> None:
    page = open_page(curves(*RECORDS))
    slider = page.get_by_role("slider", name="smoothing")
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(100)
    share = float(slider.get_attribute("aria-valuetext"))
    assert 0.3 < share < 0.7
    assert_drawn(page, list(range(1, 21)), smoothed(train(RECORDS), share))
    slider.press("End")
    page.wait_for_timeout(100)
    assert_drawn(page, list(range(1, 21)), smoothed(train(RECORDS), 0.95))
    assert page.locator(".mtan-quantity >> nth=0").locator(".mtan-line-faint").count() == 2
    slider.press("Home")
    page.get_by_role("application").press("s")
    page.wait_for_timeout(100)
    assert_drawn(page, list(range(1, 21)), smoothed(train(RECORDS), 0.05))


def test_a_drag_zooms_and_a_double_click_shows_all(open_page: Opener) -> None:
    page = open_page(curves(*RECORDS))
    box = page.locator(".mtan-curve").nth(0).bounding_box()
    left, width = box["x"] + 44, box["width"] - 56
    at = lambda number: left + (number - 1) / 19 * width  # noqa: E731
    page.mouse.move(at(6.4), box["y"] + 90)
    page.mouse.down()
    page.mouse.move(at(9), box["y"] + 95, steps=4)
    page.wait_for_timeout(100)
    assert page.locator(".mtan-band").count() == 4
    page.mouse.move(at(11.5), box["y"] + 95, steps=4)
    page.mouse.up()
    page.wait_for_timeout(100)
    assert page.locator(".mtan-band").count() == 0
    for panel, task in enumerate(TASKS):
        assert_drawn(page, list(range(6, 13)), train(RECORDS, task)[5:12], panel)
    tell(page, [*RECORDS, noisy(21)], 20)
    assert_drawn(page, list(range(6, 13)), train(RECORDS)[5:12])  # what arrives does not move what one looks at
    page.mouse.dblclick(at(10), box["y"] + 90)
    page.wait_for_timeout(100)
    assert_drawn(page, list(range(1, 22)), [*train(RECORDS), *train([noisy(21)])])


def test_zoom_by_keys(open_page: Opener) -> None:
    page = open_page(curves(*RECORDS))
    page.evaluate("window.heard = []; document.addEventListener('keydown', (event) => window.heard.push(event.key))")
    grid = page.get_by_role("application")
    grid.press("Home")
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Enter"):
        grid.press(key)
    page.wait_for_timeout(100)
    assert_drawn(page, [3, 4, 5, 6], train(RECORDS)[2:6])
    assert "epochs 3 to 6, zoomed in" in page.locator(".mtan-status").inner_text()
    grid.press("Escape")
    page.wait_for_timeout(100)
    assert_drawn(page, list(range(1, 21)), train(RECORDS))
    grid.press("+")
    page.wait_for_timeout(100)
    assert drawn(page).shape[1] < 20
    grid.press("0")
    page.wait_for_timeout(100)
    assert drawn(page).shape[1] == 20
    grid.press("b")
    assert "b" not in page.evaluate("window.heard")
    grid.press("Escape")
    assert page.evaluate("window.heard").count("Escape") == 1  # the one that had nothing to undo


def test_values_are_read_out_by_pointer_and_by_key(open_page: Opener) -> None:
    page = open_page(curves(*RECORDS))
    caption = page.locator(".mtan-quantity .mtan-caption")
    assert caption.nth(0).inner_text().startswith("epoch 20: training 0.")
    box = page.locator(".mtan-curve").nth(2).bounding_box()
    page.mouse.move(box["x"] + 44 + 3.2 / 19 * (box["width"] - 56), box["y"] + 90)
    page.wait_for_timeout(100)
    losses = [f"epoch 4: training {v:.3f}" for v in (train(RECORDS[3:4], task)[0] for task in TASKS)]
    assert [text.split(" ·")[0] for text in caption.all_inner_texts()[:3]] == losses
    assert caption.nth(3).inner_text() == "epoch 4: semantic 1.00 · depth 2.00 · normal 3.00"
    page.mouse.move(5, 700)
    page.get_by_role("application").press("Home")
    page.get_by_role("application").press("ArrowRight")
    page.wait_for_timeout(600)
    assert caption.nth(0).inner_text().startswith("epoch 2: ")
    assert "Epoch 2: semantic · loss: training" in page.locator("[role=status]").inner_text()


def test_each_quantity_can_be_chosen(open_page: Opener) -> None:
    page = open_page(curves(*RECORDS))
    titles = lambda: page.locator(".mtan-title").all_text_contents()  # noqa: E731
    choose = page.get_by_label("quantity", exact=True)
    assert [title.split(" ", 1)[1] for title in titles()[:3]] == [
        "semantic · loss",
        "depth · loss [m]",
        "normal · loss",
    ]
    choose.select_option("metrics")
    page.wait_for_timeout(100)
    assert titles() == ["● semantic · mean_iou ↑", "■ depth · absolute_error [m] ↓", "▲ normal · angle_mean [°] ↓"]
    assert_drawn(page, list(range(1, 21)), [n / 10 for n in range(1, 21)], 1, "")
    choose.select_option("task depth")
    page.wait_for_timeout(100)
    assert titles() == ["■ depth · loss [m]", "■ depth · absolute_error [m] ↓"]
    choose.select_option("all")
    page.wait_for_timeout(100)
    assert len(titles()) == 7


def test_what_is_not_finite_is_a_gap_and_a_sentence(open_page: Opener) -> None:
    records = [noisy(number) for number in range(1, 11)]
    records[3] = replace(records[3], train_losses={**records[3].train_losses, "semantic": math.nan})
    records[6] = replace(records[6], train_losses={**records[6].train_losses, "semantic": math.inf})
    records[8] = replace(records[8], train_losses={**records[8].train_losses, "depth": 0.0})
    page = open_page(curves(*records))
    lines = page.locator(".mtan-quantity >> nth=0").locator("polyline[stroke-dasharray='5 3']")
    assert [len(text.split()) for text in lines.evaluate_all("of => of.map(l => l.getAttribute('points'))")] == [
        3,
        2,
        3,
    ]
    notes = page.locator(".mtan-notes")
    assert notes.inner_text() == "semantic, training: 2 values not finite, first in epoch 4: a gap."
    page.get_by_role("application").press("l")
    page.wait_for_timeout(100)
    assert "depth, training: 1 value not above 0, first in epoch 9: a gap." in notes.inner_text()


def test_one_task_and_weights_that_lie_on_each_other(open_page: Opener) -> None:
    page = open_page(curves(*(epoch(n, ["depth"]) for n in (1, 2, 3)), tasks=["depth"]))
    assert page.locator(".mtan-curve").count() == 2
    equal = [replace(epoch(n), weights=dict.fromkeys(TASKS, 1.0)) for n in (1, 2, 3)]
    page = open_page(curves(*equal))
    widths = (
        page.locator(".mtan-quantity >> nth=3")
        .locator("polyline")
        .evaluate_all(
            "lines => lines.map((line) => Number(line.getAttribute('stroke-width'))).filter((width) => width > 0)"
        )
    )
    assert widths == pytest.approx([8.2, 5.2, 2.2])


def test_a_thousand_epochs_keep_their_lowest_and_their_highest(open_page: Opener) -> None:
    records = [noisy(number) for number in range(1, 1201)]
    page = open_page(curves(*records))
    _, y = drawn(page)
    assert len(y) < 700
    values = train(records)
    share = (values[0] - min(values)) / (2 * max(values) - min(values))
    _, above = drawn(page, dash="")
    assert (y.max() - y.min()) / (y.max() - above.min()) == pytest.approx(share, abs=0.01)


def test_every_control_keeps_its_keys_and_has_a_name_and_both_themes_can_be_read(open_page: Opener) -> None:
    page = open_page(curves(*RECORDS))
    controls = page.locator(".mtan-live :is(button, input, select, [tabindex])").all()
    assert len(controls) >= 8
    for control in controls:
        assert control.get_attribute("data-lm-suppress-shortcuts") == "true"
    silent = page.evaluate("""() => [...document.querySelectorAll(".mtan-live :is(svg, button, input, select)")].filter(
        (one) => !one.closest("[aria-hidden]") && !one.getAttribute("aria-label") && !one.textContent).length""")
    assert silent == 0
    colors = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(300)
        colors[scheme] = page.evaluate("""() => [getComputedStyle(document.querySelector(".mtan-live")).backgroundColor,
            document.querySelector("polyline.mtan-line").getAttribute("stroke")]""")
    assert colors["light"][0] != colors["dark"][0]
    assert colors["light"][1] != colors["dark"][1]
    smallest = page.evaluate("""() => Math.min(...[...document.querySelectorAll(
        ".mtan-live text:not(.mtan-mark), .mtan-live div")].map(one => parseFloat(getComputedStyle(one).fontSize)))""")
    assert smallest >= 12


def test_the_page_keeps_what_is_looked_at_in_its_address(open_page: Opener) -> None:
    page = open_page(curves(*RECORDS))
    page.get_by_role("application").press("l")
    page.get_by_role("application").press("+")
    page.wait_for_timeout(500)
    x, _ = drawn(page)
    page.reload()
    page.wait_for_selector(".mtan-live polyline")
    assert page.get_by_role("button", name="logarithmic axis").get_attribute("aria-pressed") == "true"
    np.testing.assert_array_equal(drawn(page)[0], x)
    page.goto(page.url.split("#")[0] + "#%7B%22_view%22%3A%7B%22zoom%22%3A%22x%22%2C%22smoothing%22%3A7%7D%7D")
    page.reload()
    page.wait_for_selector(".mtan-live polyline")
    assert drawn(page).shape[1] == 20  # an address of another kind is as good as none
