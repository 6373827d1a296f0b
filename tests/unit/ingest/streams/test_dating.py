"""A live picture's time, a failed camera's pause, and the login that it is asked with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ingest.streams import pauses as module
from ingest.streams.connection import Caught
from ingest.streams.dating import PATIENCE_SECONDS, Dating, as_time
from ingest.streams.failures import StreamFailed
from ingest.streams.login import access_of
from ingest.streams.pauses import PROVEN_SECONDS, Pauses
from schemas.settings import MjpegCamera

BEGAN = 1_777_896_000.0


def dated(dating: Dating, *pictures: tuple[float, float | None]) -> list[float | None]:
    """Date pictures, each by when it arrived and the camera's time, in seconds from the beginning."""
    found = []
    for arrived, source in pictures:
        caught = Caught(SimpleNamespace(), BEGAN + arrived, None if source is None else BEGAN + source)  # type: ignore[arg-type]
        at = dating.date(caught)
        found.append(None if at is None else round(at.timestamp() - BEGAN, 4))
    return found


def test_by_arrival_what_the_camera_says_does_not_count() -> None:
    dating = Dating("arrival")
    assert dated(dating, (0.0, 500.0), (1.0, None), (2.0, 700.0)) == [0.0, 1.0, 2.0]
    assert not dating.is_by_camera


def test_by_the_camera_pictures_wait_until_it_says_what_time_it_has() -> None:
    dating = Dating("camera")
    assert dated(dating, (0.0, None), (PATIENCE_SECONDS - 0.01, None), (5.995, 300.0)) == [None, None, 300.0]
    assert dating.is_by_camera
    assert dated(dating, (7.0, None)) == [7.0]  # it says none now: by its arrival, whatever lies between


def test_a_camera_that_never_says_its_time_is_dated_by_arrival_from_then_on() -> None:
    dating = Dating("camera")
    assert dated(dating, (0.0, None), (PATIENCE_SECONDS, None), (7.0, 300.0)) == [None, PATIENCE_SECONDS, 7.0]
    assert not dating.is_by_camera
    assert dated(Dating("camera", 1.0), (0.0, None), (1.0, None)) == [None, 1.0]


def test_times_go_forward_but_for_a_clock_that_was_set() -> None:
    pictures = [(0.0, 10.0), (0.1, 10.0), (0.2, 9.5), (0.3, 8.003), (0.4, 8.004), (0.5, 10.5), (0.6, 8.5), (0.7, 8.499)]
    assert dated(Dating("camera"), *pictures) == [10.0, 10.001, 10.002, 8.003 + 2.0 - 0.0, 10.004, 10.5, 8.5, 8.501]


@pytest.mark.parametrize("seconds", [1e30, float("nan"), float("inf"), -1e30])
def test_what_no_calendar_has_is_1970(seconds: float) -> None:
    assert as_time(seconds) == datetime(1970, 1, 1, tzinfo=UTC)
    assert as_time(86_400.5) == datetime(1970, 1, 2, 0, 0, 0, 500_000, tzinfo=UTC)


def paused(pauses: Pauses, lasted: float = 0.0, **kind: bool) -> float:
    return pauses.next(StreamFailed("x", **kind), lasted)


@pytest.mark.parametrize("share", [0.8, 1.3])
def test_pauses_grow_to_half_a_minute_and_begin_again_after_a_good_connection(
    monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    asked: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        asked.append((low, high))
        return share

    monkeypatch.setattr(module.random, "uniform", uniform)
    pauses = Pauses()
    found = [paused(pauses) / share for _ in range(20)]
    assert found == pytest.approx([0.5, 1.0, 2.0, 4.0, 8.0, 16.0, *[30.0] * 14])
    assert (pauses.failures, set(asked)) == (20, {(0.8, 1.3)})
    assert paused(pauses, PROVEN_SECONDS) == pytest.approx(30.0 * share)
    assert paused(pauses, PROVEN_SECONDS + 0.1) == pytest.approx(0.5 * share)
    assert pauses.failures == 1
    assert paused(pauses) == pytest.approx(1.0 * share)


def test_a_wrong_password_waits_a_minute_and_what_comes_by_itself_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.random, "uniform", lambda low, high: 1.0)
    assert [paused(Pauses(), is_login=True), paused(Pauses(5.0), is_login=True)] == [60.0, 5.0]
    pauses = Pauses(5.0)
    assert [paused(pauses, is_awaited=True), paused(pauses, is_awaited=True), paused(pauses)] == [0.0, 0.0, 2.0]
    assert [paused(pauses) for _ in range(3)][-1] == 16.0
    assert paused(pauses, is_login=True) == 30.0  # the longer of both


def camera(**fields: Any) -> MjpegCamera:
    return MjpegCamera(**{"id": "gate", "url": "http://al%40x:p%2Fq%20rs@cam.example:81/v?k=secret7&c=1", **fields})


def test_a_login_stands_in_the_url_or_in_settings_and_a_file(tmp_path: Path) -> None:
    access = access_of(camera())
    assert (access.user, access.password) == ("al@x", "p/q rs")
    assert access.plain_url == "http://cam.example:81/v?k=secret7&c=1"
    assert access.url == "http://al%40x:p%2Fq%20rs@cam.example:81/v?k=secret7&c=1"
    assert access.address == "http://cam.example:81/v"
    (tmp_path / "pw").write_text("other word\r\n")
    given = access_of(camera(url="http://cam.example/v", user="ops", password_file=tmp_path / "pw"))
    assert (given.user, given.password, given.url) == ("ops", "other word", "http://ops:other%20word@cam.example/v")
    nobody = access_of(camera(url="http://cam.example/v"))
    assert (nobody.user, nobody.password, nobody.url) == (None, "", "http://cam.example/v")


def test_no_spelling_of_a_password_is_shown(tmp_path: Path) -> None:
    access = access_of(camera())
    for text in (access.url, "got p/q rs from it", "got p%2Fq%20rs from it", "see http://a:b@c/d?e=f"):
        shown = access.redacted(text)
        assert not any(secret in shown for secret in ("p/q rs", "p%2Fq", "secret7", "a:b", "e=f"))
        assert "***" in shown
    assert "secret7" not in repr(access)
    assert "p/q rs" not in repr(access)
    (tmp_path / "pw").write_text("abc")
    short = access_of(camera(url="http://cam.example/v", user="ops", password_file=tmp_path / "pw"))
    assert short.redacted("abcdef is no password") == "abcdef is no password"


@pytest.mark.parametrize(("content", "reason"), [(None, "No such file or directory"), (b"\xff", "it is no UTF-8 text")])
def test_a_password_that_cannot_be_read_is_a_matter_of_the_login(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    path = tmp_path / "pw"
    if content is not None:
        path.write_bytes(content)
    one = camera(url="http://cam.example/v").model_copy(update={"user": "ops", "password_file": path})
    with pytest.raises(StreamFailed) as raised:
        access_of(one)
    assert (raised.value.is_login, str(raised.value)) == (True, f"password_file {path} cannot be read ({reason})")
