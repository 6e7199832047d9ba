"""What is kept of a network at work: its masks, and runs on disk."""

from mtan_edu.recording.masks import RecordedMasks, pool_to, record_masks

__all__ = [
    "RecordedMasks",
    "pool_to",
    "record_masks",
]
