import pytest

from mtan_edu.visualization.words import listing, nearest, number, plural, span, trend, when

NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0, "0.000"), (0.61234, "0.612"), (1.2345, "1.23"), (-12.345, "-12.3"), (1234.5, "1234"), (0.00013, "0.00013")],
)
def test_numbers_have_about_three_digits(value, words):
    assert number(value) == words


def test_what_is_not_a_number_is_called_so():
    assert (number(NAN), number(float("inf"))) == ("nan", "inf")


def test_names_are_joined_as_in_a_sentence():
    assert [listing(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "none",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_things_are_counted():
    assert (plural(1, "epoch"), plural(2, "epoch"), plural(1200, "value")) == ("1 epoch", "2 epochs", "1,200 values")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1.2, 0.9, 0.6], "loss fell from 1.20 to 0.600"),
        ([0.5, NAN, 0.7], "loss rose from 0.500 to 0.700"),
        ([NAN, 0.7, NAN], "loss is 0.700"),
        ([0.5, 0.6, 0.5], "loss stayed at 0.500"),
        ([NAN], "loss could not be measured"),
    ],
)
def test_trends_go_from_the_first_to_the_last_number(values, words):
    assert trend("loss", values) == words


def test_epochs_are_said_in_words():
    assert (span([3]), span([1, 2, 3])) == ("epoch 3", "epochs 1 to 3")
    assert (when(None), when(0), when(1), when(8)) == ("", "untrained", "after 1 epoch", "after 8 epochs")


def test_the_nearest_name_comes_first_and_all_are_listed():
    assert nearest("depht", ["semantic", "depth"]) == "Did you mean 'depth'? There is 'semantic' and 'depth'."
    assert nearest("sound", ["depth"]) == "There is 'depth'."
