from __future__ import annotations

import pytest

from mtan_edu.weighting import DynamicWeightAverage, EqualWeighting, UncertaintyWeighting, available, build_weighting


def test_names_stand_for_the_weightings_of_the_paper():
    classes = [type(build_weighting(name, ["depth", "normal"])) for name in available()]
    assert classes == [EqualWeighting, UncertaintyWeighting, DynamicWeightAverage]


def test_the_number_of_tasks_is_the_number_of_losses():
    assert build_weighting("dwa", ["semantic", "depth"]).num_tasks == 2


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match=r"equal, uncertainty, dwa; got 'uncertain'\. Did you mean 'uncertainty'\?"):
        build_weighting("uncertain", ["depth"])


def test_a_name_like_no_other_is_answered_with_all():
    with pytest.raises(ValueError, match=r"got 'xyz'\. Choose one of them\."):
        build_weighting("xyz", ["depth"])


def test_one_name_is_not_mistaken_for_its_letters():
    with pytest.raises(TypeError, match=r"`tasks` must be a list of names; got 'depth'"):
        build_weighting("equal", "depth")
