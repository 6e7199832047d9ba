from __future__ import annotations

import os
import pickle
import struct
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from mtan_edu.data.domains.plain_pickle import read_plain_pickle

MEANS = {"dtdmean": [0.48, 0.4525, 0.41], "dtdstd": [0.25, 0.2, 0.125]}


def read(folder: Path, content: bytes) -> dict[str, list[float]]:
    path = folder / "means.pickle"
    path.write_bytes(content)
    return read_plain_pickle(path)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("form", [list, tuple, np.array, lambda v: [np.float64(x) for x in v]])
def test_lists_and_arrays_of_every_protocol_are_read_exactly(tmp_path, protocol, form):
    values = {name: form(numbers) for name, numbers in MEANS.items()}
    assert read(tmp_path, pickle.dumps(values, protocol)) == MEANS


@pytest.mark.parametrize("dtype", ["<f8", ">f8", "<f4", ">f4", "<f2"])
def test_numbers_of_every_width_and_order_of_bytes_are_read(tmp_path, dtype):
    values = {"a": np.array([0.5, 0.25, 2.0], dtype)}  # exact in 16 bits
    assert read(tmp_path, pickle.dumps(values, 2)) == {"a": [0.5, 0.25, 2.0]}


ARRAY = (  # what Python 2 writes for numpy.array([0.48, 0.4525, 0.41]): texts instead of bytes, modules of old NumPy
    b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01K\x03\x85cnumpy\ndtype\n"
    b"U\x02f8K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x18"
    + struct.pack("<3d", *MEANS["dtdmean"])
    + b"tb"
)


def test_what_python_2_wrote_is_read(tmp_path):
    assert read(tmp_path, b"\x80\x02}U\x07dtdmean" + ARRAY + b"s.") == {"dtdmean": MEANS["dtdmean"]}


def test_what_python_2_wrote_as_text_is_read(tmp_path):
    raw = repr(struct.pack("<3d", *MEANS["dtdmean"]))[1:].encode()
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(I3\ntcnumpy\ndtype\n"
        b"(S'f8'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\nS" + raw + b"\ntb"
    )
    assert read(tmp_path, b"(dS'dtdmean'\n" + array + b"s.") == {"dtdmean": MEANS["dtdmean"]}


class Runs:
    """Runs a command when it is unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_that_runs_a_program_is_refused_and_runs_nothing(tmp_path, protocol):
    evil = pickle.dumps({**MEANS, "more": Runs(f"touch {tmp_path}/was_run")}, protocol)
    with pytest.raises(
        ValueError, match=r"`means.pickle` must hold plain numbers; got .* run (posix|nt).system, which"
    ):
        read(tmp_path, evil)
    assert not (tmp_path / "was_run").exists()
    pickle.loads(evil)  # it is a pickle that would have
    assert (tmp_path / "was_run").exists()


EVIL = [
    b"cbuiltins\neval\n(S'1/0'\ntR.",
    b"c__builtin__\neval\n(S'1/0'\ntR.",
    b"cnumpy\nload\n(S'other.npy'\ntR.",
    b"cnumpy.core.multiarray\nfromfile\n(S'other'\ntR.",
    b"\x80\x04\x8c\x05numpy\x8c\x0edtype.__init__\x93.",  # a dotted name that leaves a known one
    b"\x80\x04\x8c\x05numpy\x8c\x13dtype.__class__.mro\x93.",
    b"(ios\nsystem\nS'true'\n.",  # INST
    b"(cos\nsystem\nS'true'\no.",  # OBJ
    pickle.dumps(OrderedDict(a=[1.0])),
    pickle.dumps(Path("a")),
]


@pytest.mark.parametrize("content", EVIL)
def test_every_name_that_is_not_needed_is_refused(tmp_path, content):
    with pytest.raises(ValueError, match="must hold plain numbers; got a pickle that wants to run"):
        read(tmp_path, content)


DTYPE = b"cnumpy\ndtype\n(S'f8'\nI0\nI1\ntR"
OTHER = [
    b"",
    b"no pickle",
    b"\x80\x02}U\x07dtdmean" + ARRAY[:-10],
    pickle.dumps([0.1, 0.2, 0.3]),
    pickle.dumps({"a": "text"}),
    pickle.dumps({"a": [1.0, "text"]}),
    pickle.dumps({1: [1.0]}),
    pickle.dumps({"a": np.array([1, 2, 3])}),
    b"cnumpy\nndarray\n.",
    b"cnumpy\nndarray\n(dS'a'\nI1\nsb.",  # a state for a stand-in
    b"cnumpy\nndarray\nN(dS'__call__'\nI1\ns\x86b.",
    DTYPE + b"(dS'text'\nS'O'\nsb.",
    DTYPE + b"S'a'\nI1\ns.",  # an item of a type
    b"cnumpy\nndarray\n)\x81.",  # NEWOBJ of something that is no class
    b"P1\n.",  # a persistent reference
    b"\x82\x01.",  # an extension
]


@pytest.mark.parametrize("content", OTHER)
def test_whatever_is_no_dictionary_of_numbers_gets_a_sentence(tmp_path, content):
    with pytest.raises(ValueError, match="`means.pickle` must hold lists of numbers under names; got something else"):
        read(tmp_path, content)


def test_no_pickle_alters_how_the_next_one_is_read(tmp_path):
    for content in [*EVIL, *OTHER]:
        with pytest.raises(ValueError, match="must hold"):
            read(tmp_path, content)
    assert read(tmp_path, pickle.dumps({"a": np.array(MEANS["dtdstd"])}, 2)) == {"a": MEANS["dtdstd"]}


def test_a_large_file_is_not_read(tmp_path):
    with pytest.raises(ValueError, match="must hold a few numbers; got 1000001 bytes"):
        read(tmp_path, pickle.dumps({"a": [0.5]}) + b"\0" * (1_000_001 - len(pickle.dumps({"a": [0.5]}))))
