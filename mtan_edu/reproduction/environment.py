"""What a report must say about the machine and the versions that produced it."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("mtan-edu", "torch", "numpy", "matplotlib", "seaborn", "ipywidgets", "ipykernel", "papermill")


def describe_environment() -> dict[str, Any]:
    """Versions, machine, commit and time, without importing any of the packages.

    Returns:
        JSON-able values. `commit` is None outside a git checkout; a commit with changes ends in "+changes".
    """
    return {
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "commit": _commit(Path(__file__).parent),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _commit(folder: Path) -> str | None:
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty=+changes", "--exclude=*", "--abbrev=40"],
            cwd=folder, capture_output=True, text=True, timeout=10, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return described.stdout.strip()
