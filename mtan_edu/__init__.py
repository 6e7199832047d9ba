"""Teach, explore and verify multi-task learning with attention (MTAN, Liu et al., CVPR 2019).

Importing the package does nothing but make its rooms importable: `mtan_edu.data`, `mtan_edu.tasks`,
`mtan_edu.models`, `mtan_edu.weighting`, `mtan_edu.training`, `mtan_edu.recording`, `mtan_edu.visualization`,
`mtan_edu.experiment`, `mtan_edu.reproduction`.
"""

__version__ = "0.1.0"
