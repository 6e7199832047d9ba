from __future__ import annotations

import numpy as np
import pytest

from mtan_edu.visualization import TASK_COLORS, show_domains

PICTURES = {
    "birds": np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), dtype=np.uint8),
    "signs": np.random.default_rng(1).random((2, 16, 16, 3)),
}
CLASSES = {"birds": ("crow", "duck", "a very long name of an owl"), "signs": ("stop", "yield")}


def test_each_domain_has_a_row_of_pictures_with_their_classes():
    figure = show_domains(PICTURES, CLASSES, {"birds": "Which bird?"})
    assert [ax.get_xlabel() for ax in figure.axes] == ["crow", "duck", "a very long …", "stop", "yield"]
    np.testing.assert_array_equal(figure.axes[1].images[0].get_array(), PICTURES["birds"][1])
    tops = [round(ax.get_position().y1, 3) for ax in figure.axes]
    assert tops[0] == tops[1] == tops[2] > tops[3] == tops[4]


def test_names_and_questions_stand_above_the_rows_and_in_the_alt_text():
    figure = show_domains(PICTURES, CLASSES, {"birds": "Which bird?"})
    assert [text.get_text() for ax in figure.axes for text in ax.texts] == ["birds", "Which bird?", "signs", ""]
    assert figure.alt == (
        "2 domains, each with images of its own. Pictures of birds (Which bird?): crow, duck and a very long name of "
        "an owl; signs: stop and yield."
    )


def test_no_two_of_seven_domains_share_a_color():
    names = [f"domain {number}" for number in range(7)]
    figure = show_domains(dict.fromkeys(names, PICTURES["signs"]), dict.fromkeys(names, CLASSES["signs"]))
    colors = [ax.texts[0].get_color() for ax in figure.axes[::2]]
    assert len(set(colors) | set(TASK_COLORS.values())) == 7 + 3


def test_nothing_to_show_and_names_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="`pictures` must hold a picture of each of 1 domain or more; got none"):
        show_domains({}, {})
    with pytest.raises(ValueError, match="`classes` must name the class of each of 3 pictures of birds; got 2 names"):
        show_domains(PICTURES, {**CLASSES, "birds": ("crow", "duck")})
