"""What lets an officer sign on without a network: with the right password, for some hours, after few wrong ones."""

from __future__ import annotations

import json
import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretBytes

from operations.patrol import credentials
from operations.patrol.credentials import FOLDER, CannotOpen, Credentials, Granted

MOST_TRIES = 10

NOW = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
PASSWORD = "four dull words here"
KEY = bytes(range(32))


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "MEMORY_KIB", 64)
    monkeypatch.setattr(credentials, "TIME_COST", 1)


@pytest.fixture
def kept(tmp_path: Path) -> Credentials:
    one = Credentials(tmp_path)
    granted = Granted(
        **{"sign_on": uuid4(), "person": "kim", "granted_at": NOW, "expires_at": NOW + timedelta(hours=48)},
        **{"key": SecretBytes(KEY), "key_number": 7},
    )
    one.keep(granted, "Kim", PASSWORD)
    return one


def file(tmp_path: Path) -> Path:
    (found,) = (tmp_path / FOLDER).glob("*.json")
    return found


def test_the_password_opens_it_and_it_holds_the_key(kept: Credentials, tmp_path: Path) -> None:
    opened = kept.open(" kim ", PASSWORD, NOW + timedelta(hours=47))
    assert opened.lists_key is not None
    assert (opened.person, opened.lists_key.number, opened.lists_key.secret) == ("kim", 7, KEY)
    assert file(tmp_path).stat().st_mode & 0o777 == 0o600
    assert "kim" not in file(tmp_path).name
    with pytest.raises(CannotOpen, match="nothing for this name"):
        kept.open("lee", PASSWORD, NOW)


def test_it_ends_and_is_gone_then(kept: Credentials, tmp_path: Path) -> None:
    path = file(tmp_path)
    with pytest.raises(CannotOpen, match="is over"):
        kept.open("kim", PASSWORD, NOW + timedelta(hours=48))
    assert not path.exists()


def test_whoever_makes_it_last_longer_cannot_open_it_any_more(kept: Credentials, tmp_path: Path) -> None:
    path = file(tmp_path)
    document = json.loads(path.read_bytes())
    document["expires_at"] = (NOW + timedelta(days=900)).isoformat()
    path.write_text(json.dumps(document))
    with pytest.raises(CannotOpen, match="the name or the password is wrong"):
        kept.open("kim", PASSWORD, NOW + timedelta(days=3))


def test_a_clock_that_was_set_back_opens_nothing(kept: Credentials) -> None:
    with pytest.raises(CannotOpen, match="clock is wrong"):
        kept.open("kim", PASSWORD, NOW - timedelta(days=1))
    assert kept.open("kim", PASSWORD, NOW - timedelta(minutes=5)).person == "kim"


def test_wrong_tries_wait_ever_longer_and_then_the_server_is_needed(kept: Credentials, tmp_path: Path) -> None:
    path, now, wrong, waits = file(tmp_path), NOW, 0, []
    while path.exists():
        with pytest.raises(CannotOpen) as refused:
            kept.open("kim", "wrong", now)
        found = re.search(r"try again in (\d+) s", str(refused.value))
        if found is not None:
            # Also the right one has to wait.
            with pytest.raises(CannotOpen, match="try again in"):
                kept.open("kim", PASSWORD, now)
            waits.append(int(found[1]))
            now += timedelta(seconds=waits[-1])
        elif "is wrong" in str(refused.value):
            wrong += 1
    assert wrong == MOST_TRIES
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256]
    with pytest.raises(CannotOpen, match="nothing for this name"):
        kept.open("kim", PASSWORD, now)


def test_the_right_password_after_some_wrong_ones_forgets_them(kept: Credentials) -> None:
    for _ in range(2):
        with pytest.raises(CannotOpen):
            kept.open("kim", "wrong", NOW)
    assert kept.open("kim", PASSWORD, NOW).person == "kim"
    with pytest.raises(CannotOpen, match="is wrong"):
        kept.open("kim", "wrong", NOW)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"granted_at": 1, "expires_at": "2026-11-21"}', b"\xff"])
def test_a_damaged_file_lets_nobody_in(kept: Credentials, tmp_path: Path, content: bytes) -> None:
    file(tmp_path).write_bytes(content)
    with pytest.raises(CannotOpen):
        kept.open("kim", PASSWORD, NOW)


def test_many_tries_at_once_are_no_more_than_some_one_by_one(kept: Credentials) -> None:
    said: list[str] = []

    def attempt() -> None:
        try:
            kept.open("kim", "wrong", NOW)
        except CannotOpen as error:
            said.append(str(error))

    threads = [threading.Thread(target=attempt) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(said) == 20
    assert sum("is wrong" in words for words in said) == 3
