from __future__ import annotations

import pytest
import torch

from mtan_edu.tasks.checks import check_labels, check_same_shape


def test_depths_without_a_channel_axis_are_refused_where_torch_would_broadcast():
    with pytest.raises(ValueError, match=r"prediction's shape \(2, 1, 3, 5\); got \(2, 3, 5\)"):
        check_same_shape(torch.zeros(2, 1, 3, 5), torch.zeros(2, 3, 5))


def test_a_label_map_with_a_channel_axis_is_refused():
    with pytest.raises(ValueError, match=r"got \(2, 1, 3, 5\) for \(2, 4, 3, 5\).*without a channel axis"):
        check_labels(torch.zeros(2, 4, 3, 5), torch.zeros(2, 1, 3, 5, dtype=torch.int64))


def test_a_label_map_of_another_size_is_refused():
    with pytest.raises(ValueError, match="one label per pixel"):
        check_labels(torch.zeros(2, 4, 3, 5), torch.zeros(2, 5, 3, dtype=torch.int64))


def test_labels_must_be_integers():
    with pytest.raises(TypeError, match=r"integers; got torch\.float32"):
        check_labels(torch.zeros(2, 4, 3, 5), torch.zeros(2, 3, 5))


def test_a_batch_without_pixels_has_no_wrong_label():
    check_labels(torch.zeros(0, 4, 3, 5), torch.zeros(0, 3, 5, dtype=torch.int64))
