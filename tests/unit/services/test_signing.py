"""What is signed is believed of its signer alone, whole and unchanged, and a key that is exchanged names the next."""

from __future__ import annotations

import base64
import json
import os
import struct
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from schemas.errors import ConfigurationError, InvalidInput
from services import signed_envelope as envelopes
from services.signed_envelope import MAGIC, key_of_envelope, opened_envelope, signed_envelope
from services.signing import SigningKey, SigningKeys, VerifyingKey, document_bytes


@pytest.fixture
def keys(tmp_path: Path) -> SigningKeys:
    return SigningKeys(tmp_path)


@pytest.fixture
def key(keys: SigningKeys) -> SigningKey:
    return keys.current()


def test_a_document_is_the_same_bytes_however_it_was_made() -> None:
    assert document_bytes({"b": [1, 2.5], "a": {"d": "é", "c": None}}) == b'{"a":{"c":null,"d":"\\u00e9"},"b":[1,2.5]}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        document_bytes({"a": float("nan")})


def test_the_first_key_is_made_once_for_us_alone_and_its_public_part_lies_beside_it(
    keys: SigningKeys, tmp_path: Path
) -> None:
    assert not keys.exists
    assert keys.trusted() == {}
    first = keys.current()
    assert keys.exists
    assert SigningKeys(tmp_path).current().public == first.public
    files = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "signing").iterdir()}
    assert files == {"current.pem": 0o600, f"{first.key_id}.public.pem": 0o600}
    assert keys.trusted() == {first.key_id: first.public}
    assert (len(first.key_id), first.key_id) == (32, first.public.key_id)


def test_of_two_that_make_the_first_key_at_once_both_have_the_one_that_stays(
    keys: SigningKeys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = SigningKeys(tmp_path).current().public
    exists = Path.exists
    with monkeypatch.context() as patched:
        # This one looked before the other one made it.
        patched.setattr(Path, "exists", lambda path: path.name != "current.pem" and exists(path))
        assert keys.current().public == other
    assert sorted(path.name for path in keys.folder.iterdir()) == sorted(["current.pem", f"{other.key_id}.public.pem"])


def test_threads_that_make_the_first_key_at_once_have_the_one_that_stays(
    keys: SigningKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, found = os.link, []

    def overtaken(made: Path, path: Path) -> None:
        monkeypatch.setattr(os, "link", link)
        other = threading.Thread(target=lambda: found.append(keys.current()))
        other.start()
        other.join()
        link(made, path)

    monkeypatch.setattr(os, "link", overtaken)
    own = keys.current()
    assert [one.key_id for one in found] == [own.key_id]
    assert set(keys.trusted()) == {own.key_id}
    assert sorted(path.name for path in keys.folder.iterdir()) == sorted(["current.pem", f"{own.key_id}.public.pem"])


def test_a_key_that_is_exchanged_signs_who_comes_next_and_is_trusted_on(keys: SigningKeys, tmp_path: Path) -> None:
    first = keys.current()
    begun = datetime.now(UTC)
    before, second = keys.rotate()
    _, third = keys.rotate()
    assert before.public == first.public
    assert keys.current().public == third.public
    assert keys.trusted() == {one.key_id: one.public for one in (first, second, third)}
    steps = keys.successions()
    for step, old, new in zip(steps, (first, second), (second, third), strict=True):
        document = step["document"].encode()
        assert old.public.verifies(base64.b64decode(step["signature"]), document)
        said = json.loads(document)
        assert begun <= datetime.fromisoformat(said.pop("at")) <= datetime.now(UTC)
        assert said == {
            "format": "platewatch signing key succession 1",
            "key_id": new.key_id,
            "public_key": new.public.pem.decode(),
            "signed_by": old.key_id,
        }
    # The private part of the ones before is nowhere any more.
    private = [path for path in keys.folder.iterdir() if b"PRIVATE" in path.read_bytes()]
    assert private == [keys.folder / "current.pem"]


def test_a_key_that_cannot_be_written_leaves_the_one_before(keys: SigningKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    first = keys.current()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("services.signing.save_private", full)
    with pytest.raises(ConfigurationError, match="the new signing key cannot be written"):
        keys.rotate()
    assert keys.current().public == first.public


@pytest.mark.parametrize("is_private", [True, False])
def test_what_is_no_key_of_the_kind_is_refused_by_its_name(
    keys: SigningKeys, tmp_path: Path, *, is_private: bool
) -> None:
    other = generate_private_key(SECP256R1())
    pems = {
        "other": other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        if is_private
        else other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "none": b"no key",
    }
    keys.folder.mkdir()
    path = keys.folder / "current.pem" if is_private else tmp_path / "given.pem"
    for pem in pems.values():
        path.write_bytes(pem)
        with pytest.raises(ConfigurationError, match=str(path)):
            keys.current() if is_private else VerifyingKey.load(path)
    path.unlink()
    if not is_private:
        with pytest.raises(ConfigurationError, match="cannot be read"):
            keys.trusted([path])


def test_keys_of_other_machines_are_trusted_beside_ones_own(keys: SigningKeys, tmp_path: Path) -> None:
    theirs = SigningKeys(tmp_path / "theirs").current().public
    (tmp_path / "given.pem").write_bytes(theirs.pem)
    own = keys.current().public
    assert keys.trusted([tmp_path / "given.pem"]) == {theirs.key_id: theirs, own.key_id: own}
    assert VerifyingKey.load(tmp_path / "given.pem") == theirs


DOCUMENT: dict[str, Any] = {"kind": "part", "number": 7}


def test_an_envelope_gives_back_what_was_signed_to_whoever_knows_the_key(key: SigningKey) -> None:
    for payload in (b"", b"rows", bytes(range(256)) * 9):
        body = signed_envelope(DOCUMENT, payload, key)
        assert key_of_envelope(body) == key.key_id
        document, opened = opened_envelope(body, {key.key_id: key.public})
        assert opened == payload
        digest = document.pop("payload_sha256")
        assert document == DOCUMENT | {"key_id": key.key_id}
        assert len(digest) == 64


def test_no_byte_of_an_envelope_can_be_changed_added_or_left_out(key: SigningKey) -> None:
    body = signed_envelope(DOCUMENT, b"rows", key)
    known = {key.key_id: key.public}
    for place in range(len(body)):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        with pytest.raises(InvalidInput):
            opened_envelope(changed, known)
    for cut in range(len(body)):
        with pytest.raises(InvalidInput):
            opened_envelope(body[:cut], known)
    with pytest.raises(InvalidInput, match="its rows are not those"):
        opened_envelope(body + b"x", known)


def test_another_ones_word_does_not_count_whatever_it_says_of_itself(key: SigningKey, tmp_path: Path) -> None:
    other = SigningKeys(tmp_path / "other").current()
    body = signed_envelope(DOCUMENT, b"rows", other)
    with pytest.raises(InvalidInput, match="a key that is not known here"):
        opened_envelope(body, {key.key_id: key.public})
    with pytest.raises(InvalidInput, match="signature does not fit"):
        opened_envelope(body, {other.key_id: key.public})
    # A signature of the document alone, as other things are signed with that key, is none of an envelope.
    said = document_bytes({**DOCUMENT, "key_id": key.key_id, "payload_sha256": "0" * 64})
    forged = MAGIC + struct.pack(">I", len(said)) + said + key.sign(said)
    with pytest.raises(InvalidInput, match="signature does not fit"):
        opened_envelope(forged, {key.key_id: key.public})


def test_what_an_earlier_version_signed_is_believed_still() -> None:
    kept = (
        "50575349474e310a0000008c7b226b65795f6964223a223536343735616137353436333437346330323835646635646266326263616237"
        "222c226e756d626572223a372c227061796c6f61645f736861323536223a22626335316539653635643739653163393062613534346162"
        "3265616531303434636364663863316166376135353962613337356362613432373666376439396522"
        "7d10966df1743824f4f4e4307ee86eb14346bea8a5affb3dde48f473f2eaa58a815519af5bed6bbdd7e2c7decbe05208e401e19ae2b989"
        "26ba4444b4f09d0ede0c726f7773"
    )
    known = VerifyingKey(bytes.fromhex("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"))
    assert known.key_id == "56475aa75463474c0285df5dbf2bcab7"
    document, rows = opened_envelope(bytes.fromhex(kept), {known.key_id: known})
    assert (document["number"], rows) == (7, b"rows")


def test_a_document_has_four_megabytes_at_most(key: SigningKey) -> None:
    filling = (4 << 20) - struct.unpack_from(">I", signed_envelope({"text": ""}, b"", key), len(MAGIC))[0]
    known = {key.key_id: key.public}
    assert len(opened_envelope(signed_envelope({"text": "x" * filling}, b"", key), known)[0]["text"]) == filling
    with pytest.raises(InvalidInput, match="it is cut off"):
        opened_envelope(signed_envelope({"text": "x" * (filling + 1)}, b"", key), known)


def test_a_document_has_a_largest_size(key: SigningKey, monkeypatch: pytest.MonkeyPatch) -> None:
    body = signed_envelope(DOCUMENT, b"", key)
    size = struct.unpack_from(">I", body, len(MAGIC))[0]
    for most, fits in ((size, True), (size - 1, False)):
        monkeypatch.setattr(envelopes, "MOST_DOCUMENT_BYTES", most)
        if fits:
            assert opened_envelope(body, {key.key_id: key.public})[0]["number"] == 7
        else:
            with pytest.raises(InvalidInput, match="it is cut off"):
                opened_envelope(body, {key.key_id: key.public})


@pytest.mark.parametrize("said", [b"[1]", b"{", b'{"key_id": 3}', b"{}", b"\xff", b"[" * 100_000])
def test_what_names_no_key_is_asked_of_nobody(said: bytes) -> None:
    body = MAGIC + struct.pack(">I", len(said)) + said + bytes(64)
    assert key_of_envelope(body) is None
    with pytest.raises(InvalidInput):
        opened_envelope(body, {})
