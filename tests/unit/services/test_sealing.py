"""A sealed file opens whole, under its own name, with its own key; anything else is noticed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import ConfigurationError, InvalidInput
from services.sealing import Sealer, SealingKey, make_key_file, unsealed

CHUNK_BYTES = 64 << 10

KEY, OTHER = SealingKey(bytes(range(32))), SealingKey(bytes(32))


def sealed(data: bytes, name: str = "a", pieces: int = 1, key: SealingKey = KEY) -> bytes:
    file = io.BytesIO()
    sealer = Sealer(file, key, name)
    step = max(1, len(data) // pieces)
    for start in range(0, len(data), step):
        sealer.write(data[start : start + step])
    sealer.close()
    return file.getvalue()


def opened(data: bytes, name: str = "a", *keys: SealingKey) -> bytes:
    return b"".join(unsealed(io.BytesIO(data), keys or (KEY,), name))


SIZES = st.one_of(st.integers(0, 300), st.sampled_from([CHUNK_BYTES + n for n in (-1, 0, 1)] + [2 * CHUNK_BYTES]))


@given(SIZES, st.integers(1, 9))
def test_what_is_sealed_opens_as_it_was(size: int, pieces: int) -> None:
    data = bytes(number % 251 for number in range(size))
    assert opened(sealed(data, pieces=pieces), "a", OTHER, KEY) == data


def test_what_an_earlier_version_sealed_opens_still() -> None:
    kept = (
        "50575345414c310a5019f081576b1401c1feac5600f0ec9b5ea36f33f6dd7c06bf803bc90bea2e8bc68bdcf50df5df1a6d2c32a19778"
        "9d59d51c6596bede29985008e2a652bd14942ecc53a85c0ab2e7889650"
    )
    assert opened(bytes.fromhex(kept), "a.jsonl") == b"VNV4527 at the gate"
    # The header, and a tag for each 64 KB that are begun: chunks of another size would not open.
    assert {size: len(sealed(bytes(size))) - size for size in (0, 65_536, 65_537, 131_072)} == {
        **dict.fromkeys((0, 65_536), 48 + 16),
        **dict.fromkeys((65_537, 131_072), 48 + 2 * 16),
    }


def test_the_same_twice_is_two_things_and_shows_neither() -> None:
    one, other = sealed(b"VNV4527" * 100), sealed(b"VNV4527" * 100)
    assert one[16:] != other[16:]
    assert b"VNV" not in one


@given(st.data())
def test_a_changed_byte_a_cut_and_an_addition_are_noticed(data: st.DataObject) -> None:
    whole = sealed(bytes(CHUNK_BYTES + 10))
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[place] ^= 1 << data.draw(st.integers(0, 7))
    for damaged in (bytes(changed), whole[:place], whole + b"x"):
        with pytest.raises((InvalidInput, ConfigurationError)):
            opened(damaged)


def test_chunks_cannot_change_places_or_be_left_out() -> None:
    whole = sealed(bytes(3 * CHUNK_BYTES))
    size, head = CHUNK_BYTES + 16, len(whole) - 3 * (CHUNK_BYTES + 16)
    first, second, third = (whole[head + n * size : head + (n + 1) * size] for n in range(3))
    for parts in ((second, first, third), (first, second), (first, third), (third,), ()):
        with pytest.raises(InvalidInput, match=r"a: (was changed or cut off|not a sealed file)"):
            opened(whole[:head] + b"".join(parts))


def test_a_file_opens_under_its_own_name_and_with_its_own_key_alone() -> None:
    with pytest.raises(InvalidInput, match="b: was changed"):
        opened(sealed(b"x"), "b")
    with pytest.raises(ConfigurationError, match=f"sealed with the key {KEY.key_id}, which is not at hand"):
        opened(sealed(b"x"), "a", OTHER)


def test_a_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = make_key_file(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert SealingKey.load(path, "backup.key_file") == key
    assert key.secret.hex() not in repr(key)
    with pytest.raises(ConfigurationError, match="a key is never overwritten"):
        make_key_file(path)
    path.chmod(0o640)
    with pytest.raises(ConfigurationError, match=f"other users may read the key; close it with chmod 600 {path}"):
        SealingKey.load(path, "--key-file")
    path.write_text("hunter2\n")
    with pytest.raises(ConfigurationError, match="no key of 64 hexadecimal digits") as caught:
        SealingKey.load(path, "--key-file")
    assert "hunter2" not in str(caught.value)
