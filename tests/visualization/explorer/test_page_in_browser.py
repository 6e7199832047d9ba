"""The page that a lecturer mails, opened from disk: every view by mouse and by keyboard, its pixels those of NumPy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import numpy as np
import pytest

from mtan_edu.records import Display, PredictionRecord, TaskRecord
from mtan_edu.visualization.explorer import MaskExplorer
from mtan_edu.visualization.explorer.package import MaskPackage, pack_masks
from mtan_edu.visualization.explorer.source import open_source
from mtan_edu.visualization.mask_numbers import OF_PAIRS, OF_TASKS, mask_numbers_table
from mtan_edu.visualization.mask_statistics import correlation, mean_difference
from tests.visualization.explorer.conftest import Watched
from tests.visualization.explorer.pictures import colored, pixels, unpack
from tests.visualization.explorer.planted_runs import SIZES, random_masks, random_predictions, with_nan, write_run
from tests.visualization.planted import masks

pytestmark = pytest.mark.browser

EPOCHS = (0, 1, 4)
TASKS = ("semantic", "depth", "normal")
Opener = Callable[..., Any]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("runs") / "first", EPOCHS)


@pytest.fixture(scope="module")
def package(run: Path) -> MaskPackage:
    return pack_masks(open_source(run))


@pytest.fixture(scope="module")
def file(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return MaskExplorer(run).to_html(tmp_path_factory.mktemp("pages") / "masks.html")


@pytest.fixture
def open_page(watched: Watched, file: Path) -> Iterator[Opener]:
    """Opens a page with settings; at the end nothing may have gone wrong or out."""

    def open_file(path: Path = file, **state: Any) -> Any:
        watched.page.goto("about:blank")
        watched.page.goto(path.as_uri() + ("#" + quote(json.dumps(state)) if state else ""))
        watched.page.wait_for_selector(".mtan-explorer .mtan-view > *")
        return watched.page

    yield open_file
    assert watched.complaints == []
    assert watched.abroad == []


def mask(task: str, stage: str, channel: int, epoch: int = 4, image: int = 0) -> np.ndarray:
    return random_masks(epoch).values(task, stage)[image, channel].astype(np.float64)


def step(page: Any, name: str, key: str) -> None:
    page.get_by_role("slider", name=name, exact=True).press(key)


def test_every_cell_of_the_grid_has_the_colors_of_its_mask(open_page: Opener, package: MaskPackage) -> None:
    page = open_page()
    for t, task in enumerate(TASKS):
        for s, stage in enumerate(SIZES):
            mean = unpack(package, 2, 0, task, stage, "mean")
            np.testing.assert_array_equal(pixels(page, f"{t}/{s}"), colored(mean))
    labels = page.get_by_role("gridcell").evaluate_all("cells => cells.map(cell => cell.getAttribute('aria-label'))")
    mean = unpack(package, 2, 0, "semantic", "encoder_1", "mean")
    assert labels[0] == f"semantic, encoder_1, mean over 6 channels: mean {mean.mean():.2f}, contrast {mean.std():.2f}"


def test_sliders_by_key_and_by_mouse_change_image_epoch_and_channel(open_page: Opener) -> None:
    page = open_page(stage="decoder_1", sort="number")
    step(page, "channel", "ArrowRight")
    step(page, "channel", "ArrowRight")
    np.testing.assert_array_equal(pixels(page, "1/2"), colored(mask("depth", "decoder_1", 1)))
    step(page, "epoch", "Home")
    step(page, "epoch", "ArrowRight")
    np.testing.assert_array_equal(pixels(page, "1/2"), colored(mask("depth", "decoder_1", 1, epoch=1)))
    box = page.get_by_role("slider", name="image", exact=True).bounding_box()
    page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    np.testing.assert_array_equal(pixels(page, "1/2"), colored(mask("depth", "decoder_1", 1, epoch=1, image=1)))
    page.get_by_role("application").press("[")
    page.get_by_label("scale of colors").select_option("own")
    values = mask("depth", "decoder_1", 1, epoch=0, image=1)
    np.testing.assert_array_equal(pixels(page, "1/2"), colored(values, values.min(), values.max()))
    assert f"{values.min():.2f} to {values.max():.2f}" in page.get_by_role("gridcell").nth(5).inner_text()
    assert "as in the paper's figure 5" in page.locator(".mtan-legend").first.inner_text()


def test_other_stages_show_their_channel_of_the_same_rank(open_page: Opener, package: MaskPackage) -> None:
    orders = [stage["orders"]["disagreement"] for stage in package.index["stages"]]
    page = open_page(stage="encoder_1", channel=orders[0][1])
    for s, stage in enumerate(SIZES):
        np.testing.assert_array_equal(pixels(page, f"2/{s}"), colored(mask("normal", stage, orders[s][1])))
    page = open_page(stage="encoder_1", channel=orders[0][5])  # decoder_1 has 3 channels
    assert page.get_by_role("gridcell").nth(2).get_attribute("aria-label") == "semantic, decoder_1: has 3"


def test_the_grid_is_walked_with_arrows_and_enter_opens_the_channels_of_a_stage(
    open_page: Opener, package: MaskPackage
) -> None:
    page = open_page()
    page.get_by_role("gridcell").first.focus()
    for key in ("ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    order = package.index["stages"][1]["orders"]["disagreement"]
    heads = page.get_by_role("columnheader").all_inner_texts()[1:]
    assert [head.splitlines()[0] for head in heads] == [f"channel {channel}" for channel in order]
    for c, channel in enumerate(order):
        np.testing.assert_array_equal(pixels(page, f"1/{c}"), colored(mask("depth", "encoder_2", channel)))
    page.keyboard.press("End")
    status = page.locator(".mtan-status").inner_text()
    assert f"depth at encoder_2, channel {order[-1]}, rank 4 of 4 by disagreement" in status
    page.keyboard.press("Enter")
    assert page.get_by_role("gridcell").count() == 9


def test_sorting_puts_the_highest_first_and_stages_follow_if_asked(open_page: Opener, package: MaskPackage) -> None:
    page = open_page(columns="channels", stage="encoder_1")
    page.get_by_label("sort channels by").select_option("contrast")
    contrast = package.index["stages"][0]["scores"]["contrast"]
    heads = [head.splitlines() for head in page.get_by_role("columnheader").all_inner_texts()[1:]]
    assert [int(head[0].split()[1]) for head in heads] == np.argsort(contrast, kind="stable")[::-1].tolist()
    assert [head[1] for head in heads] == [f"{score:.2f}" for score in sorted(contrast, reverse=True)]
    page.get_by_label("columns").select_option("stages")
    page.get_by_label("sort stages, too").check()
    means = {stage["name"]: np.mean(stage["scores"]["contrast"]) for stage in package.index["stages"]}
    heads = [head.splitlines()[0] for head in page.get_by_role("columnheader").all_inner_texts()[1:]]
    assert heads == sorted(means, key=means.get, reverse=True)


def test_two_tasks_are_compared_with_their_difference_and_swiped(open_page: Opener) -> None:
    page = open_page(view="compare", task="depth", other_task="normal", stage="encoder_2", channel=1)
    a, b = (mask(task, "encoder_2", 1) for task in ("depth", "normal"))
    limit = np.abs(a - b).max()
    np.testing.assert_array_equal(pixels(page, "a"), colored(a))
    np.testing.assert_array_equal(pixels(page, "b"), colored(b))
    close = np.abs(pixels(page, "difference").astype(int) - colored(a - b, -limit, limit, "RdBu_r")).max(axis=-1)
    assert close.max() <= 8  # float32 there, float64 here: a value on the edge of a color
    assert (close > 0).mean() < 0.05
    words = page.locator(".mtan-figure").nth(2).inner_text()
    assert f"mean |Δ| {mean_difference(a, b):.2f} · r {correlation(a, b):+.2f}".replace("-", "−") in words
    page.get_by_label("swipe", exact=True).first.check()
    page.get_by_role("slider", name="swipe").press("Home")
    np.testing.assert_array_equal(pixels(page, "a", ".mtan-over"), colored(b))
    assert page.locator(".mtan-over").evaluate("canvas => canvas.style.clipPath") == "inset(0px 0px 0px 0%)"
    page.get_by_role("button", name="swap").click()
    np.testing.assert_array_equal(pixels(page, "a"), colored(b))


def test_the_strip_of_agreements_chooses_a_channel_by_click_and_key(open_page: Opener, package: MaskPackage) -> None:
    page = open_page(view="compare", stage="encoder_1")
    strip = page.get_by_role("slider", name="agreement of each channel")
    box, order = strip.bounding_box(), package.index["stages"][0]["orders"]["disagreement"]
    page.mouse.click(box["x"] + box["width"] * 2.5 / 6, box["y"] + 30)
    np.testing.assert_array_equal(pixels(page, "a"), colored(mask("semantic", "encoder_1", order[2])))
    strip.press("ArrowRight")
    r = correlation(*(mask(task, "encoder_1", order[3]) for task in ("semantic", "depth")))
    assert strip.get_attribute("aria-valuetext") == f"channel {order[3]}: r {r:+.2f}".replace("-", "−")
    strip.press("End")
    np.testing.assert_array_equal(pixels(page, "b"), colored(mask("depth", "encoder_1", order[5])))


def test_a_pixel_by_click_and_by_keys_with_masks_predictions_and_truth(open_page: Opener) -> None:
    page = open_page(view="pixel", stage="encoder_1", channel=2, sort="number")
    box = page.locator('.mtan-frame[data-panel="image"]').bounding_box()
    page.mouse.click(box["x"] + box["width"] * 10.5 / 32, box["y"] + box["height"] * 7.5 / 24)
    image = page.get_by_role("application")
    image.press("ArrowDown")
    image.press("Shift+ArrowRight")
    predicted = random_predictions()
    rows = [row.split("\t") for row in page.locator(".mtan-table tbody tr").all_inner_texts()]
    for row, task in zip(rows, TASKS, strict=True):
        assert row[1] == f"{mask(task, 'encoder_1', 2)[8 // 2, 18 // 2]:.2f}"
        assert row[2] == f"{mask(task, 'encoder_1', 2, epoch=0)[8 // 2, 18 // 2]:.2f}"
    names = ("bed", "wall", "tv")
    truth, said = (of["semantic"][0, 8, 18] for of in (predicted.targets, predicted.predictions))
    assert (rows[0][4], rows[0][6], rows[0][7]) == (names[truth], names[said], "right" if truth == said else "wrong")
    truth, said = (of["depth"][0, 8, 18] for of in (predicted.targets, predicted.predictions))
    assert (rows[1][4], rows[1][6]) == (f"{truth:.2f} m", f"{said:.2f} m")
    truth, said = (of["normal"][0, 8, 18] for of in (predicted.targets, predicted.predictions))
    angle = np.degrees(np.arccos(truth @ said))
    assert abs(int(rows[2][7].split("°")[0]) - angle) <= 1.5
    chart = page.locator(".mtan-chart").get_attribute("aria-label")
    assert chart.startswith("Mask values through encoder_1, encoder_2 and decoder_1: semantic")
    image.press("ArrowUp")
    for _ in range(3):
        image.press("Shift+ArrowUp")  # the first row is unknown
    assert page.locator(".mtan-table tbody tr").first.inner_text().split("\t")[4] == "unknown"


def test_training_shows_change_since_the_untrained_network_and_what_is_learned(open_page: Opener) -> None:
    page = open_page(view="training", stage="encoder_2", channel=3)
    now, first = ({task: mask(task, "encoder_2", 3, epoch) for task in TASKS} for epoch in (4, 0))
    np.testing.assert_array_equal(pixels(page, "depth/first"), colored(first["depth"]))
    np.testing.assert_array_equal(pixels(page, "depth/now"), colored(now["depth"]))
    limit = max(np.abs(now[task] - first[task]).max() for task in TASKS)
    expected = colored(now["depth"] - first["depth"], -limit, limit, "RdBu_r")
    assert (np.abs(pixels(page, "depth/change").astype(int) - expected).max(axis=-1) > 0).mean() < 0.05
    row = page.locator(".mtan-table tbody tr").nth(1).inner_text().split("\t")
    apart = [mean_difference(of["semantic"], of["normal"]) for of in (first, now)]
    alike = [correlation(of["semantic"], of["normal"]) for of in (first, now)]
    figures = [*(f"{value:.2f}" for value in apart), f"{apart[1] - apart[0]:+.2f}", *(f"{r:+.2f}" for r in alike)]
    assert row == ["semantic – normal", *(figure.replace("-", "−") for figure in figures)]
    page.keyboard.press("Tab")
    step(page, "epoch", "Home")
    page.get_by_role("button", name="play").click()
    page.get_by_role("button", name="stop").wait_for()
    page.get_by_role("button", name="play").wait_for()
    np.testing.assert_array_equal(pixels(page, "depth/now"), colored(now["depth"]))


def test_numbers_are_those_of_numpy_and_a_stage_is_chosen_by_click_and_key(open_page: Opener) -> None:
    page = open_page(view="numbers", stage="encoder_1")
    expected = mask_numbers_table(random_masks(4), random_masks(0)).set_index(["stage", "of", "statistic"])
    chart = page.locator('.mtan-chart[data-statistic="CKA"]')
    box = chart.bounding_box()
    for act, stage in (
        (lambda: page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"]), "encoder_2"),
        (lambda: page.get_by_role("application", name="statistics by stage").press("ArrowRight"), "decoder_1"),
    ):
        act()
        assert page.get_by_label("stage", exact=True).input_value() == stage
        rows = [row.split("\t") for row in page.locator(".mtan-table tbody tr").all_inner_texts()]
        assert [row[0][2:] for row in rows] == [*TASKS, "semantic – depth", "semantic – normal", "depth – normal"]
        for row in rows:
            names = OF_TASKS if row[0][2:] in TASKS else OF_PAIRS
            for cell, name in zip(row[1:], names, strict=True):
                wanted = expected.loc[(stage, row[0][2:], name), ["value", "spread", "start"]]
                shown = [float(word.strip("()").replace("−", "-")) for word in cell.split() if word != "±"]
                np.testing.assert_allclose(shown, wanted.to_numpy(float), atol=0.0051)
    spoken = chart.get_attribute("aria-label")
    assert spoken is not None
    assert spoken.startswith("CKA through encoder_1, encoder_2, decoder_1: semantic – depth ")
    step(page, "epoch", "Home")
    assert "This is the start." in page.locator(".mtan-view").inner_text()


def test_what_if_is_off_in_a_page_and_says_how_to_turn_it_on(open_page: Opener) -> None:
    page = open_page(view="what_if", change="swap", all_tasks=True, factor=9)
    sentence = (
        "“What if” is off: this page has no Python that could compute; in a notebook, connect_what_if(explorer, run)"
    )
    assert page.locator(".mtan-problem").inner_text().startswith(sentence)
    assert page.get_by_label("what the masks become").input_value() == "swap"
    assert page.locator(".mtan-question :enabled").count() == 0
    assert not page.locator(".mtan-question").is_visible()
    assert not page.get_by_label("sort channels by").is_visible()
    assert page.get_by_role("slider", name="image").is_visible()
    assert not page.locator(".mtan-measured").is_visible()
    page.get_by_role("tab", name="What if").press("ArrowLeft")
    assert page.get_by_role("tab", name="Numbers").get_attribute("aria-selected") == "true"
    assert page.get_by_label("sort channels by").is_visible()
    page.get_by_role("application", name="image 0").press("6")
    page.locator("[role=status]", has_text="“What if” is off").wait_for(state="attached")


def test_zoom_and_pixel_are_the_same_in_every_panel(open_page: Opener) -> None:
    page = open_page(view="compare", pixel=[12, 16])
    page.get_by_role("application").press("+")
    widths = page.locator(".mtan-world:visible").evaluate_all(
        "worlds => worlds.map(world => Math.round((10 * world.clientWidth) / world.parentElement.clientWidth) / 10)"
    )
    assert widths == [2] * 4  # the image, both tasks, the difference
    page.get_by_role("application").press("0")
    assert page.locator("output", has_text="1×").count() == 1


def test_what_is_not_a_number_has_a_color_of_its_own_and_is_counted(open_page: Opener, tmp_path: Path) -> None:
    record = with_nan(random_masks(), "semantic", "encoder_1", 0, 2, 3, 5)
    page = open_page(MaskExplorer(record, channel=2, sort="number").to_html(tmp_path / "nan.html"))
    shown = pixels(page, "0/0")
    assert shown[3, 5].tolist() == [255, 0, 255]
    assert (shown == [255, 0, 255]).all(axis=-1).sum() == 1
    assert "1 value of epoch 4 is NaN (drawn in magenta)." in page.locator(".mtan-notes").inner_text()
    assert "1 pixel not a number" in page.get_by_role("gridcell").first.get_attribute("aria-label")


@pytest.mark.parametrize("lacks", ["task", "stage", "channel", "epoch"])
def test_one_task_one_stage_and_one_channel_are_shown(open_page: Opener, tmp_path: Path, lacks: str) -> None:
    few = {
        "task": masks(("depth",)),
        "stage": masks(stages=("only",)),
        "channel": masks(channels=1),
        "epoch": masks(epoch=None),
    }
    page = open_page(MaskExplorer(few[lacks]).to_html(tmp_path / "few.html"))
    assert page.get_by_role("gridcell").count() == len(few[lacks].tasks) * len(few[lacks].stages)
    for tab in ("Compare", "Pixel", "Numbers", "Through training"):
        page.get_by_role("tab", name=tab).click(force=True)  # what is off says why
    assert "needs masks of two epochs" in page.get_by_role("alert").inner_text()
    page.get_by_role("tab", name="Compare").click(force=True)
    assert page.get_by_text("Compare: needs two tasks.").count() == (2 if lacks == "task" else 0)


def test_the_class_of_a_whole_image_is_written(open_page: Opener, tmp_path: Path) -> None:
    tasks = {"digits": TaskRecord("digits", 3, Display("class", ("zero", "one", "two")), {"accuracy": True})}
    record = random_masks(tasks=("digits",))
    said = PredictionRecord(record.images, {"digits": np.array([2, -1])}, {"digits": np.array([1, 0])}, tasks, 4)
    page = open_page(MaskExplorer(record, said, view="pixel").to_html(tmp_path / "digits.html"))
    cells = page.locator(".mtan-table tbody tr").inner_text().split("\t")
    assert (cells[4], cells[6], cells[7]) == ("two", "one", "wrong")


def test_every_control_has_a_name_keeps_its_keys_and_is_reached_with_tab(open_page: Opener) -> None:
    page = open_page(view="compare", channel=0)
    flaws = page.evaluate("""() =>
      [...document.querySelectorAll(".mtan-explorer :is(button, input, select, [tabindex])")]
      .filter(control => control.dataset.lmSuppressShortcuts !== "true" ||
        !(control.ariaLabel || control.textContent.trim() || control.closest("label")?.textContent.trim()))
      .map(control => control.outerHTML)""")
    assert flaws == []
    silent = page.evaluate("""() => [...document.querySelectorAll(".mtan-explorer :is(canvas, img, svg)")]
      .filter(picture => !picture.closest("[aria-label], [aria-hidden=true]")).map(picture => picture.outerHTML)""")
    assert silent == []
    page.locator("body").click(position={"x": 1, "y": 1})
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name = "document.activeElement.ariaLabel || document.activeElement.textContent.trim()"
        reached.append(page.evaluate(f"document.activeElement === document.body ? '' : {name}"))
        if reached[-1] == "":
            break
    wanted = ["Compare", "epoch", "▶ play", "stage", "channel", "mean over channels", "sort channels by", "first task"]
    places = [reached.index(name) for name in wanted]
    assert places == sorted(places)
    assert reached[places[0] + 1] == "keys (?)"  # one tab of four is a stop; arrows reach the others
    outline = page.evaluate("""() => { const tab = document.querySelector('[role=tab][tabindex="0"]'); tab.focus();
      return getComputedStyle(tab).outlineStyle; }""")
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", name="Pixel").get_attribute("aria-selected") == "true"
    assert outline in ("solid", "none")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"


def test_what_is_shown_is_said_once_nothing_moves(open_page: Opener) -> None:
    page = open_page(stage="encoder_2", channel=1)
    page.locator("[role=status]", has_text="encoder_2, channel 1").wait_for(state="attached")
    page.get_by_role("tab", name="Compare").click()
    page.locator("[role=status]", has_text="Comparison, image 0, epoch 4").wait_for(state="attached")


def test_the_address_names_what_is_seen_and_nonsense_in_it_is_passed_over(open_page: Opener) -> None:
    page = open_page(view="grit", image=99, stage="nowhere", channel="max", zoom=[1], pixel=[999, 0], epoch=1)
    assert page.get_by_role("tab", name="Grid").get_attribute("aria-selected") == "true"
    page.get_by_role("tab", name="Pixel").click()
    page.wait_for_url(lambda url: "view%22%3A%22pixel" in url)
    state = json.loads(unquote(page.url.split("#")[1]))
    assert (state["view"], state["epoch"], state["image"], state["stage"]) == ("pixel", 1, 0, "encoder_1")


def test_light_and_dark_both_have_contrast(open_page: Opener) -> None:
    page = open_page()
    for _ in range(2):
        colors = page.evaluate("""() => { const style = getComputedStyle(document.querySelector('.mtan-explorer'));
          return [style.color, style.backgroundColor]
            .map(color => color.match(/[\\d.]+/g).slice(0, 3).map(Number)); }""")
        letters, ground = (np.array(color) @ [0.2126, 0.7152, 0.0722] / 255 for color in colors)
        assert abs(letters - ground) > 0.6
        page.get_by_role("button", name="light / dark").click()
        page.wait_for_timeout(100)


def test_where_scripts_do_not_run_a_picture_with_words_stands(chromium: Any, file: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    picture = page.locator("#mtan-still img")
    assert picture.is_visible()
    assert picture.get_attribute("alt").startswith("Attention masks, mean over channels")
    context.close()


def test_the_picture_gives_way_to_the_explorer_and_all_fits_a_projector(open_page: Opener) -> None:
    for view in ("grid", "compare", "pixel", "training", "numbers", "what_if"):
        page = open_page(view=view, pixel=[3, 3])
        assert not page.locator("#mtan-still").is_visible()
        assert page.evaluate("document.documentElement.scrollHeight") <= 720
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_a_narrow_page_cuts_off_neither_numbers_nor_buttons(open_page: Opener) -> None:
    page = open_page()
    page.set_viewport_size({"width": 500, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 500
    cut = "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)"
    assert page.locator(".mtan-cell .mtan-caption").evaluate_all(cut) == []
