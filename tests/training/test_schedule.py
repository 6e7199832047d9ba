from __future__ import annotations

import pytest

from mtan_edu.training.schedule import SCHEDULES, constant, one_cycle, staircase, step


@pytest.mark.parametrize(
    ("position", "factor"),
    [
        (0.0, 1 / 25),
        (0.15, (1 / 25 + 1) / 2),  # halfway up a cosine
        (0.3, 1.0),
        (0.65, (1 + 1 / 25e4) / 2),  # halfway down
        (1.0, 1 / 25e4),
    ],
)
def test_one_cycle_rises_for_30_percent_and_falls_to_almost_nothing(position: float, factor: float) -> None:
    assert one_cycle(position) == pytest.approx(factor, rel=1e-12)


def test_the_papers_schedule_halves_the_rate_once_after_half_of_the_epochs() -> None:
    # 200 epochs of 398 steps: the rate changes with the first step of epoch 101
    last = 200 * 398 - 1
    assert [step(position / last) for position in (0, 100 * 398 - 1, 100 * 398, last)] == [1.0, 1.0, 0.5, 0.5]


def test_the_papers_schedule_for_the_decathlon_halves_the_rate_every_50_of_300_epochs() -> None:
    last = 300 * 90 - 1
    rates = [0.1 * staircase((epoch * 90 + 45) / last) for epoch in (0, 49, 50, 149, 299)]
    assert rates == [0.1, 0.1, 0.05, 0.025, 0.003125]


def test_every_schedule_stays_within_its_highest_rate() -> None:
    factors = [schedule(position / 97) for schedule in SCHEDULES.values() for position in range(98)]
    assert 0 < min(factors) <= max(factors) == constant(0.5) == 1
