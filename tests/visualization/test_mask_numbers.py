from __future__ import annotations

import numpy as np
import pytest

from mtan_edu.visualization import mask_numbers_table, show_mask_numbers
from mtan_edu.visualization.mask_statistics import closed_share, entropy_bits, kernel_alignment
from tests.visualization.planted import masks


def value(table, statistic: str, of: str, stage: str, column: str = "value") -> float:
    rows = table[(table["statistic"] == statistic) & (table["of"] == of) & (table["stage"] == stage)]
    assert len(rows) == 1
    return float(rows[column].iloc[0])


def test_a_gate_below_a_tenth_is_closed() -> None:
    assert closed_share(np.array([[0.0, 0.05, 0.1, 0.9]])) == 0.5
    assert closed_share(np.array([[0.05, np.nan]])) == 1
    assert np.isnan(closed_share(np.array([[np.nan]])))


def test_an_undecided_gate_has_an_entropy_of_one_bit() -> None:
    assert entropy_bits(np.array([[0.5]])) == 1
    assert entropy_bits(np.array([[0.0, 1.0]])) == 0
    assert entropy_bits(np.array([[0.25]])) == pytest.approx(0.25 * 2 + 0.75 * np.log2(4 / 3))
    assert entropy_bits(np.array([[0.5, np.nan]])) == 1


def test_cka_does_not_see_the_order_of_the_channels() -> None:
    some = np.random.default_rng(0).uniform(size=(2, 5, 8, 12))
    assert kernel_alignment(some, some[:, ::-1]) == pytest.approx(1)
    assert kernel_alignment(some, 1 - some) == pytest.approx(1)
    other = np.random.default_rng(1).uniform(size=(2, 3, 8, 12))
    assert 0 < kernel_alignment(some, other) < 0.1


def test_cka_is_that_of_its_kernels() -> None:
    """The same number from the kernels of the samples instead of those of the channels."""
    x, y = (np.random.default_rng(seed).uniform(size=(1, 3, 4, 5)) for seed in (0, 1))
    kernels = []
    for masks_of_one in (x, y):
        rows = masks_of_one[0].reshape(3, 20).T
        center = np.eye(20) - 1 / 20
        kernels.append(center @ rows @ rows.T @ center)
    expected = (kernels[0] * kernels[1]).sum() / np.sqrt((kernels[0] ** 2).sum() * (kernels[1] ** 2).sum())
    assert kernel_alignment(x, y) == pytest.approx(expected)


def test_cka_of_a_constant_mask_is_not_a_number() -> None:
    assert np.isnan(kernel_alignment(np.full((1, 2, 4, 4), 0.5), np.random.default_rng(0).uniform(size=(1, 2, 4, 4))))


def test_cka_needs_the_same_pixels() -> None:
    with pytest.raises(ValueError, match="must have the shape"):
        kernel_alignment(np.ones((1, 2, 4, 4)), np.ones((1, 2, 4, 6)))


def test_every_number_stands_beside_that_at_the_start() -> None:
    record, start = masks(("semantic", "depth", "normal")), masks(("semantic", "depth", "normal"), epoch=0)
    record.masks["depth"]["encoder_1"][1] += 0.2  # one of two images
    table = mask_numbers_table(record, start)
    assert len(table) == 2 * (4 * 3 + 3 * 3)
    assert value(table, "mean", "depth", "encoder_1") == pytest.approx(0.4)
    assert value(table, "mean", "depth", "encoder_1", "start") == pytest.approx(0.3)
    assert value(table, "mean", "depth", "encoder_1", "spread") == pytest.approx(0.2 / np.sqrt(2))
    assert value(table, "mean", "normal", "encoder_1", "spread") == pytest.approx(0)


def test_without_a_start_there_is_none() -> None:
    assert mask_numbers_table(masks())["start"].isna().all()


def test_every_statistic_has_a_panel_and_every_task_its_color() -> None:
    figure = show_mask_numbers(masks(), masks(epoch=0))
    titles = [ax.get_title(loc="left") for ax in figure.axes if ax.axison]
    assert titles == [
        "mean", "contrast", "closed (a < 0.1)", "entropy [bits]", "mean |difference|", "correlation", "CKA",
    ]  # fmt: skip
    labels = [text.get_text() for ax in figure.axes if ax.get_legend() for text in ax.get_legend().get_texts()]
    assert labels == ["semantic", "depth", "semantic – depth"]
    assert "mean of depth: 0.300 at encoder_1 to 0.300 at encoder_2 (start 0.300 to 0.300)." in figure.alt
    assert figure.png()


def test_one_task_at_one_stage_in_one_image_can_be_shown() -> None:
    record = masks(("depth",), ("encoder_1",), channels=1)
    record.masks["depth"]["encoder_1"] = record.masks["depth"]["encoder_1"][:1]
    figure = show_mask_numbers(type(record)(record.images[:1], record.masks, 1))
    assert len([ax for ax in figure.axes if ax.axison]) == 4
    assert figure.png()


def test_masks_of_another_network_are_no_start() -> None:
    with pytest.raises(ValueError, match="`start` must hold the tasks, stages and shapes of `record`"):
        mask_numbers_table(masks(), masks(channels=3))
