from __future__ import annotations

import signal
import sys
from collections.abc import Iterator

import pytest

from mtan_edu.cli.interrupts import Interrupts


@pytest.fixture(autouse=True)
def ctrl_c() -> Iterator[None]:
    """Python's own way with Ctrl-C, also where the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Unlucky:
    """Something that is thrown away at the very moment at which Ctrl-C is pressed."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


def test_ctrl_c_interrupts_at_once() -> None:
    with Interrupts() as interrupts:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert interrupts.pressed


def test_one_that_a_destructor_swallowed_ends_the_iteration_and_is_not_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen = []
    with Interrupts() as interrupts, pytest.raises(KeyboardInterrupt):
        for item in interrupts.watched(None)(range(9), 9, "items"):
            seen.append(item)
            if item == 3:
                del [Unlucky()][0]
    assert seen == [0, 1, 2, 3]
    assert capsys.readouterr().err == ""


def test_progress_is_shown_as_without_it() -> None:
    shown = []

    def progress(items, total, description):
        shown.append((total, description))
        return items

    with Interrupts() as interrupts:
        assert list(interrupts.watched(progress)("abc", 3, "letters")) == ["a", "b", "c"]
    assert shown == [(3, "letters")]


def test_another_error_that_nobody_can_catch_is_still_complained_about() -> None:
    told = []

    class Broken:
        def __del__(self) -> None:
            raise ValueError("broken")

    before, sys.unraisablehook = sys.unraisablehook, lambda unraisable: told.append(str(unraisable.exc_value))
    try:
        with Interrupts():
            del [Broken()][0]
    finally:
        sys.unraisablehook = before
    assert told == ["broken"]


def test_while_the_end_is_told_ctrl_c_does_nothing() -> None:
    with Interrupts() as interrupts:
        interrupts.ignore()
        signal.raise_signal(signal.SIGINT)
    assert not interrupts.pressed


@pytest.mark.parametrize(("last", "then"), [(False, signal.default_int_handler), (True, signal.SIG_IGN)])
def test_afterwards_ctrl_c_is_as_before_unless_the_program_ends(last: bool, then: object) -> None:
    with Interrupts(last=last):
        pass
    assert signal.getsignal(signal.SIGINT) is then


def test_where_ctrl_c_is_ignored_it_stays_so() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Interrupts() as interrupts:
        signal.raise_signal(signal.SIGINT)
    assert not interrupts.pressed
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
