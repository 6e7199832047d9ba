import numpy as np
import pytest

from mtan_edu.records import MaskRecord
from mtan_edu.visualization.explorer.ranking import CRITERIA, channel_correlation, rank_channels
from tests.visualization.explorer.planted_runs import random_masks

RAMP = np.linspace(0.2, 0.8, 12, dtype=np.float32).reshape(3, 4)


def record(depth, normal):
    """Two images with the masks `(C, h, w)` of two tasks."""
    masks = {"depth": {"s": np.stack([depth, depth])}, "normal": {"s": np.stack([normal, normal])}}
    return MaskRecord(np.zeros((2, 3, 4, 3), np.uint8), masks, 1)


def test_tasks_that_look_in_the_same_places_agree_and_in_opposite_ones_disagree_most():
    scores = rank_channels(record(np.stack([RAMP, RAMP]), np.stack([0.1 + RAMP / 2, 1 - RAMP])), "s").scores
    np.testing.assert_allclose(scores["disagreement"], [0, 2], atol=1e-6)


def test_contrast_is_the_spread_over_pixels_and_a_flat_mask_has_none():
    flat = np.full_like(RAMP, 0.5)
    ranking = rank_channels(record(np.stack([flat, RAMP]), np.stack([flat, RAMP])), "s")
    np.testing.assert_allclose(ranking.scores["contrast"], [0, RAMP.std()], atol=1e-6)
    assert np.isnan(ranking.scores["disagreement"][0])
    assert ranking.order("disagreement") == [1, 0]  # what has no score comes last


def test_variance_is_the_one_over_images():
    masks = np.zeros((2, 2, 3, 4), np.float32)
    masks[1, 1] = 0.6
    ranking = rank_channels(MaskRecord(np.zeros((2, 3, 4, 3), np.uint8), {"depth": {"s": masks}}, 1), "s")
    np.testing.assert_allclose(ranking.scores["variance"], [0, 0.09], atol=1e-6)


def test_correlation_is_that_of_numpy():
    first, second = (random_masks().values(task, "encoder_1")[0] for task in ("depth", "normal"))
    expected = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(first, second, strict=True)]
    np.testing.assert_allclose(channel_correlation(first, second), expected, atol=1e-9)


def test_the_best_are_taken_from_the_three_orders_in_turn():
    ranking = rank_channels(random_masks(), "encoder_1")
    firsts = {ranking.order(criterion)[0] for criterion in CRITERIA}
    assert set(ranking.best(len(firsts))) == firsts
    assert ranking.best(6) == list(range(6))


@pytest.mark.parametrize("nan", [np.nan])
def test_a_nan_is_left_out(nan):
    broken = np.stack([RAMP, RAMP])
    broken[0, 0, 0] = nan
    ranking = rank_channels(record(broken, np.stack([RAMP, RAMP])), "s")
    np.testing.assert_allclose(ranking.scores["disagreement"], [0, 0], atol=1e-6)
