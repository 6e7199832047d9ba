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


def result_with(folder: Path, *notebooks: NotebookResult, expected: int | None = None) -> ReproductionResult:
    count = len(notebooks) if expected is None else expected
    return ReproductionResult(folder, {"preset": "smoke"}, describe_environment(), notebooks, count)


def failed(folder: Path, problem: str) -> NotebookResult:
    return NotebookResult("02_x", "Title", "failed", 61.2, {}, problem, None, None, folder / "logs" / "02_x.txt")


def test_a_report_stands_alone_and_tells_what_ran(tmp_path: Path, subtests: pytest.Subtests) -> None:
    """One run of one notebook, with a picture, figures and a widget."""
    out = tmp_path / "out"
    reproduce([write_notebook(tmp_path, "01_pictures", PICTURE, RECORD, SLIDER)], out, preset="smoke")
    pages = {name: (out / name).read_text() for name in ("index.html", "01_pictures.html")}
    with subtests.test("a notebook's page keeps the alt text of its pictures"):
        pictures = Elements(pages["01_pictures.html"]).all("img")
        assert [picture["alt"] for picture in pictures] == ['one "dark" dot']
    for name, page in pages.items():
        with subtests.test(f"{name} fetches nothing"):
            elements = Elements(page)
            sources = [given.get("src") for tag in ("script", "iframe", "img") for given in elements.all(tag)]
            assert all(source is None or source.startswith("data:") for source in sources)
            assert not elements.all("link")
            assert not re.search(r"url\(\s*['\"]?https?:|@import", page)
    with subtests.test("a notebook's page has figures as text and no dead widgets"):
        assert "widget-view" not in pages["01_pictures.html"]
        assert "widget-state" not in pages["01_pictures.html"]
        assert ">three figures" in pages["01_pictures.html"]
    with subtests.test("the index links to what exists and names every figure"):
        links = [link["href"] for link in Elements(pages["index.html"]).all("a")]
        assert {"01_pictures.html", "01_pictures.ipynb", "report.json"} <= set(links)
        assert all((out / link).is_file() for link in links)
        assert "loss · depth" in pages["index.html"]
    with subtests.test("the JSON tells what ran, how and where"):
        report = json.loads((out / "report.json").read_text())
        notebook = report["notebooks"][0]
        assert report["passed"] is True
        assert report["parameters"]["preset"] == "smoke"
        assert report["environment"]["packages"]["papermill"]
        assert (notebook["title"], notebook["notebook"]) == ("Title of 01_pictures", "01_pictures.ipynb")
        assert notebook["figures"]["loss"] == {"depth": 0.5}
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
