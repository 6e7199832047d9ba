"""Networks from an image to one prediction per task."""

from mtan_edu.models.attend import attend
from mtan_edu.models.attention import AttentionModule, apply_mask
from mtan_edu.models.blocks import compact_head, dense_head
from mtan_edu.models.build import available_backbones, available_models, build_model
from mtan_edu.models.cross_stitch import CommonStitchUnits, CrossStitchNetwork, CrossStitchUnits
from mtan_edu.models.dense import DenseSharing
from mtan_edu.models.interventions import (
    intervene,
    of_another_image,
    open_everywhere,
    same_at_every_pixel,
    scaled,
    swap_masks,
)
from mtan_edu.models.mtan import MTAN
from mtan_edu.models.multi_task import MultiTaskModel
from mtan_edu.models.paper import TASK_SETS, Size, compare_size
from mtan_edu.models.parameter_groups import shared_groups
from mtan_edu.models.reference import load_reference_state_dict, reference_state_dict
from mtan_edu.models.resnet import ResNetBackbone
from mtan_edu.models.segnet import SegNetBackbone, segnet_transitions
from mtan_edu.models.single import SingleTask
from mtan_edu.models.split import HardParameterSharing
from mtan_edu.models.stage import Backbone, Stage, StageChannels
from mtan_edu.models.stan import STAN
from mtan_edu.models.summary import ModelSummary, model_summary
from mtan_edu.models.wide_resnet import ClassificationHead, WideResNetBackbone

__all__ = [
    "MTAN",
    "STAN",
    "AttentionModule",
    "Backbone",
    "CommonStitchUnits",
    "CrossStitchNetwork",
    "CrossStitchUnits",
    "DenseSharing",
    "HardParameterSharing",
    "MultiTaskModel",
    "ClassificationHead",
    "ResNetBackbone",
    "SegNetBackbone",
    "WideResNetBackbone",
    "SingleTask",
    "Stage",
    "StageChannels",
    "apply_mask",
    "attend",
    "available_backbones",
    "available_models",
    "build_model",
    "compact_head",
    "dense_head",
    "intervene",
    "of_another_image",
    "open_everywhere",
    "same_at_every_pixel",
    "scaled",
    "swap_masks",
    "ModelSummary",
    "model_summary",
    "Size",
    "TASK_SETS",
    "compare_size",
    "load_reference_state_dict",
    "reference_state_dict",
    "segnet_transitions",
    "shared_groups",
]
