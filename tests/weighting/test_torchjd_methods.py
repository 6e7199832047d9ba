"""Methods of TorchJD by name."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest
import torch
import torchjd.aggregation
import torchjd.scalarization
from torch import Tensor

from mtan_edu.weighting import GradientBalancing, LossWeighting, build_weighting

TASKS = ["semantic", "depth", "normal"]
LOSSES = torch.tensor([2.0, 0.5, 1.5])


def jacobian() -> Tensor:
    return torch.randn(3, 8, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("name", "oracle"),
    [
        ("UPGrad", torchjd.aggregation.UPGrad()),
        ("CAGrad(c=0.4)", torchjd.aggregation.CAGrad(c=0.4)),
        ("CAGrad( c = 4e-1, norm_eps=0.001 )", torchjd.aggregation.CAGrad(c=0.4, norm_eps=0.001)),
        ("MGDA(max_iters=3)", torchjd.aggregation.MGDA(max_iters=3)),
        ("AlignedMTL(scale_mode='median')", torchjd.aggregation.AlignedMTL(scale_mode="median")),
        ("AlignedMTL(scale_mode=rmse)", torchjd.aggregation.AlignedMTL(scale_mode="rmse")),
        ("aggregation.Mean", torchjd.aggregation.Mean()),
        ("Mean", torchjd.aggregation.Mean()),
        ("TrimmedMean(trim_number=1)", torchjd.aggregation.TrimmedMean(1)),
        ("ConFIG", torchjd.aggregation.ConFIG()),
    ],
)
def test_an_aggregator_is_used_as_torchjd_would(name: str, oracle: torchjd.aggregation.Aggregator) -> None:
    balancing = build_weighting(f"torchjd:{name}", TASKS)
    assert isinstance(balancing, GradientBalancing)
    result = balancing(jacobian(), LOSSES)
    assert torch.allclose(result, oracle(jacobian()), atol=1e-6)
    if "Trimmed" not in name:
        assert torch.allclose(balancing.weights().float() @ jacobian(), result, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "oracle"),
    [
        ("STCH(mu=0.5)", torchjd.scalarization.STCH(mu=0.5)),
        ("GeometricMean", torchjd.scalarization.GeometricMean()),
        ("scalarization.Mean", torchjd.scalarization.Mean()),
        ("UW", torchjd.scalarization.UW(3)),
    ],
)
def test_a_scalarizer_is_used_as_torchjd_would(name: str, oracle: torchjd.scalarization.Scalarizer) -> None:
    weighting = build_weighting(f"torchjd:{name}", TASKS)
    assert isinstance(weighting, LossWeighting)
    given, theirs = (LOSSES.clone().requires_grad_() for _ in range(2))
    total, expected = weighting(given), oracle(theirs)
    total.backward()
    expected.backward()
    assert torch.equal(total, expected)
    assert torch.equal(given.grad, theirs.grad)
    assert torch.allclose(weighting.weights(), theirs.grad.double())
    assert all(parameter.grad.any() for parameter in weighting.parameters())


def test_a_scalarizers_parameters_are_its_state() -> None:
    weighting, other = (build_weighting("torchjd:UW", TASKS) for _ in range(2))
    next(weighting.parameters()).data += 1
    other.load_state_dict(weighting.state_dict())
    assert torch.equal(other(LOSSES), weighting(LOSSES))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("UPGrat", r"got 'UPGrat'\. Did you mean UPGrad"),
        ("", r"must be torchjd:NAME or torchjd:NAME\(parameter=number"),
        ("CAGrad", r"must give CAGrad its parameters, \(c: float, norm_eps: float = 0.0001\).*missing 1 required"),
        ("CAGrad(c=-1)", r"c must be non-negative"),
        ("CAGrad(d=1)", r"must give CAGrad its parameters.*unexpected keyword argument 'd'"),
        ("CAGrad(0.4)", r"Write torchjd:CAGrad\(c=0.4\), for example"),
        ("CAGrad(c=__import__('os').getpid())", r"must be torchjd:NAME or torchjd:NAME\(parameter=number"),
        ("Constant(weights=1)", r"Parameters that are tensors or functions cannot be given here"),
        ("GradVac", r"whose state TorchJD does not save\. Take gradvac, ours"),
        ("NashMTL", r"Take nash_mtl, ours"),
        ("DWA", r"Take dwa, ours"),
        ("ExcessMTL", r"Take a method without a state"),
        ("os.system", r"`weighting` must be torchjd: and one of .*got 'os.system'"),
    ],
)
def test_what_cannot_be_used_gets_a_sentence(name: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        build_weighting(f"torchjd:{name}", TASKS)


def test_without_torchjd_a_sentence_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torchjd" else found(name))
    with pytest.raises(ValueError, match=r"got torchjd:UPGrad\. Install it: pip install 'mtan-edu\[torchjd\]'"):
        build_weighting("torchjd:UPGrad", TASKS)


def test_torchjd_is_not_loaded_before_it_is_asked_for() -> None:
    code = (
        "import sys; from mtan_edu.weighting import build_weighting; build_weighting('mgda', ['a', 'b']); "
        "print(not {'torchjd', 'cvxpy', 'scipy'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "True\n"
