from __future__ import annotations

import torch

from mtan_edu.tasks.activations import log_probabilities, unit_vectors


def test_probabilities_of_a_pixel_sum_to_1():
    logits = torch.randn(2, 5, 3, 4, generator=torch.Generator().manual_seed(0)) * 30
    torch.testing.assert_close(log_probabilities(logits).exp().sum(dim=1), torch.ones(2, 3, 4))


def test_unit_vectors_have_length_1_however_short_or_long_they_were():
    vectors = torch.tensor([3.0, 0, 4]).view(1, 3, 1, 1)
    for scale in (1e-10, 1.0, 1e10):
        torch.testing.assert_close(unit_vectors(vectors * scale).flatten(), torch.tensor([0.6, 0, 0.8]))


def test_a_vector_of_length_0_stays_0():
    assert torch.equal(unit_vectors(torch.zeros(1, 3, 2, 4)), torch.zeros(1, 3, 2, 4))


def test_an_infinite_vector_has_no_direction_and_says_so():
    assert unit_vectors(torch.full((1, 3, 1, 1), torch.inf)).isnan().all()
