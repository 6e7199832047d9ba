"""Papermill in a process of its own, which can be stopped together with every process it started."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, Any

import psutil

KERNEL = "python3"
"""The name every notebook asks for. Here it always means the Python that runs this function."""

NOISE = "Kernel is running over TCP without encryption"
"""Said by every kernel at every start. The connection never leaves the machine."""


def run(
    notebook: Path, executed: Path, parameters: Mapping[str, Any], cell_limit: int, notebook_limit: int, log: Path
) -> int | None:
    """Execute a notebook and wait for its end.

    Papermill's own limit counts per cell and is off by default; this one counts for the whole, start included.

    Args:
        notebook: The notebook to run; it is only read.
        executed: Where papermill writes the notebook with its outputs, after every cell.
        parameters: Name to value.
        cell_limit: Limit for one cell [s].
        notebook_limit: Limit for the notebook [s].
        log: File for what papermill and the kernel say.

    Returns:
        Papermill's exit status, 0 if all went well; None if the notebook was over its limit and was stopped.
    """
    encoded = base64.b64encode(json.dumps(dict(parameters)).encode()).decode()
    options = ["--no-progress-bar", "--kernel", KERNEL, "--execution-timeout", str(cell_limit)]
    command = [sys.executable, "-m", "papermill", str(notebook), str(executed), *options, "-b", encoded]
    with tempfile.TemporaryDirectory(prefix="mtan-edu-") as home, log.open("w", encoding="utf-8") as said:
        status = _run_limited(command, _environment(Path(home)), notebook_limit, said)
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    log.write_text("".join(line for line in lines if NOISE not in line), encoding="utf-8")
    return status


def _run_limited(command: list[str], environment: Mapping[str, str], limit: int, said: IO[str]) -> int | None:
    """Exit status of a command, or None if it was over its limit. No process that it started outlives it."""
    with _exit_when_terminated():
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            return None
        finally:
            _stop(process)


@contextmanager
def _exit_when_terminated() -> Iterator[None]:
    """Leave with an exception on SIGTERM, as on Ctrl-C: whoever cleans up in `finally` gets to do so."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what a signal does
        return

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and all below it: the kernel leads a session of its own and would not end with papermill."""
    if process.poll() is not None:
        return
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue
    process.wait()
    psutil.wait_procs(family, timeout=10)


def _environment(home: Path) -> dict[str, str]:
    """Variables for papermill and its kernel: our own kernel comes first, no personal start-up file is read."""
    kernel = home / "kernels" / KERNEL
    kernel.mkdir(parents=True)
    specification = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3",
        "language": "python",
    }
    (kernel / "kernel.json").write_text(json.dumps(specification), encoding="utf-8")
    others = os.environ.get("JUPYTER_PATH")
    return {
        **os.environ,
        "JUPYTER_PATH": os.pathsep.join([str(home), others] if others else [str(home)]),
        "IPYTHONDIR": str(home / "ipython"),
        "OMP_WAIT_POLICY": os.environ.get("OMP_WAIT_POLICY", "PASSIVE"),  # threads that spin slow a busy machine
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # a debugger's warning in every notebook's log
    }
