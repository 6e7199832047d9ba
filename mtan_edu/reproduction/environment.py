"""What a report must say about the machine and the versions that produced it."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from mtan_edu.experiment.environment import git_commit

PACKAGES = ("mtan-edu", "torch", "numpy", "matplotlib", "seaborn", "ipywidgets", "ipykernel", "papermill")


def describe_environment() -> dict[str, Any]:
    """Versions, machine, commit and time.

    Returns:
        JSON-able values. `commit` is None outside a git checkout; a commit with changes ends in "+changes".
    """
    return {
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "commit": git_commit(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
