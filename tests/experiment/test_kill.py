from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mtan_edu.recording import create_run
from tests.tiny_runs import contents, tiny_config

SCRIPT = Path(__file__).with_name("kill_and_resume.py")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_run_killed_again_and_again_while_it_writes_ends_as_an_undisturbed_one(
    whole: Path, data: Path, tmp_path: Path
) -> None:
    create_run(tmp_path / "run", tiny_config(data, weighting="dwa").resolved().to_dict())
    command = [sys.executable, str(SCRIPT), str(tmp_path / "run"), "7"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 5, "too few were killed to show anything"
    ends = [contents(folder) for folder in (whole, tmp_path / "run")]
    for end in ends:
        assert end.pop("records.jsonl").count(b"\n") == 3
        del end["environment.json"]  # the commit that is checked out may change between two runs
    assert ends[0] == ends[1]
