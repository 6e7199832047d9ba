import numpy as np
import pytest

from mtan_edu.visualization.mask_statistics import (
    channel_contrast,
    contrast,
    correlation,
    mean,
    mean_difference,
    most_varying_channels,
)

NAN = float("nan")


def test_mean_is_the_mean_of_what_is_a_number():
    assert mean(np.array([[0.2, 0.4], [NAN, 0.6]])) == pytest.approx(0.4)


def test_what_has_no_number_has_no_mean_and_no_contrast():
    assert np.isnan(mean(np.full((2, 3), NAN)))
    assert np.isnan(contrast(np.full((5, 2, 3), NAN)))


def test_contrast_is_0_for_channels_that_are_constant_at_different_values():
    masks = np.stack([np.full((2, 3), 0.1), np.full((2, 3), 0.9)])
    assert contrast(masks) == pytest.approx(0, abs=1e-12)


def test_contrast_is_one_half_where_half_of_the_pixels_are_open():
    masks = np.zeros((4, 2, 6))
    masks[..., 3:] = 1
    assert contrast(masks) == pytest.approx(0.5)


def test_contrast_of_a_channel_leaves_its_nan_pixels_out():
    masks = np.array([[[0.0, 1.0, NAN]], [[0.25, 0.25, 0.25]]])
    np.testing.assert_allclose(channel_contrast(masks), [0.5, 0.0])


def test_correlation_is_1_for_the_same_pattern_at_another_level():
    pattern = np.linspace(0, 0.2, 30).reshape(5, 2, 3)
    assert correlation(pattern, 0.5 * pattern + 0.4) == pytest.approx(1)
    assert correlation(pattern, 0.9 - pattern) == pytest.approx(-1)


def test_correlation_is_centered_so_that_unrelated_masks_near_one_half_have_none():
    first = 0.5 + 0.01 * np.array([[1.0, 1.0, -1.0, -1.0]])
    second = 0.5 + 0.01 * np.array([[1.0, -1.0, 1.0, -1.0]])
    cosine = (first * second).sum() / np.sqrt((first**2).sum() * (second**2).sum())
    assert cosine > 0.999
    assert correlation(first, second) == pytest.approx(0, abs=1e-12)


def test_correlation_agrees_with_numpy():
    first, second = np.random.default_rng(0).random((2, 3, 4, 5))
    assert correlation(first, second) == pytest.approx(np.corrcoef(first.ravel(), second.ravel())[0, 1])


def test_a_constant_mask_has_no_correlation():
    assert np.isnan(correlation(np.full((2, 3), 0.5), np.random.default_rng(0).random((2, 3))))


def test_mean_difference_is_the_mean_absolute_difference():
    assert mean_difference(np.array([[0.1, 0.9]]), np.array([[0.3, 0.5]])) == pytest.approx(0.3)


def test_masks_of_different_stages_cannot_be_compared():
    with pytest.raises(ValueError, match=r"`second` must have the shape of `first`, \(2, 3\); got \(4, 5\)"):
        correlation(np.zeros((2, 3)), np.zeros((4, 5)))


def test_the_most_varying_channels_are_those_with_the_highest_contrast_over_all_tasks():
    masks = np.zeros((2, 4, 2, 6))  # (K, C, h, w)
    masks[0, 2, :, 3:] = 1.0  # contrast 0.5 in one task
    masks[:, 1, :, 3:] = 0.8  # contrast 0.4 in both
    assert most_varying_channels(masks, 3) == [1, 2, 0]
    assert most_varying_channels(masks, 9) == [1, 2, 0, 3]


def test_channels_without_a_number_come_last():
    masks = np.zeros((1, 3, 2, 2))
    masks[:, 0] = NAN
    assert most_varying_channels(masks, 3) == [1, 2, 0]


def test_no_channel_cannot_be_asked_for():
    with pytest.raises(ValueError, match="`count` must be at least 1; got 0"):
        most_varying_channels(np.zeros((1, 3, 2, 2)), 0)
