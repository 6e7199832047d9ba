from __future__ import annotations

import math

import pytest

from mtan_edu.tasks import is_better


def test_the_direction_decides():
    assert is_better(0.4, 0.3, higher_is_better=True)
    assert not is_better(0.4, 0.3, higher_is_better=False)
    assert is_better(0.3, 0.4, higher_is_better=False)


@pytest.mark.parametrize("higher", [True, False])
def test_equal_is_not_better(higher: bool):
    assert not is_better(0.3, 0.3, higher)


@pytest.mark.parametrize("higher", [True, False])
@pytest.mark.parametrize("missing", [None, math.nan])
def test_what_was_not_measured_neither_wins_nor_is_beaten(missing: float | None, higher: bool):
    assert not is_better(missing, 0.3, higher)
    assert not is_better(0.3, missing, higher)
    assert not is_better(missing, missing, higher)


def test_a_diverged_figure_never_wins_but_is_beaten():
    assert not is_better(math.inf, 0.3, higher_is_better=True)
    assert not is_better(-math.inf, 0.3, higher_is_better=False)
    assert is_better(0.3, math.inf, higher_is_better=False)
