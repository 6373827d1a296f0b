"""The car's way home: what it says of itself, and what each answer of the server means to it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import httpx
import pytest

from schemas.errors import ConfigurationError, TransientError
from schemas.settings import PatrolSettings
from services.http.deadline import Deadline
from services.http.home import CarRevoked, Home, NotTaken, UnknownToken, Unreachable
from tests.unit.services.http.dripping import WHOLE, dripping


class Server:
    """A server that answers as a test says, and notes what it was asked."""

    def __init__(self, status: int = 200, body: bytes = b"{}", headers: dict[str, str] | None = None) -> None:
        self.status, self.body, self.headers = status, body, headers or {}
        self.asked: list[httpx.Request] = []
        self.fails: Exception | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        if self.fails is not None:
            raise self.fails
        return httpx.Response(self.status, content=self.body, headers=self.headers)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def home(tmp_path: Path, server: Server) -> Home:
    (tmp_path / "token").write_text("secret\n")
    settings = PatrolSettings(car="unit-12", server="https://home.example:8443/", token_file=tmp_path / "token")
    return Home(settings, httpx.MockTransport(server))


def test_a_car_says_who_it_is_and_sends_what_it_is_given(home: Home, server: Server) -> None:
    server.body, server.headers = b'{"stored":[]}', {"X-Next": "7"}
    answer = home.ask("POST", "reads", b"[1]", params={"after": "3"}, headers={"content-type": "application/json"})
    (asked,) = server.asked
    assert (asked.method, str(asked.url)) == ("POST", "https://home.example:8443/ingest/cars/unit-12/reads?after=3")
    assert asked.headers["authorization"] == "Bearer secret"
    assert asked.headers["content-type"] == "application/json"
    assert "content-encoding" not in asked.headers
    assert asked.content == b"[1]"
    assert asked.extensions["timeout"] == {"connect": 10.0, "read": 30.0, "write": 30.0, "pool": 30.0}
    assert (answer.status, answer.body, answer.headers["x-next"]) == (200, b'{"stored":[]}', "7")


@pytest.mark.parametrize(("asked", "seconds"), [({}, 60.0), ({"seconds": 5.0}, 5.0)])
def test_a_question_and_its_answer_have_a_minute_unless_less_is_said(
    asked: dict[str, float], seconds: float, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[float] = []

    def within(self: Deadline, seconds: float) -> nullcontext[None]:
        given.append(seconds)
        return nullcontext()

    monkeypatch.setattr(Deadline, "within", within)
    home.ask("GET", "lists", **asked)  # type: ignore[arg-type]
    assert given == [seconds]


def test_an_answer_has_four_megabytes_unless_more_is_asked_for(home: Home, server: Server) -> None:
    for size in (4 << 20, (4 << 20) + 1):
        server.body = bytes(size)
        if size == 4 << 20:
            assert home.ask("GET", "lists").body == server.body
            continue
        with pytest.raises(TransientError, match="its answer has more than 4194304 bytes"):
            home.ask("GET", "lists")
        assert home.ask("GET", "lists", most=size).body == server.body


def test_what_is_packed_says_so(home: Home, server: Server) -> None:
    home.ask("POST", "reads", b"[1]" * 99, packs=True)
    home.ask("GET", "lists", packs=True)
    packed, bare = server.asked
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.content) == b"[1]" * 99
    assert ("content-encoding" in bare.headers, bare.content) == (False, b"")


def test_another_token_counts_at_once_and_one_that_cannot_be_sent_is_none(
    home: Home, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("other")
    home.ask("GET", "lists")
    assert server.asked[0].headers["authorization"] == "Bearer other"
    for text in ("\u00e9", "a\tb"):
        (tmp_path / "token").write_text(text)
        with pytest.raises(TransientError, match="a sign that none has"):
            home.ask("GET", "lists")
    (tmp_path / "token").unlink()
    with pytest.raises(TransientError, match=r"patrol\.token_file"):
        home.ask("GET", "lists")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (200, None),
        (204, None),
        (299, None),
        (300, TransientError),
        (304, TransientError),
        (400, NotTaken),
        (401, UnknownToken),
        (403, NotTaken),
        (404, NotTaken),
        (408, TransientError),
        (409, NotTaken),
        (413, NotTaken),
        (422, NotTaken),
        (425, TransientError),
        (429, TransientError),
        (499, NotTaken),
        (500, TransientError),
        (501, TransientError),
        (502, Unreachable),
        (503, Unreachable),
        (504, Unreachable),
        (507, TransientError),
    ],
)
def test_each_status_is_an_answer_a_refusal_or_something_for_later(
    home: Home, server: Server, status: int, error: type[Exception] | None
) -> None:
    server.status, server.body = status, b'{"error":"no room"}'
    if error is None:
        assert home.ask("GET", "lists").status == status
        return
    with pytest.raises(error) as raised:
        home.ask("GET", "lists")
    assert type(raised.value) is error
    if error is NotTaken:
        assert str(raised.value) == f"the server refuses it ({status}): no room"
    elif status != 401:
        assert str(raised.value) == f"https://home.example:8443: no room ({status})"


def test_a_refusal_says_what_the_server_says_besides(home: Home, server: Server) -> None:
    server.status, server.body, server.headers = 422, b'{"error":"bad\\u001b[2J"}', {"X-Read": "7"}
    with pytest.raises(NotTaken) as raised:
        home.ask("GET", "lists")
    assert (raised.value.status, raised.value.headers["x-read"]) == (422, "7")
    assert "\x1b" not in raised.value.said


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[1]", b'{"error": 7}'])
def test_a_server_that_says_nothing_useful_is_away_all_the_same(home: Home, server: Server, body: bytes) -> None:
    server.status, server.body = 503, body
    with pytest.raises(Unreachable, match=r"it is away \(503\)"):
        home.ask("GET", "lists")


def test_a_car_is_revoked_with_the_token_that_it_had_and_until_the_server_takes_it_again(
    home: Home, server: Server, tmp_path: Path
) -> None:
    assert not home.is_revoked
    server.status, server.body = 403, b'{"code":"revoked","error":"revoked by k.kim"}'
    with pytest.raises(CarRevoked, match="revoked by k"):
        home.ask("GET", "lists")
    assert home.is_revoked
    (tmp_path / "token").write_text("other")
    assert not home.is_revoked
    (tmp_path / "token").write_text("secret")
    assert home.is_revoked
    (tmp_path / "token").unlink()
    assert home.is_revoked  # nobody can tell
    (tmp_path / "token").write_text("secret")
    server.status = 200
    home.ask("GET", "lists")
    assert not home.is_revoked
    # Only that word means it, and only with that status.
    for status, body in ((403, b'{"code":"other"}'), (404, b'{"code":"revoked"}')):
        server.status, server.body = status, body
        with pytest.raises(NotTaken):
            home.ask("GET", "lists")
        assert not home.is_revoked


@pytest.mark.parametrize(("size", "fits"), [(10, True), (11, False)])
def test_an_answer_has_a_largest_size(home: Home, server: Server, size: int, *, fits: bool) -> None:
    server.body = b"x" * size
    if fits:
        assert home.ask("GET", "lists", most=10).body == server.body
    else:
        with pytest.raises(TransientError, match="more than 10 bytes"):
            home.ask("GET", "lists", most=10)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx.ConnectError("no route"), "https://home.example:8443: no route"),
        (httpx.ReadTimeout(""), "https://home.example:8443: ReadTimeout"),
        (
            httpx.ConnectError("verify failed: certificate is not yet valid"),
            "https://home.example:8443: verify failed: certificate is not yet valid; is the car's clock right?",
        ),
        (
            httpx.ConnectError("certificate has expired"),
            "https://home.example:8443: certificate has expired; is the car's clock right?",
        ),
    ],
)
def test_a_way_that_is_cut_says_why(home: Home, server: Server, error: Exception, words: str) -> None:
    server.fails = error
    with pytest.raises(Unreachable) as raised:
        home.ask("GET", "lists")
    assert str(raised.value) == words


def test_no_redirect_is_followed_with_the_token(home: Home, server: Server) -> None:
    server.status, server.headers = 302, {"location": "https://evil.example/"}
    with pytest.raises(TransientError):
        home.ask("GET", "lists")
    assert len(server.asked) == 1


@pytest.mark.parametrize("missing", ["server", "token_file"])
def test_without_a_server_or_a_token_there_is_no_way(tmp_path: Path, missing: str) -> None:
    given: dict[str, Any] = {"car": "unit-12", "token_file": tmp_path / "token", "server": "https://h"}
    del given[missing]
    make: Callable[[], object] = lambda: Home(PatrolSettings.model_construct(**given))  # noqa: E731
    with pytest.raises(ConfigurationError, match="nothing can be sent home"):
        make()


def test_a_car_asks_its_server_itself_whatever_proxy_the_machine_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "token").write_text("secret\n")
    with dripping(WHOLE) as server:
        home = Home(PatrolSettings(car="unit-12", server=server.url, token_file=tmp_path / "token"))
        answer = home.ask("GET", "lists")
        home.close()
    assert (answer.status, answer.body) == (200, b"{}")
