"""The Multi-Task Attention Network: one shared network, and per task an attention module at every stage of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.models.attention import AttentionModule, apply_mask
from mtan_edu.models.multi_task import MultiTaskModel
from mtan_edu.models.pooling import fit_to
from mtan_edu.models.stage import Backbone, Stage, module_key


class MTAN(MultiTaskModel):
    """Multi-Task Attention Network (MTAN), on any backbone.

    For task i, at stage j of the backbone, with the shared features u before and p after the stage's last block:

        a_i^(j) = h_i^(j)( g_i^(j)( [u^(j) ; f^(j)(â_i^(j-1))] ) )      attention mask             (2)
        â_i^(j) = a_i^(j) ⊙ p^(j)                                       task-specific features     (1)

    The first stage has no stage before it and looks at u alone. g and h belong to the task (`AttentionModule`).
    f, the transition, brings what the task attended to at stage j-1 to the size of stage j; it is shared by all
    tasks; should an odd size leave its map a pixel too small or large, the map is fitted. The head reads the last
    â_i. With one task this is STAN, the Single-Task Attention Network.

    The shared parts are the backbone and the transitions. A transition sees one task after another, so in training
    its BatchNorms normalize each task's batch by itself and update their running statistics once per task, in the
    order of the tasks.

    Args:
        backbone: The shared network, cut into stages.
        attention: Task name to stage name to its attention module.
        transitions: Stage name to the layer f that leads to it, for every stage but the first.
        heads: Task name to its head.
        last_transition: A layer f between the last stage and the heads, shared by all tasks; None = heads read the
            last stage's â.

    References:
        Liu, Johns, Davison, "End-to-End Multi-Task Learning with Attention", CVPR 2019, section 3.1-3.2.
    """

    def __init__(
        self,
        backbone: Backbone,
        attention: Mapping[str, Mapping[str, AttentionModule]],
        transitions: Mapping[str, nn.Module],
        heads: Mapping[str, nn.Module],
        last_transition: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.heads = nn.ModuleDict(heads)
        self.attention = nn.ModuleDict(
            {
                task: nn.ModuleDict({module_key(stage): modules[stage] for stage in modules})
                for task, modules in attention.items()
            }
        )
        self.transitions = nn.ModuleDict({module_key(stage): layer for stage, layer in transitions.items()})
        self.last_transition = last_transition

    def features(self, image: Float[Tensor, "B C H W"], tasks: Sequence[str]) -> dict[str, Tensor]:
        """What each task selects from the shared features.

        Args:
            image: Images, `(B, C, H, W)`.
            tasks: Names of tasks of this model.

        Returns:
            Task name to its features, `(B, C, h, w)`.
        """
        stages = self.backbone(image)
        return {task: self.task_features(task, stages) for task in tasks}

    def task_features(self, task: str, stages: Mapping[str, Stage]) -> Float[Tensor, "B C H W"]:
        """One task's way through the shared features: eq. 2 and 1, stage by stage.

        Args:
            task: The task that looks.
            stages: Stage name to shared features, as the backbone computes them.

        Returns:
            The task's features â at the last stage, `(B, C, h, w)`, after the last transition if there is one.
        """
        modules = self._attention_of(task)
        attended: Tensor | None = None
        for stage, (u, p) in stages.items():
            seen = u  # (B, C_u, H, W); the first stage has nothing before it
            if attended is not None:
                carried = fit_to(self.transitions[module_key(stage)](attended), (u.shape[2], u.shape[3]))
                seen = torch.cat([u, carried], dim=1)  # (B, C_u + C_p, H, W)
            mask = modules[module_key(stage)](seen)  # (B, C_p, H, W)
            attended = apply_mask(mask, p)
        assert attended is not None, "a backbone has at least one stage"
        return attended if self.last_transition is None else self.last_transition(attended)

    def attention_modules(self) -> Iterator[tuple[str, str, AttentionModule]]:
        """Every attention module with its task and stage, task by task in the order of computation."""
        for task in self.tasks:
            for stage in self.backbone.stage_channels:
                yield task, stage, cast(AttentionModule, self._attention_of(task)[module_key(stage)])

    def shared_parameters(self) -> Iterator[nn.Parameter]:
        """Parameters of the backbone and of the transitions."""
        yield from self.backbone.parameters()
        yield from self.transitions.parameters()
        if self.last_transition is not None:
            yield from self.last_transition.parameters()

    def task_parameters(self, task: str) -> Iterator[nn.Parameter]:
        """Parameters of the task's attention modules and head.

        Raises:
            ValueError: If the model has no such task.
        """
        yield from super().task_parameters(task)
        yield from self.attention[task].parameters()

    def _attention_of(self, task: str) -> nn.ModuleDict:
        return cast(nn.ModuleDict, self.attention[task])
