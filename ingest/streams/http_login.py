"""How Platewatch shows cameras by HTTP who it is, and finds out who they are."""

from __future__ import annotations

import ssl
from collections.abc import Generator

import httpx

from ingest.streams.failures import StreamFailed
from schemas.settings import Addressed


class CameraAuth(httpx.Auth):
    """Logs in as the camera asks: by Digest where it can, so that the password does not travel, else by Basic.

    Args:
        user: The user.
        password: Its password.
    """

    def __init__(self, user: str, password: str) -> None:
        self._digest = httpx.DigestAuth(user, password)
        self._basic = httpx.BasicAuth(user, password)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send a request, and once more with the login that its answer asks for."""
        flow = self._digest.auth_flow(request)
        response = yield next(flow)
        if response.status_code != httpx.codes.UNAUTHORIZED:
            return
        schemes = [value.split(" ")[0].lower() for value in response.headers.get_list("www-authenticate")]
        try:
            if "digest" in schemes:
                yield flow.send(response)
            elif "basic" in schemes:
                yield next(self._basic.auth_flow(request))
        except (StopIteration, httpx.ProtocolError):
            return  # a challenge that cannot be answered: its 401 stands


def trust_of(camera: Addressed) -> ssl.SSLContext | bool:
    """Return whom to trust, as httpx takes it.

    Args:
        camera: Its settings.

    Raises:
        StreamFailed: The file of the authorities cannot be used.
    """
    if not camera.verify:
        return False
    if camera.ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(camera.ca_file))
    except OSError as error:
        raise StreamFailed(f"ca_file {camera.ca_file} cannot be used ({error.strerror or error})") from None
