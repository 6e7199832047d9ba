"""What the figures say: numbers, names and trends as short pieces of a sentence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence


def number(value: float) -> str:
    """Three significant digits without an exponent where it stays readable: "0.612", "12.3", "nan"."""
    if not math.isfinite(value):
        return str(value)
    size = abs(value)
    if size != 0 and (size < 0.001 or size >= 100_000):
        return f"{value:.2g}"
    decimals = 3 if size < 1 else 2 if size < 10 else 1 if size < 100 else 0
    return f"{value:.{decimals}f}"


def listing(names: Iterable[object]) -> str:
    """Join names: "a", "a and b", "a, b and c"."""
    words = [str(name) for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else "none"


def plural(count: int, word: str) -> str:
    """Count something: "1 epoch", "8 epochs"."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def trend(name: str, values: Sequence[float]) -> str:
    """Say where values went, by the first and the last number: "depth fell from 1.20 to 0.610"."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return f"{name} could not be measured"
    if len(finite) == 1:
        return f"{name} is {number(finite[0])}"
    first, last = number(finite[0]), number(finite[-1])
    if first == last:
        return f"{name} stayed at {last}"
    return f"{name} {'fell' if finite[-1] < finite[0] else 'rose'} from {first} to {last}"


def span(epochs: Sequence[int]) -> str:
    """Name a range of epochs: "epoch 1", "epochs 1 to 8"."""
    return f"epoch {epochs[0]}" if len(epochs) == 1 else f"epochs {epochs[0]} to {epochs[-1]}"


def when(epoch: int | None) -> str:
    """When something was recorded: "untrained", "after 3 epochs", or "" if unknown."""
    if epoch is None:
        return ""
    return "untrained" if epoch == 0 else f"after {plural(epoch, 'epoch')}"


def nearest(name: str, choices: Sequence[str]) -> str:
    """The choices as a sentence, the most similar one first if one is similar."""
    import difflib

    close = difflib.get_close_matches(name, choices, n=1)
    hint = f"Did you mean {close[0]!r}? " if close else ""
    return f"{hint}There is {listing(repr(choice) for choice in choices)}."
