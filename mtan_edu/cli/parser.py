"""Arguments, and one sentence for each way to get them wrong."""

from __future__ import annotations

import argparse
import difflib
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn, TypeAlias

Verbs: TypeAlias = "argparse._SubParsersAction[SentenceParser]"


class UsageError(ValueError):
    """The arguments were wrong; the message says which."""


class SentenceParser(argparse.ArgumentParser):
    """argparse, with sentences for errors and examples in its help.

    Args:
        examples: Calls to show, one per line.
    """

    def __init__(self, *, examples: str = "", **settings: Any) -> None:
        shown = textwrap.indent(textwrap.dedent(examples).strip(), "  ")
        super().__init__(
            epilog=f"examples:\n{shown}" if shown else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            **settings,
        )
        self.set_defaults(parser=self)
        self.add_argument("--traceback", action="store_true", help="show where an error came from")

    def error(self, message: str) -> NoReturn:
        """Raise what argparse found, as a sentence."""
        raise UsageError(f"{_sentence(message)} `{self.prog} --help` shows how it is called.")

    @property
    def option_names(self) -> tuple[str, ...]:
        """Every option, such as "--epochs"."""
        return tuple(name for action in self._actions for name in action.option_strings)


def parse(parser: SentenceParser, arguments: Sequence[str]) -> argparse.Namespace:
    """Read the arguments.

    Raises:
        UsageError: If they are wrong.
    """
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        verb: SentenceParser = options.parser
        near = nearest(unknown[0].partition("=")[0], verb.option_names)
        verb.error(f"`{unknown[0]}` is unknown.{near}")
    return options


def nearest(name: str, known: Iterable[str]) -> str:
    """The question whether a known name was meant, if one is close; else nothing."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" Did you mean `{close[0]}`?" if close else ""


def whole_number(text: str) -> int:
    """Such as 4."""
    return _convert(int, text, "a whole number")


def number(text: str) -> float:
    """Such as 0.002 or 2e-3."""
    return _convert(float, text, "a number")


def size(text: str) -> tuple[int, int]:
    """Such as 96x128: height and width."""
    match = re.fullmatch(r"(\d+)x(\d+)", text.strip().lower())
    if not match:
        raise argparse.ArgumentTypeError(f"must be height x width; got {text!r}. An example is 96x128.")
    return int(match[1]), int(match[2])


def names(text: str) -> tuple[str, ...]:
    """Such as semantic,depth."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def whole_numbers(text: str) -> tuple[int, ...]:
    """Such as 0,1,2."""
    return tuple(whole_number(part) for part in names(text))


def _convert(kind: Callable[[str], Any], text: str, what: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be {what}; got {text!r}.") from None


def _sentence(message: str) -> str:
    """What argparse says, in our form: "argument --epochs: must be" becomes "`--epochs` must be"."""
    if match := re.fullmatch(r"the following arguments are required: (.*)", message):
        needed = ", ".join(f"`{name}`" for name in match[1].split(", "))
        return f"{needed} must be given; got nothing for it."
    if match := re.fullmatch(r"argument ([^:]*): invalid choice: '?(.*?)'? \(choose from (.*)\)", message):
        known = [name.strip(" '") for name in match[3].split(",")]
        return f"`{match[1]}` must be one of {', '.join(known)}; got {match[2]!r}.{nearest(match[2], known)}"
    if match := re.fullmatch(r"argument ([^:]*): (must .*)", message):
        return f"`{match[1]}` {match[2]}"
    if match := re.fullmatch(r"argument ([^:]*): (.*?)\.?", message):
        return f"`{match[1]}` could not be read: {match[2]}."
    return message if message.endswith((".", "?")) else f"{message}."
