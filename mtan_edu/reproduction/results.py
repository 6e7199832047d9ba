"""What a reproduction found: frozen records that `report` writes down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PASSED = "passed"
FAILED = "failed"
TIMED_OUT = "timed out"


@dataclass(frozen=True)
class NotebookResult:
    """How one notebook went.

    Attributes:
        name: File name without its ending.
        title: Its first heading.
        status: "passed", "failed" (a cell raised) or "timed out" (a cell or the whole was over its limit).
        seconds: Wall time, the start of the kernel included.
        figures: What the notebook recorded.
        problem: One sentence on what went wrong; empty if passed.
        notebook: The executed notebook; None if it never started.
        page: The same as HTML; None if there is nothing to show.
        log: What papermill and the kernel said.
    """

    name: str
    title: str
    status: str
    seconds: float
    figures: Mapping[str, Any]
    problem: str
    notebook: Path | None
    page: Path | None
    log: Path

    @property
    def passed(self) -> bool:
        """Whether every cell ran without an error and in time."""
        return self.status == PASSED

    @property
    def line(self) -> str:
        """One line for a terminal."""
        return f"{self.name}: {self.status}, {self.seconds:.0f} s" + (f". {self.problem}" if self.problem else "")


@dataclass(frozen=True)
class ReproductionResult:
    """How all notebooks went.

    Attributes:
        folder: Where executed notebooks, pages, `index.html` and `report.json` lie.
        parameters: What every notebook was given.
        environment: Versions, machine, git commit.
        notebooks: One result each, in the order in which they ran.
        expected: Number of notebooks there are; above `len(notebooks)` in a report of an unfinished run.
    """

    folder: Path
    parameters: Mapping[str, Any]
    environment: Mapping[str, Any]
    notebooks: tuple[NotebookResult, ...]
    expected: int

    @property
    def passed(self) -> bool:
        """Whether every notebook ran and passed."""
        return len(self.notebooks) == self.expected and all(result.passed for result in self.notebooks)

    @property
    def exit_status(self) -> int:
        """0 if every notebook passed, else 1: what a command returns to the shell."""
        return 0 if self.passed else 1
