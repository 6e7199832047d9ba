from __future__ import annotations

import math

import numpy as np
import pytest

from mtan_edu.reproduction.relative_error import array_error, figures_error, gradient_error, number_error


@pytest.mark.parametrize(
    ("found", "expected", "error"),
    [(1.1, 1.0, 0.1), (-2.0, -4.0, 0.5), (0.0, 0.0, 0.0), (1e-12, 0.0, math.inf), (math.nan, 1.0, math.inf)],
)
def test_a_number_is_measured_against_the_reference(found, expected, error):
    assert number_error(found, expected) == pytest.approx(error)


def test_an_array_is_measured_against_its_largest_value():
    assert array_error(np.array([1e-3, 4.0]), np.array([0.0, -8.0])) == pytest.approx(12 / 8)


def test_an_array_of_another_shape_or_with_a_hole_is_infinitely_wrong():
    assert array_error(np.ones(3), np.ones(1)) == math.inf
    assert array_error(np.array([1.0, np.nan]), np.ones(2)) == math.inf


def test_a_figure_that_the_reference_could_not_measure_is_left_out():
    assert figures_error({"a": 1.0, "b": 2.0}, {"a": 1.0, "b": math.nan, "c": None}) == 0.0


def test_a_figure_that_we_lack_is_infinitely_wrong():
    assert figures_error({"a": 1.0}, {"a": 1.0, "b": 2.0}) == math.inf


def test_rounding_noise_of_an_erased_bias_is_measured_against_its_layer():
    expected = {"conv.weight": 2.0, "conv.bias": 3e-15}
    assert gradient_error({"conv.weight": 2.0, "conv.bias": 5e-15}, expected) == pytest.approx(1e-15)
    assert gradient_error({"conv.weight": 2.0, "conv.bias": 1e-3}, expected) == pytest.approx(5e-4)


def test_a_small_gradient_that_is_no_noise_is_measured_against_itself():
    expected = {"norm.weight": 1e-5, "norm.bias": 4e-6}
    assert gradient_error({"norm.weight": 1e-5, "norm.bias": 5e-6}, expected) == pytest.approx(0.25)


def test_a_gradient_where_the_other_has_none_is_infinitely_wrong():
    assert gradient_error({"weight": None}, {"weight": None, "logsigma": None}) == 0.0
    assert gradient_error({"weight": None}, {"weight": 1.0}) == math.inf
    assert gradient_error({"weight": 1.0}, {"weight": None}) == math.inf
