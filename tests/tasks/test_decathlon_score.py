from __future__ import annotations

import csv
from pathlib import Path

import pytest

from mtan_edu.tasks import VISUAL_DECATHLON_BASELINE, decathlon_score

PAPER = Path(__file__).resolve().parents[2] / "data" / "paper" / "visual_decathlon.csv"


def rows() -> list[dict[str, str]]:
    with PAPER.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["method"])
def test_the_papers_accuracies_give_the_papers_scores_within_3_points(row: dict[str, str]):
    accuracies = {domain: float(row[domain]) / 100 for domain in VISUAL_DECATHLON_BASELINE}
    assert decathlon_score(accuracies) == pytest.approx(float(row["score"]), abs=3)


def test_the_paper_prints_eight_scores():
    assert len(rows()) == 8


def test_the_baseline_gets_250_points_in_every_domain():
    assert decathlon_score(VISUAL_DECATHLON_BASELINE) == pytest.approx(2500)


def test_a_domain_gives_1000_points_without_an_error_and_none_at_twice_the_baselines_error():
    baseline = {"digits": 0.9, "textures": 0.6}
    assert decathlon_score({"digits": 1.0, "textures": 0.2}, baseline) == pytest.approx(1000)
    assert decathlon_score({"digits": 0.1, "textures": 0.6}, baseline) == pytest.approx(250)
    assert decathlon_score({"digits": 0.95, "textures": 0.0}, baseline) == pytest.approx(562.5)  # (1 - 0.05 / 0.2)²


@pytest.mark.parametrize(
    ("accuracies", "baseline", "sentence"),
    [
        ({"digits": 0.9}, {"digits": 0.9, "dtd": 0.5}, "`accuracies` must be of the domains digits, dtd; got digits"),
        ({}, {}, "got none"),
        ({"digits": 92.0}, {"digits": 0.9}, r"`accuracies` must lie in \[0, 1\]; got 92.0 for digits. Divide percent"),
        ({"digits": float("nan")}, {"digits": 0.9}, "got nan for digits"),
        ({"digits": 0.9}, {"digits": -0.1}, r"`baseline` must lie in \[0, 1\]"),
        ({"digits": 0.9}, {"digits": 1.0}, "`baseline` must make errors, .*; got accuracy 1 for digits"),
    ],
)
def test_what_has_no_score_gets_a_sentence(accuracies: dict[str, float], baseline: dict[str, float], sentence: str):
    with pytest.raises(ValueError, match=sentence):
        decathlon_score(accuracies, baseline)
