import dataclasses

import numpy as np
import pytest

from mtan_edu.run_reader import read_run
from mtan_edu.visualization.explorer.source import open_source
from tests.visualization.explorer.planted_runs import random_masks, random_predictions, with_nan, write_run
from tests.visualization.planted import masks


def test_a_run_is_opened_by_its_folder_or_its_record(tmp_path):
    folder = write_run(tmp_path / "first")
    for run in (folder, str(folder), read_run(folder)):
        source = open_source(run)
        assert source.epochs == (0, 1, 4)
        np.testing.assert_array_equal(source.masks(2).masks["depth"]["encoder_2"],
                                      random_masks(4).masks["depth"]["encoder_2"])  # fmt: skip
        assert list(source.tasks) == ["semantic", "depth", "normal"]


def test_records_are_put_in_the_order_of_their_epochs():
    source = open_source([random_masks(4), random_masks(0)], random_predictions(4))
    assert source.epochs == (0, 4)
    assert source.predictions(0) is None
    assert source.predictions(1).epoch == 4


def test_one_record_need_not_know_its_epoch():
    source = open_source(masks(epoch=None))
    assert (source.epochs, source.labels) == ((None,), ("epoch unknown",))


@pytest.mark.parametrize("epochs", [(0, 4), (1, 4)])
def test_other_masks_can_stand_for_the_untrained_network(epochs):
    records = [random_masks(epoch) for epoch in epochs]
    source = open_source(records, untrained=random_masks(9))
    assert source.epochs == ((0, 4) if epochs[0] == 0 else (0, 1, 4))
    assert source.labels[0] == "untrained, images seen"
    np.testing.assert_array_equal(source.masks(0).masks["depth"]["encoder_2"],
                                  random_masks(9).masks["depth"]["encoder_2"])  # fmt: skip


def test_a_run_without_masks_gets_a_sentence(tmp_path):
    folder = write_run(tmp_path / "split", epochs=())
    with pytest.raises(ValueError, match="`run` must hold recorded masks; got .*split, which has none. Only a model"):
        open_source(folder)


def test_no_run_gets_a_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match="`run` must be the folder of a run; got .*nowhere, which does not"):
        open_source(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("others", "sentence"),
    [
        ([], "`records` must hold the masks of at least one epoch; got none"),
        ([random_masks(4), random_masks(4)], "`records` must each have an epoch of its own; got 4 and 4"),
        ([random_masks(4), random_masks(None)], "`records` must each have an epoch of its own; got 4 and None"),
        (
            [random_masks(0, tasks=("depth",)), random_masks(4)],
            "`records` must be of one model; got masks of semantic at encoder_1 of shape none for untrained and "
            "2x6x12x16 for epoch 4. Explore one model",
        ),
        (
            [random_masks(0, sizes={"encoder_1": (6, 12, 15)}), random_masks(4, sizes={"encoder_1": (6, 12, 16)})],
            "got masks of semantic at encoder_1 of shape 2x6x12x15 for untrained",
        ),
        (
            [dataclasses.replace(random_masks(0), images=random_masks(4).images[::-1]), random_masks(4)],
            "`records` must be of the same images; got others for untrained than for epoch 4",
        ),
    ],
)
def test_records_that_do_not_belong_together_get_a_sentence(others, sentence):
    with pytest.raises(ValueError, match=sentence):
        source = open_source(others)
        [source.masks(place) for place in range(len(source.epochs))]


def test_tasks_whose_masks_differ_in_shape_get_a_sentence():
    record = random_masks(sizes={"encoder_1": (6, 12, 16)})
    record.masks["depth"]["encoder_1"] = record.masks["depth"]["encoder_1"][:, :3]
    with pytest.raises(ValueError, match="`masks` of a stage must have one shape for all tasks; got"):
        open_source(record)


def test_predictions_of_other_images_or_epochs_get_a_sentence():
    with pytest.raises(ValueError, match="`predictions` must be of the 2 images of the masks; got 3"):
        open_source(random_masks(), random_predictions(images=3)).predictions(0)
    with pytest.raises(ValueError, match="`predictions` must be of the epochs of the masks, 0 and 4; got 2"):
        open_source([random_masks(0), random_masks(4)], random_predictions(2))


def test_predictions_beside_a_run_get_a_sentence(tmp_path):
    with pytest.raises(ValueError, match="`predictions` must be left out for a run; got some. A run has its own."):
        open_source(write_run(tmp_path / "first"), random_predictions())


def test_masks_with_a_nan_are_masks():
    assert np.isnan(open_source(with_nan(random_masks(), "depth", "encoder_2", 0, 0, 0, 0)).masks(0).values(
        "depth", "encoder_2")).sum() == 1  # fmt: skip
