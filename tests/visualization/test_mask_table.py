import pytest

from mtan_edu.visualization import mask_statistics_table, show_mask_statistics
from tests.visualization.planted import masks


def test_the_table_has_a_row_per_statistic_and_task_and_a_column_per_stage():
    table = mask_statistics_table(masks(("semantic", "depth", "normal")))
    assert table.columns.tolist() == ["encoder_1", "encoder_2"]
    assert len(table) == 2 * 3 + 2 * 3
    assert table.loc[("mean", "depth"), "encoder_1"] == pytest.approx(0.3)
    assert table.loc[("contrast", "depth"), "encoder_2"] == pytest.approx(0.1)  # channels 0, 0.05, ..., 0.2
    assert table.loc[("mean |difference|", "semantic – normal"), "encoder_1"] == pytest.approx(0.2)
    assert table.loc[("correlation", "semantic – depth"), "encoder_1"] == pytest.approx(1)


def test_one_image_can_be_chosen():
    record = masks()
    record.masks["depth"]["encoder_1"][1] = 0.9
    assert mask_statistics_table(record, image=1).loc[("mean", "depth"), "encoder_1"] == pytest.approx(0.9)
    assert mask_statistics_table(record, image=0).loc[("mean", "depth"), "encoder_1"] == pytest.approx(0.3)


def test_the_heat_maps_state_their_scales_and_hold_the_numbers():
    figure = show_mask_statistics(masks())
    assert [ax.get_title(loc="left") for ax in figure.axes] == [
        "mean, colors from 0 to 1",
        "contrast, colors from 0 to 0.5",
        "mean |difference|, colors from 0 to 0.5",
        "correlation, colors from −1 to 1",
    ]
    assert [text.get_text() for text in figure.axes[0].texts] == ["0.20", "0.20", "0.30", "0.30"]
    assert figure.png()


def test_one_task_has_no_pairs():
    figure = show_mask_statistics(masks(("depth",), ("encoder_1",), channels=1))
    assert len(figure.axes) == 2
    assert figure.png()


def test_an_unknown_image_gets_a_sentence():
    with pytest.raises(ValueError, match="`image` must be 0 to 1; got 7"):
        mask_statistics_table(masks(), image=7)
