from __future__ import annotations

import numpy as np
import torch

from mtan_edu.data import Sample
from mtan_edu.training.augmentation import augmentation
from mtan_edu.training.config import AUGMENTATIONS
from tests.tiny_runs import random_splits


def test_every_name_that_a_configuration_may_hold_is_known() -> None:
    assert [augmentation(name) is None for name in AUGMENTATIONS] == [True, False, False]


def test_what_may_not_be_mirrored_is_never_flipped_but_still_enlarged() -> None:
    bright_to_the_right = torch.linspace(0, 1, 40).expand(3, 24, 40)
    sample = Sample(bright_to_the_right, {"digits": torch.tensor(2)})
    assert augmentation("none", mirror=False) is augmentation("flip", mirror=False) is None
    enlarge = augmentation("scale-flip", mirror=False)
    assert enlarge is not None
    changed = [enlarge(sample, np.random.default_rng(seed)) for seed in range(8)]
    assert all(bool((other.image.diff(dim=2) >= 0).all()) and other.targets["digits"] == 2 for other in changed)
    assert not all(torch.equal(other.image, sample.image) for other in changed)


def test_flip_mirrors_and_nothing_else() -> None:
    sample, flip = random_splits().train[0], augmentation("flip")
    assert flip is not None
    images = [flip(sample, np.random.default_rng(seed)).image for seed in range(8)]
    kinds = [(torch.equal(image, sample.image), torch.equal(image, sample.image.flip(-1))) for image in images]
    assert set(kinds) == {(True, False), (False, True)}
