from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from mtan_edu.data.domains import DomainSplits, is_domains, open_domains
from mtan_edu.data.domains.folder import FileDomainDataset, find_layouts
from tests.data.domains.small_domains import CLASSES, pack, picture, write_domains
from tests.data.small_sets import write_compact, write_prepared


def opened(path: Path, **options) -> DomainSplits:
    return open_domains(path, folder=path.parent, **{"size": 16, **options})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_domains(tmp_path / "zoo")


def test_a_folder_gives_its_domains_with_classes_and_pictures(folder):
    splits = opened(folder)
    assert splits.name == "zoo"
    assert splits.image_size == (16, 16)
    assert {name: domain.classes for name, domain in splits.domains.items()} == CLASSES
    birds = splits.domains["birds"]
    assert (len(birds.train), len(birds.val)) == (9, 6)
    assert birds.train.labels.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_a_sample_is_an_image_in_unit_range_and_the_class_under_the_name_of_its_domain(folder):
    sample = opened(folder).domains["signs"].val[3]
    assert sample.image.shape == (3, 16, 16)
    assert sample.image.dtype == torch.float32
    assert sample.image.max() <= 1
    assert {name: target.tolist() for name, target in sample.targets.items()} == {"signs": 1}
    assert sample.targets["signs"].dtype == torch.int64


def test_a_picture_of_the_wanted_height_keeps_the_pixels_of_its_middle(folder):
    stored = picture(seed=0, height=20, width=30)
    held = opened(folder, size=20).domains["birds"].train.picture(0)
    np.testing.assert_array_equal(held, stored[:, 5:25])


@pytest.mark.parametrize(("name", "mode"), [("zoo.tar", "w"), ("zoo.tar.gz", "w:gz"), ("zoo.tgz", "w:gz")])
def test_an_archive_gives_what_the_folder_gives(folder, tmp_path, name, mode):
    splits, packed = opened(folder), opened(pack(folder, tmp_path / name, mode))
    assert packed.name == "zoo"
    for domain in splits.domains.values():
        other = packed.domains[domain.name]
        assert (domain.mean, domain.std) == (other.mean, other.std)
        for split in ("train", "val"):
            for index in range(len(getattr(domain, split))):
                ours, theirs = getattr(domain, split)[index], getattr(other, split)[index]
                assert torch.equal(ours.image, theirs.image)
                assert ours.targets == theirs.targets


def test_mean_and_std_are_those_of_all_training_pixels(folder):
    domain = opened(folder).domains["birds"]
    pixels = torch.stack([domain.train[index].image for index in range(9)])  # (B, 3, H, W)
    np.testing.assert_allclose(domain.mean, pixels.double().mean(dim=(0, 2, 3)), atol=1e-7)
    np.testing.assert_allclose(domain.std, pixels.double().std(dim=(0, 2, 3), correction=0), atol=1e-7)


def test_only_the_named_domains_are_opened_in_their_order(folder):
    assert list(opened(folder, names=["signs", "birds"]).domains) == ["signs", "birds"]
    assert list(opened(folder, names=["signs"]).domains) == ["signs"]


def test_domains_json_gives_order_of_classes_mirror_and_origin(folder):
    facts = {"classes": ["owl", "crow", "duck"], "mirror": False, "source": "a pond", "licence": "CC0", "asks": "Who?"}
    (folder / "domains.json").write_text(json.dumps({"birds": facts}))
    birds = opened(folder).domains["birds"]
    assert (birds.classes, birds.mirror, birds.origin, birds.asks) == (
        ("owl", "crow", "duck"),
        False,
        "a pond; CC0",
        "Who?",
    )
    np.testing.assert_array_equal(
        birds.train.picture(3), opened(folder, names=["birds"]).domains["birds"].train.picture(3)
    )


@pytest.mark.parametrize(("name", "mirrors"), [("birds", True), ("gtsrb", False), ("omniglot", False), ("svhn", False)])
def test_signs_and_characters_are_not_mirrored(folder, name, mirrors):
    (folder / "birds").rename(folder / name)
    assert opened(folder).domains[name].mirror is mirrors


def test_pictures_too_many_to_hold_stay_in_their_files(folder, monkeypatch):
    held = opened(folder).domains["birds"].train
    monkeypatch.setattr("mtan_edu.data.domains.folder.MOST_HELD", 100)
    lazy = opened(folder).domains["birds"].train
    assert isinstance(lazy, FileDomainDataset)
    assert all(torch.equal(held[index].image, lazy[index].image) for index in range(len(held)))
    shutil.rmtree(folder)
    with pytest.raises(FileNotFoundError, match="`birds/train/crow/0.png` must exist; got no such file"):
        lazy[0]


def test_progress_is_told_of_every_picture(folder):
    told = []
    opened(folder, progress=lambda items, total, what: told.append((what, total)) or items)
    assert told == [
        ("reading birds/train", 9),
        ("reading birds/val", 6),
        ("reading signs/train", 6),
        ("reading signs/val", 4),
    ]


def test_a_source_is_told_from_dense_data(folder, tmp_path):
    assert is_domains("decathlon")
    assert is_domains(folder)
    assert is_domains(str(pack(folder, tmp_path / "zoo.tar.gz")))
    prepared = write_prepared(tmp_path / "sets" / "rooms")
    for dense in ("rooms", prepared, prepared.parent, write_compact(tmp_path / "pair"), tmp_path / "nothing"):
        assert not is_domains(dense)
    assert not is_domains(pack(prepared, tmp_path / "rooms.tar", "w"))
    for split in ("train", "val"):
        (prepared / split / "label").rename(prepared / split / "label_7")  # CityScapes
    assert not is_domains(prepared.parent)
    assert not is_domains(pack(prepared, tmp_path / "streets.tar", "w"))


def remove(*names: str):
    return lambda folder: [shutil.rmtree(folder / name) for name in names]


def cut(name: str):
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:300])


def add_class(name: str):
    return lambda folder: shutil.copytree(folder / "birds/val/owl", folder / name)


def write(name: str, content: bytes):
    return lambda folder: (folder / name).write_bytes(content)


def save(name: str, height: int, width: int):
    return lambda folder: Image.fromarray(picture(0, height, width)).save(folder / name)


SPOILED = [
    (
        add_class("birds/val/hen"),
        "`birds/val/hen` must be a class of birds/train too; got one that training never shows",
    ),
    (remove("birds/train/owl"), "`birds/val/owl` must be a class of birds/train too"),
    (remove("signs/val"), "`signs/val` must be a folder with a folder per class; got none. Add the split"),
    (remove("signs/train"), "`signs/train` must be a folder with a folder per class; got none. Add the split"),
    (lambda folder: (folder / "signs/val/slow").mkdir(), "`signs/val/slow` must hold pictures; got an empty class"),
    (remove("signs/train/stop", "signs/val/stop"), "`signs/train` must hold 2 classes or more; got yield"),
    (
        lambda folder: [path.unlink() for path in folder.glob("signs/val/*/*")],
        "`signs/val` must hold pictures; got none",
    ),
    (
        write("birds/train/owl/1.png", b"no picture"),
        "`birds/train/owl/1.png` must be a whole, readable file; got a damaged one",
    ),
    (cut("birds/val/owl/1.png"), "`birds/val/owl/1.png` must be a whole, readable file; got a damaged one"),
    (save("signs/val/stop/1.png", 7, 90), "`signs/val/stop/1.png` must be at least 8 pixels high and wide; got 7x90"),
    (write("domains.json", b"{"), "`domains.json` must be JSON; got something else"),
    (write("domains.json", b"[]"), "`domains.json` must map each domain to a set of facts"),
    (write("domains.json", b'{"cats": {}}'), "`domains.json` must describe domains that are there; got cats"),
    (
        write("domains.json", b'{"birds": {"mirror": 1}}'),
        "`domains.json` must say true or false for `mirror` of birds; got 1",
    ),
    (
        write("domains.json", b'{"signs": {"classes": ["stop"]}}'),
        "`signs/train/yield` must be among the classes that domains.json names",
    ),
    (
        write("domains.json", b'{"signs": {"classes": ["go", "stop", "yield"]}}'),
        "`signs/train/go` must be a folder, as domains.json names this class",
    ),
]


@pytest.mark.parametrize(("spoil", "sentence"), SPOILED)
@pytest.mark.parametrize("packed", [False, True])
def test_a_spoiled_folder_is_refused_with_the_reason(folder, tmp_path, spoil, sentence, packed):
    spoil(folder)
    with pytest.raises(ValueError, match=sentence):
        opened(pack(folder, tmp_path / "zoo.tar.gz") if packed else folder)


@pytest.mark.parametrize("packed", [False, True])
def test_a_place_without_domains_is_refused(tmp_path, packed):
    folder = tmp_path / "empty"
    (folder / "birds").mkdir(parents=True)
    place = pack(folder, tmp_path / "empty.tar") if packed else folder
    assert not is_domains(place)
    with pytest.raises(ValueError, match=r"`data` must hold folders <domain>/\{train,val\}/<class>; got none in"):
        opened(place)


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08 cut off"])
def test_a_file_that_is_no_archive_is_refused(tmp_path, content):
    (tmp_path / "zoo.tar.gz").write_bytes(content)
    assert not is_domains(tmp_path / "zoo.tar.gz")
    with pytest.raises(ValueError, match="`zoo.tar.gz` must be a whole tar archive; got something else"):
        opened(tmp_path / "zoo.tar.gz")


def test_an_archive_that_is_cut_off_is_refused(folder, tmp_path):
    archive = pack(folder, tmp_path / "zoo.tar.gz")
    archive.write_bytes(archive.read_bytes()[:-2000])
    with pytest.raises(ValueError, match="`zoo.tar.gz` must be a whole tar archive"):
        opened(archive)


def test_an_unknown_domain_is_named_beside_those_that_are_there(folder):
    with pytest.raises(ValueError, match="`domains` must be among birds, signs; got cats, dogs"):
        opened(folder, names=["cats", "birds", "dogs"])


def test_the_first_of_several_problems_is_named_and_the_rest_counted(folder):
    add_class("birds/val/hen")(folder)
    remove("signs/val")(folder)
    with pytest.raises(ValueError, match="`birds/val/hen` must be .* 1 more problem: `mtan-edu data check`"):
        opened(folder)


def test_ten_real_domains_are_read_from_their_archive(real_data):
    path = real_data / "decathlon_real_72.tar.gz"
    if not path.is_file():
        pytest.skip(f"needs real classification domains (none at {path})")
    _, layouts, problems = find_layouts(path)
    assert problems == []
    assert [problem for layout in layouts for problem in layout.problems] == []
    assert len(layouts) == 10
    assert sum(len(files) for layout in layouts for files in layout.files.values()) == 14_700
    trash = opened(path, names=["trashnet"]).domains["trashnet"]
    assert (len(trash.train), len(trash.val), len(trash.classes)) == (1200, 300, 6)
    assert trash.origin.endswith("TrashNet: MIT")
    assert 0.5 < min(trash.mean) < max(trash.mean) < 0.75  # photographs in front of white
