"""Where a run was trained: what somebody who gets other numbers will ask first."""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import torch

import mtan_edu
from mtan_edu.data import DataSplits
from mtan_edu.data.domains import DomainSplits
from mtan_edu.training.device import describe_device


def describe_environment(device: torch.device, threads: int | None, data: DataSplits | DomainSplits) -> dict[str, Any]:
    """Versions, device, threads, commit, and what the data looked like.

    Args:
        device: Where the network computes.
        threads: CPU threads.
        data: What it is trained on.

    Returns:
        JSON-able values, the same for every start of the same run on the same machine.
    """
    return {
        "mtan_edu": mtan_edu.__version__,
        "commit": git_commit(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "platform": platform.platform(),
        "device": describe_device(device),
        "threads": threads,
        "data": describe_data(data),
    }


def describe_data(data: DataSplits | DomainSplits) -> dict[str, Any]:
    """What must not change between two parts of a run."""
    if isinstance(data, DomainSplits):
        domains = {
            name: {"train": len(domain.train), "val": len(domain.val), "classes": list(domain.classes)}
            for name, domain in data.domains.items()
        }
        return {"name": data.name, "image_size": list(data.image_size), "domains": domains}
    return {
        "name": data.name,
        "train": len(data.train),
        "val": len(data.val),
        "image_size": list(data.image_size),
        "targets": list(data.tasks),
        "classes": list(data.classes),
    }


def git_commit() -> str | None:
    """The commit that this package was checked out at, "+changes" added if files differ from it; None if unknown."""
    root = Path(mtan_edu.__file__).parents[1]
    if not (root / "pyproject.toml").exists():  # installed: a repository around it would be another project's
        return None
    command = ["git", "describe", "--always", "--dirty=+changes", "--exclude=*", "--abbrev=40"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
