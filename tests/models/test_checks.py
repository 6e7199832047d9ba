from __future__ import annotations

import pytest
import torch

from mtan_edu.models.checks import check_image


def test_a_single_image_is_told_how_to_become_a_batch():
    with pytest.raises(ValueError, match=r"got \(3, 32, 64\). A single image .* becomes a batch with `image\[None\]`"):
        check_image(torch.rand(3, 32, 64), channels=3, multiple=32)


def test_whole_numbers_are_no_colors():
    with pytest.raises(TypeError, match=r"must be floating point; got torch.uint8. Divide 8-bit colors by 255"):
        check_image(torch.zeros(1, 3, 32, 64, dtype=torch.uint8), channels=3, multiple=32)
