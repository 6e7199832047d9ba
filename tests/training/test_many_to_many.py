from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
import torch

from mtan_edu.data.domains import Domain, DomainSplits, HeldDomainDataset
from mtan_edu.records import EpochRecord
from mtan_edu.tasks import classification_tasks
from mtan_edu.training import (
    TrainingConfig,
    TrainingState,
    evaluate,
    evaluate_domains,
    fitted_to,
    train,
)
from mtan_edu.training.config import SAMPLINGS
from mtan_edu.training.many_to_many import ForDomain, ManyToMany
from mtan_edu.weighting import build_weighting
from tests.tiny_runs import DOMAINS, domain_tasks, random_domains, tiny_classifier

DATA = random_domains()
TASKS = domain_tasks(DATA)
CONFIG = TrainingConfig(epochs=3, batch_size=3, learning_rate=1e-2, threads=1, device="cpu", second_phase=1)


def start(config: TrainingConfig = CONFIG, architecture: str = "mtan", weighting: str = "equal") -> TrainingState:
    return TrainingState(tiny_classifier(TASKS, architecture), build_weighting(weighting, list(TASKS)), config)


def go_on(state: TrainingState, config: TrainingConfig = CONFIG, until: int | None = None) -> list[EpochRecord]:
    """Records without their time, which is never the same, and as text: NaN equals NaN there."""
    records = []
    for record in train(state.model, TASKS, state.weighting, DATA, config, state):
        records.append(dataclasses.replace(record, seconds=0.0))
        if record.epoch == until:
            break
    return records


def same(first: TrainingState, second: TrainingState) -> bool:
    tensors = [state.model_tensors() | state.training_tensors() for state in (first, second)]
    return tensors[0].keys() == tensors[1].keys() and all(
        torch.equal(value, tensors[1][name]) for name, value in tensors[0].items()
    )


@pytest.mark.parametrize(
    ("stopped_after", "change"),
    [
        (1, {"sampling": "in_turn"}),
        (2, {"sampling": "interleaved", "optimizer": "sgd"}),
        (1, {"sampling": "proportional", "augment": "scale-flip"}),
    ],
)
def test_a_resumed_training_equals_an_undisturbed_one_bit_for_bit_in_both_phases(
    stopped_after: int, change: dict[str, Any]
) -> None:
    config = dataclasses.replace(CONFIG, **change)
    whole, first, second = (start(config) for _ in range(3))
    records = [record.to_json() for record in go_on(whole, config)]
    before = go_on(first, config, until=stopped_after)
    second.load(first.epoch, first.model_tensors(), first.training_tensors())
    assert [record.to_json() for record in before + go_on(second, config)] == records
    assert same(whole, second)


@pytest.mark.parametrize("architecture", ["mtan", "split"])
def test_one_epoch_over_all_tasks_moves_every_parameter(architecture: str) -> None:
    state = start(architecture=architecture)
    before = {name: value.detach().clone() for name, value in state.model.named_parameters()}
    go_on(state, until=1)
    still = [name for name, value in state.model.named_parameters() if torch.equal(value, before[name])]
    # what a BatchNorm subtracts again has gradient 0 up to rounding, and sometimes exactly
    assert not [name for name in still if not name.endswith("bias")]


def test_the_second_phase_trains_all_tasks_but_the_first_and_measures_all() -> None:
    state = start()
    records = go_on(state, until=2)
    before = {name: value.detach().clone() for name, value in state.model.named_parameters()}
    records += go_on(state)
    assert [math.isnan(record.train_losses["hues"]) for record in records] == [False, False, True]
    assert all(math.isfinite(records[2].train_losses[task]) for task in ("sides", "tints"))
    assert all(math.isfinite(record.metrics["hues"]["accuracy"]) for record in records)
    moved = {name for name, value in state.model.named_parameters() if not torch.equal(value, before[name])}
    assert not [name for name in moved if "hues" in name]
    assert [name for name in moved if "sides" in name]
    assert [name for name in moved if "backbone" in name]


def test_each_phase_has_its_schedule_and_the_second_a_tenth_of_the_rate() -> None:
    curriculum = ManyToMany(TASKS, DATA, dataclasses.replace(CONFIG, schedule="staircase"))
    assert [curriculum.steps(epoch) for epoch in (1, 2, 3)] == [6, 6, 4]  # the seventh picture of a domain waits
    rates = [[round(curriculum.rate(epoch, step) / CONFIG.learning_rate, 9) for step in range(4)] for epoch in (1, 3)]
    assert rates == [[1, 1, 0.5, 0.5], [0.1, 0.025, 0.00625, 0.003125]]
    assert [curriculum.starts_afresh(epoch) for epoch in (1, 2, 3)] == [False, False, True]


def test_a_fresh_optimizer_starts_the_second_phase() -> None:
    state = start()
    go_on(state)
    steps = {name: float(value) for name, value in state.optimizer.tensors().items() if name.startswith("step.")}
    heads = {task: steps[f"step.model.heads.{task}.linear.weight"] for task in TASKS}
    assert heads == {"hues": 0, "sides": 2, "tints": 2}


def test_a_batch_is_of_one_domain_and_normalized_by_its_colors() -> None:
    batches = list(ManyToMany(TASKS, DATA, dataclasses.replace(CONFIG, augment="none")).batches(1))
    assert sorted(task for batch in batches for task in batch.targets) == sorted(2 * list(TASKS))
    for batch in batches:
        (task,) = batch.targets
        domain = DATA.domains[task]
        pictures = (domain.train[index] for index in range(len(domain.train)))
        normalized = [(picture.image - domain.mean[0]) / domain.std[0] for picture in pictures]
        found = [min((own - image).abs().max().item() for own in normalized) for image in batch.image]
        assert max(found) < 1e-5


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_an_epoch_has_as_many_batches_as_it_says(sampling: str) -> None:
    curriculum = ManyToMany(TASKS, DATA, dataclasses.replace(CONFIG, sampling=sampling))
    assert [len(list(curriculum.batches(epoch))) for epoch in (1, 3)] == [curriculum.steps(1), curriculum.steps(3)]


def test_only_domains_that_may_be_mirrored_are() -> None:
    curriculum = ManyToMany(TASKS, DATA, CONFIG)
    flipped = {}
    for batch in (batch for epoch in range(1, 4) for batch in curriculum.batches(epoch)):
        (task,) = batch.targets
        domain = DATA.domains[task]
        own = [(domain.train[i].image - domain.mean[0]) / domain.std[0] for i in range(len(domain.train))]
        for image in batch.image:
            mirrored = min((o.flip(-1) - image).abs().max().item() for o in own) < 1e-5
            flipped[task] = flipped.get(task, False) or mirrored
    assert flipped == {"hues": True, "sides": False, "tints": True}


def test_any_number_of_workers_gives_the_same_batches() -> None:
    alone, helped = (ManyToMany(TASKS, DATA, dataclasses.replace(CONFIG, workers=n)).batches(2) for n in (0, 1))
    for first, second in zip(alone, helped, strict=True):
        assert torch.equal(first.image, second.image)
        assert first.targets.keys() == second.targets.keys()


def test_each_domain_is_measured_by_its_own_statistics_and_the_model_is_left_alone() -> None:
    model = start().model
    before = {name: value.clone() for name, value in model.state_dict().items()}
    measured = evaluate_domains(model, TASKS, DATA, batch_size=3)
    for name, domain in DATA.domains.items():
        alone = DomainSplits("alone", {name: domain})
        task = {name: TASKS[name]}
        assert evaluate_domains(model, task, alone).losses[name] == pytest.approx(measured.losses[name], rel=1e-5)
        mixture = evaluate(ForDomain(model, domain), task, domain.val)
        assert mixture.losses[name] != pytest.approx(measured.losses[name], rel=1e-3)
    assert list(measured.losses) == list(measured.metrics) == list(TASKS)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert model.training


def test_statistics_are_those_of_training_on_a_batch_of_the_domain() -> None:
    """With as many images as one batch holds, the fitted network gives what training mode gives."""
    model = start().model
    domain = DATA.domains["tints"]
    images = torch.stack([domain.train[index].image for index in range(len(domain.train))])
    with torch.no_grad(), fitted_to(model, domain) as network:
        fitted = network(images)["tints"]
    with torch.no_grad():
        trained = ForDomain(model, domain)(images)["tints"]
    n = len(images) * 2 * 2  # values behind a variance in the smallest map: n - 1 of them count in running statistics
    assert torch.allclose(fitted, trained, rtol=2 / n, atol=2 / n)


def test_dynamic_weight_average_weighs_the_tasks_of_one_task_batches() -> None:
    config = dataclasses.replace(CONFIG, second_phase=0)
    records = go_on(start(config, weighting="dwa"), config)
    assert sum(records[-1].weights.values()) == pytest.approx(3)
    assert set(records[-1].weights.values()) != {1.0}


def test_what_a_task_has_learned_of_its_uncertainty_stays_while_others_train() -> None:
    config = dataclasses.replace(CONFIG, epochs=1, second_phase=0, learning_rate=0.1)
    state = start(config, weighting="uncertainty")
    record = go_on(state, config)[0]
    losses = torch.tensor(list(record.train_losses.values()))
    assert (losses > math.exp(-0.5)).all()  # s = -0.5 is too low for every task, and rises
    assert (state.weighting.log_variance > -0.5).all()


@pytest.mark.parametrize(
    ("weighting", "change", "sentence"),
    [
        ("famo", {}, "`weighting` must do with one task's loss at a time .*; got FastAdaptiveMultitaskOptimization"),
        ("dwa", {}, "`weighting` must do without epochs with a second phase; got DynamicWeightAverage"),
        ("dwa", {"second_phase": 0, "sampling": "proportional"}, "must do without epochs with proportional sampling"),
    ],
)
def test_a_weighting_that_cannot_do_with_one_task_per_batch_is_refused(
    weighting: str, change: dict[str, Any], sentence: str
) -> None:
    config = dataclasses.replace(CONFIG, **change)
    with pytest.raises(ValueError, match=sentence):
        go_on(start(config, weighting=weighting), config)


def test_a_task_without_a_domain_is_named() -> None:
    tasks = classification_tasks({"hues": DOMAINS["hues"], "smells": ("rose", "tar")})
    with pytest.raises(ValueError, match=r"`tasks` must be domains of random \(hues, sides, tints\); got smells"):
        ManyToMany(tasks, DATA, CONFIG)


def test_one_task_has_no_second_phase() -> None:
    with pytest.raises(ValueError, match="`second_phase` must be 0 for one task; got 1"):
        ManyToMany({"hues": TASKS["hues"]}, DATA, CONFIG)


def test_it_learns_two_domains_that_say_the_opposite_of_the_same_pictures() -> None:
    """Bright and dark pictures; what the one domain calls class 0 the other calls class 1."""
    data = opposite_domains()
    tasks = domain_tasks(data)
    config = dataclasses.replace(CONFIG, epochs=8, batch_size=8, second_phase=0)
    model = tiny_classifier(tasks)
    records = list(train(model, tasks, build_weighting("equal", list(tasks)), data, config))
    assert [records[-1].metrics[task]["accuracy"] for task in tasks] == [1.0, 1.0]


def opposite_domains() -> DomainSplits:
    domains = {}
    for number, name in enumerate(("day", "night")):
        sets = []
        for split, count in enumerate((24, 8)):
            draw = np.random.default_rng(split)
            labels = draw.integers(0, 2, count)
            pictures = draw.integers(0, 100, (count, 8, 8, 3)) + 120 * labels[:, None, None, None]
            sets.append(HeldDomainDataset(name, ("a", "b"), pictures.astype(np.uint8), (labels + number) % 2))
        domains[name] = Domain(name, *sets, ("a", "b"), (0.5,) * 3, (0.3,) * 3)
    return DomainSplits("opposites", domains)
