import numpy as np
import pytest

from mtan_edu.visualization import delta_m_table, show_delta_m
from tests.visualization.planted import gains

METHODS = {"equal": gains(-3, 3), "dwa": gains(6, 12)}


def test_the_table_has_both_conventions_with_their_spread_and_every_task():
    table = delta_m_table(METHODS)
    assert list(table.index) == ["equal", "dwa"]
    dwa = table.loc["dwa"]
    assert dwa["Δm per task"] == pytest.approx((15 + 9) / 2)
    assert dwa["Δm per metric"] == pytest.approx((10 + 20 + 9) / 3)
    assert dwa["± per task"] == pytest.approx(np.std([10.5, 13.5], ddof=1))
    assert (dwa["seeds"], dwa["semantic"], dwa["depth"]) == (2, 15, 9)


def test_every_seed_is_a_dot_and_their_mean_a_bar():
    ax = show_delta_m(METHODS, per="task").axes[0]
    dots = [collection.get_offsets().tolist() for collection in ax.collections]
    assert dots == [[[6.0, 0.0], [9.0, 0.0]], [[10.5, 1.0], [13.5, 1.0]]]
    zero, *bars = ax.get_lines()
    assert set(zero.get_xdata()) == {0}
    assert [bar.get_xdata()[0] for bar in bars] == [7.5, 12]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["equal", "dwa"]


def test_both_conventions_stand_side_by_side_under_their_names():
    figure = show_delta_m(METHODS)
    assert [ax.get_title() for ax in figure.axes] == ["mean over tasks", "mean over metrics"]
    assert all("[%]" in ax.get_xlabel() for ax in figure.axes)
    assert "2 seeds each, positive = better" in figure.alt
    assert "equal 7.50 ± 2.12 %" in figure.alt
    assert figure.png()


def test_what_could_not_be_measured_has_no_mean_and_says_so():
    figure = show_delta_m({"broken": gains(float("nan"), 3)}, per="metric")
    ax = figure.axes[0]
    assert len(ax.get_lines()) == 1
    assert [text.get_text() for text in ax.texts] == ["not measurable"]
    assert "broken could not be measured" in figure.alt
    assert figure.png()


def test_one_seed_is_drawn_without_a_spread():
    assert "equal 6.00 %." in show_delta_m({"equal": gains()}, per="task").alt


def test_bad_input_gets_a_sentence():
    with pytest.raises(ValueError, match="`methods` must hold the gains of at least one method"):
        show_delta_m({})
    with pytest.raises(ValueError, match="`per` must be task, metric or both; got 'mean'"):
        show_delta_m(METHODS, per="mean")
    with pytest.raises(ValueError, match="`methods` must be compared with one baseline; got epoch 0 and single-task"):
        delta_m_table({**METHODS, "other": gains(1, baseline="epoch 0")})
