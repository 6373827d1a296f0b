"""Passwords are dear to guess, codes are good once, and many at once do not take the machine."""

from __future__ import annotations

import threading

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.people import secrets
from operations.people.secrets import authenticator_uri, check_password, fits, hashed, is_outdated, step_of
from schemas.errors import InvalidInput, TransientError

STEP_SECONDS = 30

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOW = 1_800_000_000.0
STEP = int(NOW // STEP_SECONDS)


def test_a_password_takes_64_megabytes_and_a_while() -> None:
    kept = hashed("seven otters row upstream")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert fits("seven otters row upstream", kept)
    assert not fits("seven otters row upstream ", kept)
    assert not fits("seven otters row upstream", None)
    assert not fits("x", "no hash at all")
    assert not is_outdated(kept)
    assert is_outdated("$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHQ$c29tZWhhc2hzb21laGFzaHNvbWVoYXNo")


@pytest.mark.parametrize(
    "word", ["password", "platewatch", "qwerty", "letmein", "welcome", "changeme", "12345678", "abcdefgh", "pat.doe"]
)
def test_a_word_that_many_use_or_ones_own_name_counts_for_nothing(word: str) -> None:
    with pytest.raises(InvalidInput, match="your name or one that many use"):
        check_password(f"{word.title()}-x9{word}", "Pat.Doe")
    check_password(f"{word} otters9row", "Pat.Doe")


def test_a_password_of_few_characters_repeats_itself() -> None:
    check_password("abcdeabcdeabcde", "lee")
    with pytest.raises(InvalidInput, match="repeats a few characters"):
        check_password("abcdabcdAbcdabcd", "lee")


def test_two_are_hashed_at_a_time_and_eight_wait() -> None:
    turns = [secrets._waiting.acquire(blocking=False) for _ in range(11)]
    hashes = [secrets._at_once.acquire(blocking=False) for _ in range(3)]
    for held, semaphore in ((turns, secrets._waiting), (hashes, secrets._at_once)):
        for one in held:
            if one:
                semaphore.release()
    assert (sum(turns), sum(hashes)) == (10, 2)


def test_who_floods_the_sign_in_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "_waiting", threading.Semaphore(1))
    with secrets._Turn(), pytest.raises(TransientError, match="too many people sign in"):
        fits("x", None)


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_a_clock_may_be_off_by_a_step_and_a_code_is_good_once(off: int) -> None:
    code = pyotp.TOTP(SECRET).generate_otp(STEP + off)
    assert step_of(SECRET, code, 0, NOW) == STEP + off
    assert step_of(SECRET, f" {code[:3]} {code[3:]} ", 0, NOW) == STEP + off
    assert step_of(SECRET, code, STEP + off, NOW) is None
    assert step_of(SECRET, pyotp.TOTP(SECRET).generate_otp(STEP + 2), 0, NOW) is None


@given(st.text())
def test_whatever_is_typed_is_a_code_or_none(typed: str) -> None:
    codes = {pyotp.TOTP(SECRET).generate_otp(STEP + off) for off in (-1, 0, 1)}
    assert (step_of(SECRET, typed, 0, NOW) is None) == ("".join(typed.split()) not in codes)


def test_an_authenticator_is_told_whose_and_where() -> None:
    assert authenticator_uri(SECRET, "pat", "Platewatch pd") == (
        f"otpauth://totp/Platewatch%20pd:pat?secret={SECRET}&issuer=Platewatch%20pd"
    )
