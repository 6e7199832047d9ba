"""The figures on the page docs/weightings.md."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from mtan_edu.tasks import delta_m
from mtan_edu.weighting import LossWeighting, build_weighting
from tests.tasks.published import measured
from tests.tasks.published import rows as table
from tests.weightings import LOSS_WEIGHTINGS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "weightings.md").read_text(encoding="utf-8")

TASKS = ["semantic", "depth", "normal"]
LOSSES = torch.tensor([2.0, 0.5, 0.25], dtype=torch.float64)
EARLIER = torch.tensor([2.5, 0.5, 0.5], dtype=torch.float64)
FALL = torch.tensor([0.99, 0.98, 0.999], dtype=torch.float64)


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip(" `") for cell in line] for line in lines[1:]]


def settled(weighting: LossWeighting) -> None:
    """Learn on the same losses until nothing moves any more."""
    for _ in range(400):
        weighting.zero_grad()
        weighting(LOSSES).backward()
        for parameter in weighting.parameters():
            parameter.data -= 0.1 * parameter.grad


def after(*epochs: torch.Tensor) -> Callable[[LossWeighting], None]:
    """Live through epochs."""
    return lambda weighting: [weighting.end_epoch(epoch) for epoch in epochs] and None


def after_40_steps(weighting: LossWeighting) -> None:
    for _ in range(40):
        weighting(LOSSES)
        weighting.see_losses_again(LOSSES * FALL)


STORIES: dict[str, Callable[[LossWeighting], None]] = {
    "settled": settled,
    "after mean losses of 2.5": after(EARLIER, LOSSES),
    "after 40 steps": after_40_steps,
    "with": after(*[EARLIER] * 5),
}
"""What has happened to a weighting, by how its row begins to tell it. Others are fresh."""


def test_the_table_has_every_loss_weighting():
    assert tuple(name.partition(":")[0] for name, *_ in rows("Loss weightings")) == LOSS_WEIGHTINGS
    assert {name.partition(":")[0] for name, *_ in rows("The same losses under each")} == set(LOSS_WEIGHTINGS)


@pytest.mark.parametrize("row", rows("The same losses under each"), ids=" ".join)
def test_the_weights_on_the_page_are_those_that_the_weightings_give(row: list[str]):
    name, state, weights, shares = row
    weighting = build_weighting(name, TASKS, kinds=["classification", "regression", "regression"]).double()
    for beginning, live in STORIES.items():
        if state.startswith(beginning):
            live(weighting)
            break
    weighting(LOSSES)
    weighted = weighting.weights() * LOSSES
    assert weights == ", ".join(f"{weight:.3g}" for weight in weighting.weights().tolist())
    assert shares == ", ".join(f"{share:.0f}" for share in (100 * weighted / weighted.sum()).tolist())


def test_the_published_gains_are_those_of_the_published_rows():
    for data, weighting, source, *printed in rows("What papers report for it"):
        single, *published = table(f"{data.lower()}_later_segnet_mtan")
        row = next(row for row in published if list(row.values())[:3] == ["mtan", weighting, source])
        gains = [delta_m(measured(row), measured(single), per=per) for per in ("task", "metric")]
        assert printed == [f"{gain:+.2f}" for gain in gains]


def test_the_errors_against_torchjd_are_those_that_were_measured():
    results = json.loads((ROOT / "benchmarks" / "results" / "torchjd_agreement_losses.json").read_text())["results"]
    expected = [[name, of["torchjd"], f"{of['error']:.0e}"] for name, of in results.items()]
    assert rows("Held against TorchJD") == expected
    assert {name for name, *_ in expected} == set(LOSS_WEIGHTINGS) - {"random"}
