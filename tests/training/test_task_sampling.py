from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from mtan_edu.training.config import SAMPLINGS
from mtan_edu.training.task_sampling import TASK_SAMPLINGS, Draw, in_turn, interleaved, proportional

IMAGES = {"digits": 30, "textures": 7, "shapes": 13}
EVERY_IMAGE = {task: list(range(count)) for task, count in IMAGES.items()}


def seen(draws: list[Draw]) -> dict[str, list[int]]:
    """The images of each task, sorted."""
    return {task: sorted(int(i) for name, indices in draws if name == task for i in indices) for task in IMAGES}


def plain(draws: list[Draw]) -> list[tuple[str, list[int]]]:
    return [(task, indices.tolist()) for task, indices in draws]


def test_every_name_that_a_configuration_may_hold_is_known():
    assert tuple(TASK_SAMPLINGS) == SAMPLINGS


@pytest.mark.parametrize("sampling", TASK_SAMPLINGS.values())
def test_an_epoch_follows_from_seed_and_epoch_alone(sampling):
    again, other_epoch, other_seed = (plain(sampling(IMAGES, 4, *at)) for at in ((3, 5), (3, 6), (4, 5)))
    assert plain(sampling(IMAGES, 4, 3, 5)) == again
    assert again not in (other_epoch, other_seed)


def test_in_turn_shows_one_task_after_the_other_and_every_image_once():
    draws = in_turn(IMAGES, 4, 0, 1)
    assert [task for task, _ in draws] == ["digits"] * 8 + ["textures"] * 2 + ["shapes"] * 3
    assert Counter(len(indices) for _, indices in draws) == {4: 11, 2: 1, 3: 1}  # a lone last shape is left out
    assert seen(draws) | {"shapes": []} == EVERY_IMAGE | {"shapes": []}
    assert len(seen(draws)["shapes"]) == 12


def test_interleaved_shows_the_same_batches_in_another_order():
    assert sorted(plain(interleaved(IMAGES, 4, 0, 1))) == sorted(plain(in_turn(IMAGES, 4, 0, 1)))
    orders = {tuple(task for task, _ in interleaved(IMAGES, 4, 0, epoch)) for epoch in range(5)}
    assert len(orders) == 5


def test_proportional_draws_each_task_as_often_as_it_has_images():
    tasks = Counter(task for epoch in range(200) for task, _ in proportional(IMAGES, 4, 0, epoch))
    shares = [tasks[task] / tasks.total() for task in IMAGES]
    # 2600 draws: a standard deviation of at most 0.01
    assert shares == pytest.approx([0.6, 0.14, 0.26], abs=0.03)
    assert len(proportional(IMAGES, 4, 0, 1)) == len(in_turn(IMAGES, 4, 0, 1))


def test_a_task_that_is_drawn_often_sees_all_of_its_images_before_any_again():
    draws = [indices for task, indices in proportional({"digits": 8, "textures": 72}, 4, 1, 1) if task == "textures"]
    assert len(draws) > 10
    rounds = [np.concatenate(draws[start : start + 18]) for start in range(0, len(draws), 18)]
    assert all(len(set(images.tolist())) == len(images) for images in rounds)
