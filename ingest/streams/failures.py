"""Why a live camera gives no pictures, in words that hold no secret."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from schemas.errors import TransientError
from schemas.printable import printable

HIDDEN = "***"
_LOGIN = re.compile(r"://[^\s'\"/?#]*@|://[^\s'\"]*:[^\s'\"]*@")
_QUERY = re.compile(r"(://[^\s'\"?]*\?)[^\s'\"]*")
# Some makers want them in the path: /user=admin_password=abc_channel=1.
_NAMED = re.compile(r"(?i)(?<![a-z])((?:user(?:name)?|usr|pass(?:word|wd)?|pwd|pw|token|auth|key))=[^\s&;'\"/_]+")


class StreamFailed(TransientError):
    """A live camera gives no pictures now.

    Args:
        message: Why, and what to do, in one line without secrets.
        is_login: Its user or password is wrong: cameras lock users out who try again and again.
        is_stall: It was connected, and nothing came.
        is_awaited: It is not asked for anything: pictures come by themselves, at any moment.
    """

    def __init__(
        self, message: str, *, is_login: bool = False, is_stall: bool = False, is_awaited: bool = False
    ) -> None:
        self.is_login = is_login
        self.is_stall = is_stall
        self.is_awaited = is_awaited
        super().__init__(printable(message))


def redacted(text: str, *secrets: str) -> str:
    """Return a text without what lets anybody in: logins and queries of URLs, and the given secrets.

    Args:
        text: What is to be shown, as an error of a library.
        secrets: What must not be in it, in whatever spelling it was given away.
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    text = _LOGIN.sub(f"://{HIDDEN}@", text)
    text = _QUERY.sub(rf"\1{HIDDEN}", text)
    return _NAMED.sub(rf"\1={HIDDEN}", text)


def shown_address(url: str) -> str:
    """Return a URL as it may be shown: without login and query, and without passwords in its path."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return redacted(urlunsplit((parts.scheme, host, parts.path, "", "")))
