from __future__ import annotations

import re
import subprocess
import sys

import pytest

from mtan_edu.weighting import (
    DynamicWeightAverage,
    EqualWeighting,
    FastAdaptiveMultitaskOptimization,
    FixedWeights,
    GeometricLossStrategy,
    ImpartialLossBalance,
    KendallUncertaintyWeighting,
    RandomLossWeighting,
    ScaleInvariantWeighting,
    SmoothTchebycheff,
    UncertaintyWeighting,
    available,
    build_weighting,
)
from tests.weightings import LOSS_WEIGHTINGS, example

TASKS = ["semantic", "depth", "normal"]

CLASSES = {
    "equal": EqualWeighting,
    "fixed": FixedWeights,
    "uncertainty": UncertaintyWeighting,
    "uncertainty_kendall": KendallUncertaintyWeighting,
    "dwa": DynamicWeightAverage,
    "random": RandomLossWeighting,
    "geometric_mean": GeometricLossStrategy,
    "scale_invariant": ScaleInvariantWeighting,
    "imtl_l": ImpartialLossBalance,
    "famo": FastAdaptiveMultitaskOptimization,
    "stch": SmoothTchebycheff,
}


def test_names_stand_for_the_loss_weightings():
    assert {name: type(example(name)) for name in LOSS_WEIGHTINGS} == CLASSES


def test_the_number_of_tasks_is_the_number_of_losses():
    assert build_weighting("dwa", ["semantic", "depth"]).num_tasks == 2


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("fixed:1,0.5,2", "FixedWeights(weights=[1.0, 0.5, 2.0])"),
        ("dwa:0.5", "DynamicWeightAverage(num_tasks=3, temperature=0.5)"),
        ("famo:0.01", "FastAdaptiveMultitaskOptimization(num_tasks=3, weight_decay=0.01)"),
        ("stch:0.1", "SmoothTchebycheff(num_tasks=3, smoothing=0.1, warm_up_epochs=5)"),
    ],
)
def test_a_number_behind_a_colon_replaces_the_papers(name: str, shown: str):
    assert repr(build_weighting(name, TASKS)) == shown


def test_uncertainty_can_start_elsewhere():
    assert build_weighting("uncertainty:0", TASKS).weights().tolist() == [0.5] * 3


def test_kendalls_form_is_told_the_kinds():
    kinds = ["classification", "regression", "regression"]
    assert build_weighting("uncertainty_kendall", TASKS, kinds=kinds).weights().tolist() == [1.0, 0.5, 0.5]


def test_a_seed_makes_the_draws():
    first, again, other = (build_weighting("random", TASKS, seed=seed).weights().tolist() for seed in (3, 3, 4))
    assert first == again != other


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("uncertain", "fixed, uncertainty, .*; got 'uncertain'. Did you mean 'uncertainty'"),
        ("fixd:1,2,3", "got 'fixd'. Did you mean 'fixed'?"),
        ("xyz", "got 'xyz'. Choose one of them."),
        ("", "got ''. Choose one of them."),
        ("equal:3", "`weighting` must be equal and nothing more; got 'equal:3'. Leave the colon out."),
        ("random:3", "`weighting` must be random and nothing more; got 'random:3'."),
        ("uncertainty_kendall:0", "`weighting` must be uncertainty_kendall and nothing more"),
        ("dwa:warm", "`weighting` must have numbers after its colon; got 'dwa:warm'. Write dwa:0.5"),
        ("dwa:", "`weighting` must have numbers after its colon; got 'dwa:'."),
        ("dwa:1,2", "`weighting` must have one number after its colon; got 'dwa:1,2'. Leave one."),
        ("dwa:0", "`temperature` must be above 0; got 0.0."),
        ("fixed", "one weight per task (semantic, depth, normal); got 'fixed'. Write fixed:1,0.5,2"),
        ("fixed:1,2", "one weight per task (semantic, depth, normal); got 'fixed:1,2'."),
        ("fixed:1,-2,3", "`weights` must be finite, at least 0 and not all 0; got [1.0, -2.0, 3.0]."),
        ("uncertainty_kendall", "`kinds` must hold classification or regression for each task (semantic, depth,"),
    ],
)
def test_what_is_not_a_weighting_gets_a_sentence(name: str, sentence: str):
    pattern = ".*".join(re.escape(part) for part in sentence.split(".*"))
    with pytest.raises(ValueError, match=pattern):
        build_weighting(name, TASKS)


def test_one_kind_per_task_is_needed():
    with pytest.raises(ValueError, match=r"for each task \(semantic, depth, normal\); got \['regression'\]"):
        build_weighting("uncertainty_kendall", TASKS, kinds=["regression"])


def test_one_name_is_not_mistaken_for_its_letters():
    with pytest.raises(TypeError, match=r"`tasks` must be a list of names; got 'depth'"):
        build_weighting("equal", "depth")


@pytest.mark.parametrize("name", available())
def test_without_tasks_there_is_nothing_to_weight(name: str):
    with pytest.raises(ValueError, match="`tasks` must hold at least one name; got none"):
        build_weighting(name, [])


@pytest.mark.parametrize("weighting", [EqualWeighting, DynamicWeightAverage, ScaleInvariantWeighting])
def test_nor_is_there_for_a_class(weighting: type[EqualWeighting]):
    with pytest.raises(ValueError, match="`num_tasks` must be at least 1; got 0"):
        weighting(0)


def test_names_are_listed_without_torch():
    code = "import sys; from mtan_edu import weighting; weighting.available(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
