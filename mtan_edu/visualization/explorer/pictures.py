"""The images as files that every browser reads."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

LONGEST_SIDE = 512
"""Images are shrunk to this many pixels: what a page shows of them."""


def encode_image(colors: np.ndarray) -> bytes:
    """An image as the bytes of a PNG file.

    Args:
        colors: uint8 `(H, W, 3)`.

    Returns:
        The file, without loss unless the image is larger than LONGEST_SIDE.
    """
    image = Image.fromarray(np.ascontiguousarray(colors))
    if max(image.size) > LONGEST_SIDE:
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BOX)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
