from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mtan_edu.data.domains import DomainSplits, is_domains, open_domains
from tests.data.domains.small_domains import CLASSES, COUNTS, picture, write_domains

BASE = {"birds": 10_000_000, "signs": 20_000_000}


def write_official(root: Path) -> Path:
    """The official layout: `data`, `annotations` in which classes have names of their own, and the pickle."""
    write_domains(root / "data")
    (root / "annotations").mkdir()
    for domain, classes in CLASSES.items():
        (root / "data" / domain / "test").mkdir()
        Image.fromarray(picture(0)).save(root / "data" / domain / "test" / "0.jpg")
        categories = [{"id": BASE[domain] + number, "name": f"a {kind}"} for number, kind in enumerate(classes, 1)]
        for split, count in COUNTS.items():
            images, annotations = [], []
            for number, kind in enumerate(classes, 1):
                for index in range(count):
                    image = BASE[domain] + len(images) + 1
                    images.append({"id": image, "file_name": f"data/{domain}/{split}/{kind}/{index}.png"})
                    annotations.append({"id": image, "image_id": image, "category_id": BASE[domain] + number})
            write_json(root, domain, split, {"images": images, "annotations": annotations, "categories": categories})
    values = {"birdsmean": [0.1, 0.2, 0.3], "birdsstd": [0.4, 0.5, 0.6], "signsmean": [0.5] * 3, "signsstd": [0.25] * 3}
    arrays = {name: np.array(numbers) for name, numbers in values.items()}
    (root / "decathlon_mean_std.pickle").write_bytes(pickle.dumps(arrays, 2))
    return root


def write_json(root: Path, domain: str, split: str, values) -> None:
    (root / "annotations" / f"{domain}_{split}.json").write_text(json.dumps(values))


def edit(root: Path, domain: str, split: str, change) -> None:
    path = root / "annotations" / f"{domain}_{split}.json"
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))


def opened(path: Path, **options) -> DomainSplits:
    return open_domains(path, folder=path.parent, **{"size": 16, **options})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_official(tmp_path / "decathlon-1.0")


def test_classes_come_from_the_annotations_and_pictures_from_data(root):
    splits = opened(root)
    assert splits.name == "decathlon-1.0"
    assert splits.domains["birds"].classes == ("a crow", "a duck", "a owl")
    assert splits.domains["birds"].train.labels.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    plain = opened(root / "data").domains["birds"].val
    for index in range(6):
        np.testing.assert_array_equal(splits.domains["birds"].val.picture(index), plain.picture(index))


def test_the_folder_above_is_understood_too(root):
    assert is_domains(root.parent)
    assert is_domains(root)
    assert opened(root.parent).name == "decathlon-1.0"


def test_mean_and_std_are_those_of_the_pickle(root):
    birds = opened(root).domains["birds"]
    assert (birds.mean, birds.std) == ((0.1, 0.2, 0.3), (0.4, 0.5, 0.6))


def test_without_the_pickle_they_are_computed(root):
    (root / "decathlon_mean_std.pickle").unlink()
    np.testing.assert_allclose(opened(root).domains["birds"].mean, 0.5, atol=0.03)  # of random colors


def test_annotations_decide_not_the_names_of_folders(root):
    def swap(values):
        crow, duck = (category["id"] for category in values["categories"][:2])
        for annotation in values["annotations"]:
            other = {crow: duck, duck: crow}
            annotation["category_id"] = other.get(annotation["category_id"], annotation["category_id"])

    before = opened(root).domains["birds"].train
    edit(root, "birds", "train", swap)
    after = opened(root).domains["birds"].train
    np.testing.assert_array_equal(after.picture(0), before.picture(3))
    assert after.labels.tolist() == before.labels.tolist()


def test_categories_of_one_name_are_kept_apart_by_their_numbers(root):
    def same_name(values):
        for category in values["categories"][:2]:
            category["name"] = "character01"

    edit(root, "birds", "train", same_name)
    assert opened(root).domains["birds"].classes == ("character01 (10000001)", "character01 (10000002)", "a owl")


def test_a_domain_without_pictures_is_left_out(root):
    shutil.rmtree(root / "data" / "birds")
    assert list(opened(root).domains) == ["signs"]


def test_a_domain_without_annotations_takes_its_classes_from_its_folders(root):
    for split in COUNTS:
        (root / "annotations" / f"birds_{split}.json").unlink()
    assert opened(root).domains["birds"].classes == CLASSES["birds"]


def last(values, key: str):
    return values[key][-1]


SPOILED = [
    (
        lambda root: edit(root, "birds", "val", lambda v: last(v, "annotations").update(category_id=7)),
        "`annotations/birds_val.json` must name classes that train has; got category 7, which training never shows",
    ),
    (
        lambda root: (root / "data/birds/val/owl/1.png").unlink(),
        "`data/birds/val/owl/1.png` must exist, as annotations/birds_val.json names it; got no such file",
    ),
    (
        lambda root: edit(root, "signs", "train", lambda v: v["images"][0].update(file_name="data/../../secret.png")),
        "`data/data/secret.png` must exist, as annotations/signs_train.json names it",
    ),
    (
        lambda root: edit(root, "birds", "train", lambda v: v["categories"].append({"id": 9, "name": "hen"})),
        "`birds` must have pictures of hen in train; got an empty class",
    ),
    (
        lambda root: (root / "annotations/signs_val.json").unlink(),
        "`annotations/signs_val.json` must exist; got no such file",
    ),
    (
        lambda root: (root / "annotations/signs_val.json").write_text("{"),
        "`annotations/signs_val.json` must hold images, annotations and categories in COCO's form; got something else",
    ),
    (
        lambda root: write_json(root, "signs", "train", {"images": []}),
        r"`annotations/signs_train.json` must hold .* got something else \(KeyError: 'annotations'\)",
    ),
    (
        lambda root: edit(root, "signs", "train", lambda v: v["annotations"].pop()),
        "`annotations/signs_train.json` must give each image its class; got 1 images without class",
    ),
    (
        lambda root: edit(root, "signs", "train", lambda v: v["images"].pop()),
        "`annotations/signs_train.json` must give each image its class; got 1 annotations of images that it does not",
    ),
    (
        lambda root: (root / "decathlon_mean_std.pickle").write_bytes(b"cos\nsystem\n(S'true'\ntR."),
        "`decathlon_mean_std.pickle` must hold plain numbers; got a pickle that wants to run os.system, which was not",
    ),
    (
        lambda root: (root / "decathlon_mean_std.pickle").write_bytes(pickle.dumps({"birdsmean": [0.5, 0.5, 0.5]})),
        "`decathlon_mean_std.pickle` must hold 3 numbers above 0 under birdsstd; got nothing",
    ),
    (
        lambda root: (root / "decathlon_mean_std.pickle").write_bytes(pickle.dumps({"birdsmean": [0.5, float("nan")]})),
        r"`decathlon_mean_std.pickle` must hold 3 numbers under birdsmean; got \[0.5, nan\]",
    ),
]


@pytest.mark.parametrize(("spoil", "sentence"), SPOILED)
def test_a_spoiled_folder_is_refused_with_the_reason(root, spoil, sentence):
    spoil(root)
    with pytest.raises(ValueError, match=sentence):
        opened(root)


def test_archives_that_were_not_unpacked_are_said(root):
    shutil.rmtree(root / "data")
    (root / "data").mkdir()
    (root / "data" / "aircraft.tar").touch()
    with pytest.raises(
        ValueError, match=r"`data` must hold a folder per domain; got none .* Unpack aircraft.tar there"
    ):
        opened(root)
