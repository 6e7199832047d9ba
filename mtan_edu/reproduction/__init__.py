"""Reproduction: the notebooks run from the first to the last, the figures they recorded, and a report."""

from __future__ import annotations

from mtan_edu.reproduction.notebooks import reproduce
from mtan_edu.reproduction.results import NotebookResult, ReproductionResult

__all__ = ["NotebookResult", "ReproductionResult", "reproduce"]
