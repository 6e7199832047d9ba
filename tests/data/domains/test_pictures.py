from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mtan_edu.data.domains.pictures import read_picture
from tests.data.domains.small_domains import picture


def read(image: Image.Image, size: int, form: str = "PNG", **options) -> np.ndarray:
    stored = BytesIO()
    image.save(stored, form, **options)
    return read_picture(BytesIO(stored.getvalue()), "a picture", size)


def test_gray_becomes_color():
    gray = np.arange(20 * 20, dtype=np.uint8).reshape(20, 20)
    np.testing.assert_array_equal(read(Image.fromarray(gray), 20), np.stack([gray] * 3, axis=-1))


def test_sixteen_bits_of_gray_are_scaled_and_not_clipped():
    gray = np.full((20, 20), 128 * 257, np.uint16)
    assert (read(Image.fromarray(gray), 20) == 128).all()


def test_what_is_transparent_becomes_white():
    colors = np.zeros((20, 20, 4), np.uint8)
    colors[10:, :, 3] = 255
    seen = read(Image.fromarray(colors, "RGBA"), 20)
    assert (seen[:10] == 255).all()
    assert (seen[10:] == 0).all()


def test_palettes_are_followed():
    colors = Image.fromarray(picture(0, 20, 20)).quantize(4)
    np.testing.assert_array_equal(read(colors, 20), np.asarray(colors.convert("RGB")))


def test_the_note_which_side_is_up_is_followed():
    image = Image.fromarray(picture(0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    np.testing.assert_array_equal(read(image, 20, exif=exif), np.asarray(image)[::-1, ::-1])


@pytest.mark.parametrize(("height", "width"), [(40, 60), (60, 40)])
def test_the_shorter_side_is_scaled_and_the_middle_kept(height, width):
    """Two halves of the middle square, black and white, remain halves; what is beside them is gone but for the edge."""
    colors = np.full((40, 60, 3), 128, np.uint8)
    colors[:, 10:50] = 0
    colors[:20, 10:50] = 255
    if height > width:
        colors = colors.transpose(1, 0, 2)
    seen = read(Image.fromarray(colors), 10)
    seen = seen.transpose(1, 0, 2) if height > width else seen
    assert (seen[:4, 1:-1] == 255).all()
    assert (seen[6:, 1:-1] == 0).all()


def test_a_large_jpeg_comes_out_like_the_same_png():
    smooth = np.asarray(Image.fromarray(picture(0, 5, 5)).resize((400, 300), Image.Resampling.BICUBIC))
    jpeg, png = (read(Image.fromarray(smooth), 32, form).astype(int) for form in ("JPEG", "PNG"))
    assert np.abs(jpeg - png).mean() < 4


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_picture_that_is_too_small_is_refused(form):
    with pytest.raises(ValueError, match="`a picture` must be at least 8 pixels high and wide; got 9x7. Leave it out"):
        read(Image.fromarray(picture(0, 9, 7)), 16, form)


@pytest.mark.parametrize(
    "content", [b"", b"text", b"\x89PNG\r\n\x1a\n", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"]
)
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(ValueError, match="`a picture` must be a whole, readable file; got a damaged one"):
        read_picture(BytesIO(content), "a picture", 16)


def test_a_missing_file_is_said():
    with pytest.raises(FileNotFoundError, match="`a.png` must exist; got no such file"):
        read_picture(Path("/nowhere/a.png"), "a.png", 16)
