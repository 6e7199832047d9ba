from __future__ import annotations

from pathlib import Path

import pytest

from mtan_edu.training.cores import available_cores


@pytest.fixture
def without_quota(tmp_path: Path) -> int:
    return available_cores(tmp_path)


def test_a_quota_of_a_container_limits_the_cores(tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    assert available_cores(tmp_path) == 1


def test_a_quota_of_the_older_kind_limits_them_too(tmp_path: Path) -> None:
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text("100000\n")
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    assert available_cores(tmp_path) == 1


@pytest.mark.parametrize("text", ["max 100000\n", "nonsense", "100000 0", ""])
def test_without_a_quota_all_granted_cores_count(tmp_path: Path, without_quota: int, text: str) -> None:
    (tmp_path / "cpu.max").write_text(text)
    assert available_cores(tmp_path) == without_quota >= 1


def test_a_quota_above_the_granted_cores_changes_nothing(tmp_path: Path, without_quota: int) -> None:
    (tmp_path / "cpu.max").write_text(f"{100000 * (without_quota + 5)} 100000")
    assert available_cores(tmp_path) == without_quota
