from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from mtan_edu.data import Batch
from mtan_edu.experiment.what_if import CHANGES, WhatIf
from mtan_edu.models import MTAN, intervene, open_everywhere, swap_masks
from mtan_edu.records import InterventionRecord
from mtan_edu.tasks import dense_tasks

TASKS = dense_tasks()


def same(got: np.ndarray, expected: np.ndarray) -> bool:
    """Equal up to rounding: the same convolution may be summed in another order the next time."""
    return bool(np.abs(got - expected).max() < 1e-6)


def depth(record: InterventionRecord) -> np.ndarray:
    return record.predictions.predictions["depth"]


def test_without_a_change_it_is_the_network(what_if: WhatIf, model: MTAN, batch: Batch) -> None:
    with torch.inference_mode():
        expected = TASKS["depth"].prediction_array(model(batch.image)["depth"])
    assert same(depth(what_if.unchanged), expected)
    assert same(depth(what_if.scale("depth", None, 1)), expected)


@pytest.mark.parametrize("stage", [None, "encoder_2", "decoder_1"])
def test_a_change_gives_what_the_whole_network_gives_under_it(
    what_if: WhatIf, model: MTAN, batch: Batch, stage: str | None
) -> None:
    stages = None if stage is None else [stage]
    with torch.inference_mode(), intervene(model, open_everywhere, tasks=["depth"], stages=stages):
        expected = TASKS["depth"].prediction_array(model(batch.image)["depth"])
    changed = what_if.change("depth", stage, "open")
    assert same(depth(changed), expected)
    assert not same(depth(changed), depth(what_if.unchanged))


def test_taken_masks_are_those_of_the_undisturbed_network(what_if: WhatIf, model: MTAN, batch: Batch) -> None:
    with torch.inference_mode(), swap_masks(model, {"depth": "normal"}):
        expected = TASKS["depth"].prediction_array(model(batch.image)["depth"])
    assert same(depth(what_if.take("depth", None, "normal")), expected)


@pytest.mark.parametrize("name", CHANGES)
def test_other_tasks_keep_their_figures(what_if: WhatIf, name: str) -> None:
    changed, before = what_if.change("depth", None, name), what_if.unchanged
    assert changed.metrics["semantic"] == before.metrics["semantic"]
    assert changed.metrics["depth"] != before.metrics["depth"]


def test_figures_are_given_for_all_images_and_for_each(what_if: WhatIf, batch: Batch) -> None:
    record = what_if.unchanged
    assert len(record.by_image) == len(batch) == 3
    each = [of["semantic"]["pixel_accuracy"] for of in record.by_image]
    known = [(batch.targets["semantic"][index] >= 0).sum() for index in range(3)]
    pooled = float(np.average(each, weights=known))
    assert record.metrics["semantic"]["pixel_accuracy"] == pytest.approx(pooled)


def test_a_change_is_described_in_words(what_if: WhatIf) -> None:
    assert (
        what_if.scale("depth", "encoder_1", 0.5).description
        == "the masks of depth at encoder_1 are 0.5 times themselves"
    )
    assert what_if.take("depth", None, "normal").description == "the masks of depth at all stages are those of normal"


def test_after_a_change_the_network_is_as_before(what_if: WhatIf) -> None:
    what_if.change("depth", None, "open")
    assert same(depth(what_if.scale("depth", None, 1)), depth(what_if.unchanged))


def test_what_is_unknown_is_refused(what_if: WhatIf) -> None:
    with pytest.raises(ValueError, match="`change` must be .*got 'closed'"):
        what_if.change("depth", None, "closed")
    with pytest.raises(ValueError, match="`stages` must be .*got 'encoder_9'"):
        what_if.change("depth", "encoder_9", "open")
    with pytest.raises(ValueError, match="`tasks` must be .*got 'edges'"):
        what_if.take("depth", None, "edges")
    with pytest.raises(ValueError, match="`factor` must be at least 0"):
        what_if.scale("depth", None, -1)


def test_a_run_is_asked_about_the_images_it_has_recorded(whole: Path) -> None:
    what_if = WhatIf.of_run(whole)
    assert len(what_if.unchanged.by_image) == 2
    assert what_if.epoch == 3
    assert what_if.unchanged.metrics.keys() == {"semantic", "depth", "normal"}


def test_without_a_name_the_masks_of_all_tasks_are_changed(what_if: WhatIf, model: MTAN, batch: Batch) -> None:
    with torch.inference_mode(), intervene(model, open_everywhere):
        shared = model(batch.image)
    changed = what_if.change(None, None, "open")
    for name, task in TASKS.items():
        assert same(changed.predictions.predictions[name], task.prediction_array(shared[name]))
    assert changed.description == "the masks of all tasks at all stages are open everywhere"


def test_one_image_has_no_other_whose_masks_it_could_take(model: MTAN, batch: Batch) -> None:
    alone = WhatIf(model, TASKS, Batch(batch.image[:1], {name: of[:1] for name, of in batch.targets.items()}))
    with pytest.raises(ValueError, match="`batch` must hold two images for `shuffle`; got 1"):
        alone.change("depth", None, "shuffle")
