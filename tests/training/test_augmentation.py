from __future__ import annotations

import numpy as np
import torch

from mtan_edu.training.augmentation import augmentation
from mtan_edu.training.config import AUGMENTATIONS
from tests.tiny_runs import random_splits


def test_every_name_that_a_configuration_may_hold_is_known() -> None:
    assert [augmentation(name) is None for name in AUGMENTATIONS] == [True, False, False]


def test_flip_mirrors_and_nothing_else() -> None:
    sample, flip = random_splits().train[0], augmentation("flip")
    assert flip is not None
    images = [flip(sample, np.random.default_rng(seed)).image for seed in range(8)]
    kinds = [(torch.equal(image, sample.image), torch.equal(image, sample.image.flip(-1))) for image in images]
    assert set(kinds) == {(True, False), (False, True)}
