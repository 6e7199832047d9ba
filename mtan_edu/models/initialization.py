"""The numbers that a network starts with."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from mtan_edu.models.cross_stitch import CommonStitchUnits, CrossStitchUnits


def initialize(
    model: nn.Module,
    generator: torch.Generator,
    fill: Callable[..., Tensor] = nn.init.xavier_normal_,
) -> None:
    """Give every layer its first weights, in place.

    Convolutions and linear layers: by default Xavier normal, W ~ N(0, 2 / (fan_in + fan_out)), bias 0. BatchNorm:
    scale 1, shift 0, running mean 0 and variance 1. Units that mix the features of several tasks have numbers of
    their own to start with.

    Args:
        model: A network of such layers on the CPU.
        generator: Where the random numbers come from. Equal generators give equal weights.
        fill: Fills a weight, such as one of `torch.nn.init`.

    References:
        Glorot and Bengio, AISTATS 2010; used for SegNet by the code of Liu et al., CVPR 2019 (normal, and uniform for
        soft sharing).
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            fill(module.weight, generator=generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.BatchNorm2d | CrossStitchUnits | CommonStitchUnits):
            module.reset_parameters()
