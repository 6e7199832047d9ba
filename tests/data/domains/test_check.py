from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from PIL import Image

from mtan_edu.data import check_folder
from tests.data.domains.small_domains import pack, picture, write_domains
from tests.data.domains.test_official import write_official


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_domains(tmp_path / "zoo")


def test_sound_domains_have_no_problem(folder, tmp_path):
    assert check_folder(folder) == []
    assert check_folder(pack(folder, tmp_path / "zoo.tar.gz")) == []
    assert check_folder(write_official(tmp_path / "decathlon-1.0")) == []


def test_small_pictures_are_no_problem(tmp_path):
    folder = write_domains(tmp_path / "zoo", height=8, width=9)
    Image.fromarray(picture(0, 8, 8)).save(folder / "birds/val/owl/9.jpg")
    assert check_folder(folder) == []


def test_every_problem_gets_one_line(folder, tmp_path):
    shutil.copytree(folder / "birds/val/owl", folder / "birds/val/hen")
    (folder / "birds/train/owl/0.png").write_bytes(b"")
    (folder / "birds/val/crow/1.png").write_bytes((folder / "birds/val/crow/1.png").read_bytes()[:200])
    (folder / "signs/train/empty").mkdir()
    Image.fromarray(picture(0, 5, 40)).save(folder / "signs/train/stop/1.png")
    shutil.rmtree(folder / "signs/val")
    expected = [
        "`birds/val/hen` must be a class of birds/train too",
        "`signs/train/empty` must hold pictures; got an empty class",
        "`signs/val` must be a folder with a folder per class; got none",
        "`birds/train/owl/0.png` must be a whole, readable file",
        "`birds/val/crow/1.png` must be a whole, readable file",
        "`signs/train/stop/1.png` must be at least 8 pixels high and wide; got 5x40",
    ]
    for lines in (check_folder(folder), check_folder(pack(folder, tmp_path / "zoo.tar.gz"))):
        assert len(lines) == len(expected)
        assert all(any(line.startswith(start) for line in lines) for start in expected)


def test_annotations_pictures_and_pickle_are_checked_together(tmp_path):
    root = write_official(tmp_path / "decathlon-1.0")
    (root / "data/birds/val/owl/1.png").unlink()
    (root / "data/signs/train/stop/0.png").write_bytes(b"no picture")
    (root / "decathlon_mean_std.pickle").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    lines = check_folder(root)
    assert [re.match("`[^`]*`", line)[0] for line in lines] == [
        "`data/birds/val/owl/1.png`",
        "`decathlon_mean_std.pickle`",
        "`signs/train/stop/0.png`",
    ]


def test_many_missing_files_are_counted_after_ten(tmp_path):
    root = write_official(tmp_path / "decathlon-1.0")
    for path in (root / "data/birds/train").glob("*/*.png"):
        path.unlink()
    for path in (root / "data/birds/val").glob("*/*.png"):
        path.unlink()
    lines = check_folder(root)
    assert len(lines) == 9 + 6


def test_progress_is_told_of_every_picture(folder):
    told = []
    check_folder(folder, progress=lambda items, total, what: told.append((what, total)) or items)
    assert told == [("check", 25)]
