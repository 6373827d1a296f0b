"""What lets an officer sign on in a car without a network: kept for each, sealed with their password, for some hours.

The password itself is kept nowhere. What opens with it is what the server gave at the last sign-on: who they are, until
when, and the key of the lists. Argon2id makes the sealing key of the password, AES-GCM seals; whoever changes the file
(its end, its name) cannot open it any more.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import AwareDatetime, BaseModel, ConfigDict, SecretBytes, ValidationError

from schemas.errors import InvalidInput
from schemas.types.list_keys import ListsKey
from services.private_files import make_private_folder, save_private

FOLDER: Final = Path("car") / "sign-on"
MEMORY_KIB: Final = 65_536
TIME_COST: Final = 3
LANES: Final = 4
MOST_TRIES: Final = 10
"""Wrong passwords after which what is kept of an officer is deleted: the server has to let them in again."""
LONGEST_DELAY: Final = timedelta(minutes=15)
CLOCK: Final = timedelta(minutes=10)
"""A clock that stands so long before the credential was made is wrong, or was set back."""


class Granted(BaseModel):
    """What the server gives who signs on in a car."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sign_on: UUID
    person: str
    full_name: str = ""
    granted_at: AwareDatetime
    expires_at: AwareDatetime
    """Until when it holds without the server."""
    key: SecretBytes | None = None
    """The key of the car's lists, and its number."""
    key_number: int = 0

    @property
    def lists_key(self) -> ListsKey | None:
        """The key of the car's lists, where the server gave one."""
        return None if self.key is None else ListsKey(self.key_number, self.key.get_secret_value())

    def as_json(self) -> str:
        """Return it with its key, to be sealed or sent."""
        key = None if self.key is None else base64.b64encode(self.key.get_secret_value()).decode()
        return json.dumps(self.model_dump(mode="json", exclude={"key"}) | {"key": key})

    @classmethod
    def from_json(cls, text: str | bytes) -> Granted:
        """Return what `as_json` made.

        Raises:
            InvalidInput: It is none.
        """
        try:
            document = json.loads(text)
            key = document.get("key")
            return cls.model_validate(document | {"key": None if key is None else base64.b64decode(key, validate=True)})
        except (ValueError, ValidationError, AttributeError, TypeError) as error:
            raise InvalidInput("what the server says of the sign-on cannot be understood") from error


class CannotOpen(InvalidInput):
    """An officer is not let in by what the car keeps."""


class Credentials:
    """Keeps and opens them.

    Args:
        data_dir: The data directory.
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER
        # One at a time: each takes 64 MiB, and many at once are no more tries than some one by one.
        self._turn = threading.Lock()

    def keep(self, granted: Granted, name: str, password: str) -> None:
        """Keep what the server gave, sealed with the password.

        Raises:
            OSError: It cannot be written.
        """
        make_private_folder(self._folder)
        salt, nonce = os.urandom(16), os.urandom(12)
        bound = _bound(name, granted.granted_at, granted.expires_at)
        sealed = AESGCM(_key(password, salt)).encrypt(nonce, granted.as_json().encode(), bound)
        document = {
            "granted_at": granted.granted_at.astimezone(UTC).isoformat(),
            "expires_at": granted.expires_at.astimezone(UTC).isoformat(),
            "salt": base64.b64encode(salt).decode(),
            "nonce": base64.b64encode(nonce).decode(),
            "sealed": base64.b64encode(sealed).decode(),
        }
        save_private(self._path(name), json.dumps(document).encode())
        self._tries(name).unlink(missing_ok=True)

    def open(self, name: str, password: str, now: datetime) -> Granted:
        """Return what is kept of an officer.

        Args:
            name: As it was typed.
            password: As it was typed.
            now: The present, aware.

        Raises:
            CannotOpen: Nothing is kept, it is over, the password is wrong, or it was wrong too often just now.
        """
        with self._turn:
            return self._open(name, password, now)

    def forget(self, name: str) -> None:
        """Delete what is kept of an officer."""
        self._path(name).unlink(missing_ok=True)
        self._tries(name).unlink(missing_ok=True)

    def forget_all(self) -> None:
        """Delete what is kept of everybody, as where the car was revoked."""
        for path in self._folder.glob("*.json"):
            path.unlink(missing_ok=True)

    def _open(self, name: str, password: str, now: datetime) -> Granted:
        document = self._read(name)
        granted_at, expires_at = _moment(document, "granted_at"), _moment(document, "expires_at")
        if now >= expires_at:
            self.forget(name)
            raise CannotOpen("what the car kept for signing on without the server is over; sign on where it is reached")
        if now < granted_at - CLOCK:
            raise CannotOpen(
                "the car's clock is wrong, so nobody knows whether what it kept still holds; set the clock"
            )
        self._count(name, now)
        try:
            parts = {part: base64.b64decode(document[part], validate=True) for part in ("salt", "nonce", "sealed")}
            bound = _bound(name, granted_at, expires_at)
            opened = AESGCM(_key(password, parts["salt"])).decrypt(parts["nonce"], parts["sealed"], bound)
        except (InvalidTag, ValueError, KeyError, TypeError) as error:
            raise CannotOpen("the name or the password is wrong") from error
        self._tries(name).unlink(missing_ok=True)
        return Granted.from_json(opened)

    def _count(self, name: str, now: datetime) -> None:
        """Count a try before it is known whether it is right; refuse it where the one before is too near."""
        failures, until = self._failures(name)
        if until is not None and now < until <= now + LONGEST_DELAY:
            seconds = max(1, round((until - now).total_seconds()))
            raise CannotOpen(f"the password was wrong {failures} times; try again in {seconds} s")
        failures += 1
        if failures > MOST_TRIES:
            self.forget(name)
            raise CannotOpen(f"the password was wrong {MOST_TRIES} times; sign on where the server is reached")
        until = now + min(LONGEST_DELAY, timedelta(seconds=2 ** max(0, failures - 2) if failures > 2 else 0))
        save_private(self._tries(name), json.dumps({"failures": failures, "until": until.isoformat()}).encode())

    def _failures(self, name: str) -> tuple[int, datetime | None]:
        try:
            document = json.loads(self._tries(name).read_bytes())
            return int(document["failures"]), datetime.fromisoformat(document["until"])
        except FileNotFoundError:
            return 0, None
        except (OSError, ValueError, KeyError, TypeError):
            return MOST_TRIES, None  # whoever damages the count gains nothing by it

    def _read(self, name: str) -> dict[str, Any]:
        try:
            document = json.loads(self._path(name).read_bytes())
        except FileNotFoundError as error:
            raise CannotOpen("the server is not reached, and the car has kept nothing for this name") from error
        except (OSError, ValueError) as error:
            raise CannotOpen("what the car kept for signing on cannot be read; sign on where the server is") from error
        if not isinstance(document, dict):
            raise CannotOpen("what the car kept for signing on cannot be read; sign on where the server is")
        return document

    def _path(self, name: str) -> Path:
        return self._folder / f"{_digest(name)}.json"

    def _tries(self, name: str) -> Path:
        return self._folder / f"{_digest(name)}.tries"


def _digest(name: str) -> str:
    return hashlib.sha256(name.strip().lower().encode("utf-8", "replace")).hexdigest()[:32]


def _moment(document: dict[str, Any], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(document[name])
    except (KeyError, ValueError, TypeError) as error:
        raise CannotOpen("what the car kept for signing on cannot be read; sign on where the server is") from error
    if moment.tzinfo is None:
        raise CannotOpen("what the car kept for signing on cannot be read; sign on where the server is")
    return moment


def _bound(name: str, granted_at: datetime, expires_at: datetime) -> bytes:
    parts = ("platewatch car sign-on v1", _digest(name), granted_at.astimezone(UTC).isoformat())
    return "\n".join((*parts, expires_at.astimezone(UTC).isoformat())).encode()


def _key(password: str, salt: bytes) -> bytes:
    return hash_secret_raw(
        password.encode("utf-8", "surrogatepass"),
        salt,
        time_cost=TIME_COST,
        memory_cost=MEMORY_KIB,
        parallelism=LANES,
        hash_len=32,
        type=Type.ID,
    )
