from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from mtan_edu.data.domains import DomainSplits, open_domains
from mtan_edu.data.domains.small.counting import lay_out
from mtan_edu.data.domains.small.decathlon import DOMAINS, decathlon, draw_picture
from mtan_edu.data.domains.small.digits import digits

DRAWN = [name for name, small in DOMAINS.items() if small.draw is not None]
SIZE = 16


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("drawn")


@pytest.fixture(scope="module")
def ten(folder: Path) -> DomainSplits:
    return small(folder)


def small(folder: Path, **options) -> DomainSplits:
    return decathlon(folder, **{"size": SIZE, "train": 13, "val": 7, "seed": 3, **options})


def test_there_are_ten_domains_each_with_what_is_asked_and_where_it_comes_from(ten):
    assert len(ten.domains) == 10
    for domain in ten.domains.values():
        assert domain.asks.endswith("?")
        assert "MIT" in domain.origin or "CC BY" in domain.origin
        assert len(set(domain.classes)) == len(domain.classes) >= 6
        assert (len(domain.train), len(domain.val), domain.image_size) == (13, 7, (SIZE, SIZE))


def test_only_what_a_mirror_does_not_change_is_mirrored(ten):
    assert [name for name, domain in ten.domains.items() if not domain.mirror] == [
        "digits",
        "letters",
        "runes",
        "clocks",
    ]


def test_classes_take_turns(ten):
    for domain in ten.domains.values():
        for split in (domain.train, domain.val):
            counts = np.bincount(split.labels, minlength=len(domain.classes))
            assert counts.max() - counts.min() <= 1


def test_the_open_door_gives_the_embedded_domains_in_32_pixels(tmp_path):
    splits = open_domains("decathlon", folder=tmp_path, names=["faces", "digits"], train=2, val=1)
    assert list(splits.domains) == ["faces", "digits"]
    assert splits.image_size == (32, 32)
    assert splits.name == "decathlon_32x32_seed0_2+1"


def test_a_set_is_drawn_once_and_read_afterwards(folder, ten):
    def drawing(items, total, what):
        raise AssertionError("drawn again")

    again = small(folder, progress=drawing)
    for name, domain in ten.domains.items():
        assert all(torch.equal(domain.val[i].image, again.domains[name].val[i].image) for i in range(7))
        assert domain.val.labels.tolist() == again.domains[name].val.labels.tolist()


def test_progress_is_told_of_every_drawn_picture(tmp_path):
    told = []
    small(tmp_path, train=2, val=1, progress=lambda items, total, what: told.append((what, total)) or items)
    assert told == [("drawing train", 18), ("drawing val", 9)]


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_depends_on_seed_domain_split_and_index_alone(ten, name):
    picture = draw_picture(name, 7, "train", SIZE, seed=3)
    np.testing.assert_array_equal(ten.domains[name].train.picture(7), picture)
    classes = len(DOMAINS[name].classes)
    for other in (
        draw_picture(name, 7, "val", SIZE, seed=3),
        draw_picture(name, 7 + classes, "train", SIZE, seed=3),
        draw_picture(name, 7, "train", SIZE, seed=4),
    ):
        assert not np.array_equal(picture, other)


@pytest.mark.parametrize("name", DRAWN)
def test_another_size_shows_the_same_picture(name):
    """Halving a picture of twice the size leaves noise and the rounding of edges, far less than another picture."""
    for index in range(3):
        fine = draw_picture(name, index, size=64).reshape(32, 2, 32, 2, 3).mean(axis=(1, 3))
        same, other = draw_picture(name, index, size=32), draw_picture(name, index + 50, size=32)
        assert np.abs(fine - same).mean() < 0.5 * np.abs(fine - other).mean()


@pytest.mark.parametrize("name", DRAWN)
def test_every_class_can_be_drawn_many_times_and_never_comes_out_empty(name):
    for index in range(2 * len(DOMAINS[name].classes)):
        picture = draw_picture(name, index, "val", 24)
        assert picture.shape == (24, 24, 3)
        assert picture.dtype == np.uint8
        assert picture.std() > 8


@pytest.mark.parametrize("count", [1, 6])
def test_there_are_as_many_berries_as_the_class_says_and_none_hides_another(count):
    for seed in range(20):
        berries = np.array(lay_out(np.random.default_rng(seed), count))
        assert len(berries) == count
        places, radii = berries[:, :2], berries[:, 2]
        assert (np.abs(places) + radii[:, None]).max() <= 1
        distance = np.linalg.norm(places[:, None] - places, axis=-1) + 2 * np.eye(count)
        assert (distance > radii[:, None] + radii).all()


def test_no_digit_of_training_is_in_validation_and_the_later_quarter_is_validation():
    from sklearn.datasets import load_digits

    stored = load_digits().images
    place = {image.tobytes(): index for index, image in enumerate(stored)}
    train, val = digits("train", 10_000, 8, 0), digits("val", 10_000, 8, 0)
    assert (len(train[0]), len(val[0])) == (1300, 440)
    ink = {split: np.round(pictures[..., 0] / 255 * 16) for split, (pictures, _) in (("train", train), ("val", val))}
    found = {split: [place[image.astype(float).tobytes()] for image in images] for split, images in ink.items()}
    assert not set(found["train"]) & set(found["val"])
    assert max(found["train"]) < 1400
    assert min(found["val"]) > 1300


def test_digits_are_those_that_people_called_so():
    from sklearn.datasets import load_digits

    stored = load_digits()
    named = {image.tobytes(): digit for image, digit in zip(stored.images, stored.target, strict=True)}
    pictures, labels = digits("val", 60, 8, seed=1)
    ink = np.round(pictures[..., 0] / 255 * 16).astype(float)
    assert [named[image.tobytes()] for image in ink] == labels.tolist()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"train": 0}, "`train` must be 1 or more; got 0. Both splits need images"),
        ({"val": -2}, "`val` must be 1 or more; got -2"),
        ({"seed": -1}, "`seed` must be 0 or more; got -1"),
        ({"size": 4}, "`size` must be 8 pixels or more; got 4. The paper's images have 72"),
        ({"names": ["faces", "cats"]}, "`domains` must be among digits, letters, .*; got cats"),
        ({"names": []}, "`names` must be different domains, 1 or more; got none"),
        ({"names": ["faces", "faces"]}, "`names` must be different domains, 1 or more; got faces, faces"),
    ],
)
def test_numbers_and_names_out_of_range_are_refused(tmp_path, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        open_domains("decathlon", folder=tmp_path, **options)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_source_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="`data` must be decathlon or an existing path; got decatlon. Check"):
        open_domains("decatlon", folder=tmp_path)
