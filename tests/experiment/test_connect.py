from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mtan_edu.data import Batch, collate
from mtan_edu.experiment import WhatIf, connect_what_if
from mtan_edu.experiment.connect import ANSWERS, answer_what_if
from mtan_edu.models import (
    MTAN,
    ClassificationHead,
    attend,
    intervene,
    of_another_image,
    open_everywhere,
    same_at_every_pixel,
    scaled,
    swap_masks,
)
from mtan_edu.recording import record_masks
from mtan_edu.records import MaskRecord
from mtan_edu.tasks import dense_tasks
from mtan_edu.visualization import MaskExplorer
from mtan_edu.visualization.explorer.state import CHANGES
from tests.tiny_runs import domain_tasks, random_domains, tiny_model

TASKS = dense_tasks()
ASKED = {"task": "depth", "stage": None, "change": "open", "factor": 1, "other_task": "normal", "image": 1}
BY_HAND = {
    "scale": lambda model, tasks, stages: intervene(model, scaled(0.5), tasks=tasks, stages=stages),
    "open": lambda model, tasks, stages: intervene(model, open_everywhere, tasks=tasks, stages=stages),
    "mean": lambda model, tasks, stages: intervene(model, same_at_every_pixel, tasks=tasks, stages=stages),
    "shuffle": lambda model, tasks, stages: intervene(model, of_another_image, tasks=tasks, stages=stages),
    "swap": lambda model, tasks, stages: swap_masks(model, dict.fromkeys(tasks or TASKS, "normal"), stages=stages),
}


def masks_of(model: MTAN, images: torch.Tensor) -> MaskRecord:
    with torch.inference_mode(), record_masks(model) as recorded:
        model(images)
    return recorded.record(images, 1)


def metrics(outputs: dict[str, torch.Tensor], batch: Batch, images: slice) -> dict[tuple[str, str], float]:
    found = {}
    for name, task in TASKS.items():
        measure = task.metrics()
        measure.update(outputs[name][images], batch.targets[name][images])
        found |= {(name, metric): value for metric, value in measure.compute().items()}
    return found


@pytest.mark.parametrize(("task", "stage"), [("depth", None), ("depth", "encoder_2"), (None, "decoder_1")])
@pytest.mark.parametrize("change", CHANGES)
def test_metrics_are_those_of_the_network_under_the_change_by_hand(
    what_if: WhatIf, model: MTAN, batch: Batch, change: str, task: str | None, stage: str | None
) -> None:
    tasks, stages = (None if name is None else [name] for name in (task, stage))
    with torch.inference_mode():
        before = model(batch.image)
        with BY_HAND[change](model, tasks, stages):
            after = model(batch.image)
    asked = {**ASKED, "change": change, "task": task, "stage": stage, "factor": 0.5}
    rows = answer_what_if(what_if, asked)[0]["metrics"]
    assert {row["metric"]: row["unit"] for row in rows if row["unit"]} == {
        "absolute_error": "m",
        "angle_mean": "°",
        "angle_median": "°",
    }
    for images, part in ((slice(1, 2), "image"), (slice(None), "all")):
        expected = [metrics(outputs, batch, images) for outputs in (before, after)]
        got = {(row["task"], row["metric"]): row[part] for row in rows}
        assert got.keys() == expected[0].keys()
        for name, pair in got.items():
            assert pair == pytest.approx([of[name] for of in expected], abs=1e-6, rel=1e-6)


def unpacked(answer: dict[str, Any], data: bytes, task: str, kind: str, record: int) -> np.ndarray:
    """A prediction as the page reads it; record -1 is the truth."""
    index = answer["predictions"]
    of, area = index["tasks"][task], index["height"] * index["width"]
    size = {"classes": 2, "scalar": 2, "direction": 3}[kind]
    at = index["offset"] + (of["targets"] if record < 0 else of["values"] + record * area * size)
    if kind == "direction":
        return np.frombuffer(data, np.int8, 3 * area, at).reshape(index["height"], index["width"], 3) / 127
    steps = np.frombuffer(data, "<u2", area, at).reshape(index["height"], index["width"])
    return steps if kind == "classes" else of["low"] + (steps - 1.0) / 65534 * (of["high"] - of["low"])


@pytest.mark.parametrize("change", CHANGES)
def test_predictions_of_the_image_travel_within_the_steps_of_their_bytes(
    what_if: WhatIf, model: MTAN, batch: Batch, change: str
) -> None:
    with torch.inference_mode(), BY_HAND[change](model, None, None):
        outputs = model(batch.image)
    asked = {**ASKED, "task": None, "change": change, "factor": 0.5}
    answer, (data,) = answer_what_if(what_if, asked)
    expected = {name: task.prediction_array(outputs[name])[1] for name, task in TASKS.items()}
    assert np.array_equal(unpacked(answer, data, "semantic", "classes", 1), expected["semantic"])
    of = answer["predictions"]["tasks"]["depth"]
    step = (of["high"] - of["low"]) / 65534
    np.testing.assert_allclose(unpacked(answer, data, "depth", "scalar", 1), expected["depth"], atol=step)
    np.testing.assert_allclose(unpacked(answer, data, "normal", "direction", 1), expected["normal"], atol=0.51 / 127)
    truth = TASKS["semantic"].target_array(batch.targets["semantic"])[1].astype(int)
    assert np.array_equal(unpacked(answer, data, "semantic", "classes", -1), np.where(truth < 0, 65535, truth))


def test_it_says_how_far_predictions_have_moved(what_if: WhatIf) -> None:
    answer, _ = answer_what_if(what_if, ASKED)
    moved = {name: of["moved"] for name, of in answer["predictions"]["tasks"].items()}
    records = what_if.unchanged, what_if.change("depth", None, "open")
    before, after = (record.predictions.predictions["depth"][1] for record in records)
    assert moved == {"semantic": 0, "depth": pytest.approx(np.abs(after - before).mean(), rel=1e-4), "normal": 0}


def test_an_angle_is_that_of_the_vectors() -> None:
    from mtan_edu.experiment.connect import mean_angle_deg

    one, other = np.array([[[1.0, 0, 0], [0, 1, 0]]]), np.array([[[0.0, 1, 0], [0, 1, 0]]])
    assert mean_angle_deg(one, other) == pytest.approx(45)


def test_an_answer_is_something_that_json_can_hold(what_if: WhatIf) -> None:
    answer, _ = answer_what_if(what_if, ASKED)
    assert json.loads(json.dumps(answer, allow_nan=False))["description"] == (
        "the masks of depth at all stages are open everywhere"
    )


def test_every_change_of_the_explorer_has_an_answer() -> None:
    assert tuple(ANSWERS) == CHANGES


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"task": "edges"}, "`tasks` must be one of semantic, depth, normal; got 'edges'"),
        ({"task": 3}, "`tasks` must be one of semantic, depth, normal; got '3'"),
        ({"stage": "encoder_9"}, "`stages` must be one of .*; got 'encoder_9'"),
        ({"change": "closed"}, "`change` must be one of scale, open, .*; got 'closed'"),
        ({"change": "scale", "factor": -1}, "`factor` must be at least 0 and finite; got -1"),
        ({"change": "scale", "factor": "much"}, "`factor` must be a number; got 'much'"),
        ({"change": "scale", "factor": float("nan")}, "`factor` must be at least 0 and finite; got nan"),
        ({"change": "swap", "other_task": "edges"}, "`tasks` must be one of .*; got 'edges'"),
        ({"change": "swap", "other_task": None}, "`tasks` must be one of .*; got 'None'"),
        ({"image": 3}, "`image` must be 0 to 2; got 3. There are 3 images."),
        ({"image": "first"}, "`image` must be 0 to 2; got 'first'"),
    ],
)
def test_a_bad_question_gets_one_sentence(what_if: WhatIf, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        answer_what_if(what_if, {**ASKED, **changes})


def test_a_question_that_leaves_something_out_gets_a_sentence(what_if: WhatIf) -> None:
    with pytest.raises(ValueError, match="`question` must say what is asked; it has no factor, image"):
        answer_what_if(what_if, {"task": None, "stage": None, "change": "open", "other_task": ""})


def ask(explorer: MaskExplorer, **changes: Any) -> tuple[dict[str, Any], Sequence[bytes]]:
    reply = explorer.answer({"kind": "what_if", "id": 1, "content": {**ASKED, **changes}})
    assert reply is not None
    return reply


def test_an_explorer_asks_the_network_that_it_is_connected_to(whole: Path) -> None:
    explorer = MaskExplorer(whole)
    assert ask(explorer)[0]["kind"] == "error"
    connect_what_if(explorer, whole)
    reply, buffers = ask(explorer)
    assert (reply["kind"], reply["content"]["epoch"], reply["content"]["images"]) == ("answer", 3, 2)
    assert len(buffers[0]) == 3 * (2 + 2 + 3) * 32 * 64
    reply, _ = ask(explorer, stage="encoder_9")
    assert reply["kind"] == "error"
    assert "`stages` must be" in reply["content"]


def test_masks_of_another_network_or_of_other_images_are_refused(
    whole: Path, what_if: WhatIf, model: MTAN, batch: Batch
) -> None:
    with pytest.raises(ValueError, match="`network` must have the 2 images that the explorer shows; got 3"):
        connect_what_if(MaskExplorer(whole), what_if)
    with pytest.raises(ValueError, match="the 3 images that the explorer shows; got 3, others or in another order"):
        connect_what_if(MaskExplorer(masks_of(model, batch.image.flip(0))), what_if)
    alone = tiny_model({"depth": TASKS["depth"]}).eval()
    with pytest.raises(ValueError, match="`network` must have the tasks that the explorer shows, depth; got depth, no"):
        connect_what_if(MaskExplorer(masks_of(alone, batch.image)), what_if)


def test_any_backbone_can_be_asked(batch: Batch) -> None:
    network = torch.nn.Sequential(*(torch.nn.Conv2d(i, o, 3, 2, 1) for i, o in ((3, 4), (4, 6))))
    model = attend(network, {name: task.out_channels for name, task in TASKS.items()}).eval()
    explorer = MaskExplorer(masks_of(model, batch.image))
    connect_what_if(explorer, WhatIf(model, TASKS, batch))
    reply, _ = ask(explorer, stage=explorer.masks.stages[0])
    assert reply["kind"] == "answer"
    assert reply["content"]["predictions"]["tasks"]["depth"]["moved"] > 0


def test_classes_of_whole_images_are_answered_too() -> None:
    data = random_domains()
    tasks = {name: task for name, task in domain_tasks(data).items() if name == "hues"}
    frames = data.domains["hues"].val
    batch = collate([frames[index] for index in range(4)])
    network = torch.nn.Sequential(*(torch.nn.Conv2d(i, o, 3, 2, 1) for i, o in ((3, 4), (4, 6))))
    model = attend(network, {"hues": 3}, head=ClassificationHead).eval()
    explorer = MaskExplorer(masks_of(model, batch.image))
    connect_what_if(explorer, WhatIf(model, tasks, batch))
    reply, _ = ask(explorer, task="hues", change="shuffle")
    of = reply["content"]["predictions"]["tasks"]["hues"]
    assert (of["whole"], of["targets"], of["display"]["classes"]) == (True, [1], ["red", "green", "blue"])
    assert np.shape(of["values"]) == (2, 1)
