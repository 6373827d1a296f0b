"""Secrets: how they are made, kept and compared. Nothing here ever stands in a log, an error or the audit."""

from __future__ import annotations

import functools
import hashlib
import hmac
import secrets
import threading
import time

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from schemas.errors import InvalidInput, TransientError

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
MOST_AT_ONCE = 2
"""Passwords that are hashed at a time: each takes 64 MiB and a fifth of a second of a core."""
MOST_WAITING = 8
"""More are refused at once: who floods the sign-in must not take the threads of those who are signed in."""
STEP_SECONDS = 30
_CODES = frozenset("0123456789")
_COMMON = ("password", "platewatch", "qwerty", "letmein", "welcome", "changeme", "12345678", "abcdefgh")

_hasher = PasswordHasher()
_at_once = threading.Semaphore(MOST_AT_ONCE)
_waiting = threading.Semaphore(MOST_AT_ONCE + MOST_WAITING)


def new_secret() -> str:
    """Return 256 random bits as text for a cookie, a link or a token."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """Return what is kept of a secret of ours; it is random, so that nothing slower is needed."""
    return hashlib.sha256(secret.encode("utf-8", "backslashreplace")).digest()


def hashed(password: str) -> str:
    """Return a password as it is kept.

    Raises:
        TransientError: Too many people sign in at this moment.
    """
    with _Turn():
        return _hasher.hash(password)


def fits(password: str, password_hash: str | None) -> bool:
    """Return whether a password is the right one; where there is none it takes as long.

    Raises:
        TransientError: Too many people sign in at this moment.
    """
    with _Turn():
        known = password_hash or _nobodys()
        try:
            _hasher.verify(known, password[: LONGEST_PASSWORD + 1])
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Return whether a password should be kept in a stronger way."""
    return _hasher.check_needs_rehash(password_hash)


@functools.cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


class _Turn:
    """A turn to hash: few at a time, few waiting."""

    def __enter__(self) -> None:
        if not _waiting.acquire(blocking=False):
            raise TransientError("too many people sign in at this moment; try again in some seconds")
        _at_once.acquire()

    def __exit__(self, *_: object) -> None:
        _at_once.release()
        _waiting.release()


def check_password(password: str, name: str) -> None:
    """Make sure that a password is none that others would guess.

    Raises:
        InvalidInput: It is; says why.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput(f"the password has {len(password)} characters, expected at least {SHORTEST_PASSWORD}")
    if len(password) > LONGEST_PASSWORD:
        raise InvalidInput(f"the password is longer than {LONGEST_PASSWORD} characters")
    small = password.lower()
    if len(set(small)) < 5:
        raise InvalidInput("the password repeats a few characters; choose some words that do not belong together")
    left = small
    for common in (*_COMMON, name.lower()):
        left = left.replace(common, "")
    if len(left) < SHORTEST_PASSWORD // 2:
        raise InvalidInput("the password is your name or one that many use; choose words that do not belong together")


def new_authenticator_secret() -> str:
    """Return a secret for an authenticator."""
    return pyotp.random_base32()


def authenticator_uri(secret: str, name: str, issuer: str) -> str:
    """Return what an authenticator scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def step_of(secret: str, code: str, after: int, now: float | None = None) -> int | None:
    """Return the step of the clock that a code is of; None where it is wrong, or not later than a step taken before.

    Args:
        secret: The authenticator's.
        code: What somebody typed; spaces do not matter.
        after: The last step whose code was taken.
        now: Seconds since the epoch.
    """
    typed = "".join(code.split())
    if len(typed) != 6 or not _CODES.issuperset(typed):
        return None
    current = int((time.time() if now is None else now) // STEP_SECONDS)
    totp = pyotp.TOTP(secret)
    found = None
    for step in (current - 1, current, current + 1):
        if hmac.compare_digest(totp.generate_otp(step), typed) and step > after:
            found = step
    return found
