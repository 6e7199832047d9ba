import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtan_edu.visualization.explorer.plan import make_plan, plan_notes, pool, pooled_size, thinned

PAPER = {f"encoder_{n}": (c, 288 >> n - 1, 384 >> n - 1) for n, c in enumerate((64, 128, 256, 512, 512), start=1)}
"""Masks of the paper's SegNet on its NYUv2 images."""


def bytes_of(plan, sizes, tasks):
    areas = {stage: np.prod(pooled_size(size[1:], plan.side)) for stage, size in sizes.items()}
    maps = sum((1 + plan.channels[stage]) * areas[stage] for stage in sizes)
    return int(maps) * tasks * len(plan.epochs) * plan.images


def test_what_fits_is_left_as_it_is():
    plan = make_plan({"a": (4, 6, 8)}, tasks=2, epochs=3, images=2, budget=2 * 3 * 2 * 5 * 48)
    assert (plan.side, plan.channels, plan.epochs, plan.images) == (8, {"a": 4}, (0, 1, 2), 2)
    assert plan_notes(plan, {"a": (4, 6, 8)}, ["x"] * 3, 2, 8.0) == []


@given(budget=st.integers(40_000, 9_000_000), epochs=st.integers(1, 40), images=st.integers(1, 9))
def test_a_plan_never_exceeds_its_budget_and_says_what_it_leaves_out(budget, epochs, images):
    plan = make_plan(PAPER, 3, epochs, images, budget)
    assert bytes_of(plan, PAPER, 3) <= budget
    assert min(plan.channels.values()) >= 1
    assert {0, epochs - 1} <= set(plan.epochs) or len(plan.epochs) == 1
    [note] = plan_notes(plan, PAPER, ["x"] * epochs, images, budget / 1e6)
    assert ("recorded epochs" in note) == (len(plan.epochs) < epochs)


def test_deep_stages_keep_more_of_their_channels_than_wide_ones():
    plan = make_plan(PAPER, 3, 6, 4, 8_000_000)
    assert list(plan.channels.values()) == sorted(plan.channels.values())


def test_pixels_go_first_then_channels_then_epochs():
    steps = [make_plan(PAPER, 3, 20, 4, budget) for budget in (10**11, 500_000_000, 9_000_000, 2_000_000)]
    assert [step.side for step in steps] == sorted((step.side for step in steps), reverse=True)
    assert steps[0].channels["encoder_5"] == 512
    assert len(steps[0].epochs) == len(steps[1].epochs) == 20 > len(steps[2].epochs)


def test_no_room_gets_a_sentence():
    with pytest.raises(ValueError, match="`megabytes` must leave room for masks; got 10 bytes for 1 stage of 3 tasks"):
        make_plan({"a": (4, 6, 8)}, 3, 1, 1, 10)


@given(count=st.integers(1, 200), most=st.integers(1, 12))
def test_thinned_places_are_as_many_as_allowed_in_order_with_both_ends(count, most):
    places = thinned(count, most)
    assert len(places) == min(count, most)
    assert list(places) == sorted(set(places))
    assert places[-1] == count - 1
    assert most == 1 or places[0] == 0


def test_pooling_averages_equal_areas():
    maps = np.arange(24, dtype=np.float32).reshape(1, 4, 6)
    np.testing.assert_allclose(pool(maps, 3), maps.reshape(1, 2, 2, 3, 2).mean(axis=(2, 4)))
    assert pool(maps, 6) is maps
    thirds = pool(np.array([[0.0, 3.0, 6.0]], dtype=np.float32), 2)  # 1.5 pixels make one
    np.testing.assert_allclose(thirds, [[1.0, 5.0]])


def test_a_nan_spreads_to_the_pixels_it_would_have_been_part_of():
    maps = np.ones((4, 6), dtype=np.float32)
    maps[3, 5] = np.nan
    assert np.argwhere(np.isnan(pool(maps, 3))).tolist() == [[1, 2]]
