from __future__ import annotations

import pytest
import torch

from tests import contracts

CASES = contracts.cases((1, 3))


@pytest.mark.parametrize("size", contracts.SIZES)
@pytest.mark.parametrize(("name", "count"), contracts.cases((1, 4)))
def test_predicts_every_task_at_the_size_of_the_image(name, count, size):
    model = contracts.MODELS[name](contracts.tasks(count))
    contracts.predicts_every_task(model, size, classifies=name in contracts.CLASSIFIERS)


@pytest.mark.parametrize("size", contracts.ODD_SIZES)
@pytest.mark.parametrize("name", contracts.ANY_SIZE)
def test_predicts_at_odd_sizes(name, size):
    model = contracts.MODELS[name](contracts.tasks(1))
    contracts.predicts_every_task(model, size, classifies=name in contracts.CLASSIFIERS)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
@pytest.mark.parametrize("name", contracts.MODELS)
def test_computes_in_other_precisions(name, dtype):
    model = contracts.MODELS[name](contracts.tasks(1)).to(dtype)
    contracts.predicts_every_task(model, (2, 32, 64), dtype, classifies=name in contracts.CLASSIFIERS)


@pytest.mark.parametrize(("name", "count"), CASES)
def test_gradients_reach_every_parameter(name, count):
    contracts.gradients_reach_every_parameter(contracts.MODELS[name](contracts.tasks(count)), contracts.DEAD.get(name))


@pytest.mark.parametrize(("name", "count"), CASES)
def test_shared_and_task_parameters_are_a_partition(name, count):
    contracts.parts_partition(contracts.MODELS[name](contracts.tasks(count)))


@pytest.mark.parametrize(("name", "count"), CASES)
def test_a_task_trains_its_own_and_the_shared_parameters_only(name, count):
    model = contracts.MODELS[name](contracts.tasks(count))
    contracts.one_task_moves_only_its_own_and_the_shared(model, model.tasks[-1], contracts.DEAD.get(name))


@pytest.mark.parametrize(("name", "count"), CASES)
def test_the_state_dict_resumes_it(name, count):
    model = contracts.MODELS[name](contracts.tasks(count))
    other = contracts.MODELS[name](contracts.tasks(count), generator=torch.Generator().manual_seed(5))
    contracts.state_dict_resumes(model, other)


@pytest.mark.parametrize("name", contracts.MODELS)
def test_a_task_can_be_predicted_alone(name):
    contracts.predicts_a_task_alone_as_among_others(
        contracts.MODELS[name](contracts.tasks(1 if name in contracts.ONE_TASK else 3))
    )


@pytest.mark.parametrize(("name", "count"), [case for case in CASES if case[0] in contracts.WITH_MASKS])
def test_recording_masks_changes_nothing(name, count):
    contracts.recording_masks_changes_nothing(contracts.MODELS[name](contracts.tasks(count)))


@pytest.mark.parametrize("name", contracts.MODELS)
def test_an_unknown_task_has_no_parameters(name):
    with pytest.raises(ValueError, match="`task` must be one of semantic; got 'semantics'"):
        list(contracts.MODELS[name](contracts.tasks(1)).task_parameters("semantics"))


@pytest.mark.parametrize("name", contracts.MODELS)
def test_an_unknown_task_is_not_predicted(name):
    with pytest.raises(ValueError, match="`tasks` must be one of semantic; got 'depth'"):
        contracts.MODELS[name](contracts.tasks(1))(contracts.images((2, 32, 64)), ["depth"])
