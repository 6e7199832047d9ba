from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch

from mtan_edu.recording.checkpoint import Checkpoint, load_checkpoint, load_weights, save_checkpoint
from tests.tiny_runs import contents


def checkpoint(epoch: int = 3, size: int = 5) -> Checkpoint:
    generator = torch.Generator().manual_seed(epoch)
    model = {"weight": torch.randn(2, size, generator=generator), "count": torch.tensor(7)}
    return Checkpoint(epoch, model, {"weighting.history": torch.ones(2, 3, dtype=torch.float64)})


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "checkpoint").iterdir())


class Evil:
    """What a pickle can do."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_it_comes_back_bit_for_bit(tmp_path: Path) -> None:
    saved = checkpoint()
    save_checkpoint(tmp_path, saved)
    loaded = load_checkpoint(tmp_path)
    assert loaded is not None
    assert loaded.epoch == 3
    for before, after in ((saved.model, loaded.model), (saved.training, loaded.training)):
        assert before.keys() == after.keys()
        assert all(
            torch.equal(value, after[name]) and value.dtype == after[name].dtype for name, value in before.items()
        )


def test_only_the_last_one_stays_on_disk(tmp_path: Path) -> None:
    for epoch in (1, 2):
        save_checkpoint(tmp_path, checkpoint(epoch))
    assert files(tmp_path) == ["model-0002.safetensors", "state.json", "training-0002.safetensors"]
    assert load_weights(tmp_path)[0] == 2


def test_equal_tensors_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        save_checkpoint(tmp_path / name, checkpoint())
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_a_run_without_one_has_none(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path) is None
    with pytest.raises(ValueError, match="`run` must have finished an epoch"):
        load_weights(tmp_path)


def test_a_full_disk_leaves_the_old_one_valid_and_nothing_half_written(tmp_path: Path, small_files: None) -> None:
    save_checkpoint(tmp_path, checkpoint(1))
    before = contents(tmp_path)
    with pytest.raises(OSError, match="too large"):
        save_checkpoint(tmp_path, checkpoint(2, size=50_000))
    assert contents(tmp_path) == before


def test_files_that_a_killed_write_left_are_forgotten(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, checkpoint(1))
    (tmp_path / "checkpoint" / "model-0002.safetensors").write_bytes(b"half")
    loaded = load_checkpoint(tmp_path)
    assert loaded is not None
    assert loaded.epoch == 1
    save_checkpoint(tmp_path, checkpoint(2))
    assert load_weights(tmp_path)[0] == 2


@pytest.mark.parametrize("damage", [lambda content: content[:-9], lambda content: content[:40] + b"?" + content[41:]])
def test_a_damaged_file_gets_a_sentence(tmp_path: Path, damage: Any) -> None:
    save_checkpoint(tmp_path, checkpoint())
    path = tmp_path / "checkpoint" / "model-0003.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"model-0003\.safetensors must be as it was written; it is damaged"):
        load_checkpoint(tmp_path)


def test_a_missing_file_gets_a_sentence(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, checkpoint())
    (tmp_path / "checkpoint" / "training-0003.safetensors").unlink()
    with pytest.raises(ValueError, match=r"training-0003\.safetensors does not"):
        load_checkpoint(tmp_path)


def test_a_pickle_is_never_opened_even_if_its_checksum_fits(tmp_path: Path) -> None:
    import hashlib

    save_checkpoint(tmp_path, checkpoint())
    content = pickle.dumps(Evil(tmp_path / "ran"))
    (tmp_path / "checkpoint" / "model-0003.safetensors").write_bytes(content)
    state_file = tmp_path / "checkpoint" / "state.json"
    state = json.loads(state_file.read_text())
    state["model"]["sha256"] = hashlib.sha256(content).hexdigest()
    state_file.write_text(json.dumps(state))
    with pytest.raises(ValueError, match="must be a safetensors file; it is damaged"):
        load_checkpoint(tmp_path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ('{"epoch": 3', "must be a JSON file"),
        ("[3]", "must hold a JSON object; got list"),
        ('{"epoch": "3"}', "must name a finished epoch; got '3'"),
        ('{"epoch": 3}', "must name the model file"),
        ('{"epoch": 3, "model": {"file": "../../secret.safetensors", "sha256": ""}}', "must name the model file"),
    ],
)
def test_a_damaged_state_gets_a_sentence(tmp_path: Path, state: str, sentence: str) -> None:
    save_checkpoint(tmp_path, checkpoint())
    (tmp_path / "checkpoint" / "state.json").write_text(state)
    with pytest.raises(ValueError, match=sentence):
        load_checkpoint(tmp_path)
