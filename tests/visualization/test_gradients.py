import dataclasses

import numpy as np
import pytest

from mtan_edu.records import GradientRecord
from mtan_edu.visualization import (
    TASK_COLORS,
    show_conflict_history,
    show_gradient_conflicts,
    show_gradient_norms,
    show_update_shares,
)
from tests.visualization.planted import gradients

RECORDS = [gradients(0.5, epoch=8), gradients(-0.5, epoch=0), gradients(0.0, epoch=2)]
PARALLEL = 1 / 5  # 1 part of cosine 1 and length 1, one of cosine 0 and twice the length: 1 / (1 + 4)


def test_a_record_knows_norms_cosines_conflicts_and_shares():
    record = gradients(-0.5)
    assert record.norms("decoder_1")[0] == pytest.approx([2, 4, 6])
    assert record.norms()[1] == pytest.approx(np.sqrt(5) * np.arange(1, 4))
    assert record.cosines("semantic", "normal", "encoder_1") == pytest.approx([-0.5, -0.5])
    assert record.cosines("semantic", "normal") == pytest.approx([-0.5 * PARALLEL] * 2)
    assert record.conflict_share("encoder_1") == record.conflict_share() == 1
    assert record.conflict_share("decoder_1") == 0
    assert record.update_shares() == pytest.approx(np.full((2, 3), 1 / 3))
    assert record.pairs == (("semantic", "depth"), ("semantic", "normal"), ("depth", "normal"))


def test_a_gradient_of_zero_has_no_direction_and_no_share():
    record = gradients()
    record = dataclasses.replace(record, products=record.products * np.outer([0, 1, 1], [0, 1, 1]))
    assert np.isnan(record.cosines("semantic", "depth")).all()
    assert record.cosines("depth", "normal") == pytest.approx([-0.5 * PARALLEL] * 2)
    assert record.update_shares()[0] == pytest.approx([0, 0.5, 0.5])
    assert np.isnan(dataclasses.replace(record, weights=np.zeros((2, 3))).update_shares()).all()
    assert show_gradient_conflicts(record).png()


def test_arrays_that_do_not_fit_are_refused():
    record = gradients()
    with pytest.raises(ValueError, match=r"`losses` must have the shape \(2, 3\), none of it 0; got \(1, 3\)"):
        dataclasses.replace(record, losses=record.losses[:1])
    with pytest.raises(ValueError, match="`products` must have the shape"):
        GradientRecord(("a",), (), np.zeros((1, 0, 1, 1)), np.zeros((1, 1)), np.zeros((1, 1)))
    with pytest.raises(ValueError, match="`group` must be a part of the network, or None; got 'encoder_9'"):
        record.norms("encoder_9")


def test_the_heat_map_has_a_row_per_part_and_a_column_per_epoch_in_order():
    figure = show_gradient_conflicts(RECORDS)
    panels = figure.axes[:3]
    assert [ax.get_title() for ax in panels] == ["semantic – depth", "semantic – normal", "depth – normal"]
    image = panels[0].get_images()[0]
    assert image.get_array().tolist() == [
        pytest.approx([-0.5, 0, 0.5]),
        pytest.approx([0, 0, 0]),
        pytest.approx([-0.1, 0, 0.1]),
    ]
    assert [label.get_text() for label in panels[0].get_xticklabels()] == ["0", "2", "8"]
    assert [label.get_text() for label in panels[0].get_yticklabels()] == ["encoder_1", "decoder_1", "whole network"]


def test_its_colors_are_symmetric_around_zero_and_their_range_is_said():
    figure = show_gradient_conflicts(gradients(-0.43))
    limits = {ax.get_images()[0].get_clim() for ax in figure.axes[:3]}
    assert limits == {(-0.5, 0.5)}
    assert "Colors from −0.5 to 0.5" in figure.get_suptitle()
    image = show_gradient_conflicts(gradients(-0.43), limit=1).axes[0].get_images()[0]
    assert image.get_clim() == (-1, 1)
    red, _, blue, _ = image.cmap(image.norm(-0.5))
    assert red > blue


def test_a_conflict_is_marked_by_a_minus_as_well():
    texts = [text.get_text() for text in show_gradient_conflicts(gradients(-0.5)).axes[0].texts]
    assert texts == ["−0.50", "0.00", "−0.10"]


def test_conflicts_are_said_in_words():
    alt = show_gradient_conflicts(RECORDS[1]).alt
    assert "at epoch 0" in alt
    assert "semantic and depth: in conflict at 1 of 2 parts at last, most at encoder_1 (-0.500)" in alt


def test_some_pairs_can_be_chosen_and_unknown_ones_get_a_sentence():
    assert len(show_gradient_conflicts(RECORDS, pairs=[("depth", "normal")]).axes) == 2  # and the colors' scale
    with pytest.raises(ValueError, match="`pairs` must be a task of the record; got 'dept'. Did you mean 'depth'"):
        show_gradient_conflicts(RECORDS, pairs=[("dept", "normal")])


def test_the_history_has_a_line_per_pair_and_the_share_in_conflict():
    left, right = show_conflict_history(RECORDS).axes
    zero, *lines = left.get_lines()
    assert set(zero.get_ydata()) == {0}
    assert [line.get_ydata().tolist() for line in lines] == [pytest.approx([-0.1, 0, 0.1])] * 3
    assert lines[0].get_xdata().tolist() == [0, 2, 8]
    whole, parts = right.get_lines()
    assert whole.get_ydata().tolist() == [1, 0, 0]
    assert parts.get_ydata().tolist() == [0.5, 0, 0]


def test_norms_have_a_line_per_task_in_its_color():
    left, right = show_gradient_norms(RECORDS).axes
    assert [line.get_color() for line in left.get_lines()] == list(TASK_COLORS.values())
    assert [line.get_ydata().tolist() for line in right.get_lines()] == [[1, 2], [2, 4], [3, 6]]
    assert left.get_yscale() == right.get_yscale() == "log"


def test_shares_of_the_update_fill_a_bar_and_the_weights_stand_below():
    figure = show_update_shares(RECORDS, group="encoder_1")
    heights = [bar.get_height() for bar in figure.axes[0].patches]
    assert heights == pytest.approx([1 / 3] * 9)
    assert figure.axes[0].get_xticklabels()[1].get_text() == "2\n1.00\n0.50\n0.33"
    assert "on encoder_1: semantic stayed at 0.333" in figure.alt


@pytest.mark.parametrize("show", [show_conflict_history, show_gradient_conflicts])
def test_one_task_has_no_conflicts(show):
    with pytest.raises(ValueError, match="`records` must hold at least two tasks; got depth"):
        show(gradients(tasks=["depth"]))


@pytest.mark.parametrize(
    "show", [show_conflict_history, show_gradient_conflicts, show_gradient_norms, show_update_shares]
)
def test_records_of_one_run_many_epochs_and_tasks_draw_and_others_get_a_sentence(show):
    many = [gradients(0.1, epoch, ("a", "b", "c", "d"), steps=1) for epoch in range(12)]
    assert show(many).png()
    assert len(show(gradients(epoch=None)).alt) > 20
    with pytest.raises(ValueError, match="`records` must hold the gradients of at least one epoch; got none"):
        show([])
    with pytest.raises(ValueError, match="`records` must be of the same tasks and parts"):
        show([gradients(), gradients(tasks=["depth", "normal"])])
