from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mtan_edu.data import DataSplits, FrameDataset
from mtan_edu.data.rooms import draw_room, rooms
from mtan_edu.data.rooms.worker import draw_rooms

SIZE = (10, 14)
NAME = "rooms_10x14_seed3_3+2"


def small(folder: Path, **options: Any) -> DataSplits:
    """Three training and two validation rooms."""
    return rooms(folder, **{"size": SIZE, "train": 3, "val": 2, "seed": 3, **options})


def frames(dataset: FrameDataset) -> list[dict[str, np.ndarray]]:
    """All stored frames."""
    return [dataset.frame(index) for index in range(len(dataset))]


def same(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> bool:
    """Whether two frames agree in every number."""
    return first.keys() == second.keys() and all(np.array_equal(first[name], second[name]) for name in first)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a set of rooms."""
    folder = tmp_path_factory.mktemp("data")
    small(folder)
    return folder


def copy_of(drawn: Path, folder: Path) -> Path:
    """The same set in another folder, to be damaged."""
    (folder / NAME).mkdir(parents=True)
    for file in (drawn / NAME).iterdir():
        (folder / NAME / file.name).write_bytes(file.read_bytes())
    return folder / NAME


def test_a_set_holds_what_was_asked_for(drawn: Path) -> None:
    splits = small(drawn)
    assert (len(splits.train), len(splits.val), splits.image_size, splits.name) == (3, 2, SIZE, NAME)
    assert splits.tasks == ("semantic", "depth", "normal")
    assert sorted(file.name for file in (drawn / NAME).iterdir()) == ["checksums.json", "train.npz", "val.npz"]


def test_a_frame_is_the_room_of_its_split_and_index(drawn: Path) -> None:
    splits = small(drawn)
    assert same(splits.train.frame(2), vars(draw_room(3, 2, "train", SIZE)))
    assert same(splits.val.frame(1), vars(draw_room(3, 1, "val", SIZE)))


def test_a_sample_has_metres_and_unit_normals(drawn: Path) -> None:
    sample = small(drawn).train[0]
    depth, length = sample.targets["depth"][0], sample.targets["normal"].norm(dim=0)
    known = depth > 0
    assert 0.5 < depth[known].mean() < 6
    assert (length[known] - 1).abs().max() < 1e-4
    assert (length[~known] == 0).all()


def test_a_set_is_drawn_once_and_then_read(drawn: Path) -> None:
    before = (drawn / NAME / "train.npz").stat().st_mtime_ns
    small(drawn)
    assert (drawn / NAME / "train.npz").stat().st_mtime_ns == before


def test_a_longer_set_begins_with_the_shorter_one(drawn: Path, tmp_path: Path) -> None:
    longer = small(tmp_path, train=4, val=3)
    shorter = small(drawn)
    for split in ("train", "val"):
        beginning = frames(getattr(longer, split))
        assert all(map(same, frames(getattr(shorter, split)), beginning))


def test_the_compact_reader_reads_a_set_of_rooms(drawn: Path) -> None:
    from mtan_edu.data import read_compact

    read = read_compact(drawn / NAME)
    assert same(read.train.frame(1), small(drawn).train.frame(1))


@pytest.mark.parametrize("damage", ["flipped byte", "cut", "missing file", "missing checksums", "other version"])
def test_a_damaged_or_outdated_set_is_drawn_again(drawn: Path, tmp_path: Path, damage: str) -> None:
    place = copy_of(drawn, tmp_path)
    content = bytearray((place / "train.npz").read_bytes())
    if damage == "flipped byte":
        content[len(content) // 2] ^= 1
        (place / "train.npz").write_bytes(content)
    elif damage == "cut":
        (place / "train.npz").write_bytes(content[:1000])
    elif damage == "missing file":
        (place / "val.npz").unlink()
    elif damage == "missing checksums":
        (place / "checksums.json").unlink()
    else:
        known = json.loads((place / "checksums.json").read_text())
        (place / "checksums.json").write_text(json.dumps({**known, "version": 0}))
    again = small(tmp_path)
    assert all(map(same, frames(again.train), frames(small(drawn).train)))
    assert [entry.name for entry in tmp_path.iterdir()] == [NAME]
    assert (place / "train.npz").read_bytes() == (drawn / NAME / "train.npz").read_bytes()


def test_an_interrupted_drawing_leaves_nothing_behind(tmp_path: Path) -> None:
    def interrupted(items: Iterable[Any], total: int, description: str) -> Iterator[Any]:
        yield next(iter(items))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        small(tmp_path, progress=interrupted)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_drawing_leaves_no_half_set_and_its_rest_is_cleared_away_later(drawn: Path, tmp_path: Path) -> None:
    left = tmp_path / f".{NAME}.unfinished-killed"
    left.mkdir()
    (left / "train.npz").write_bytes(b"half")
    small(tmp_path)
    assert left.exists()  # it may still be at work
    (tmp_path / NAME / "val.npz").unlink()
    hours_ago = time.time() - 7200
    os.utime(left, (hours_ago, hours_ago))
    small(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == [NAME]


def test_two_programs_that_draw_the_same_set_at_once_both_get_it(drawn: Path, tmp_path: Path) -> None:
    def meanwhile(items: Iterable[Any], total: int, description: str) -> Iterator[Any]:
        yield from items
        small(tmp_path)  # the other one is faster

    slower = small(tmp_path, progress=meanwhile)
    assert all(map(same, frames(slower.train), frames(small(drawn).train)))
    assert [entry.name for entry in tmp_path.iterdir()] == [NAME]


def test_several_workers_draw_the_same_set_even_for_a_script_without_main_guard(drawn: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from mtan_edu.data.rooms import rooms\n"
        f"print(len(rooms({str(tmp_path / 'data')!r}, size={SIZE}, train=3, val=2, seed=3, workers=2).train))\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=300)
    assert (done.stdout.strip(), done.stderr.strip()) == ("3", "")
    assert [entry.name for entry in (tmp_path / "data").iterdir()] == [NAME]
    together, alone = small(tmp_path / "data"), small(drawn)
    assert all(map(same, frames(together.train), frames(alone.train)))
    assert all(map(same, frames(together.val), frames(alone.val)))


def test_a_worker_that_stops_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"A process that draws rooms stopped: .* Try again, or with `workers=1`"):
        list(draw_rooms([("train", 0), ("val", 0)], 0, SIZE, tmp_path / "missing", workers=2))


def test_progress_sees_every_room(tmp_path: Path) -> None:
    seen: list[Any] = []

    def progress(items: Iterable[Any], total: int, description: str) -> Iterator[Any]:
        seen.append((total, description))
        for item in items:
            seen.append(item)
            yield item

    small(tmp_path, progress=progress)
    assert seen[0] == (5, "drawing rooms")
    assert len(seen) == 1 + 5


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"train": 0}, "`train` must be 1 or more; got 0. Both splits need rooms"),
        ({"val": -3}, "`val` must be 1 or more; got -3"),
        ({"seed": -1}, "`seed` must be 0 or more; got -1"),
        ({"size": (7, 32)}, "`size` must be a height and a width of at least 8 pixels each; got"),
        ({"workers": 0}, "`workers` must be 1 or more; got 0"),
    ],
)
def test_numbers_out_of_range_are_refused(tmp_path: Path, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        small(tmp_path, **options)
    assert list(tmp_path.iterdir()) == []


def test_too_little_space_is_said_in_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"must be a folder with \d+ MB of free space; .* Free some space"):
        small(tmp_path, train=10**13)
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_folders_place_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OSError, match="`folder` must be a folder with .* name another folder"):
        small(tmp_path / "file")


def test_a_process_that_draws_rooms_does_without_torch() -> None:
    code = "import sys, mtan_edu.data.rooms.worker; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
