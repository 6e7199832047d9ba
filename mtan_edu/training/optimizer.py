"""Optimizers, with their state under the parameters' names."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.optim.adam import adam
from torch.optim.sgd import sgd


class Optimizer(ABC):
    """Moves parameters against their gradients.

    Args:
        parameters: Name to parameter, on its final device. A parameter without a gradient is left as it is.
    """

    def __init__(self, parameters: Mapping[str, nn.Parameter]) -> None:
        self.parameters = dict(parameters)

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for parameter in self.parameters.values():
            parameter.grad = None

    def start_afresh(self) -> None:
        """Forget everything that was learned of the gradients so far."""
        for value in self.tensors().values():
            value.zero_()

    @abstractmethod
    def step(self, rate: float) -> None:
        """Move every parameter that has a gradient.

        Args:
            rate: Learning rate of this step.
        """

    @abstractmethod
    def tensors(self) -> dict[str, Tensor]:
        """The state by name, all 0 at the start."""

    def _moved(self) -> list[tuple[str, nn.Parameter, Tensor]]:
        return [(name, value, value.grad) for name, value in self.parameters.items() if value.grad is not None]


class Adam(Optimizer):
    """Adam (adaptive moment estimation).

    For a parameter θ with gradient g, at its t-th step:

        m ← β₁ m + (1 - β₁) g          running mean of the gradient
        v ← β₂ v + (1 - β₂) g²         running mean of its square
        θ ← θ - rate · m̂ / (√v̂ + ε)    with m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ)

    The update is torch's own function, bit for bit `torch.optim.Adam(fused=True)`. That class is not used because
    it loads torch's compiler (5 s of computing time, measured), and because its state has numbers for names.

    Args:
        parameters: Name to parameter, on its final device. A parameter without a gradient is left as it is.
        betas: β₁ and β₂.
        eps: ε.

    References:
        Kingma, Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1.
    """

    def __init__(
        self, parameters: Mapping[str, nn.Parameter], betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8
    ) -> None:
        super().__init__(parameters)
        self.betas, self.eps = betas, eps
        self.means = {name: torch.zeros_like(parameter) for name, parameter in self.parameters.items()}
        self.squares = {name: torch.zeros_like(parameter) for name, parameter in self.parameters.items()}
        self.steps = {name: torch.zeros((), device=value.device) for name, value in self.parameters.items()}

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Move every parameter that has a gradient.

        Args:
            rate: Learning rate of this step.
        """
        moved = self._moved()
        adam(
            params=[value for _, value, _ in moved],
            grads=[gradient for _, _, gradient in moved],
            exp_avgs=[self.means[name] for name, _, _ in moved],
            exp_avg_sqs=[self.squares[name] for name, _, _ in moved],
            max_exp_avg_sqs=[],
            state_steps=[self.steps[name] for name, _, _ in moved],
            fused=True,
            amsgrad=False,
            beta1=self.betas[0],
            beta2=self.betas[1],
            lr=rate,
            weight_decay=0.0,
            eps=self.eps,
            maximize=False,
        )

    def tensors(self) -> dict[str, Tensor]:
        """The state: `mean.<name>`, `square.<name>` and `step.<name>` for every parameter."""
        kinds = {"mean": self.means, "square": self.squares, "step": self.steps}
        return {f"{kind}.{name}": value for kind, values in kinds.items() for name, value in values.items()}


class StochasticGradientDescent(Optimizer):
    """Stochastic gradient descent (SGD) with Nesterov momentum and weight decay.

    For a parameter θ with gradient g, at every step:

        g ← g + decay · θ
        b ← μ b + g                    running sum of the gradients
        θ ← θ - rate · (g + μ b)

    The update is torch's own function, bit for bit `torch.optim.SGD(nesterov=True)`.

    Args:
        parameters: Name to parameter, on its final device. A parameter without a gradient is left as it is.
        momentum: μ.
        weight_decay: decay.

    References:
        Sutskever et al., ICML 2013. Liu et al., CVPR 2019, section 4.2, have a weight decay of 5e-5; μ is their code's.
        Differs from that code under a torch of its time: the parameters of tasks that a batch has no images of are
        left alone, where theirs decayed and went on by their momentum.
    """

    def __init__(
        self, parameters: Mapping[str, nn.Parameter], momentum: float = 0.9, weight_decay: float = 5e-5
    ) -> None:
        super().__init__(parameters)
        self.momentum, self.weight_decay = momentum, weight_decay
        self.sums = {name: torch.zeros_like(parameter) for name, parameter in self.parameters.items()}

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Move every parameter that has a gradient.

        Args:
            rate: Learning rate of this step.
        """
        moved = self._moved()
        sgd(
            params=[value for _, value, _ in moved],
            d_p_list=[gradient for _, _, gradient in moved],
            momentum_buffer_list=[self.sums[name] for name, _, _ in moved],
            weight_decay=self.weight_decay,
            momentum=self.momentum,
            lr=rate,
            dampening=0.0,
            nesterov=True,
            maximize=False,
        )

    def tensors(self) -> dict[str, Tensor]:
        """The state: `sum.<name>` for every parameter."""
        return {f"sum.{name}": value for name, value in self.sums.items()}


OPTIMIZERS: Mapping[str, type[Adam] | type[StochasticGradientDescent]] = {
    "adam": Adam,
    "sgd": StochasticGradientDescent,
}
"""Name of an optimizer to its class."""
