import numpy as np
import pytest

from mtan_edu.visualization import show_mask_history
from tests.visualization.planted import masks


def panels(figure):
    return [ax for ax in figure.axes if ax.images and ax.get_title() != "image"]


def test_epochs_stand_in_order_the_untrained_network_first():
    figure = show_mask_history([masks(epoch=n) for n in (4, 0, 1)], "depth", "encoder_1")
    assert [ax.get_title() for ax in panels(figure)] == ["untrained", "epoch 1", "epoch 4"]


def test_a_panel_shows_one_channel_or_the_mean_and_its_numbers_below():
    one = panels(show_mask_history([masks()], "depth", "encoder_2", channel=4))[0]
    np.testing.assert_allclose(one.images[0].get_array()[:, 3:], 0.6, atol=1e-6)
    assert one.get_xlabel() == "0.40 ± 0.20"
    mean = panels(show_mask_history([masks()], "depth", "encoder_2"))[0]
    np.testing.assert_allclose(mean.images[0].get_array()[:, 3:], 0.4, atol=1e-6)


def test_several_tasks_are_rows():
    figure = show_mask_history([masks(epoch=0), masks(epoch=1)], ["depth", "semantic"], "encoder_1")
    assert [ax.get_ylabel() for ax in panels(figure)] == ["depth", "", "semantic", ""]


def test_many_epochs_are_thinned_and_the_figure_says_so():
    figure = show_mask_history([masks(epoch=n) for n in range(30)], "depth", "encoder_1")
    titles = [ax.get_title() for ax in panels(figure)]
    assert (len(titles), titles[0], titles[-1]) == (8, "untrained", "epoch 29")
    assert "8 of 30 recorded epochs" in " ".join(text.get_text() for text in figure.texts)


def test_an_own_scale_is_written_below_each_panel():
    ax = panels(show_mask_history([masks()], "depth", "encoder_1", channel=3, scale="own"))[0]
    assert ax.get_xlabel() == "0.200 to\n0.500"


def test_the_change_is_said_in_words():
    alt = show_mask_history([masks(epoch=0), masks(epoch=2)], "depth", "encoder_1", channel=4).alt
    assert "2 epochs: untrained, epoch 2" in alt
    assert "depth contrast stayed at 0.200, mean 0.400 at last" in alt


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"task": "normal", "stage": "encoder_1"}, "`task` must be a task of the record; got 'normal'"),
        ({"task": "depth", "stage": "encoder_7"}, "`stage` must be a stage of the record; got 'encoder_7'"),
        ({"task": "depth", "stage": "encoder_1", "channel": 5}, "`channel` must be 0 to 4; got 5"),
        ({"task": "depth", "stage": "encoder_1", "image": -1}, "`image` must be 0 to 1; got -1"),
        ({"task": [], "stage": "encoder_1"}, "`task` must name a task; got none"),
    ],
)
def test_what_is_not_in_the_records_gets_a_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        show_mask_history([masks()], **arguments)


def test_no_record_gets_a_sentence():
    with pytest.raises(ValueError, match="`records` must hold the masks of at least one epoch; got none"):
        show_mask_history([], "depth", "encoder_1")
