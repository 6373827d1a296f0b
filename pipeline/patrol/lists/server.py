"""Asking the server for a car's lists over HTTPS, and looking at who signed what it answers."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Mapping

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from pydantic import ValidationError

from schemas.convert.car_entries import Segment, segments_of
from schemas.errors import InvalidInput, TransientError
from schemas.events.car_lists import CarListsAnswer
from schemas.events.wire import problems_in
from schemas.settings import PatrolSettings
from services.http.home import Home, NotTaken
from services.signed_envelope import key_of_envelope, opened_envelope
from services.signing import VerifyingKey

MOST_BYTES = 32 << 20
"""Bytes of one answer."""
MOST_SUCCESSIONS = 1000

Ask = Callable[[Mapping[str, str]], bytes]
"""Sends a question and returns the answer's body.

Raises `Unreachable`, `CarRevoked`, `Outgrown`, or another TransientError.
"""


class Outgrown(InvalidInput):
    """The server does not tell that edition any more: another one is to be asked for."""


def ask_over_https(settings: PatrolSettings, reached: Callable[[], None] | None = None) -> Ask:
    """Return what asks the configured server.

    Args:
        settings: The car; `server` and `token_file` are set.
        reached: Told of each question once the server was reached, before it answers.

    Raises:
        ConfigurationError: Its authorities cannot be read.
    """
    home = Home(settings)

    def ask(query: Mapping[str, str]) -> bytes:
        try:
            return home.ask("GET", "lists", params=query, most=MOST_BYTES, reached=reached).body
        except NotTaken as error:
            if error.status == httpx.codes.UNPROCESSABLE_ENTITY:
                raise Outgrown(str(error)) from error
            raise TransientError(str(error)) from error

    return ask


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
            CarRevoked: This car was revoked.
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
