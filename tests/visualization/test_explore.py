import pytest

from mtan_edu.visualization import explore, show_masks
from mtan_edu.visualization.explore import Exploration, controls
from tests.visualization.planted import masks

RECORD = masks()


def draw(task, image):
    return show_masks(RECORD, image, task)


def test_the_first_options_are_drawn_first():
    view = explore(draw, task=RECORD.tasks, image=range(2))
    assert view.settings == {"task": "semantic", "image": 0}
    assert "image 0" in view.figure.alt


def test_settings_can_be_set_from_code_some_or_all():
    view = explore(draw, task=RECORD.tasks, image=range(2))
    view.settings = {"image": 1}
    assert view.settings == {"task": "semantic", "image": 1}
    assert "image 1" in view.figure.alt


def test_nothing_is_drawn_again_while_nothing_changes():
    drawn = []
    view = explore(lambda n: drawn.append(n) or draw("depth", n), n=range(2))
    view.settings = {"n": 0}
    view.settings = {"n": 1}
    assert drawn == [0, 1]


def test_a_setting_that_cannot_be_drawn_becomes_a_sentence_and_the_last_picture_stays():
    view = explore(draw, task=RECORD.tasks, image=range(9))
    before = view.figure
    view.settings = {"image": 7}
    assert view.message == "`image` must be 0 to 1; got 7. There are 2 images."
    assert view.figure is before
    view.settings = {"image": 1}
    assert view.message == ""


def test_first_settings_that_cannot_be_drawn_stop_the_cell():
    with pytest.raises(ValueError, match="`image` must be 0 to 1; got 5"):
        explore(draw, task=RECORD.tasks, image=range(5, 9))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"taks": "depth"}, r"`settings` must name settings; got 'taks'. Did you mean 'task'\?"),
        ({"task": "normal"}, "`task` must be one of its options; got 'normal'. There is 'semantic' and 'depth'"),
    ],
)
def test_unknown_settings_get_a_sentence(changes, sentence):
    view = explore(draw, task=RECORD.tasks, image=range(2))
    with pytest.raises(ValueError, match=sentence):
        view.settings = changes


def test_nothing_to_explore_gets_a_sentence():
    with pytest.raises(ValueError, match="`options` must name a setting to explore; got none"):
        explore(draw)
    with pytest.raises(ValueError, match="`image` must have at least one value; got none"):
        explore(draw, task=RECORD.tasks, image=range(0))


def boxed(**options):
    """An exploration with its controls, as a notebook shows them."""
    view = explore(lambda **settings: draw("depth", 0), **options)
    return view, controls(view, options)


def test_the_kind_of_control_follows_from_the_values():
    _, box = boxed(image=range(2), epoch=[0, 1, 4], task=["depth"], layer={"first": 1, "last": 9}, on=[False, True])
    kinds = [type(child).__name__ for child in box.children]
    assert kinds == ["IntSlider", "SelectionSlider", "Dropdown", "Dropdown", "Dropdown", "Image", "HTML"]


def test_every_control_says_what_it_is_and_waits_until_it_is_let_go():
    _, box = boxed(image_number=range(2), epoch=[0, 1, 4])
    assert [child.description for child in box.children[:2]] == ["image number", "epoch"]
    assert not any(child.continuous_update for child in box.children[:2])


def test_nothing_that_stalls_a_headless_run_is_used():
    _, box = boxed(image=range(2), task=["depth"])
    assert not any(type(child).__name__ in {"Output", "interactive"} for child in box.children)


def test_moving_a_control_redraws_the_picture_and_its_words():
    view = explore(draw, task=RECORD.tasks, image=range(9))
    task, image, picture, words = controls(view, {"task": RECORD.tasks, "image": range(9)}).children
    assert bytes(picture.value) == b""
    task.value = "depth"
    assert view.settings["task"] == "depth"
    assert bytes(picture.value).startswith(b"\x89PNG")
    assert "depth: encoder_1" in words.value
    image.value = 7
    assert "There are 2 images" in words.value


def test_settings_from_code_move_the_controls():
    view = explore(draw, task=RECORD.tasks, image=range(2))
    task, image, *_ = controls(view, {"task": RECORD.tasks, "image": range(2)}).children
    view.settings = {"task": "depth", "image": 1}
    assert (task.value, image.value) == ("depth", 1)


def test_an_exploration_shows_its_settings_when_printed():
    assert repr(explore(draw, task=RECORD.tasks, image=range(2))) == "Exploration(task='semantic', image=0)"
    assert isinstance(explore(draw, task=RECORD.tasks, image=range(2)), Exploration)
