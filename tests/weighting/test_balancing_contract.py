"""What every gradient balancing must do, whatever its formula."""

from __future__ import annotations

import itertools

import pytest
import torch
from safetensors.torch import load, save
from torch import Tensor

from mtan_edu.weighting import GradientBalancing, build_weighting
from mtan_edu.weighting.names import GRADIENT_BALANCINGS

NAMES = (
    *GRADIENT_BALANCINGS, "mgda:l2", "mgda:loss", "mgda:loss+", "aligned_mtl:median", "aligned_mtl:rmse",
    "graddrop:0.3", "cagrad:0", "fairgrad:1",
)  # fmt: skip

every_balancing = pytest.mark.parametrize("name", NAMES)

SUM = {"mgda": 1, "gradnorm": 3}
"""What the weights of three tasks sum to, where a docstring says so."""

LEAST = {"mgda": 0, "pcgrad": 1, "gradvac": 1, "cagrad": 1 / 3, "graddrop": 0, "nash_mtl": 0, "fairgrad": 0,
         "upgrad": 1 / 3, "gradnorm": 0}  # fmt: skip
"""What no weight of three tasks is below, where a docstring says so."""

DRAWING = ("pcgrad", "gradvac", "graddrop")

LOSSES = torch.tensor([2.0, 0.5, 1.5])


def build(name: str, num_tasks: int = 3, seed: int = 0) -> GradientBalancing:
    balancing = build_weighting(name, [f"task {k}" for k in range(num_tasks)], seed=seed)
    assert isinstance(balancing, GradientBalancing)
    return balancing


def method(name: str) -> str:
    return name.partition(":")[0]


def jacobian(num_tasks: int = 3, size: int = 8, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    """Random gradients, conflicts among them, the k-th one about k times as long as the first."""
    values = torch.randn(num_tasks, size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return (values * torch.arange(1, num_tasks + 1)[:, None]).to(dtype)


def lived(name: str, steps: int = 4, order: tuple[int, ...] = (0, 1, 2)) -> GradientBalancing:
    """A balancing after some steps and an epoch, its tasks in this order."""
    balancing = build(name)
    for step in range(steps):
        balancing(jacobian(seed=10 + step)[list(order)], LOSSES[list(order)] / (step + 1))
    balancing.end_epoch(LOSSES[list(order)])
    return balancing


@every_balancing
def test_the_gradient_has_the_size_and_type_of_the_tasks_gradients(name: str):
    for dtype in (torch.float32, torch.float64):
        gradient = build(name)(jacobian(dtype=dtype), LOSSES)
        assert gradient.shape == (8,)
        assert gradient.dtype == dtype
        assert gradient.isfinite().all()
        assert gradient.any()


@every_balancing
def test_the_gradient_is_the_weighted_sum(name: str):
    balancing = lived(name)
    gradient = balancing(jacobian(), LOSSES)
    if method(name) != "graddrop":
        assert torch.allclose(gradient, balancing.weights() @ jacobian(), rtol=1e-10, atol=1e-12)
    assert not balancing.weights().requires_grad


@every_balancing
def test_weights_have_the_sum_and_the_sign_that_the_docstring_promises(name: str):
    for seed in range(20):
        balancing = build(name)
        balancing(jacobian(seed=seed), LOSSES)
        weights = balancing.weights()
        if method(name) in SUM:
            assert weights.sum().item() == pytest.approx(SUM[method(name)])
        if method(name) in LEAST:
            assert weights.min() >= LEAST[method(name)] - 1e-12
        if method(name) in ("nash_mtl", "fairgrad", "gradnorm"):
            assert weights.min() > 0
        if method(name) == "graddrop":
            assert weights.max() <= 1


@every_balancing
def test_weights_are_1_before_the_first_step(name: str):
    assert build(name).weights().tolist() == [1, 1, 1]


@every_balancing
@pytest.mark.parametrize("steps", [0, 1, 3])
def test_state_dict_resumes_it_bit_for_bit(name: str, steps: int):
    original, resumed = lived(name, steps), build(name, seed=5)
    resumed.load_state_dict(load(save(original.state_dict())))
    for seed in (1, 2, 3):
        assert torch.equal(resumed.weights(), original.weights())
        assert torch.equal(resumed(jacobian(seed=seed), LOSSES), original(jacobian(seed=seed), LOSSES))
    assert torch.equal(resumed.own_weights(), original.own_weights())


@every_balancing
def test_the_global_random_state_is_neither_read_nor_moved(name: str):
    torch.manual_seed(1)
    state = torch.get_rng_state()
    first = lived(name)(jacobian(), LOSSES)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(2)
    assert torch.equal(lived(name)(jacobian(), LOSSES), first)


@pytest.mark.parametrize("name", [name for name in NAMES if method(name) not in DRAWING])
@pytest.mark.parametrize("order", [(2, 0, 1), (1, 0, 2)])
def test_permuting_the_tasks_permutes_the_weights(name: str, order: tuple[int, ...]):
    first, permuted = lived(name), lived(name, order=order)
    first(jacobian(), LOSSES)
    permuted(jacobian()[list(order)], LOSSES[list(order)])
    assert torch.allclose(permuted.weights(), first.weights()[list(order)], rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("name", DRAWING)
def test_over_many_draws_permuting_the_tasks_permutes_the_mean_of_the_weights(name: str):
    order, gradients = [2, 0, 1], jacobian(size=40, seed=3)

    def mean(rows: list[int]) -> Tensor:
        weights = []
        for seed in range(100):
            balancing = build(name, seed=seed)
            balancing(gradients[rows], LOSSES[rows])
            weights.append(balancing.weights())
        return torch.stack(weights).mean(dim=0)

    assert torch.allclose(mean(order), mean([0, 1, 2])[order], rtol=0.08, atol=0)


@pytest.mark.parametrize("name", DRAWING)
def test_other_seeds_and_other_steps_draw_otherwise(name: str):
    gradients = jacobian(num_tasks=5, size=6, seed=4)
    first, other = build(name, 5, seed=0), build(name, 5, seed=1)
    losses = torch.ones(5)
    results = [first(gradients, losses), first(gradients, losses), other(gradients, losses)]
    assert not any(torch.equal(a, b) for a, b in itertools.combinations(results, 2))


@every_balancing
def test_one_task_gets_its_own_gradient(name: str):
    balancing = build(name, 1)
    assert torch.equal(balancing(jacobian(1), torch.tensor([3.0])), jacobian(1)[0])
    assert balancing.weights().tolist() == [1]


@every_balancing
def test_a_task_without_a_gradient_does_not_poison_the_others(name: str):
    gradients = jacobian(4, seed=2)
    gradients[2] = 0
    losses = torch.tensor([2.0, 0.5, 0.0, 1.5])
    balancing, others = build(name, 4), build(name, 3)
    found = balancing(gradients, losses)
    expected = others(gradients[[0, 1, 3]], losses[[0, 1, 3]])
    assert balancing.weights()[2] == (1 if name == "gradnorm" else 0)
    assert torch.allclose(found, expected, rtol=1e-9, atol=1e-12)  # with the same draws, where there are any
    assert found.any()
    assert found.isfinite().all()


@every_balancing
def test_without_any_gradient_there_is_none(name: str):
    balancing = build(name)
    assert not balancing(torch.zeros(3, 8), torch.zeros(3)).any()
    balancing(jacobian(), LOSSES)
    assert balancing.weights().isfinite().all()


@every_balancing
def test_a_task_of_zero_loss_does_not_poison_the_others(name: str):
    balancing = build(name)
    for _ in range(3):
        gradient = balancing(jacobian(), torch.tensor([2.0, 0.0, 1.5]))
        assert gradient.isfinite().all()
        assert gradient.any()


@every_balancing
def test_tasks_that_agree_wholly_go_where_they_want(name: str):
    wish = jacobian(1)[0]
    for lengths in ([1.0, 1.0, 1.0], [1.0, 2.0, 0.5]):
        balancing = build(name)
        for _ in range(30):
            gradient = balancing(torch.tensor(lengths)[:, None] * wish, LOSSES)
        assert torch.nn.functional.cosine_similarity(gradient, wish, dim=0).item() == pytest.approx(1, abs=1e-6)
        assert balancing.weights().isfinite().all()


@every_balancing
@pytest.mark.parametrize("length", [1.0, 0.5])
def test_opposite_tasks_come_to_a_finite_end(name: str, length: float):
    wish = jacobian(1)[0]
    balancing = build(name, 2)
    for _ in range(3):
        gradient = balancing(torch.stack([wish, -length * wish]), LOSSES[:2])
        assert gradient.isfinite().all()
        assert gradient.norm() <= 4 * wish.norm()
        assert balancing.weights().isfinite().all()


@every_balancing
def test_more_tasks_than_parameters_come_to_a_finite_end(name: str):
    for seed in range(10):
        balancing = build(name, 5)
        gradient = balancing(jacobian(5, 2, seed), torch.tensor([1.0, 2.0, 0.5, 3.0, 1.5]))
        assert gradient.isfinite().all()
        assert balancing.weights().isfinite().all()


@every_balancing
@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_tiny_and_huge_gradients_come_to_a_finite_end(name: str, scale: float):
    """Lengths far from 1, and far from each other: what a float32 holds."""
    gradients = jacobian(dtype=torch.float32) * scale
    gradients[1] *= 1e-5
    gradient = build(name)(gradients, LOSSES)
    assert gradient.isfinite().all()
    assert gradient.any()


@every_balancing
def test_its_state_stays_on_the_cpu_and_exact_whatever_it_is_moved_to(name: str):
    balancing = lived(name)
    before = {key: value.clone() for key, value in balancing.state_dict().items()}
    for key, value in balancing.half().to(torch.bfloat16).state_dict().items():
        assert torch.equal(value, before[key])


@every_balancing
def test_too_few_gradients_or_losses_are_refused(name: str):
    balancing = build(name)
    with pytest.raises(ValueError, match=r"`gradients` must have shape \(3, P\), one row per task; got \(2, 8\)"):
        balancing(jacobian(2), LOSSES[:2])
    with pytest.raises(ValueError, match=r"`losses` must have shape \(3,\), one loss per task; got \(2,\)"):
        balancing(jacobian(), LOSSES[:2])
    with pytest.raises(ValueError, match=r"`mean_losses` must have shape \(3,\)"):
        balancing.end_epoch(LOSSES[:2])


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("mgda:l3", r"`normalization` must be one of none, l2, loss, loss\+; got 'l3'"),
        ("cagrad:-1", r"`c` must be finite and at least 0; got -1.0"),
        ("cagrad:nan", r"`c` must be finite and at least 0; got nan"),
        ("cagrad:much", r"`weighting` must have numbers after its colon; got 'cagrad:much'"),
        ("graddrop:1.5", r"`leak` must be between 0 and 1; got 1.5"),
        ("gradvac:2", r"`decay` must be between 0 and 1; got 2.0"),
        ("nash_mtl:0", r"`max_norm` must be above 0; got 0.0"),
        ("aligned_mtl:max", r"`scale` must be one of min, median, rmse; got 'max'"),
        ("fairgrad:0", r"`alpha` must be finite and above 0; got 0.0"),
        ("fairgrad:inf", r"`alpha` must be finite and above 0; got inf"),
        ("gradnorm:inf", r"`alpha` must be finite; got inf"),
        ("upgrad:1", r"`weighting` must be upgrad and nothing more; got 'upgrad:1'"),
        ("pcgrads", r"got 'pcgrads'\. Did you mean 'pcgrad'"),
    ],
)
def test_bad_arguments_get_a_sentence(name: str, sentence: str):
    with pytest.raises(ValueError, match=sentence):
        build(name)


def test_seeds_are_0_or_above():
    with pytest.raises(ValueError, match="`seed` must be 0 or above; got -1"):
        build("pcgrad", seed=-1)


def test_printing_shows_the_numbers():
    shown = [repr(build(name)).partition("\n")[0] for name in ("cagrad", "upgrad", "aligned_mtl:rmse")]
    assert shown == [
        "ConflictAverseGradientDescent(num_tasks=3, c=0.4)",
        "UnconflictingProjection(num_tasks=3)",
        "IndependentComponentAlignment(num_tasks=3, scale='rmse')",
    ]
