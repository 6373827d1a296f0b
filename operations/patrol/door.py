"""The way to the server for signing on: the car's token, the officer's password, over TLS alone."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Final

import httpx

from operations.patrol.credentials import Granted
from schemas.errors import ConfigurationError, InvalidInput, NotPermitted, TransientError
from schemas.settings import PatrolSettings
from services.private_files import read_secret

SECONDS: Final = 8.0
"""How long the server is waited for: behind it an officer waits to drive off."""
LARGEST: Final = 65_536


class HttpDoor:
    """Signs officers on with the server.

    Args:
        patrol: The car's settings; they name a server.

    Raises:
        ConfigurationError: The token or the authorities cannot be read.
    """

    def __init__(self, patrol: PatrolSettings) -> None:
        self._patrol = patrol
        self._verify = _trust(patrol.ca_file, verify=patrol.verify)

    def sign_on(self, name: str, password: str, code: str, unit: str) -> Granted:
        """See `SignOnDoor`."""
        patrol = self._patrol
        if patrol.token_file is None:
            raise ConfigurationError("patrol.token_file is not set")
        token = read_secret(patrol.token_file, "patrol.token_file").strip()
        url = f"{patrol.server}/ingest/cars/{patrol.car}/sign-on"
        body = {"name": name, "password": password, "code": code, "unit": unit}
        try:
            with httpx.Client(verify=self._verify, timeout=SECONDS, follow_redirects=False, trust_env=False) as client:
                answer = client.post(url, json=body, headers={"Authorization": f"Bearer {token}"})
        except httpx.HTTPError as error:
            raise TransientError(f"the server is not reached ({type(error).__name__})") from error
        if answer.status_code == httpx.codes.OK and len(answer.content) <= LARGEST:
            return Granted.from_json(answer.content)
        raise _refused(answer)


def _refused(answer: httpx.Response) -> Exception:
    status = answer.status_code
    try:
        document = answer.json()
        detail = str(document.get("error") or "")[:300]
        is_car = document.get("code") == "revoked"
    except (ValueError, AttributeError):
        detail, is_car = "", False
    if is_car or status == httpx.codes.UNAUTHORIZED:
        return NotPermitted("this car may not sign anybody on: the server does not know it, or not any more")
    if status in (httpx.codes.FORBIDDEN, httpx.codes.UNPROCESSABLE_ENTITY):
        return InvalidInput(detail or "that is not right; look at the name, the password and the code, and try again")
    return TransientError(f"the server answers with status {status}")


def _trust(ca_file: Path | None, *, verify: bool) -> ssl.SSLContext | bool:
    if not verify:
        return False
    if ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(f"patrol.ca_file {ca_file}: cannot be used ({error}); correct it") from error
