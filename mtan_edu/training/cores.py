"""How many CPU cores this process may use. Standard library only."""

from __future__ import annotations

import math
import os
from pathlib import Path


def available_cores(groups: Path = Path("/sys/fs/cgroup")) -> int:
    """Cores that the system grants this process: a fixed property of the machine, not of its load.

    A classroom server often grants a container two of its 64 cores by a quota that `os.cpu_count` does not know;
    64 threads on two cores wait for each other most of the time.

    Args:
        groups: Where Linux tells the quota of a container.

    Returns:
        At least 1.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(allowed, _quota(groups)))


def _quota(groups: Path) -> int:
    """Cores by the quota of the control group, versions 2 and 1; a large number if there is none."""
    for names in (["cpu.max"], ["cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"]):
        try:
            quota, period = " ".join((groups / name).read_text() for name in names).split()
            if quota not in ("max", "-1"):
                return math.ceil(int(quota) / int(period))
        except (OSError, ValueError, ZeroDivisionError):
            continue
    return 10**6
