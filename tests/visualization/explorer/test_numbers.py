import numpy as np
import pytest

from mtan_edu.records import MaskRecord
from mtan_edu.visualization.explorer.numbers import MOST_VALUES, noise_alignment, pack_numbers
from mtan_edu.visualization.explorer.package import pack_masks
from mtan_edu.visualization.explorer.source import open_source
from mtan_edu.visualization.mask_numbers import OF_PAIRS, OF_TASKS, mask_numbers_table
from mtan_edu.visualization.mask_statistics import kernel_alignment
from tests.visualization.explorer.planted_runs import SIZES, random_masks, with_nan

RECORDS = [random_masks(epoch) for epoch in (0, 1, 4)]
VALUES = RECORDS[0].images.shape[0] * 3 * sum(int(np.prod(size)) for size in SIZES.values())


def test_they_are_those_of_the_table():
    packed = pack_masks(open_source(list(RECORDS))).index["numbers"]
    assert (packed["tasks"], packed["pairs"]) == (list(OF_TASKS), list(OF_PAIRS))
    assert (packed["start"], packed["images"], packed["reduced"]) == ("untrained", 2, "")
    assert set(packed["epochs"]) == {"0", "1", "2"}
    table = mask_numbers_table(RECORDS[2], RECORDS[0])
    assert len(table) == 3 * (4 * 3 + 3 * 3)
    for row in table.itertuples():
        found = packed["epochs"]["2"][row.statistic][row.of][list(SIZES).index(row.stage)]
        np.testing.assert_allclose(found, (row.value, row.spread, row.start), rtol=1e-4)
    assert packed["epochs"]["0"]["mean"]["depth"][0][2] is None  # the start has no start


def test_the_last_epoch_comes_first_where_time_is_short():
    packed = pack_numbers(open_source(list(RECORDS)), (0, 1, 2), most=2 * VALUES)
    assert list(packed["epochs"]) == ["2", "1"]


@pytest.mark.parametrize(
    ("most", "sentence"),
    [
        (VALUES, "the first 2 of 3 images."),
        (VALUES // 3, "the first 2 images, maps averaged down to at most 8 pixels a side."),
    ],
)
def test_more_masks_than_there_is_time_for_are_measured_in_part_and_this_is_said(most, sentence):
    records = [random_masks(epoch, images=3) for epoch in (0, 4)]
    packed = pack_numbers(open_source(records), (0, 1), most=most)
    assert packed["reduced"].endswith(sentence)
    assert packed["images"] == 2
    assert np.isfinite(packed["epochs"]["1"]["CKA"]["semantic – depth"]).all()


def test_a_task_without_masks_at_a_stage_has_no_numbers_there():
    record = random_masks()
    masks = {task: dict(stages) for task, stages in record.masks.items()}
    del masks["depth"]["encoder_2"]
    packed = pack_numbers(open_source(MaskRecord(record.images, masks, 4)), (0,))
    assert packed["epochs"]["0"]["mean"]["depth"][1] == [None, None, None]
    assert packed["epochs"]["0"]["mean"]["normal"][1][0] is not None
    assert packed["start"] is None


def test_a_value_that_is_no_number_leaves_the_others():
    packed = pack_numbers(open_source(with_nan(random_masks(), "depth", "encoder_2", 0, 0, 0, 0)), (0,))
    of = packed["epochs"]["0"]
    assert of["mean"]["depth"][1][0] == pytest.approx(0.5, abs=0.05)
    assert of["CKA"]["semantic – depth"][1][0] is None
    assert of["CKA"]["semantic – depth"][0][0] is not None


@pytest.mark.parametrize(("channels", "side"), [(64, 6), (16, 24)])
def test_noise_has_the_alignment_that_is_said(channels, side):
    generator = np.random.default_rng(0)
    masks = {task: {"only": generator.random((2, channels, side, side))} for task in ("a", "b")}
    record = MaskRecord(np.zeros((2, side, side, 3), dtype=np.uint8), masks)
    measured = kernel_alignment(masks["a"]["only"], masks["b"]["only"])
    assert noise_alignment(record)["only"] == pytest.approx(measured, rel=0.05)


def test_a_run_of_usual_size_is_measured_whole():
    sizes = {1: (8, 96, 128), 2: (16, 48, 64), 3: (32, 24, 32), 4: (64, 12, 16), 5: (64, 6, 8)}  # MTAN of width 8
    assert 2 * 4 * 3 * sum(int(np.prod(size)) for size in sizes.values()) <= MOST_VALUES
