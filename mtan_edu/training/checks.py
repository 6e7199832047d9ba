"""Sentences for what a configuration must be. Standard library only: a command checks before it loads torch."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from typing import Any


def nearest(name: str, known: Iterable[str]) -> str:
    """The sentence that asks whether a known name was meant, if one is close; else nothing."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"Did you mean `{close[0]}`? " if close else ""


def check_choice(name: str, value: Any, known: Iterable[str]) -> None:
    """Raise ValueError unless `value` is one of the known names."""
    names = tuple(known)
    if value not in names:
        raise ValueError(
            f"`{name}` must be one of {', '.join(names)}; got {value!r}. "
            f"{nearest(str(value), names) or 'Choose one of them.'}".rstrip()
        )


def check_integer(name: str, value: Any, smallest: int, advice: str) -> None:
    """Raise unless `value` is an integer of at least `smallest`. TypeError if it is no integer at all."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"`{name}` must be an integer; got {value!r}. {advice}")
    if value < smallest:
        raise ValueError(f"`{name}` must be at least {smallest}; got {value}. {advice}")


def check_positive(name: str, value: Any, advice: str) -> None:
    """Raise unless `value` is a finite number above 0. TypeError if it is no number at all."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"`{name}` must be a number; got {value!r}. {advice}")
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"`{name}` must be finite and above 0; got {value}. {advice}")


def check_switch(name: str, value: Any) -> None:
    """Raise TypeError unless `value` is True or False."""
    if not isinstance(value, bool):
        raise TypeError(f"`{name}` must be true or false; got {value!r}. Write one of the two.")


def check_keys(name: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Raise ValueError if `given` holds a key that is not known."""
    names = tuple(known)
    for key in given:
        if key not in names:
            raise ValueError(f"`{name}` must hold known settings only; got {key!r}. {nearest(key, names)}Remove it.")
