"""Backbones that this project did not write, tiny, by library and name; each is built only when asked for.

What takes long is importing the libraries, so a process that builds one network of a library may as well build all.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from torch import nn

WIDTHS = [8, 12, 16, 20]


def _transformers(model: str, config: str, **numbers: Any) -> Callable[[], nn.Module]:
    def build() -> nn.Module:
        library = pytest.importorskip("transformers", reason="needs transformers, a test extra")
        return getattr(library, model)(getattr(library, config)(**numbers))

    return build


def _monai(name: str, **numbers: Any) -> Callable[[], nn.Module]:
    def build() -> nn.Module:
        with _absent("transformers", "jsonschema"):
            nets = pytest.importorskip("monai.networks.nets", reason="needs monai, a test extra")
        return getattr(nets, name)(spatial_dims=2, in_channels=3, **numbers)

    return build


@contextmanager
def _absent(*names: str) -> Iterator[None]:
    """Inside the block modules that are not loaded yet seem not to be installed.

    MONAI loads both where it finds them, for networks and files that nobody here uses: more than half of its import.
    """
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # None: an import of the name fails
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def _pytorchcv(name: str, **numbers: Any) -> Callable[[], nn.Module]:
    def build() -> nn.Module:
        provider = pytest.importorskip("pytorchcv.model_provider", reason="needs pytorchcv, a test extra")
        return provider.get_model(name, **numbers)

    return build


# Library and name to how it is built, height and width of its images, and the stages that shall be found.
BACKBONES: dict[str, tuple[Callable[[], nn.Module], tuple[int, int], list[str]]] = {
    "transformers ConvNeXt": (
        _transformers("ConvNextModel", "ConvNextConfig", hidden_sizes=WIDTHS, depths=[1, 1, 2, 1]),
        (64, 96),
        [f"encoder.stages.{i}" for i in range(4)],
    ),
    "transformers ResNet": (
        _transformers(
            "ResNetModel",
            "ResNetConfig",
            embedding_size=8,
            hidden_sizes=WIDTHS,
            depths=[1, 2, 2, 1],
            layer_type="basic",
        ),
        (64, 96),
        ["embedder.embedder", *(f"encoder.stages.{i}" for i in range(4))],
    ),
    "transformers SegFormer": (
        _transformers(
            "SegformerModel",
            "SegformerConfig",
            hidden_sizes=WIDTHS,
            depths=[1, 2, 1, 1],
            num_attention_heads=[1, 2, 2, 4],
        ),
        (64, 96),
        [f"stages.{i}" for i in range(4)],
    ),
    "transformers Swin": (
        _transformers(
            "SwinModel",
            "SwinConfig",
            image_size=64,
            embed_dim=8,
            depths=[2, 2, 1],
            num_heads=[1, 2, 2],
            window_size=4,
        ),
        (64, 64),
        ["encoder.layers.0.blocks.1", "encoder.layers.1.blocks.1", "encoder.layers.2"],
    ),
    "transformers ViT": (
        _transformers(
            "ViTModel",
            "ViTConfig",
            image_size=(32, 48),
            patch_size=8,
            hidden_size=16,
            num_hidden_layers=8,
            num_attention_heads=2,
            intermediate_size=32,
        ),
        (32, 48),
        ["layers.1", "layers.3", "layers.5", "layers.7"],
    ),
    "MONAI BasicUNet": (
        _monai("BasicUNet", out_channels=2, features=(8, 8, 12, 16, 20, 8)),
        (64, 96),
        ["conv_0", "down_1", "down_2", "down_3", "down_4", "upcat_4", "upcat_3", "upcat_2", "upcat_1"],
    ),
    "MONAI SegResNet": (
        _monai("SegResNet", out_channels=2, init_filters=8, blocks_down=(1, 1, 1), blocks_up=(1, 1)),
        (64, 96),
        ["down_layers.0", "down_layers.1", "down_layers.2", "up_layers.0.0", "up_layers.1.0"],
    ),
    "pytorchcv ResNet": (
        _pytorchcv("resnet10"),
        (64, 96),
        ["features.init_block.conv", *(f"features.stage{i}.unit1" for i in (1, 2, 3, 4))],
    ),
    "pytorchcv ShuffleNet": (
        _pytorchcv("shufflenet_g1_wd4"),
        (64, 96),
        [f"features.stage{i}" for i in (1, 2, 3)],
    ),
}
