"""What a person reads when something went wrong: one sentence, and what to do."""

from __future__ import annotations

import errno
from pathlib import Path

from mtan_edu.run_layout import CONFIG, checkpoint_epoch, read_json

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")


def exit_status(error: BaseException) -> int | None:
    """2 for bad input, 1 for a training that failed, 130 for Ctrl-C; None for what nobody foresaw."""
    if isinstance(error, KeyboardInterrupt):
        return 130
    if isinstance(error, ArithmeticError) and hasattr(error, "task"):  # NonFiniteLossError, without loading torch
        return 1
    if _is_memory(error):
        return 1
    return 2 if isinstance(error, (ValueError, TypeError, OSError)) else None


def describe(error: BaseException) -> str:
    """The error as a sentence."""
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted."
    if _is_memory(error):
        return "There is not enough memory. Take a smaller --batch-size, --width or --size."
    if isinstance(error, OSError) and error.errno in _FULL:
        return f"The disk is full, or your share of it: {error.filename or 'a file'} was not written. Free some space."
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"There is no {error.filename}, or no folder to write it into. Check the path, or make the folder first."
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}." if error.filename else f"{error.strerror}."
    text = " ".join(str(error).split())
    return text or f"{type(error).__name__} without a message."


def unfinished_hint(error: BaseException, folder: Path | None) -> str:
    """What is left of the run that an error broke off, and how to go on with it; empty if it broke off none."""
    if folder is None or not (folder / CONFIG).is_file() or not _breaks_off(error):
        return ""
    try:
        done, epochs = checkpoint_epoch(folder), read_json(folder / CONFIG)["training"]["epochs"]
    except (ValueError, KeyError, TypeError, OSError):  # the first error is the one to tell
        return ""
    if done >= epochs:
        return ""
    if isinstance(error, ArithmeticError):
        return f"The weights after epoch {done} remain in {folder}." if done else ""
    return f"{done} of {epochs} epochs are safe; go on with: mtan-edu resume {folder}"


def _breaks_off(error: BaseException) -> bool:
    """Whether it stopped a training that was possible: not for bad input, nor for a folder that another run has."""
    full = isinstance(error, OSError) and error.errno in _FULL
    return full or _is_memory(error) or isinstance(error, (KeyboardInterrupt, ArithmeticError))


def _is_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(words in str(error) for words in _MEMORY)
    )
