from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mtan_edu.data.arrays import ArrayFileError, read_array, read_npz

VALUES = np.arange(8 * 16 * 3, dtype=np.uint8).reshape(8, 16, 3)


def written(suffix: str) -> bytes:
    """The values as a file of one kind."""
    stream = BytesIO()
    if suffix == "npy":
        np.save(stream, VALUES)
    elif suffix == "npz":
        np.savez_compressed(stream, image=VALUES, label=VALUES[..., 0])
    else:
        Image.fromarray(VALUES).save(stream, suffix)
    return stream.getvalue()


FILES = {suffix: written(suffix) for suffix in ("npy", "npz", "png", "jpeg")}


@pytest.mark.parametrize("suffix", ["npy", "png"])
def test_an_array_is_read_from_a_path_and_from_bytes(tmp_path, suffix):
    path = tmp_path / f"some.{suffix}"
    path.write_bytes(FILES[suffix])
    assert np.array_equal(read_array(path, path.name), VALUES)
    assert np.array_equal(read_array(BytesIO(FILES[suffix]), path.name), VALUES)


def test_a_pair_of_arrays_is_read_whole_or_in_part(tmp_path):
    path = tmp_path / "some.npz"
    path.write_bytes(FILES["npz"])
    assert np.array_equal(read_npz(path)["label"], VALUES[..., 0])
    assert list(read_npz(path, ("image", "depth"))) == ["image"]


@pytest.mark.parametrize("shape", [(10**9, 10**9), (8, 16, 4)])
def test_more_numbers_than_a_file_holds_are_never_made_room_for(shape):
    stream = BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "|u1", "fortran_order": False, "shape": shape})
    stream.write(bytes(8 * 16 * 3))
    with pytest.raises(ArrayFileError, match=r"must be a whole file; got one cut off by [0-9]+ bytes"):
        read_array(stream_from_its_start(stream), "some.npy")


def stream_from_its_start(stream: BytesIO) -> BytesIO:
    stream.seek(0)
    return stream


@given(suffix=st.sampled_from(list(FILES)), data=st.data())
@settings(max_examples=300)
def test_whatever_the_damage_it_ends_in_one_short_sentence_or_an_array(tmp_path_factory, suffix, data):
    content = bytearray(FILES[suffix])
    for _ in range(data.draw(st.integers(0, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.sampled_from([None, 0, 5, 60, 200]))]
    path = tmp_path_factory.getbasetemp() / f"some.{suffix}"
    path.write_bytes(content)
    sentence = sentence_about(path)
    assert not sentence or "must" in sentence
    assert len(sentence.splitlines()) <= 1
    assert len(sentence) < 300


def sentence_about(path) -> str:
    try:
        read_npz(path) if path.suffix == ".npz" else read_array(path, path.name)
    except ArrayFileError as error:
        return str(error)
    return ""
