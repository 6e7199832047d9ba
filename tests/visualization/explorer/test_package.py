import base64
import io
import re

import matplotlib
import numpy as np
import pytest
from PIL import Image

from mtan_edu.records import Display, MaskRecord, TaskRecord
from mtan_edu.visualization.explorer.fetch import fetch_maps
from mtan_edu.visualization.explorer.package import pack_masks
from mtan_edu.visualization.explorer.source import open_source
from tests.visualization.explorer.pictures import unpack
from tests.visualization.explorer.planted_runs import SIZES, random_masks, random_predictions, with_nan, write_run
from tests.visualization.planted import masks

EPOCHS = (0, 1, 4)


def records():
    return [random_masks(epoch) for epoch in EPOCHS]


def test_masks_of_8_bits_come_out_as_they_went_in():
    package = pack_masks(open_source(records()))
    for e, record in enumerate(records()):
        for task in record.tasks:
            for stage, (channels, _, _) in SIZES.items():
                for channel in range(channels):
                    expected = record.masks[task][stage][1, channel] / 255
                    np.testing.assert_allclose(unpack(package, e, 1, task, stage, channel), expected, rtol=1e-12)


def test_a_mean_is_that_of_all_channels_to_a_510th_of_its_range():
    package = pack_masks(open_source(records()))
    mean = records()[2].values("depth", "encoder_1")[1].mean(axis=0)
    found = unpack(package, 2, 1, "depth", "encoder_1", "mean")
    np.testing.assert_allclose(found, mean, atol=np.ptp(mean) / 510 + 1e-6)


def test_images_are_png_files_without_loss():
    package = pack_masks(open_source(random_masks()))
    place = package.index["images"][1]
    file = package.data[place["offset"] : place["offset"] + place["length"]]
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(file))), random_masks().images[1])


def test_colors_are_those_of_matplotlib():
    colors = pack_masks(open_source(random_masks())).index["colormaps"]["viridis"]
    assert colors[6 * 200 : 6 * 201] == bytes(matplotlib.colormaps["viridis"](200, bytes=True)[:3]).hex()


def test_everything_of_a_run_is_read_from_its_folder(tmp_path):
    package = pack_masks(open_source(write_run(tmp_path / "first")))
    assert package.index["name"] == "first"
    assert [epoch["label"] for epoch in package.index["epochs"]] == ["untrained", "epoch 1", "epoch 4"]
    assert package.index["notes"] == []
    assert package.index["tasks"][1]["display"]["unit"] == "m"


@pytest.mark.parametrize("task", ["semantic", "depth", "normal"])
def test_predictions_come_out_as_they_went_in(task):
    recorded = random_predictions()
    package = pack_masks(open_source(random_masks(), recorded))
    index = package.index["predictions"]
    of = index["tasks"][task]
    for part, expected in (("targets", recorded.targets[task]), ("values", recorded.predictions[task])):
        at, count = index["offset"] + of[part], expected.size
        if task == "normal":
            found = np.frombuffer(package.data, np.int8, count, at).reshape(expected.shape) / 127
            np.testing.assert_allclose(found, expected, atol=0.5 / 127 + 1e-6)
        else:
            steps = np.frombuffer(package.data, "<u2", count, at).reshape(expected.shape).astype(float)
            if task == "semantic":
                np.testing.assert_array_equal(steps, np.where(expected < 0, 65535, expected.astype(int)))
            else:
                values = of["low"] + (steps - 1) / 65534 * (of["high"] - of["low"])
                np.testing.assert_allclose(np.where(steps == 0, 0, values), expected, atol=1e-4)


def test_predictions_are_sampled_coarser_before_epochs_are_left_out():
    source = open_source(records(), [random_predictions(epoch, size=(24, 32)) for epoch in EPOCHS])
    index = pack_masks(source, 0.1).index["predictions"]
    assert (index["step"], index["height"], index["width"]) == (2, 12, 16)
    assert index["epochs"] == [0, 1, 2]


def test_what_a_task_says_of_the_whole_image_travels_as_one_label():
    recorded = random_predictions()
    whole = type(recorded)(
        recorded.images,
        {"semantic": np.array([2, -1])},
        {"semantic": np.array([1, 0])},
        {"semantic": TaskRecord("semantic", 3, Display("class", ("bed", "wall", "tv")), {"accuracy": True})},
        4,
    )
    index = pack_masks(open_source(random_masks(), whole)).index["predictions"]
    assert index["tasks"]["semantic"] == {"whole": True, "targets": [2, -1], "values": [[1, 0]]}


def test_what_is_not_a_number_is_marked_bit_by_bit_and_counted():
    package = pack_masks(open_source(with_nan(random_masks(), "depth", "encoder_2", 1, 2, 3, 5)))
    flaws = package.index["flaws"]
    assert (flaws["nan"], flaws["outside"]) == ([1], [0])
    [[e, b, k, s, at]] = flaws["bad"]
    assert [e, b, k, s] == [0, 1, 1, 1]
    start = package.index["offsets"]["bad"] + at
    bits = np.unpackbits(np.frombuffer(package.data, np.uint8, 5 * 48 // 8, start)).reshape(5, 6, 8)
    assert np.argwhere(bits).tolist() == [[0, 3, 5], [3, 3, 5]]  # the mean, and channel 2


def test_values_outside_0_to_1_are_cut_off_and_counted():
    record = random_masks()
    values = record.values("depth", "encoder_2")
    values[0, 0, 0, :2] = (1.5, -0.5)
    record.masks["depth"]["encoder_2"] = values
    package = pack_masks(open_source(record))
    assert package.index["flaws"]["outside"] == [2]
    assert unpack(package, 0, 0, "depth", "encoder_2", 0)[0, :2].tolist() == [1, 0]


def test_a_channel_without_any_number_is_packed_too():
    record = random_masks()
    record.masks["depth"]["encoder_2"] = np.full((2, 4, 6, 8), np.nan, dtype=np.float16)
    package = pack_masks(open_source(record))
    assert package.index["flaws"]["nan"] == [2 * 4 * 48]
    assert package.index["stages"][1]["scores"]["contrast"][0] is not None  # two tasks still have one


@pytest.mark.parametrize("record", [masks(("depth",)), masks(stages=("only",)), masks(channels=1)])
def test_one_task_one_stage_and_one_channel_are_enough(record):
    index = pack_masks(open_source(record)).index
    assert len(index["tasks"]) == len(record.tasks)
    assert len(index["stages"]) == len(record.stages)
    if len(record.tasks) == 1:
        assert set(index["stages"][0]["scores"]["disagreement"]) == {None}


def test_a_stage_that_one_task_lacks_is_named():
    record = random_masks()
    del record.masks["normal"]["decoder_1"]
    stages = pack_masks(open_source(record)).index["stages"]
    assert [stage["without"] for stage in stages] == [[], [], ["normal"]]


def test_a_budget_is_kept_and_what_it_costs_is_said():
    sizes = {"wide": (64, 48, 64), "deep": (128, 3, 4)}
    source = open_source([random_masks(epoch, sizes=sizes, images=3) for epoch in (0, 1, 2, 4)])
    whole, small = pack_masks(source, 20), pack_masks(source, 0.5)
    assert whole.index["notes"] == []
    assert len(small.data) <= 500_000 < len(whole.data)
    [note] = small.index["notes"]
    assert re.match(
        r"To stay within 0.5 MB: maps are averaged down to at most \d+ pixels a side; not all channels", note
    )
    assert re.search(r"in turn\): \d+ of 64 at wide", note)
    assert len(small.index["stages"][1]["sent"]["channels"]) == 128  # small maps cost little


def test_what_did_not_fit_is_fetched_as_it_was_recorded():
    source = open_source(records())
    content, [buffer] = fetch_maps(source, [[2, 1, "depth", "encoder_1", 5], [0, 0, "normal", "decoder_1", "mean"]])
    mean, channel = content["maps"]
    assert channel["key"] == [2, 1, "depth", "encoder_1", 5]
    pixels = np.frombuffer(buffer, np.uint8, 192, channel["at"]).reshape(12, 16)
    np.testing.assert_array_equal(pixels, records()[2].masks["depth"]["encoder_1"][1, 5])
    steps = np.frombuffer(buffer, np.uint8, 192, mean["at"]).reshape(12, 16) / 255
    expected = records()[0].values("normal", "decoder_1")[0].mean(axis=0)
    np.testing.assert_allclose(mean["low"] + steps * (mean["high"] - mean["low"]), expected, atol=0.002)
    assert mean["bad"] is channel["bad"] is None


@pytest.mark.parametrize(
    "key", [[9, 0, "depth", "encoder_1", 0], [0, 0, "depht", "encoder_1", 0], [0, 0, "depth", "encoder_1", -1]]
)
def test_maps_that_do_not_exist_get_a_sentence(key):
    with pytest.raises(ValueError, match="`maps` must name recorded maps; got"):
        fetch_maps(open_source(records()), [key])


def test_nobody_fetches_everything_at_once():
    with pytest.raises(ValueError, match="`maps` must be at most 400 in one message; got 401. Ask in parts."):
        fetch_maps(open_source(records()), [[0, 0, "depth", "encoder_1", 0]] * 401)


@pytest.mark.parametrize("megabytes", [0, -1, float("nan"), float("inf")])
def test_a_budget_that_is_none_gets_a_sentence(megabytes):
    with pytest.raises(ValueError, match="`megabytes` must be at least 0.05; got"):
        pack_masks(open_source(random_masks()), megabytes)


def test_the_index_is_json_and_the_data_survive_base64():
    package = pack_masks(open_source(random_masks()))
    assert base64.b64decode(base64.b64encode(package.data)) == package.data
    assert isinstance(package.index["stages"][0]["orders"]["contrast"][0], int)
    assert isinstance(random_masks(), MaskRecord)
