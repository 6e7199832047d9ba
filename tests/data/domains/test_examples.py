from __future__ import annotations

import numpy as np
import pytest

from mtan_edu.data.domains import HeldDomainDataset, class_examples


def dataset(labels: list[int]) -> HeldDomainDataset:
    """Picture i has the color i everywhere."""
    pictures = np.broadcast_to(np.arange(len(labels), dtype=np.uint8)[:, None, None, None], (len(labels), 4, 5, 3))
    return HeldDomainDataset("letters", "abcdef", np.ascontiguousarray(pictures), np.array(labels))


def test_the_first_picture_of_each_class_that_occurs():
    pictures, names = class_examples(dataset([2, 0, 2, 0, 4]))
    assert names == ("a", "c", "e")
    assert pictures[:, 0, 0, 0].tolist() == [1, 0, 4]


def test_of_many_classes_some_are_spread_over_all():
    assert class_examples(dataset([0, 1, 2, 3, 4, 5]), count=3)[1] == ("a", "c", "f")
    assert class_examples(dataset([0, 1, 2, 3, 4, 5]), count=1)[1] == ("a",)


def test_a_count_below_one_is_refused():
    with pytest.raises(ValueError, match="`count` must be 1 or more; got 0"):
        class_examples(dataset([0, 1]), count=0)
