"""A stream whose beginning was looked at gives all of its bytes, and never more at a time than was asked for."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from hotlists.text.peeked import Peeked


@given(st.integers(0, 200_000), st.lists(st.integers(0, 70_000), max_size=12))
def test_blocks_of_any_size_are_the_streams_bytes(length: int, sizes: list[int]) -> None:
    content = (b"plate,state\n" + b"ABC1234,VA\n" * (length // 11 + 1))[:length]
    peeked = Peeked(io.BytesIO(content))
    assert content.decode().startswith(peeked.start)
    read = b""
    for size in sizes:
        block = peeked.read(size)
        assert block == content[len(read) : len(read) + size]
        read += block
    assert read + peeked.read() == content
    assert peeked.read() == peeked.read(5) == b""
