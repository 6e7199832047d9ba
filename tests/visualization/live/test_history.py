import json
import math
from dataclasses import replace

import numpy as np

from mtan_edu.visualization.live.history import History
from tests.visualization.planted import TASKS, epoch


def history(*records, tasks=TASKS, planned=None):
    made = History(tasks, planned)
    for record in records:
        made.add(record)
    return made


def rows(made, first=0):
    return np.frombuffer(made.data(first), "<f8").reshape(-1, made.head()["columns"])


def test_a_row_holds_the_epoch_the_losses_the_weights_and_the_metrics():
    made = history(epoch(1), epoch(2))
    assert rows(made)[1].tolist() == [2, 0.5, 1.0, 1.0, 0.5, 1.0, 2.0, 0.5, 1.0, 3.0, 0.2, 0.2, 0.2]


def test_only_rows_that_are_new_are_made():
    made = history(*(epoch(n) for n in range(1, 6)))
    assert rows(made, 3)[:, 0].tolist() == [4, 5]
    assert rows(made, 5).shape == (0, 13)


def test_every_line_of_a_panel_names_the_column_of_its_values():
    made = history(epoch(4))
    values = {
        (panel["group"], line["task"], line["kind"]): rows(made)[0, line["column"]]
        for panel in made.index()["panels"]
        for line in panel["lines"]
    }
    assert values["losses", "depth", "training"] == 0.25
    assert values["losses", "depth", "validation"] == 0.5
    assert values["weights", "normal", "weight"] == 3.0
    assert values["metrics", "semantic", "mean_iou"] == 0.4
    assert len(values) == 12


def test_titles_have_units_and_the_direction_that_is_better_where_they_are_known():
    titles = [panel["title"] for panel in history(epoch(1)).index()["panels"]]
    assert titles == [
        "semantic · loss", "depth · loss [m]", "normal · loss", "loss weights λ",
        "semantic · mean_iou ↑", "depth · absolute_error [m] ↓", "normal · angle_mean [°] ↓",
    ]  # fmt: skip
    bare = history(epoch(1, ["depth"]), tasks={"depth": None}).index()["panels"]
    assert [panel["title"] for panel in bare] == ["depth · loss", "loss weights λ", "depth · absolute_error"]


def test_the_first_row_and_a_new_metric_change_the_columns_and_nothing_else_does():
    made = history()
    assert not made.add(epoch(1))
    assert made.add(epoch(2))
    more = replace(epoch(3), metrics={**epoch(3).metrics, "depth": {"absolute_error": 0.3, "relative_error": 0.7}})
    assert not made.add(more)
    assert made.add(epoch(4))
    column = made.index()["panels"][-1]["lines"][0]["column"]
    assert made.index()["panels"][-1]["title"].startswith("depth · relative_error")
    np.testing.assert_array_equal(rows(made)[:, column], [math.nan, math.nan, 0.7, math.nan])


def test_what_is_not_finite_travels_as_it_is():
    broken = replace(epoch(1, ["depth"]), train_losses={"depth": math.inf}, val_losses={"depth": math.nan})
    found = rows(history(broken, tasks={"depth": None}))[0, 1:3]
    assert found[0] == math.inf
    assert math.isnan(found[1])


def test_its_description_can_be_sent_before_and_after_the_first_epoch():
    for made in (history(), history(epoch(1)), history(planned=8)):
        assert json.loads(json.dumps(made.index(), allow_nan=False)) == made.index()
    assert history().progress == "No epoch yet"
    assert history(planned=8).progress == "Epoch 0 of 8"
    assert history(epoch(2), planned=8).progress == "Epoch 2 of 8 · 3.0 s each · 18 s left"
