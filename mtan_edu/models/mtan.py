"""The Multi-Task Attention Network: one shared network, and per task an attention module at every stage of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.models.attention import AttentionModule, apply_mask
from mtan_edu.models.multi_task import MultiTaskModel
from mtan_edu.models.stage import Backbone, Stage


class MTAN(MultiTaskModel):
    """Multi-Task Attention Network (MTAN), on any backbone.

    For task i, at stage j of the backbone, with the shared features u before and p after the stage's last block:

        a_i^(j) = h_i^(j)( g_i^(j)( [u^(j) ; f^(j)(â_i^(j-1))] ) )      attention mask             (2)
        â_i^(j) = a_i^(j) ⊙ p^(j)                                       task-specific features     (1)

    The first stage has no stage before it and looks at u alone. g and h belong to the task (`AttentionModule`).
    f, the transition, brings what the task attended to at stage j-1 to the size of stage j; it is shared by all
    tasks. The head reads the last â_i. With one task this is STAN, the Single-Task Attention Network.

    The shared parts are the backbone and the transitions. A transition sees one task after another, so in training
    its BatchNorms normalize each task's batch by itself and update their running statistics once per task, in the
    order of the tasks.

    Args:
        backbone: The shared network, cut into stages.
        attention: Task name to stage name to its attention module.
        transitions: Stage name to the layer f that leads to it, for every stage but the first.
        heads: Task name to its head.

    References:
        Liu, Johns, Davison, "End-to-End Multi-Task Learning with Attention", CVPR 2019, section 3.1-3.2.
    """

    def __init__(
        self,
        backbone: Backbone,
        attention: Mapping[str, Mapping[str, AttentionModule]],
        transitions: Mapping[str, nn.Module],
        heads: Mapping[str, nn.Module],
    ) -> None:
        super().__init__(backbone, heads)
        self.attention = nn.ModuleDict({task: nn.ModuleDict(modules) for task, modules in attention.items()})
        self.transitions = nn.ModuleDict(transitions)

    def forward(self, image: Float[Tensor, "B C H W"]) -> dict[str, Tensor]:
        """Predict every task.

        Args:
            image: Images, `(B, C, H, W)`.

        Returns:
            Task name to its head's output, `(B, out_channels, H, W)`.

        Raises:
            TypeError: If the images are not floating point.
            ValueError: If the backbone cannot read images of this shape.
        """
        stages = self.backbone(image)
        return {task: self.heads[task](self.task_features(task, stages)) for task in self.tasks}

    def task_features(self, task: str, stages: Mapping[str, Stage]) -> Float[Tensor, "B C H W"]:
        """One task's way through the shared features: eq. 2 and 1, stage by stage.

        Args:
            task: The task that looks.
            stages: Stage name to shared features, as the backbone computes them.

        Returns:
            The task's features â at the last stage, `(B, C, H, W)`.
        """
        modules = self._attention_of(task)
        attended: Tensor | None = None
        for stage, (u, p) in stages.items():
            # (B, C_u + C_p, H, W); the first stage has nothing before it
            seen = u if attended is None else torch.cat([u, self.transitions[stage](attended)], dim=1)
            mask = modules[stage](seen)  # (B, C_p, H, W)
            attended = apply_mask(mask, p)
        assert attended is not None, "a backbone has at least one stage"
        return attended

    def attention_modules(self) -> Iterator[tuple[str, str, AttentionModule]]:
        """Every attention module with its task and stage, task by task in the order of computation."""
        for task in self.tasks:
            for stage, module in self._attention_of(task).items():
                yield task, stage, cast(AttentionModule, module)

    def shared_parameters(self) -> Iterator[nn.Parameter]:
        """Parameters of the backbone and of the transitions."""
        yield from super().shared_parameters()
        yield from self.transitions.parameters()

    def task_parameters(self, task: str) -> Iterator[nn.Parameter]:
        """Parameters of the task's attention modules and head.

        Raises:
            ValueError: If the model has no such task.
        """
        yield from super().task_parameters(task)
        yield from self.attention[task].parameters()

    def _attention_of(self, task: str) -> nn.ModuleDict:
        return cast(nn.ModuleDict, self.attention[task])
