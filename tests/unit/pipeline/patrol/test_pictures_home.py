"""Pictures go home in pieces from where the server is, and none is given up that the server may yet take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.patrol import picture_sending
from pipeline.patrol.picture_sending import PictureSender
from schemas.errors import InvalidInput, TransientError
from services.http.home import HomeAnswer, NotTaken, Unreachable

HELD_SECONDS = 60.0


@dataclass
class Site:
    """A server that takes pieces, and the pictures that wait for it."""

    waiting: dict[str, bytes | None] = field(default_factory=dict)
    has: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    refuses: Callable[[str, int], Exception | None] = lambda key, offset: None
    now: float = 1000.0

    def sender(self, monkeypatch: pytest.MonkeyPatch) -> PictureSender:
        monkeypatch.setattr(picture_sending, "PIECE_BYTES", 4)
        monkeypatch.setattr(picture_sending, "time", SimpleNamespace(monotonic=lambda: self.now))
        mine = cast(Any, self)
        return PictureSender(mine, mine, mine)

    def pictures(self, limit: int) -> list[Any]:
        return [SimpleNamespace(key=key) for key in list(self.waiting)[:limit]]

    def picture_done(self, key: str) -> None:
        del self.waiting[key]

    def load(self, key: str) -> bytes:
        data = self.waiting[key]
        if data is None:
            raise InvalidInput("there is no such picture")
        return data

    def ask(self, method: str, path: str, body: bytes = b"", *, headers: dict[str, str]) -> HomeAnswer:
        key = path.removeprefix("pictures/")
        assert headers["tus-resumable"] == "1.0.0"
        had = self.has.get(key, b"")
        offset = int(headers.get("upload-offset", -1))
        self.asked.append((method, offset))
        if method == "PATCH":
            error = self.refuses(key, offset)
            if error is not None:
                raise error
            assert headers["content-type"] == "application/offset+octet-stream"
            assert headers["upload-length"] == str(len(self.load(key)))
            if offset != len(had):
                raise NotTaken(409, "not there", {"upload-offset": str(len(had))})
            self.has[key] = had + body
        return HomeAnswer(204, {"upload-offset": str(len(self.has.get(key, b"")))}, b"")


@pytest.fixture
def site() -> Site:
    return Site({"a": b"0123456789", "b": b"x"})


def test_a_picture_goes_in_pieces_and_the_oldest_first(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = site.sender(monkeypatch)
    assert sender.send()
    assert site.asked == [("PATCH", 0), ("PATCH", 4), ("PATCH", 8)]
    assert (site.has, list(site.waiting)) == ({"a": b"0123456789"}, ["b"])
    assert sender.send()
    assert not sender.send()
    assert site.has == {"a": b"0123456789", "b": b"x"}


def test_after_a_cut_it_goes_on_where_the_server_is(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = site.sender(monkeypatch)
    site.refuses = lambda key, offset: Unreachable("cut") if offset == 8 else None
    with pytest.raises(Unreachable):
        sender.send()
    site.refuses = lambda key, offset: None
    site.asked.clear()
    assert sender.send()
    assert site.asked == [("HEAD", -1), ("PATCH", 8)]
    assert site.has["a"] == b"0123456789"


def test_what_was_sent_before_a_restart_is_not_sent_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.has["a"] = b"01234567"
    assert site.sender(monkeypatch).send()
    assert site.asked == [("PATCH", 0), ("PATCH", 8)]
    assert site.has["a"] == b"0123456789"


def test_a_server_that_does_not_go_on_is_asked_later(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = site.sender(monkeypatch)
    site.refuses = lambda key, offset: NotTaken(409, "busy", {"upload-offset": str(offset)})
    with pytest.raises(TransientError, match="does not go on with a picture"):
        sender.send()
    site.refuses = lambda key, offset: NotTaken(409, "busy", {})
    with pytest.raises(TransientError, match="does not say how far"):
        sender.send()
    assert list(site.waiting) == ["a", "b"]


def test_a_server_that_takes_nothing_and_says_that_it_does_is_asked_later(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = site.sender(monkeypatch)
    monkeypatch.setattr(site, "ask", lambda *_, **__: HomeAnswer(204, {"upload-offset": "0"}, b""))
    with pytest.raises(TransientError, match="takes no more of a picture"):
        sender.send()
    assert list(site.waiting) == ["a", "b"]


@pytest.mark.parametrize("status", [403, 405])
def test_what_is_the_servers_to_put_right_waits(
    site: Site, monkeypatch: pytest.MonkeyPatch, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    sender = site.sender(monkeypatch)
    site.refuses = lambda key, offset: NotTaken(status, "not yours", {})
    assert not sender.send()
    assert list(site.waiting) == ["a", "b"]
    assert len(caplog.messages) == 1
    site.refuses = lambda key, offset: None
    asked = len(site.asked)
    site.now += HELD_SECONDS - 0.1
    assert not sender.send()
    assert len(site.asked) == asked
    site.now += 0.1
    assert sender.send()


@pytest.mark.parametrize("status", [400, 404, 413])
def test_one_that_the_server_never_takes_is_given_up_and_the_next_one_goes(
    site: Site, monkeypatch: pytest.MonkeyPatch, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    sender = site.sender(monkeypatch)
    site.refuses = lambda key, offset: NotTaken(status, "too large", {}) if key == "a" else None
    assert sender.send()
    assert list(site.waiting) == ["b"]
    assert "the server never takes a picture, which is given up: a" in caplog.text
    assert sender.send()
    assert site.has == {"b": b"x"}


def test_one_that_is_not_there_any_more_holds_nothing_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.waiting["a"] = None
    sender = site.sender(monkeypatch)
    assert sender.send()
    assert (list(site.waiting), site.asked) == (["b"], [])
