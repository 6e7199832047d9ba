import dataclasses
import html
import json
import re

import pytest

from mtan_edu.visualization.explorer import MaskExplorer
from tests.visualization.explorer.planted_runs import random_masks, random_predictions, with_nan, write_run
from tests.visualization.planted import masks

FIRST = {
    "view": "grid", "image": 0, "task": "semantic", "other_task": "depth", "stage": "encoder_1", "channel": "mean",
    "epoch": 4, "pixel": None, "scale": "shared", "sort": "disagreement", "sort_stages": False, "columns": "stages",
    "swipe": None, "colors": "viridis", "zoom": [1, 0.5, 0.5],
    "change": "scale", "factor": 1.0, "all_tasks": False, "all_stages": True,
}  # fmt: skip


def explorer(**state):
    return MaskExplorer([random_masks(epoch) for epoch in (0, 1, 4)], random_predictions(), **state)


def test_it_begins_with_the_grid_of_the_last_epoch():
    assert explorer().state == FIRST


def test_settings_are_read_and_written_one_by_one_or_together():
    view = explorer(view="compare", channel=5)
    view.stage = "encoder_2"
    assert view.channel == "mean"  # encoder_2 has four channels
    view.state = {"channel": 5, "stage": "encoder_1", "pixel": (3, 4)}
    assert (view.stage, view.channel, view.pixel) == ("encoder_1", 5, [3, 4])
    assert repr(view) == (
        "MaskExplorer('masks', view='compare', image=0, task='semantic', stage='encoder_1', channel=5, epoch=4)"
    )


def test_a_cell_hears_what_changes():
    view, heard = explorer(), []
    view.observe(lambda change: heard.append(change["new"]), "stage")
    view.stage = "decoder_1"
    assert heard == ["decoder_1"]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("view", "grit", "`view` must be one of what there is; got 'grit'. Did you mean 'grid'?"),
        ("task", "depht", "`task` must be one of what there is; got 'depht'. Did you mean 'depth'?"),
        ("stage", "encoder_9", "`stage` must be one of what there is; got 'encoder_9'"),
        ("channel", 6, "`channel` must be 0 to 5; got 6. There are 6 channels."),
        ("channel", "max", "`channel` must be a number or 'mean'; got 'max'. encoder_1 has 6 channels."),
        ("epoch", 2, "`epoch` must be one of 0, 1 and 4; got 2. These are here."),
        ("image", 2, "`image` must be 0 to 1; got 2. There are 2 images."),
        ("pixel", [24, 0], r"`pixel\[0\]` must be 0 to 23; got 24. There are 24 rows."),
        ("pixel", [1], "`pixel` must be a row and a column; got"),
        ("scale", "each", "`scale` must be one of what there is; got 'each'"),
        ("colors", "jet", "`colors` must be one of what there is; got 'jet'. There is 'viridis', 'cividis' and 'gray'"),
        ("zoom", [9, 0.5, 0.5], "`zoom` must be a factor from 1 to 8 and a center"),
        ("swipe", 1.5, r"`swipe` must be None or in \[0, 1\]; got 1.5"),
        ("change", "opne", "`change` must be one of what there is; got 'opne'. Did you mean 'open'?"),
        ("factor", 2.5, r"`factor` must be in \[0, 2\]; got 2.5. 1 changes nothing."),
    ],
)
def test_a_value_that_is_none_gets_a_sentence_and_changes_nothing(name, value, sentence):
    view = explorer()
    with pytest.raises(ValueError, match=sentence):
        setattr(view, name, value)
    assert view.state == FIRST


def test_other_masks_can_be_taken_for_the_untrained_ones_and_only_ones_that_fit():
    view = explorer(view="training")
    before = view.figure().alt
    view.show_untrained(dataclasses.replace(random_masks(9), epoch=None))
    assert view.figure().alt != before
    assert "untrained, epoch" in view.figure().alt
    other = random_masks(9, tasks=("depth",))
    with pytest.raises(ValueError, match="`records` must be of one model; got masks of semantic"):
        view.show_untrained(other)
    assert view.epoch == 4


def test_an_unknown_setting_gets_a_sentence():
    with pytest.raises(ValueError, match="`state` must name settings; got 'chanel'. Did you mean 'channel'?"):
        explorer(chanel=3)
    with pytest.raises(ValueError, match="`state` must name settings; got 'layer'"):
        explorer().state = {"layer": 1}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({}, "Attention masks, mean over channels"),
        ({"columns": "channels", "channel": 2}, "Attention masks, most varying channels"),
        ({"view": "compare", "channel": 2}, "Masks of semantic and depth"),
        ({"view": "training", "channel": 2}, "Masks through training"),
        ({"view": "what_if"}, "Attention masks, mean over channels"),
        ({"view": "numbers"}, "Statistics of the masks by stage"),
        ({"view": "pixel", "scale": "own", "image": 1}, "image 1"),
    ],
)
def test_it_is_drawn_without_a_browser(state, words):
    figure = explorer(**state).figure()
    assert figure.png().startswith(b"\x89PNG")
    assert words in figure.alt


def test_the_browser_gets_maps_that_it_asks_for():
    asked = {"kind": "want", "id": 7, "content": {"maps": [[2, 0, "depth", "decoder_1", 1]]}}
    answer, buffers = explorer().answer(asked)
    assert (answer["kind"], answer["id"], answer["content"]["maps"][0]["height"]) == ("answer", 7, 12)
    assert buffers == [random_masks(4).masks["depth"]["decoder_1"][0, 1].tobytes()]


def test_the_masks_of_the_chosen_epoch_are_there_as_they_were_recorded():
    view = explorer(epoch=1)
    assert (view.masks.masks["depth"]["decoder_1"] == random_masks(1).masks["depth"]["decoder_1"]).all()


def test_a_view_can_ask_for_what_somebody_answers():
    view = explorer()
    view.on_request("double", lambda content: ({"twice": 2 * content["number"]}, [b"1"]))
    asked = {"kind": "double", "id": 1, "content": {"number": 4}}
    assert view.answer(asked) == ({"kind": "answer", "id": 1, "content": {"twice": 8}}, [b"1"])


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ({"kind": "wnat", "id": 1}, "Nobody answers 'wnat' here. Did you mean 'want'?"),
        ({"kind": "want", "id": 1, "content": {"maps": [[0, 0, "x", "y", 0]]}}, "`maps` must name recorded maps"),
    ],
)
def test_a_question_without_an_answer_gets_a_sentence(message, sentence):
    answer, _ = explorer().answer(message)
    assert (answer["kind"], answer["id"]) == ("error", 1)
    assert sentence in answer["content"]


def test_a_sign_of_life_is_not_answered():
    assert explorer().answer({"kind": "here"}) is None


def test_a_page_holds_everything_and_loads_nothing(tmp_path):
    file = explorer(view="compare", channel=2).to_html(tmp_path / "masks.html")
    page = file.read_text(encoding="utf-8")
    loaded = re.findall(r'(?:src|href|url)\s*[=(]\s*["\']?(?!data:)([a-z]+:)', page)
    assert loaded == []
    assert "default-src 'none'" in page
    state = json.loads(re.search(r'id="mtan-state" type="application/json">(.*?)</script>', page)[1])
    assert (state["view"], state["channel"]) == ("compare", 2)
    alt = html.unescape(re.search(r'<img src="data:image/png;base64,[^"]+" alt="([^"]+)"', page)[1])
    assert alt.startswith("Masks of semantic and depth")


def test_a_name_cannot_break_out_of_the_page(tmp_path):
    folder = write_run(tmp_path / 'a <b> & "c"')
    page = MaskExplorer(folder).to_html(tmp_path / "masks.html").read_text(encoding="utf-8")
    assert "<b>" not in page
    assert page.count("</script>") == 4


@pytest.mark.parametrize(
    "record",
    [masks(("depth",)), masks(stages=("only",)), masks(channels=1), masks(epoch=None),
     with_nan(random_masks(), "depth", "encoder_2", 0, 0, 0, 0)],
)  # fmt: skip
def test_little_is_enough(record, tmp_path):
    view = MaskExplorer(record)
    assert view.figure().alt
    assert view.to_html(tmp_path / "masks.html").stat().st_size > 30_000


def test_nothing_is_displayed_outside_a_notebook(capsys):
    explorer()._ipython_display_()
    assert capsys.readouterr().out == ""
