from dataclasses import replace

import numpy as np
import pytest

from mtan_edu.records import MaskRecord
from mtan_edu.visualization import show_mask_difference, show_masks
from tests.visualization.planted import masks


def panels(figure):
    """The axes that show maps, row by row: neither the image nor a colorbar."""
    return [ax for ax in figure.axes if ax.images and ax.get_title() != "image"]


def shown(ax):
    return np.ma.filled(ax.images[0].get_array(), np.nan)


def words(figure):
    return " ".join(text.get_text() for text in figure.texts)


def test_rows_are_tasks_and_columns_are_stages_with_their_true_size():
    axes = panels(show_masks(masks()))
    assert [ax.get_title() for ax in axes] == ["encoder_1\n5 @ 8×12", "encoder_2\n5 @ 4×6", "", ""]
    assert [ax.get_ylabel() for ax in axes] == ["semantic", "", "depth", ""]


def test_a_panel_shows_the_mean_over_the_channels():
    values = shown(panels(show_masks(masks()))[0])
    assert values.shape == (8, 12)
    np.testing.assert_allclose(values[:, :6], 0.1, atol=1e-6)
    np.testing.assert_allclose(values[:, 6:], 0.1 + 0.2, atol=1e-6)  # channels add 0, 0.1, ..., 0.4


def test_a_shared_scale_is_0_to_1_in_every_panel_and_said():
    figure = show_masks(masks())
    assert {ax.images[0].get_clim() for ax in panels(figure)} == {(0.0, 1.0)}
    assert "One scale for all panels, 0 to 1" in words(figure)


def test_an_own_scale_is_written_below_each_panel_and_said():
    figure = show_masks(masks(), scale="own")
    first, *_, last = panels(figure)
    assert first.images[0].get_clim() == pytest.approx((0.1, 0.3))
    assert first.get_xlabel() == "0.100 to\n0.300"
    assert last.get_xlabel() == "0.200 to\n0.400"
    assert "OWN scale" in words(figure)


def test_8_bit_masks_are_shown_as_values_from_0_to_1():
    record = MaskRecord(np.zeros((1, 2, 3, 3), np.uint8), {"depth": {"stage": np.full((1, 4, 2, 3), 51, np.uint8)}})
    np.testing.assert_allclose(shown(panels(show_masks(record))[0]), 0.2, atol=1e-6)


def test_chosen_channels_are_columns():
    axes = panels(show_masks(masks(), stages="encoder_2", channels=[4, 0]))
    assert [ax.get_title() for ax in axes] == ["channel 4", "channel 0", "", ""]
    np.testing.assert_allclose(shown(axes[0])[:, 3:], 0.5, atol=1e-6)
    np.testing.assert_allclose(shown(axes[1]), 0.1, atol=1e-6)


def test_the_most_varying_channels_are_shown_first():
    axes = panels(show_masks(masks(), tasks="depth", stages="encoder_1", channels="most varying", count=2))
    assert [ax.get_title() for ax in axes] == ["channel 4", "channel 3"]


def test_of_several_stages_one_most_varying_channel_each_is_shown():
    axes = panels(show_masks(masks(), tasks="depth", channels="most varying"))
    assert [ax.get_title().splitlines()[:2] for ax in axes] == [["encoder_1", "channel 4"], ["encoder_2", "channel 4"]]


def test_nan_has_a_color_of_its_own_and_is_counted():
    record = masks()
    record.masks["depth"]["encoder_1"][0, 1, 0, :3] = np.nan
    figure = show_masks(record)
    ax = panels(figure)[2]
    assert np.isnan(shown(ax)).sum() == 3
    assert ax.images[0].cmap.get_bad().tolist() == [1, 0, 1, 1]
    assert "3 values are NaN (magenta)" in words(figure)
    assert "3 values are NaN (magenta)" in figure.alt


def test_values_that_no_mask_may_have_are_counted():
    record = masks()
    record.masks["depth"]["encoder_1"][0, :, 0, :2] = 1.5
    assert "2 values lie outside 0 to 1" in words(show_masks(record))


def test_masks_without_any_number_still_draw():
    record = masks()
    record.masks["depth"]["encoder_1"][:] = np.nan
    assert show_masks(record, scale="own").png()
    assert show_masks(record, channels="most varying").png()
    assert show_mask_difference(record, "semantic", "depth").png()


def test_masks_are_said_in_words_with_their_mean_and_contrast():
    alt = show_masks(masks(), image=1).alt
    assert "image 1 · after 4 epochs" in alt
    assert "semantic: encoder_1 0.200 ± 0.100" in alt


def test_untrained_masks_are_called_so():
    assert "untrained" in show_masks(masks(epoch=0)).alt
    assert "epoch" not in show_masks(masks(epoch=None)).alt


@pytest.mark.parametrize(("tasks", "stages", "channels"), [(1, 1, 1), (5, 1, 1), (1, 12, 2), (5, 3, 4)])
def test_few_and_many_tasks_stages_and_channels_draw(tasks, stages, channels):
    names, places = [f"task_{i}" for i in range(tasks)], [f"stage_{i % 3}_{i}" for i in range(stages)]
    flat = {name: {place: np.full((1, channels, 4, 6), 0.5, np.float16) for place in places} for name in names}
    figure = show_masks(MaskRecord(np.zeros((1, 8, 12, 3), np.uint8), flat))
    assert len(panels(figure)) == tasks * stages
    assert figure.png()


def test_the_last_row_of_a_difference_is_symmetric_around_0():
    figure = show_mask_difference(masks(), "semantic", "depth")
    *_, first, last = panels(figure)
    np.testing.assert_allclose(shown(first), -0.1, atol=1e-6)
    low, high = first.images[0].get_clim()
    assert -low == high == pytest.approx(0.1)
    assert last.images[0].get_clim() == (low, high)
    assert panels(figure)[4].get_ylabel() == "semantic\n− depth"


def test_below_a_difference_stand_its_mean_and_the_centered_correlation_over_all_channels():
    ax = panels(show_mask_difference(masks(), "semantic", "depth"))[4]
    assert ax.get_xlabel() == "|Δ| 0.10\nr +1.00"  # the same pattern at another level


def test_equal_masks_have_a_difference_of_0_and_a_scale_all_the_same():
    record = masks()
    record.masks["depth"].update(record.masks["semantic"])
    ax = panels(show_mask_difference(record, "semantic", "depth"))[4]
    assert np.abs(shown(ax)).max() == 0
    assert ax.images[0].get_clim() == (-1, 1)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"tasks": "depht"}, r"`tasks` must be a task of the record; got 'depht'. Did you mean 'depth'\?"),
        ({"stages": "encoder_9"}, r"`stages` must be a stage of the record; got 'encoder_9'.*'encoder_1'"),
        ({"image": 2}, "`image` must be 0 to 1; got 2. There are 2 images."),
        ({"channels": 5}, "`channels` must be 0 to 4; got 5. There are 5 channels."),
        ({"channels": "all"}, "`channels` must be a number, several numbers, 'most varying' or None; got 'all'"),
        ({"channels": []}, "`channels` must name a channel; got none"),
        ({"scale": "log"}, "`scale` must be 'shared' or 'own'; got 'log'"),
    ],
)
def test_what_is_not_in_the_record_gets_a_sentence_with_what_is(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        show_masks(masks(), **arguments)


def test_more_panels_than_anybody_can_see_get_a_sentence():
    with pytest.raises(ValueError, match="at most 150 panels; got 2 rows x 100 columns"):
        show_masks(masks(channels=100), stages="encoder_1", channels=range(100))


def test_a_record_without_masks_gets_a_sentence():
    empty = replace(masks(), masks={})
    with pytest.raises(ValueError, match="`record` must hold attention masks; got 2 images, 0 tasks"):
        show_masks(empty)


def test_a_task_cannot_differ_from_itself():
    with pytest.raises(ValueError, match="`task_b` must be another task than `task_a`; got 'depth' twice"):
        show_mask_difference(masks(), "depth", "depth")
