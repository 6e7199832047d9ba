from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mtan_edu.reproduction import NotebookResult, ReproductionResult, reproduce
from mtan_edu.reproduction.environment import describe_environment
from mtan_edu.reproduction.report import flatten, minutes, write_report
from tests.reproduction.tiny_notebooks import PICTURE, RECORD, write_notebook

SLIDER = "import ipywidgets\nipywidgets.IntSlider()"


class Elements(HTMLParser):
    """Every start tag of a page, with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    notebook = write_notebook(folder, "01_pictures", PICTURE, RECORD, SLIDER)
    reproduce([notebook], folder / "out", preset="smoke")
    return folder / "out"


def result_with(folder: Path, *notebooks: NotebookResult, expected: int | None = None) -> ReproductionResult:
    count = len(notebooks) if expected is None else expected
    return ReproductionResult(folder, {"preset": "smoke"}, describe_environment(), notebooks, count)


def failed(folder: Path, problem: str) -> NotebookResult:
    return NotebookResult("02_x", "Title", "failed", 61.2, {}, problem, None, None, folder / "logs" / "02_x.txt")


def test_a_notebook_page_keeps_the_alt_text_of_its_pictures(out: Path) -> None:
    pictures = Elements((out / "01_pictures.html").read_text()).all("img")
    assert [picture["alt"] for picture in pictures] == ['one "dark" dot']
    assert pictures[0]["src"].startswith("data:image/png;base64,")


@pytest.mark.parametrize("page", ["index.html", "01_pictures.html"])
def test_a_page_fetches_nothing(out: Path, page: str) -> None:
    text = (out / page).read_text()
    elements = Elements(text)
    sources = [given.get("src") for tag in ("script", "iframe", "img") for given in elements.all(tag)]
    assert all(source is None or source.startswith("data:") for source in sources)
    assert not elements.all("link")
    assert not re.search(r"url\(\s*['\"]?https?:|@import", text)


def test_a_notebook_page_has_figures_as_text_and_no_dead_widgets(out: Path) -> None:
    text = (out / "01_pictures.html").read_text()
    assert "widget-view" not in text
    assert "widget-state" not in text
    assert ">three figures" in text


def test_the_index_links_to_what_exists_and_names_every_figure(out: Path) -> None:
    text = (out / "index.html").read_text()
    links = [link["href"] for link in Elements(text).all("a")]
    assert {"01_pictures.html", "01_pictures.ipynb", "report.json"} <= set(links)
    assert all((out / link).is_file() for link in links)
    assert "loss · depth" in text


def test_the_json_tells_what_ran_and_where(out: Path) -> None:
    report = json.loads((out / "report.json").read_text())
    notebook = report["notebooks"][0]
    assert report["passed"] is True
    assert report["parameters"]["preset"] == "smoke"
    assert report["environment"]["packages"]["papermill"]
    assert notebook["title"] == "Title of 01_pictures"
    assert notebook["figures"]["loss"] == {"depth": 0.5}
    assert notebook["notebook"] == "01_pictures.ipynb"
    assert notebook["seconds"] > 0


def test_what_a_failed_notebook_said_cannot_become_part_of_the_page(tmp_path: Path) -> None:
    write_report(result_with(tmp_path, failed(tmp_path, "<script>alert(1)</script>")))
    assert "<script>" not in (tmp_path / "index.html").read_text()


def test_a_report_of_an_unfinished_run_says_so_and_has_not_passed(tmp_path: Path) -> None:
    result = result_with(tmp_path, failed(tmp_path, "late"), expected=4)
    write_report(result)
    text = (tmp_path / "index.html").read_text()
    assert "3 did not run yet" in text
    assert "1 min 01 s" in text
    assert not result.passed


def test_figures_become_lines_with_four_digits() -> None:
    lines = list(flatten({"depth": {"error": 0.123456, "none": None}, "steps": 12, "curve": [1.0, 0.5]}))
    assert lines == [
        ("depth · error", "0.1235"),
        ("depth · none", "not measured"),
        ("steps", "12"),
        ("curve", "1, 0.5"),
    ]


def test_durations_are_told_as_people_say_them() -> None:
    assert [minutes(seconds) for seconds in (0.4, 59.2, 60.0, 185.0)] == ["0 s", "59 s", "1 min 00 s", "3 min 05 s"]
