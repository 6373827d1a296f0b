"""Whether a request of RTSP comes from a known user: Basic (RFC 7617) or Digest (RFC 7616, as cameras do it)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Literal

REALM = "camera"
_FIELDS = re.compile(r'(\w+)=(?:"([^"]*)"|([^",\s]+))')


class Login:
    """Checks requests.

    Args:
        users: Passwords by user; none: everybody may.
        scheme: What is asked for.
    """

    def __init__(self, users: Mapping[str, str], scheme: Literal["basic", "digest"] = "digest") -> None:
        self._users = dict(users)
        self._scheme = scheme
        self._nonce = secrets.token_hex(16)

    @property
    def challenge(self) -> str:
        """What a refused request is told to answer."""
        if self._scheme == "basic":
            return f'Basic realm="{REALM}"'
        return f'Digest realm="{REALM}", nonce="{self._nonce}"'

    def permits(self, method: str, authorization: str) -> bool:
        """Return whether a request may be served.

        Args:
            method: The request's.
            authorization: Its header of this name; empty: it has none.
        """
        if not self._users:
            return True
        scheme, _, rest = authorization.partition(" ")
        if scheme.lower() != self._scheme:
            return False
        return self._basic(rest) if self._scheme == "basic" else self._digest(method, rest)

    def _basic(self, encoded: str) -> bool:
        try:
            user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        return user in self._users and hmac.compare_digest(self._users[user].encode(), password.encode())

    def _digest(self, method: str, rest: str) -> bool:
        given = {name: quoted or plain for name, quoted, plain in _FIELDS.findall(rest)}
        user = given.get("username", "")
        if user not in self._users or given.get("nonce") != self._nonce:
            return False
        login = _md5(f"{user}:{REALM}:{self._users[user]}")
        request = _md5(f"{method}:{given.get('uri', '')}")
        expected = _md5(f"{login}:{self._nonce}:{request}")
        return hmac.compare_digest(expected.encode(), given.get("response", "").encode())


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
