"""The numbers that a network starts with."""

from __future__ import annotations

import torch
from torch import nn


def initialize(model: nn.Module, generator: torch.Generator) -> None:
    """Give every layer its first weights, in place.

    Convolutions: Xavier normal, W ~ N(0, 2 / (fan_in + fan_out)), bias 0. BatchNorm: scale 1, shift 0, running mean
    0 and variance 1.

    Args:
        model: A network of convolutions and BatchNorms on the CPU.
        generator: Where the random numbers come from. Equal generators give equal weights.

    References:
        Glorot and Bengio, AISTATS 2010; used for SegNet by the code of Liu et al., CVPR 2019.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.xavier_normal_(module.weight, generator=generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_parameters()
