"""The way to the server for signing on: the car's token, the officer's password, over TLS alone."""

from __future__ import annotations

import contextlib
import json
from typing import Final

from operations.patrol.credentials import Granted
from schemas.errors import InvalidInput, NotPermitted, TransientError
from schemas.settings import PatrolSettings
from services.http.home import CarRevoked, Home, NotTaken, UnknownToken

SECONDS: Final = 8.0
"""How long the server is waited for: behind it an officer waits to drive off."""
LARGEST_BYTES: Final = 65_536
_WRONG = "that is not right; look at the name, the password and the code, and try again"


class HttpDoor:
    """Signs officers on with the server.

    Args:
        patrol: The car's settings; they name a server.

    Raises:
        ConfigurationError: There is no token's file, or the authorities cannot be read.
    """

    def __init__(self, patrol: PatrolSettings) -> None:
        self._patrol = patrol
        self._home().close()

    def sign_on(self, name: str, password: str, code: str, unit: str) -> Granted:
        """See `SignOnDoor`."""
        body = json.dumps({"name": name, "password": password, "code": code, "unit": unit}).encode()
        try:
            with contextlib.closing(self._home()) as home:
                answer = home.ask(
                    "POST",
                    "sign-on",
                    body,
                    headers={"content-type": "application/json"},
                    most=LARGEST_BYTES,
                    seconds=SECONDS,
                )
        except (CarRevoked, UnknownToken) as error:
            raise NotPermitted(
                "this car may not sign anybody on: the server does not know it, or not any more"
            ) from error
        except NotTaken as error:
            if error.status not in (403, 422):
                raise TransientError(str(error)) from error
            raise InvalidInput(error.said or _WRONG) from error
        return Granted.from_json(answer.body)

    def _home(self) -> Home:
        return Home(self._patrol, timeout=SECONDS)
