"""Asking the server for a car's lists over HTTPS, and looking at who signed what it answers."""

from __future__ import annotations

import base64
import json
import secrets
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from pydantic import ValidationError

from schemas.convert.car_entries import Segment, segments_of
from schemas.errors import ConfigurationError, InvalidInput, TransientError
from schemas.events.car_lists import CarListsAnswer
from schemas.events.wire import problems_in
from schemas.settings import PatrolSettings
from services.private_files import read_secret
from services.signed_envelope import key_of_envelope, opened_envelope
from services.signing import VerifyingKey

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
WHOLE_SECONDS = 60.0
"""One answer may take so long over a slow line."""
MOST_BYTES = 32 << 20
"""Bytes of one answer."""
MOST_SUCCESSIONS = 1000

Ask = Callable[[Mapping[str, str]], bytes]
"""Sends a question and returns the answer's body.

Raises `Unreachable`, `Revoked`, `Outgrown`, or another TransientError.
"""


class Unreachable(TransientError):
    """The car has no network, or the server is away."""


class Outgrown(InvalidInput):
    """The server does not tell that edition any more: another one is to be asked for."""


class Revoked(TransientError):
    """The server says that this car was revoked."""


def ask_over_https(settings: PatrolSettings) -> Ask:
    """Return what asks the configured server.

    Args:
        settings: The car; `server` and `token_file` are set.

    Raises:
        ConfigurationError: Its authorities cannot be read.
    """
    if settings.server is None or settings.token_file is None:
        raise ConfigurationError("patrol.server is not set; name the server that has the lists")
    token_file = settings.token_file
    client = httpx.Client(
        base_url=settings.server,
        verify=_trust(settings),
        timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        trust_env=False,
    )

    def ask(query: Mapping[str, str]) -> bytes:
        headers = {"authorization": f"Bearer {read_secret(token_file, 'patrol.token_file').strip()}"}
        deadline = time.monotonic() + WHOLE_SECONDS
        try:
            with client.stream(
                "GET", f"/ingest/cars/{settings.car}/lists", params=dict(query), headers=headers
            ) as answer:
                body = bytearray()
                for chunk in answer.iter_raw():
                    body += chunk
                    if len(body) > MOST_BYTES:
                        raise InvalidInput("the server's answer is larger than any of its answers can be")
                    if time.monotonic() > deadline:
                        raise Unreachable("the server's answer takes too long")
                return _checked(answer.status_code, bytes(body))
        except httpx.HTTPError as error:
            raise Unreachable(f"the server cannot be reached ({error or type(error).__name__})") from error

    return ask


def _trust(settings: PatrolSettings) -> ssl.SSLContext | bool:
    try:
        if settings.ca_file is not None:
            return ssl.create_default_context(cafile=str(settings.ca_file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(f"patrol.ca_file {settings.ca_file}: no certificates in PEM ({error})") from error
    return settings.verify


def _checked(status: int, body: bytes) -> bytes:
    if status == 200:
        return body
    said = _said(body)
    words = f"the server answers {status} ({said.get('error', 'without a word')})"
    if status == 403 and said.get("code") == "revoked":
        raise Revoked(words)
    if status == 422:
        raise Outgrown(words)
    raise (Unreachable if status in (502, 503, 504) else TransientError)(words)


def _said(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


class ListServer:
    """What the server says of the lists, once it is known that it says so.

    Args:
        car_id: This car.
        ask: Sends a question.
        keys: The server's public keys, where they are known; none: the first that is met is taken.
    """

    def __init__(self, car_id: str, ask: Ask, keys: Mapping[str, VerifyingKey]) -> None:
        self._car_id, self._ask = car_id, ask
        self.keys = dict(keys)

    def answer(self, query: Mapping[str, str]) -> tuple[CarListsAnswer, list[Segment]]:
        """Ask, and return what is said with a part's rows.

        Args:
            query: Without `nonce`.

        Raises:
            Outgrown: The edition that is asked for is not told any more.
            InvalidInput: It was changed, is not signed by this server, or answers another car or question.
            Unreachable: The server is away.
            Revoked: This car was revoked.
            TransientError: It refuses.
        """
        nonce = secrets.token_hex(16)
        body = self._ask({**query, "nonce": nonce})
        key_id = key_of_envelope(body)
        if self.keys and key_id is not None and key_id not in self.keys:
            self._learn()
        document, payload = opened_envelope(body, self.keys or _first_met(body))
        try:
            said = CarListsAnswer.model_validate(document)
        except ValidationError as error:
            raise InvalidInput(f"the server's answer cannot be understood ({problems_in(error)})") from error
        if said.car_id != self._car_id:
            raise InvalidInput(f"the server's answer is for car '{said.car_id}'")
        if said.nonce != nonce:
            raise InvalidInput("the server's answer is not to this question: it is an earlier one, or another car's")
        if not self.keys:
            key = VerifyingKey(bytes.fromhex(said.public_key))
            self.keys[key.key_id] = key
        return said, segments_of(payload)

    def _learn(self) -> None:
        """Take up the keys that one we know has named as its successors."""
        try:
            found = json.loads(self._ask({"keys": "1", "nonce": secrets.token_hex(16)}))["successions"]
            for statement in found[:MOST_SUCCESSIONS]:
                document = statement["document"].encode("ascii")
                said = json.loads(document)
                signer = self.keys.get(said["signed_by"])
                if signer is not None and signer.verifies(base64.b64decode(statement["signature"]), document):
                    key = _public_key(said["public_key"])
                    self.keys[key.key_id] = key
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InvalidInput("what the server says of its keys cannot be understood") from error


def _first_met(body: bytes) -> dict[str, VerifyingKey]:
    """Return the key that a body names itself, at the first contact, by a connection whose certificate was checked."""
    try:
        length = int.from_bytes(body[8:12])
        key = VerifyingKey(bytes.fromhex(json.loads(body[12 : 12 + length])["public_key"]))
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput("it names no key") from error
    return {key.key_id: key}


def _public_key(pem: str) -> VerifyingKey:
    key = load_pem_public_key(pem.encode("ascii"))
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 key")
    return VerifyingKey(key.public_bytes(Encoding.Raw, PublicFormat.Raw))
