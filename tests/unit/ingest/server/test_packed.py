"""What comes packed is unpacked whole, or not at all."""

from __future__ import annotations

import gzip
import os

import pytest

from ingest.server.answers import Refusal
from ingest.server.packed import unpacked


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 300_000])
@pytest.mark.parametrize("is_random", [True, False])
def test_it_is_unpacked_up_to_the_last_byte_that_is_allowed(size: int, is_random: bool) -> None:
    data = os.urandom(size) if is_random else b"x" * size
    assert unpacked(gzip.compress(data, mtime=0), size) == data
    assert unpacked(gzip.compress(data, mtime=0), size + 1) == data
    if size:
        with pytest.raises(Refusal) as refused:
            unpacked(gzip.compress(data, mtime=0), size - 1)
        assert refused.value.status == 413
        assert refused.value.message.startswith(f"unpacked, the body is larger than {(size - 1) / 1e6:g} MB")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "is not one whole gzip member"),
        (b"nothing packed", "is no undamaged gzip"),
        (gzip.compress(b"x" * 99, mtime=0)[:-1], "is not one whole gzip member"),
        (gzip.compress(b"x" * 99, mtime=0) + b"more", "is not one whole gzip member"),
        (gzip.compress(b"x" * 99, mtime=0) + gzip.compress(b"", mtime=0), "is not one whole gzip member"),
        (gzip.compress(b"x" * 99, mtime=0)[:-5] + b"\0\0\0\0\0", "is no undamaged gzip"),
    ],
)
def test_what_is_not_one_whole_member_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(Refusal, match=said) as refused:
        unpacked(body, 100)
    assert refused.value.status == 400
