import base64
import io

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from mtan_edu.visualization import TASK_COLORS, show_weights, task_styles
from mtan_edu.visualization.style import LARGE, MORE_COLORS, STRAY, figure_style, new_figure
from tests.visualization.planted import run


def luminance(color):
    channels = np.array(matplotlib.colors.to_rgb(color))
    linear = np.where(channels <= 0.03928, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_dense_tasks_keep_their_colors_in_any_company_and_order():
    alone, together = task_styles(["normal"]), task_styles(["edges", "normal", "semantic"])
    assert alone["normal"] == together["normal"]
    assert together["semantic"].color == TASK_COLORS["semantic"]


def test_ten_other_tasks_look_different_from_each_other():
    styles = task_styles([*TASK_COLORS, *(f"domain_{i}" for i in range(7))])
    assert len({style.color for style in styles.values()}) == 10
    assert len({style.marker for style in styles.values()}) == 10


def test_more_tasks_than_colors_still_have_a_style():
    assert len(task_styles([f"domain_{i}" for i in range(30)])) == 30


@pytest.mark.parametrize("color", [*TASK_COLORS.values(), MORE_COLORS[1]])
def test_colors_of_tasks_stand_out_on_white(color):
    assert 1.05 / (luminance(color) + 0.05) >= 3  # WCAG 2.2, 1.4.11: graphics


def test_a_notebook_gets_one_png_and_its_alt_text():
    figure = show_weights(run())
    data, metadata = figure._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == figure.alt == metadata["image/png"]["alt"]
    assert set(data) == {"image/png", "text/plain"}


def test_the_picture_is_opaque_white_whatever_style_the_notebook_has_chosen():
    with matplotlib.rc_context({"figure.facecolor": "black", "axes.facecolor": "black", "font.size": 4}):
        figure = show_weights(run())
        figure.png()
    assert figure.get_facecolor() == (1, 1, 1, 1)
    assert figure.axes[0].get_facecolor() == (1, 1, 1, 1)
    assert figure.axes[0].xaxis.label.get_fontsize() >= 12


def test_drawing_leaves_the_style_of_the_notebook_as_it_was():
    before = dict(matplotlib.rcParams)
    show_weights(run()).png()
    assert dict(matplotlib.rcParams) == before


def test_an_empty_figure_has_the_size_that_was_asked_for():
    assert new_figure(7, 3).get_size_inches().tolist() == [7, 3]


def noise(channels):
    """A figure with a noisy picture, of a mask (one channel) or a photograph (three), and the colors that are drawn."""
    figure = new_figure(7, 5, layout="none")
    values = np.random.default_rng(0).random((180, 240, channels))
    with figure_style():
        shown = values[..., 0] if channels == 1 else values
        figure.add_axes((0.1, 0.1, 0.8, 0.8)).imshow(shown, cmap="viridis", interpolation="nearest")
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    return figure, np.asarray(canvas.buffer_rgba())[..., :3].astype(int)


def test_a_large_picture_of_masks_takes_less_than_half_the_space_in_nearly_the_same_colors():
    figure, drawn = noise(channels=1)
    file = figure.png()
    stored = Image.open(io.BytesIO(file))
    exact = io.BytesIO()
    Image.fromarray(drawn.astype(np.uint8)).save(exact, "PNG")
    assert stored.mode == "P"
    assert len(exact.getvalue()) > max(LARGE, 2 * len(file))
    assert np.abs(np.asarray(stored.convert("RGB")).astype(int) - drawn).max() <= STRAY
    assert file == figure.png()


def test_a_picture_that_256_colors_would_change_keeps_its_own():
    figure, drawn = noise(channels=3)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(figure.png()))), drawn)


def test_a_small_picture_keeps_every_color():
    file = show_weights(run()).png()
    assert len(file) < LARGE
    assert Image.open(io.BytesIO(file)).mode == "RGB"
