import itertools
from dataclasses import replace

import pytest

from mtan_edu.records import StageRecord
from mtan_edu.visualization import show_architecture
from tests.visualization.planted import architecture


def words(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


@pytest.mark.parametrize("tasks", [1, 2, 3, 5])
def test_every_task_has_a_module_at_every_stage_and_a_head(tasks):
    figure = show_architecture(architecture(tasks=tasks, stages=4))
    assert words(figure).count("a") == 4 * tasks
    assert words(figure).count("head") == tasks
    assert words(figure).count("f") == 3 * tasks


def test_stages_stand_with_their_channels_and_their_resolution():
    found = words(show_architecture(architecture(stages=3)))
    assert [found[place] for place in range(9)] == [
        "stage_1", "8", "32×64", "stage_2", "16", "16×32", "stage_3", "32", "8×16"
    ]  # fmt: skip


def test_the_parts_parameters_stand_beside_their_rows():
    found = words(show_architecture(architecture()))
    assert {"120 k", "1.5 k", "40 k"} <= {word.replace("f, shared\n", "") for word in found}


def test_heads_follow_the_only_network():
    figure = show_architecture(replace(architecture(tasks=3), sharing="heads"))
    assert "a" not in words(figure)
    assert next(word for word in words(figure) if word.startswith("task")) == "task_0\n5 × 32×64"


def test_networks_of_their_own_have_a_row_each():
    stages = architecture().shared
    own = dict.fromkeys(architecture().outputs, stages)
    mixed = show_architecture(replace(architecture(), sharing="mixtures", shared=(), own=own))
    beside = show_architecture(replace(architecture(), sharing="concatenation", own=own))
    assert words(mixed).count("α") == 2 * (len(stages) - 1)
    assert words(mixed).count("image") == 2
    assert words(beside).count("image") == 3


def test_views_that_are_one_are_called_so():
    record = architecture(stages=2)
    one_view = replace(record, shared=tuple(replace(stage, u=None) for stage in record.shared), last_layer=True)
    assert words(show_architecture(one_view)).count("u = p") == 2
    assert words(show_architecture(one_view)).count("f") == 2 * 2


def test_all_of_it_is_said_in_words():
    alt = show_architecture(architecture(tasks=2, stages=2)).alt
    assert "Net: 2 tasks, 163,000 parameters, image of 32×64" in alt
    assert "stage_1 (8 channels at 32 x 64), stage_2 (16 channels at 16 x 32)" in alt
    assert "task_0 5 x 32 x 64; task_1 6 x 32 x 64" in alt


def test_nothing_is_drawn_outside_the_figure_nor_over_another_title():
    names = [f"encoder.stages.{number}.blocks.3" for number in range(10)]
    record = architecture(tasks=5, stages=10)
    shared = tuple(replace(stage, name=name) for stage, name in zip(record.shared, names, strict=True))
    figure = show_architecture(replace(record, shared=shared))
    figure.draw_without_rendering()
    [ax] = figure.axes
    for text in ax.texts:
        box = text.get_window_extent()
        assert 0 <= box.x0 <= box.x1 <= figure.bbox.width, text
        assert 0 <= box.y0 <= box.y1 <= figure.bbox.height, text
    titles = [text.get_window_extent() for text in ax.texts if "blocks" in text.get_text()]
    assert all(one.x1 < other.x0 for one, other in itertools.pairwise(titles))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"outputs": {}}, "`record` must have a task and a stage; got 0 tasks and 3 stages"),
        ({"shared": ()}, "got 2 tasks and 0 stages"),
        ({"sharing": "gossip"}, "`sharing` must be one of attention, heads, mixtures, concatenation; got 'gossip'"),
    ],
)
def test_what_cannot_be_drawn_gets_a_sentence(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        show_architecture(replace(architecture(), **change))


def test_a_stage_of_one_pixel_is_still_seen():
    record = architecture(stages=2)
    tiny = StageRecord("last", (1, 1, 1), (1, 1, 1))
    assert show_architecture(replace(record, shared=(record.shared[0], tiny))).png()
