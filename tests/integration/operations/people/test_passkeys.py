"""Passkeys without a browser: an authenticator of our own, which is right, or wrong in one thing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

from operations.people import passkeys
from operations.people.accounts import disable_person
from operations.people.letting_in import SignInRefused
from operations.people.passkeys import (
    Asked,
    ask_for_passkey,
    ask_to_begin_with_passkey,
    ask_to_make_passkey,
    begin_with_passkey,
    make_passkey,
    own_passkeys,
    use_passkey,
)
from operations.people.sessions import find_session
from schemas.actor import SignIn
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.audit.reader import AuditFilter, audit_entries
from storage.database import Database
from storage.people.people import people
from tests.integration.operations.audited import LEE
from tests.integration.operations.people.test_accounts import ADDRESS, SETTINGS, added, rows

HOST = "localhost"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """A device that holds one key."""

    credential_id: bytes = b"k" * 16
    origin: str = SETTINGS.console.origin
    flags: int = PRESENT | VERIFIED
    count: int = 1
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def makes(self, asked: Asked) -> dict[str, Any]:
        """Answer a question to make a passkey."""
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor2.dumps(public)
        made = {"fmt": "none", "attStmt": {}, "authData": self._data(self.flags | ATTESTED) + attested}
        said = self._client("webauthn.create", asked)
        return self._answer({"clientDataJSON": _text(said), "attestationObject": _text(cbor2.dumps(made))})

    def signs(self, asked: Asked) -> dict[str, Any]:
        """Answer a question for a passkey."""
        data, said = self._data(self.flags), self._client("webauthn.get", asked)
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        answer = {"clientDataJSON": said, "authenticatorData": data, "signature": signature}
        return self._answer({name: _text(value) for name, value in answer.items()})

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(HOST.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, asked: Asked) -> bytes:
        challenge = asked.options["challenge"]
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        name = _text(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}


def _text(value: bytes) -> str:
    return bytes_to_base64url(value)


@pytest.fixture
def settings() -> Settings:
    assert SETTINGS.console.origin.startswith(f"https://{HOST}")
    return SETTINGS


def began(database: Database, settings: Settings, device: Authenticator, name: str = "pat") -> int:
    """Somebody makes a passkey by their link; return their number."""
    link = added(database, name)
    asked = ask_to_begin_with_passkey(database, settings, link)
    begin_with_passkey(database, settings, link, asked.question, device.makes(asked), ADDRESS)
    return next(one.person_id for one in people(database) if one.name == name)


def test_a_passkey_by_the_link_lets_in_then_and_afterwards(database: Database, settings: Settings) -> None:
    link, device = added(database, "pat", full_name="Pat Doe"), Authenticator()
    asked = ask_to_begin_with_passkey(database, settings, link)
    user = asked.options["user"]
    assert (user["name"], user["displayName"]) == ("pat", "Pat Doe")
    assert asked.options["rp"] == {"name": "Platewatch portsmouth-pd", "id": HOST}
    chosen = asked.options["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    made = begin_with_passkey(database, settings, link, asked.question, device.makes(asked), ADDRESS)
    session = find_session(database, settings, made.cookie)
    assert session is not None
    assert (session.name, session.via, session.origin) == ("pat", SignIn.PASSKEY, ADDRESS)
    assert rows(database, Action.SET_UP_SIGN_IN) == [("pat", ADDRESS, {"chosen": "a passkey"}, None)]
    with pytest.raises(InvalidInput, match="does not hold"):
        ask_to_begin_with_passkey(database, settings, link)
    question = ask_for_passkey(database, settings)
    assert (question.options["rpId"], question.options["userVerification"]) == (HOST, "required")
    device.count = 7
    again = use_passkey(database, settings, question.question, device.signs(question), ADDRESS, made.cookie)
    assert find_session(database, settings, made.cookie) is None  # the browser's session before
    entered = find_session(database, settings, again.cookie)
    assert entered is not None
    assert (entered.name, entered.via, entered.origin) == ("pat", SignIn.PASSKEY, ADDRESS)
    (kept,) = own_passkeys(database, session.person_id)
    assert (kept.credential_id, kept.sign_count, kept.label) == (device.credential_id, 7, "")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"origin": "https://elsewhere.example"}, "the passkey's answer cannot be used"),
        ({"flags": PRESENT}, "the passkey's answer cannot be used"),  # nobody has shown who holds it
        ({"count": 1}, "the passkey's answer cannot be used"),  # as a copy's
        ({"key": ec.generate_private_key(ec.SECP256R1())}, "the passkey's answer cannot be used"),
        ({"credential_id": b"x" * 16}, "nobody has this passkey"),
    ],
)
def test_an_answer_that_is_wrong_in_one_thing_lets_nobody_in(
    database: Database, settings: Settings, wrong: dict[str, Any], why: str
) -> None:
    device = Authenticator()
    began(database, settings, device)
    for name, value in ({"count": 2} | wrong).items():
        setattr(device, name, value)
    asked = ask_for_passkey(database, settings)
    with pytest.raises(SignInRefused, match="that is not right"):
        use_passkey(database, settings, asked.question, device.signs(asked), ADDRESS)
    ((who, origin, details, _),) = rows(database, Action.SIGN_IN_FAILED)
    assert (who, origin) == ("pat" if "credential_id" not in wrong else "somebody unknown", ADDRESS)
    assert details["why"].startswith(why)


def test_a_question_is_answered_once_and_by_who_may_come_in(database: Database, settings: Settings) -> None:
    device = Authenticator()
    began(database, settings, device)
    asked = ask_for_passkey(database, settings)
    device.count = 2
    answer = device.signs(asked)
    use_passkey(database, settings, asked.question, answer, ADDRESS)
    with pytest.raises(SignInRefused):
        use_passkey(database, settings, asked.question, answer, ADDRESS)
    disable_person(LEE, database, "pat", "left the department")
    asked = ask_for_passkey(database, settings)
    device.count = 3
    with pytest.raises(SignInRefused):
        use_passkey(database, settings, asked.question, device.signs(asked), ADDRESS)
    assert [details["why"] for *_, details, _ in rows(database, Action.SIGN_IN_FAILED)] == [
        "the question was answered before, or too late",
        "the person is disabled",
    ]
    assert len(audit_entries(database, AuditFilter(action=Action.SIGN_IN))) == 2


def test_whoever_guesses_is_locked_out(database: Database, settings: Settings) -> None:
    for attempt in range(settings.console.failures * 10 + 1):
        asked = ask_for_passkey(database, settings)
        said = "too many wrong attempts" if attempt >= settings.console.failures * 10 else "that is not right"
        with pytest.raises(SignInRefused, match=said):
            use_passkey(database, settings, asked.question, Authenticator().signs(asked), ADDRESS)


def test_more_are_made_by_whoever_is_signed_in(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Authenticator(), Authenticator(b"s" * 16)
    person = began(database, settings, first)
    other = began(database, settings, Authenticator(b"o" * 16), "kim")
    asked = ask_to_make_passkey(database, settings, person)
    assert [one["id"] for one in asked.options["excludeCredentials"]] == [_text(first.credential_id)]
    with pytest.raises(InvalidInput, match="took too long, or was done before"):  # another's question
        make_passkey(LEE, database, settings, other, asked.question, second.makes(asked), "x")
    asked = ask_to_make_passkey(database, settings, person)
    make_passkey(LEE, database, settings, person, asked.question, second.makes(asked), "l" * 81)
    assert [one.label for one in own_passkeys(database, person)] == ["", "l" * 80]
    *_, row = rows(database, Action.SET_UP_SIGN_IN)
    assert row[2] == {"chosen": "a passkey", "label": "l" * 80}
    with pytest.raises(InvalidInput, match="took too long, or was done before"):
        make_passkey(LEE, database, settings, person, asked.question, second.makes(asked), "x")
    for device, says in ((second, "known already"), (Authenticator(b"n" * 16, flags=PRESENT), "cannot be used")):
        asked = ask_to_make_passkey(database, settings, person)
        with pytest.raises(InvalidInput, match=says):
            make_passkey(LEE, database, settings, person, asked.question, device.makes(asked), "x")
    monkeypatch.setattr(passkeys, "MOST_PASSKEYS", 3)
    ask_to_make_passkey(database, settings, person)
    monkeypatch.setattr(passkeys, "MOST_PASSKEYS", 2)
    with pytest.raises(InvalidInput, match="there are 2 passkeys already"):
        ask_to_make_passkey(database, settings, person)
    assert len(own_passkeys(database, person)) == 2


@pytest.mark.parametrize("answer", [None, [], {}, {"rawId": 7}, {"rawId": "!!"}, {"rawId": "A" * 2049}])
def test_what_is_no_answer_is_refused(database: Database, settings: Settings, answer: Any) -> None:
    asked = ask_for_passkey(database, settings)
    with pytest.raises(SignInRefused, match="that is not right"):
        use_passkey(database, settings, asked.question, answer, ADDRESS)
