from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from mtan_edu.records import Display, TaskRecord
from mtan_edu.visualization import show_predictions, show_sample
from mtan_edu.visualization.target_panels import CLASS_COLORS, class_colors
from tests.visualization.planted import TASKS, predictions


def panels(figure, row):
    """Target, prediction and error of a row."""
    axes = [ax for ax in figure.axes if ax.images and ax.get_title() != "image"]
    return axes[3 * row : 3 * row + 3]


def colors(ax):
    return np.asarray(ax.images[0].get_array())


def legend(figure):
    return [text.get_text() for ax in figure.axes if ax.get_legend() for text in ax.get_legend().get_texts()]


def test_each_task_has_a_row_with_target_prediction_and_error():
    figure = show_predictions(predictions())
    assert [ax.get_title() for ax in panels(figure, 0)] == ["target", "prediction", "error"]
    assert [panels(figure, row)[0].get_ylabel() for row in range(3)] == ["semantic", "depth", "normal"]


def test_errors_are_written_below_their_panels_and_said():
    figure = show_predictions(predictions())
    errors = [panels(figure, row)[2].get_xlabel() for row in range(3)]
    assert errors == ["50 % wrong", "mean 0.500 m", "mean 90°, median 90°"]
    assert all(error in figure.alt for error in errors)
    assert "Predictions for image 0 · after 2 epochs" in figure.alt


def test_what_is_no_depth_in_metres_is_called_what_it_is():
    record = predictions()
    inverse = replace(TASKS["depth"], display=Display("scalar", quantity="inverse depth"))
    figure = show_predictions(replace(record, tasks={**record.tasks, "depth": inverse}), tasks="depth")
    titles = [inset.get_title("left") for ax in figure.axes for inset in ax.child_axes]
    assert titles == ["inverse depth", "error of inverse depth"]
    assert panels(figure, 0)[2].get_xlabel() == "mean 0.500 inverse depth"
    assert "metre" not in figure.alt


def test_a_class_has_the_same_color_in_target_and_prediction():
    target, prediction, error = panels(show_predictions(predictions()), 0)
    np.testing.assert_allclose(colors(target)[1, 0], to_rgb(CLASS_COLORS[1]))
    np.testing.assert_allclose(colors(prediction)[1, 0], to_rgb(CLASS_COLORS[1]))
    np.testing.assert_allclose(colors(prediction)[1, 5], to_rgb(CLASS_COLORS[2]))
    assert not np.allclose(colors(error)[1, 0], colors(error)[1, 5])


def test_the_legend_names_the_classes_that_occur_and_the_unknown_pixels():
    assert legend(show_predictions(predictions(), tasks="semantic")) == ["wall", "tv", "unknown", "right", "wrong"]


def test_unknown_pixels_are_gray_in_target_and_error_but_predicted_all_the_same():
    for row in range(3):
        target, prediction, error = panels(show_predictions(predictions()), row)
        for ax in (target, error):
            assert np.ptp(colors(ax)[0], axis=-1).max() < 1e-9
        np.testing.assert_array_equal(colors(prediction)[0], colors(prediction)[1])


def test_target_and_prediction_of_a_scalar_share_their_scale():
    record = predictions()
    record.targets["depth"][0, 1] = 2.5
    target, prediction, _ = panels(show_predictions(record), 1)
    np.testing.assert_allclose(colors(target)[1], colors(prediction)[1])
    assert not np.allclose(colors(target)[2], colors(prediction)[2])


def test_a_direction_is_shown_as_red_green_and_blue():
    target, prediction, _ = panels(show_predictions(predictions()), 2)
    np.testing.assert_allclose(colors(target)[1, 0], (0.5, 0.5, 1))
    np.testing.assert_allclose(colors(prediction)[1, 0], (1, 0.5, 0.5))


def test_a_prediction_without_a_direction_is_90_degrees_wrong():
    record = predictions()
    record.predictions["normal"][:] = 0
    assert panels(show_predictions(record, tasks="normal"), 0)[2].get_xlabel() == "mean 90°, median 90°"


def test_a_prediction_that_is_not_a_number_is_magenta():
    record = predictions()
    record.predictions["depth"][0, 1, 0] = np.nan
    _, prediction, _ = panels(show_predictions(record), 1)
    np.testing.assert_allclose(colors(prediction)[1, 0], (1, 0, 1))


def test_a_task_without_any_known_pixel_draws():
    record = predictions()
    record.targets["semantic"][:] = -1
    record.targets["depth"][:] = 0
    record.targets["normal"][:] = 0
    figure = show_predictions(record)
    assert [panels(figure, row)[2].get_xlabel() for row in range(3)] == ["nothing known"] * 3
    assert figure.png()


def test_classes_without_a_name_have_a_number():
    nameless = TaskRecord("semantic", 3, Display("classes"), {})
    record = replace(predictions(), tasks={"semantic": nameless})
    assert legend(show_predictions(record))[:2] == ["class 1", "class 2"]


def test_there_are_colors_for_any_number_of_classes():
    assert len(set(class_colors(19))) == 19


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"tasks": "depht"}, r"`tasks` must be a task of the record; got 'depht'. Did you mean 'depth'\?"),
        ({"image": 1}, "`image` must be 0; got 1. There is 1 image."),
    ],
)
def test_what_is_not_in_the_record_gets_a_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        show_predictions(predictions(), **arguments)


def test_records_that_cannot_be_drawn_get_a_sentence():
    with pytest.raises(ValueError, match="`record` must hold predictions; got 1 images and 0 tasks"):
        show_predictions(replace(predictions(), predictions={}))
    smaller = {**predictions().predictions, "depth": np.ones((1, 2, 3), np.float32)}
    with pytest.raises(ValueError, match="`predictions` of depth must have the shape of its targets"):
        show_predictions(replace(predictions(), predictions=smaller))
    odd = replace(predictions(), tasks={"depth": TaskRecord("depth", 1, Display("sound"), {})})
    with pytest.raises(ValueError, match=r"`kind` must be .*; got 'sound'"):
        show_predictions(odd)


def sample():
    record = predictions()
    return record.images[0], {name: target[0] for name, target in record.targets.items()}


def test_a_sample_shows_the_image_and_each_target():
    figure = show_sample(*sample(), TASKS)
    assert [ax.get_title() for ax in figure.axes if ax.get_title()][:4] == ["image", "semantic", "depth", "normal"]
    assert "semantic known at 75 % of the pixels" in figure.alt


def test_an_overlay_lets_the_image_shine_through_in_gray():
    image, targets = sample()
    alone, half, none = (
        colors(show_sample(image, {"normal": targets["normal"]}, TASKS, overlay).axes[1])[1, 0]
        for overlay in (0.0, 0.5, 1.0)
    )
    np.testing.assert_allclose(alone, (0.5, 0.5, 1))
    np.testing.assert_allclose(none, 100 / 255, rtol=1e-2)
    np.testing.assert_allclose(half, (alone + none) / 2)


def test_an_image_in_floating_point_looks_as_in_8_bits():
    image, targets = sample()
    depth = {"depth": targets["depth"]}
    bytes_, floats = (show_sample(i, depth, TASKS, 1.0).axes[1] for i in (image, image / 255))
    np.testing.assert_allclose(colors(bytes_), colors(floats))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"overlay": 1.5}, r"`overlay` must be in \[0, 1\]; got 1.5"),
        ({"targets": {}}, "`targets` must hold at least one target; got none"),
        ({"targets": {"smell": np.ones((4, 6))}}, "`targets` must be a task of the record; got 'smell'"),
        ({"targets": {"depth": np.ones((1, 4, 6))}}, r"`targets` must have the size of the image, \(4, 6\)"),
    ],
)
def test_a_sample_that_does_not_fit_gets_a_sentence(changes, sentence):
    image, targets = sample()
    with pytest.raises(ValueError, match=sentence):
        show_sample(**{"image": image, "targets": targets, "tasks": TASKS, **changes})
