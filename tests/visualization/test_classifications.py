from dataclasses import replace

import numpy as np
import pytest

from mtan_edu.records import Display, PredictionRecord, TaskRecord
from mtan_edu.visualization import show_classifications, show_predictions
from tests.visualization.planted import predictions

TASKS = {
    "digits": TaskRecord("digits", 3, Display("class", ("zero", "one", "two")), {"accuracy": True}),
    "textures": TaskRecord("textures", 2, Display("class", ("wood", "wool")), {"accuracy": True}),
}


def classifications() -> PredictionRecord:
    """Two digits, a zero and a two taken for a one, and a piece of wool."""
    return PredictionRecord(
        images=np.full((3, 8, 8, 3), 120, dtype=np.uint8),
        targets={"digits": np.array([0, 2, -1]), "textures": np.array([-1, -1, 1])},
        predictions={"digits": np.array([0, 1, 1]), "textures": np.array([0, 0, 1])},
        tasks=TASKS,
        epoch=3,
    )


def said(figure):
    return [(*ax.get_title().split("\n"), ax.get_xlabel()) for ax in figure.axes]


def test_every_image_stands_with_its_class_and_what_its_own_task_takes_it_for():
    figure = show_classifications(classifications())
    assert said(figure) == [
        ("digits", "zero", "right"),
        ("digits", "two", "wrong: one"),
        ("textures", "wool", "right"),
    ]
    assert figure.alt == (
        "2 of 3 images recognized · after 3 epochs: digits zero: right; digits two: wrong: one; textures wool: right."
    )


def test_tasks_choose():
    assert [names[0] for names in said(show_classifications(classifications(), "textures"))] == ["textures"]
    with pytest.raises(ValueError, match=r"`tasks` must be a task that classifies images of the record; got 'digit'"):
        show_classifications(classifications(), "digit")


def test_many_images_and_long_names_fill_rows():
    count = 30
    display = Display("class", tuple(f"a class with the number {n}" for n in range(count)))
    record = PredictionRecord(
        np.zeros((count, 8, 16, 3), np.uint8), {"many": np.arange(count)}, {"many": np.zeros(count, int)},
        {"many": TaskRecord("many", count, display, {})},
    )  # fmt: skip
    figure = show_classifications(record)
    assert len(figure.axes) == count
    assert max(len(text) for names in said(figure) for text in names) <= 17
    assert figure.get_size_inches()[0] <= 11


def test_without_a_class_there_is_nothing_to_show():
    with pytest.raises(ValueError, match="`record` must hold images whose class is known; got none"):
        show_classifications(predictions())


def rows(figure):
    """What each row of a class says: label, target, prediction, error."""
    written = [ax for ax in figure.axes if ax.texts and ax.get_window_extent().height < 50]
    texts = [ax.texts[0].get_text() for ax in written]
    labels = [ax.get_ylabel() for ax in written[::3]]
    return [(label, *texts[3 * row : 3 * row + 3]) for row, label in enumerate(labels)]


def test_predictions_of_one_image_say_what_each_task_makes_of_it():
    figure = show_predictions(classifications(), image=1)
    assert rows(figure) == [
        ("digits", "two", "one", "wrong"),
        ("textures", "none: not its domain", "wood", ""),
    ]
    assert "Errors: digits two, taken for one; textures has no class here and says wood." in figure.alt
    assert [ax.get_title() for ax in figure.axes][:4] == ["image", "target", "prediction", "error"]


def test_maps_and_classes_stand_below_each_other():
    record = predictions()
    place = TaskRecord("place", 2, Display("class", ("kitchen",)), {})
    mixed = replace(
        record,
        tasks={**record.tasks, "place": place},
        targets={**record.targets, "place": np.array([1])},
        predictions={**record.predictions, "place": np.array([-1])},
    )
    assert rows(show_predictions(mixed)) == [("place", "class 1", "nothing", "wrong")]
