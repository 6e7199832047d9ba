from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from mtan_edu.recording import FIGURES_MIME, record


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """What a notebook's cell runs in."""
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def test_numbers_texts_and_nested_values_are_written_as_json_can_hold_them() -> None:
    written = record(
        a=1, b=0.5, c="x", d=None, e=True, f=[1, {"g": np.float32(0.25)}], h=torch.tensor(3), i=np.int64(4)
    )
    assert written == {"a": 1, "b": 0.5, "c": "x", "d": None, "e": True, "f": [1, {"g": 0.25}], "h": 3, "i": 4}
    assert json.loads(json.dumps(written)) == written


@pytest.mark.parametrize("value", [math.nan, math.inf, np.float64("nan"), torch.tensor(float("-inf"))])
def test_what_is_not_finite_becomes_null(value: Any) -> None:
    assert record(value=value, values=[value]) == {"value": None, "values": [None]}


@pytest.mark.parametrize("value", [np.zeros(3), torch.zeros(2, 2), object(), b"bytes", {1, 2}])
def test_anything_else_is_refused_and_named(value: Any) -> None:
    with pytest.raises(TypeError, match=r"`metrics\.depth` must be a number"):
        record(metrics={"depth": value})


def test_a_notebook_gets_them_as_an_output_of_their_own(shell: InteractiveShell) -> None:
    with capture_output() as captured:
        record(mean_iou=0.25, seconds=3)
    (output,) = captured.outputs
    assert output.data == {FIGURES_MIME: {"mean_iou": 0.25, "seconds": 3}, "text/plain": "mean_iou = 0.25\nseconds = 3"}
