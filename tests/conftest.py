"""What every test stands on: checked shapes, one thread, no window, and data that may be absent."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

# Before torch and matplotlib are imported: both read these once.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # waiting threads that spin slow a shared machine down twenty-fold
os.environ.setdefault("MPLBACKEND", "Agg")

import hypothesis
import pytest
import torch
from jaxtyping import install_import_hook

import tests.type_checker  # noqa: F401  the hook imports the package `tests` only, and looks the module up in it

# From here on, every annotated function of the package checks its arguments' types and shapes when called.
install_import_hook("mtan_edu", "tests.type_checker.checked")

# A shell lets what it starts in the background ignore Ctrl-C, and the runs that tests interrupt would inherit that.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).resolve().parents[1]

hypothesis.settings.register_profile("quiet", deadline=None, derandomize=True, max_examples=30, database=None)
hypothesis.settings.load_profile("quiet")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Run the test on one thread, whatever the one before it chose: sums then come out the same everywhere."""
    torch.set_num_threads(1)
    yield
    if torch.are_deterministic_algorithms_enabled():  # the call itself imports a compiler, for seconds
        torch.use_deterministic_algorithms(False)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real NYUv2 frames (`nyuv2_96x128/{train,val}.npz`), which the project may not contain."""
    return _folder_or_skip("MTAN_EDU_REAL_DATA", "data", "real NYUv2 frames")


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of what the reference code computes for weights and inputs that a formula rebuilds."""
    return _folder_or_skip("MTAN_EDU_REFERENCE", "reference", "values of the reference code")


def _folder_or_skip(variable: str, name: str, what: str) -> Path:
    """The folder that `variable` names, else `../shared/<name>` beside the repository, else a skipped test."""
    named = os.environ.get(variable)
    folder = Path(named) if named else REPOSITORY.parent / "shared" / name
    if folder.is_dir():
        return folder
    pytest.skip(f"needs {what}: set {variable} to their folder (none at {folder})")
