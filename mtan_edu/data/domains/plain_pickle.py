"""Numbers from a pickle that nobody vouches for, without running anything that it names.

A pickle is a program: to load it is to call whatever function it names. The official decathlon keeps its means and
standard deviations in one, so it is read here with a table of stand-ins. What a pickle of NumPy's numbers needs is in
the table, as a function of ours that only takes down what it is given; any other name ends the reading.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

_LARGEST = 1_000_000
"""Bytes up to which a file is read. The official one has 2,403."""

_WRONG = (
    pickle.UnpicklingError, AttributeError, EOFError, ImportError, IndexError, KeyError, TypeError, ValueError,
    OverflowError, MemoryError, RecursionError,
)  # fmt: skip
"""What reading a damaged pickle may raise."""


def read_plain_pickle(path: Path) -> dict[str, list[float]]:
    """Read a pickle of lists or arrays of numbers under names, of any protocol, written by Python 2 or 3.

    Raises:
        ValueError: If it holds anything else, or is damaged. Nothing is executed before that is known, nor after.
    """
    if path.stat().st_size > _LARGEST:
        raise ValueError(f"`{path.name}` must hold a few numbers; got {path.stat().st_size} bytes. Copy it again.")
    try:
        with path.open("rb") as stream:
            values = _Reader(stream, encoding="latin1").load()
        if not isinstance(values, dict):
            raise pickle.UnpicklingError(f"{type(values).__name__}")
        return {_name(key): _numbers(value) for key, value in values.items()}
    except _Refused as refused:
        raise ValueError(
            f"`{path.name}` must hold plain numbers; got a pickle that wants to run {refused}, which was not run. "
            "Remove the file: means and standard deviations are then computed."
        ) from None
    except _WRONG as error:
        raise ValueError(
            f"`{path.name}` must hold lists of numbers under names; got something else ({type(error).__name__}). "
            "Remove the file: means and standard deviations are then computed."
        ) from error


class _Refused(Exception):  # noqa: N818 - it names what was refused
    """The name that a pickle asked for."""


class _StandIn:
    """Takes the place of a function of NumPy's. Being no class, it gives a pickle nothing to build or to alter."""

    __slots__ = ("_call",)

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def __call__(self, *arguments: Any) -> Any:
        return self._call(*arguments)

    def __setstate__(self, state: Any) -> NoReturn:
        raise pickle.UnpicklingError("a state for a function")


class _Type:
    """A type of number: what NumPy calls a dtype."""

    __slots__ = ("order", "text")

    def __init__(self, text: str, *_: Any) -> None:
        self.text, self.order = str(text), "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = state[1]

    def numbers(self, raw: bytes | bytearray | str) -> list[float]:
        """Bytes as numbers of this type."""
        if self.text not in ("f2", "f4", "f8") or self.order not in ("<", ">", "="):
            raise pickle.UnpicklingError(f"numbers of type {self.text}")
        content = raw.encode("latin1") if isinstance(raw, str) else bytes(raw)
        return np.frombuffer(content, np.dtype(self.order + self.text)).astype(np.float64).tolist()


class _Array:
    """A row of numbers: what NumPy calls an ndarray."""

    __slots__ = ("numbers",)

    def __init__(self, numbers: list[float]) -> None:
        self.numbers = numbers

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, _, kind, _, raw = state  # version, shape, type, order of axes, content
        self.numbers = kind.numbers(raw)


_STAND_INS: dict[str, Callable[..., Any]] = {
    "numpy.ndarray": _StandIn(lambda *_: None),  # named only as an argument of `_reconstruct`
    "numpy.dtype": _StandIn(_Type),
    "multiarray._reconstruct": _StandIn(lambda *_: _Array([])),
    "multiarray.scalar": _StandIn(lambda kind, raw: kind.numbers(raw)[0]),
    "numeric._frombuffer": _StandIn(lambda raw, kind, *_: _Array(kind.numbers(raw))),
    "_codecs.encode": _StandIn(lambda text, encoding: text.encode("latin1")),
}
"""What a pickle of NumPy's numbers calls, however old the NumPy."""


class _Reader(pickle.Unpickler):
    """Loads what needs nothing but stand-ins."""

    def find_class(self, module: str, name: str) -> Any:
        """The stand-in of a name; nothing is imported."""
        full = f"{module}.{name}"
        for package in ("numpy.core.", "numpy._core."):
            full = full.removeprefix(package)
        if full not in _STAND_INS:
            raise _Refused(f"{module}.{name}")
        return _STAND_INS[full]


def _name(key: Any) -> str:
    if not isinstance(key, str | bytes):
        raise TypeError("a name")
    return key.decode("latin1") if isinstance(key, bytes) else key


def _numbers(value: Any) -> list[float]:
    items = value.numbers if isinstance(value, _Array) else value
    if not isinstance(items, list | tuple) or not all(isinstance(item, int | float) for item in items):
        raise TypeError("numbers")
    return [float(item) for item in items]
