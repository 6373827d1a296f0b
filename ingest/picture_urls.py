"""Fetching pictures that messages name by URL: from hosts that a person listed alone, and never far.

Whoever may post could otherwise have this machine ask others in its network (server-side request forgery). So a host
has to be listed; its address is looked up once, judged, and that address is connected to, so that a name server cannot
give another one in between; redirects are judged like the first URL.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Collection
from dataclasses import dataclass

import httpx

from schemas.errors import InvalidInput
from services.http.deadline import Deadline

MOST_BYTES = 10 << 20
SECONDS = 5.0
"""For one picture, from the first look-up to the last byte."""
MOST_REDIRECTS = 3
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class _Place:
    url: httpx.URL
    address: str


def fetch_picture(url: str, hosts: Collection[str]) -> bytes:
    """Return what a URL gives.

    Args:
        url: As the message has it.
        hosts: Those that a person listed: `HOST`, for its usual ports and public addresses, or `HOST:PORT`, for
            whatever address that is.

    Raises:
        InvalidInput: The URL is not permitted, or its host does not answer as it should; names the host alone, since
            the rest may hold a secret.
    """
    ends_at = time.monotonic() + SECONDS
    with httpx.Client(trust_env=False, follow_redirects=False, verify=True) as client:
        deadline = Deadline(client)
        for _ in range(MOST_REDIRECTS + 1):
            place = _permitted(url, hosts)
            try:
                # Looking the name up has taken a part of it.
                with deadline.within(ends_at - time.monotonic()):
                    target, body = _fetch(client, place)
            except httpx.TimeoutException:
                raise InvalidInput(f"{place.url.host} took longer than {SECONDS:g} seconds") from None
            except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
                raise InvalidInput(f"{place.url.host} gave no picture ({type(error).__name__})") from None
            if target is None:
                return body
            url = target
    raise InvalidInput(f"{place.url.host} redirects more than {MOST_REDIRECTS} times")


def _permitted(url: str, hosts: Collection[str]) -> _Place:
    try:
        parsed = httpx.URL(url)
        host, port = parsed.host.lower().rstrip("."), parsed.port or _PORTS.get(parsed.scheme, 0)
    except (httpx.InvalidURL, ValueError, TypeError):
        raise InvalidInput("a picture's URL cannot be read") from None
    if parsed.scheme not in _PORTS or not host or parsed.userinfo:
        raise InvalidInput("a picture's URL is not of http or https, or holds a password")
    shown = f"[{host}]" if ":" in host else host
    is_exact = f"{shown}:{port}" in hosts
    if not is_exact and not (shown in hosts and port == _PORTS[parsed.scheme]):
        raise InvalidInput(f"{shown}:{port} is not among this source's picture_hosts; add it there")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise InvalidInput(f"{shown} is not known to the name server") from None
    address = str(found[0][4][0])
    if not is_exact and not _is_public(address):
        raise InvalidInput(f"{shown} is at an address of a private network; list it with its port as {shown}:{port}")
    return _Place(parsed, address)


def _is_public(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    judged = mapped or parsed
    return judged.is_global and not judged.is_multicast


def _fetch(client: httpx.Client, place: _Place) -> tuple[str | None, bytes]:
    """Return where a URL leads, or None and what it gives."""
    request = client.build_request(
        "GET",
        place.url.copy_with(host=place.address),
        headers={"host": place.url.netloc.decode("ascii"), "accept": "image/*", "accept-encoding": "identity"},
        timeout=httpx.Timeout(SECONDS),
        # The certificate has to be the name's, not the address's.
        extensions={"sni_hostname": place.url.host},
    )
    answer = client.send(request, stream=True)
    try:
        if answer.is_redirect:
            return str(place.url.join(answer.headers.get("location", ""))), b""
        if answer.status_code != httpx.codes.OK:
            raise InvalidInput(f"{place.url.host} answered {answer.status_code}")
        body = bytearray()
        for chunk in answer.iter_raw():
            body += chunk
            if len(body) > MOST_BYTES:
                raise InvalidInput(f"{place.url.host} sent more than {MOST_BYTES >> 20} MB")
        return None, bytes(body)
    finally:
        answer.close()
