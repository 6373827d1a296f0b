"""Logging in at an RTSP server: by Digest (RFC 7616) where it is offered, so that no password travels, else Basic."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets

_FIELD = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^",\s]+))')
_HASHES = {"": "md5", "md5": "md5", "md5-sess": "md5", "sha-256": "sha256", "sha-256-sess": "sha256"}


class Login:
    """Answers a server's challenges. For one thread.

    Args:
        user: The user.
        password: Its password.
    """

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._password = password
        self._challenge: dict[str, str] | None = None
        self._is_basic = False
        self._count = 0

    def challenged(self, challenges: list[str]) -> bool:
        """Take what a server asks for; return whether that can be answered.

        Args:
            challenges: Its `WWW-Authenticate` headers.
        """
        for text in challenges:
            scheme, _, rest = text.strip().partition(" ")
            found = {name.lower(): quoted or plain for name, quoted, plain in _FIELD.findall(rest)}
            if scheme.lower() == "digest" and found.get("algorithm", "").lower() in _HASHES and "nonce" in found:
                self._challenge, self._is_basic, self._count = found, False, 0
                return True
        self._is_basic = any(text.strip().lower().startswith("basic") for text in challenges)
        return self._is_basic

    def header(self, method: str, url: str) -> str | None:
        """Return the `Authorization` of a request, or None where nothing was asked for yet.

        Args:
            method: The request's.
            url: What it is about.
        """
        if self._is_basic:
            return "Basic " + base64.b64encode(f"{self._user}:{self._password}".encode()).decode()
        if self._challenge is None:
            return None
        return self._digest(method, url, self._challenge)

    def _digest(self, method: str, url: str, told: dict[str, str]) -> str:
        algorithm = told.get("algorithm", "")
        kind, realm, nonce = _HASHES[algorithm.lower()], told.get("realm", ""), told["nonce"]
        own = secrets.token_hex(8)
        login = _hash(kind, f"{self._user}:{realm}:{self._password}")
        if algorithm.lower().endswith("-sess"):
            login = _hash(kind, f"{login}:{nonce}:{own}")
        request = _hash(kind, f"{method}:{url}")
        fields = {"username": self._user, "realm": realm, "nonce": nonce, "uri": url}
        plain: dict[str, str] = {}
        if "auth" in [each.strip() for each in told.get("qop", "").split(",")]:
            self._count += 1
            count = f"{self._count:08x}"
            fields["response"] = _hash(kind, f"{login}:{nonce}:{count}:{own}:auth:{request}")
            fields["cnonce"] = own
            plain = {"qop": "auth", "nc": count}
        else:
            fields["response"] = _hash(kind, f"{login}:{nonce}:{request}")
        if "opaque" in told:
            fields["opaque"] = told["opaque"]
        if algorithm:
            plain["algorithm"] = algorithm
        quoted = [f'{name}="{_escaped(value)}"' for name, value in fields.items()]
        return "Digest " + ", ".join([*quoted, *(f"{name}={value}" for name, value in plain.items())])


def _hash(kind: str, text: str) -> str:
    return hashlib.new(kind, text.encode(), usedforsecurity=False).hexdigest()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
