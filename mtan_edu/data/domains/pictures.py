"""One picture as a square of colors, whatever its file holds."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from mtan_edu.data.arrays import DAMAGED, damaged

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".ppm", ".pgm")
"""How the names of pictures end, in either case."""

SMALLEST_SIDE = 8
"""Least side [pixels] of a picture, stored or asked for: less shows nothing."""

_FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "PPM")
"""What Pillow may try: a file's content counts, not its name, and some formats run programs to be read."""


def read_picture(content: Path | BytesIO, name: str, size: int) -> np.ndarray:
    """Read a picture, scale its shorter side to `size` pixels and keep the middle.

    Gray becomes color; what is transparent becomes white; a camera's note which side is up is followed.

    Args:
        content: The file, or its bytes.
        name: What to call it in errors.
        size: Height and width of the result [pixels].

    Returns:
        Colors, uint8 `(size, size, 3)`.

    Raises:
        ValueError: If the file is damaged, no picture, or too small.
        FileNotFoundError: If there is no such file.
    """
    if isinstance(content, Path) and not content.is_file():
        raise FileNotFoundError(f"`{name}` must exist; got no such file. Copy the data set again.")
    try:
        with Image.open(content, formats=_FORMATS) as opened:
            width, height = opened.size
            if opened.format == "JPEG":
                opened.draft("RGB", (size, size))  # decodes a large one at half its size or less, several times faster
            picture = _rgb(ImageOps.exif_transpose(opened))
    except DAMAGED as error:
        raise damaged(name, error) from error
    if min(width, height) < SMALLEST_SIDE:
        raise ValueError(
            f"`{name}` must be at least {SMALLEST_SIDE} pixels high and wide; got {height}x{width}. Leave it out."
        )
    return np.asarray(_square(picture, size))


def _rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16 bits of gray, which Pillow would clip and not scale
        gray = np.asarray(picture).astype(np.float64) / 257
        return Image.fromarray(np.round(gray.clip(0, 255)).astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        paper = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(paper, picture).convert("RGB")
    return picture.convert("RGB")


def _square(picture: Image.Image, size: int) -> Image.Image:
    width, height = picture.size
    shorter = min(width, height)
    left, top = (width - shorter) / 2, (height - shorter) / 2
    if shorter == size:  # nothing to scale: keep the pixels as they are
        return picture.crop((int(left), int(top), int(left) + size, int(top) + size))
    box = (left, top, left + shorter, top + shorter)
    return picture.resize((size, size), Image.Resampling.BILINEAR, box=box, reducing_gap=3.0)
