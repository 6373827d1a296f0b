"""What went wrong at a camera is said in words, and how its reader is, in numbers that add up."""

from __future__ import annotations

import errno
import hashlib
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import av
import httpx
import pytest

from ingest.pulling.rtsp.login import Login
from ingest.pulling.telling import PullState
from ingest.pulling.telling import Telling as PullTelling
from ingest.streams import telling
from ingest.streams.connection import Caught, StreamFacts
from ingest.streams.failures import StreamFailed
from ingest.streams.http_login import CameraAuth
from ingest.streams.login import Access
from ingest.streams.rtsp_errors import said
from ingest.streams.telling import ReaderState, StateKeeper

PLAIN = Access("rtsp://10.0.0.5/live", None, "")
LOGIN = Access("rtsp://10.0.0.5/live", "alpr", "hunter2")
TLS = Access("rtsps://10.0.0.5/live", None, "")
WHERE = "rtsp://10.0.0.5/live"


def of(kind: type[Exception], code: int = 1, text: str = "Odd Thing") -> Exception:
    return kind(code, text)


@pytest.mark.parametrize(
    ("error", "access", "is_open", "words", "kind"),
    [
        (TimeoutError(), PLAIN, False, f"{WHERE} does not answer within 5 s; is it on, and in this network?", ""),
        (TimeoutError(), PLAIN, True, "sent nothing for 5 s, though it is connected", "stall"),
        (of(av.error.ExitError), PLAIN, True, "sent nothing for 5 s, though it is connected", "stall"),
        (
            of(av.error.HTTPUnauthorizedError),
            PLAIN,
            False,
            f"{WHERE} asks for a login (401); set user and password_file",
            "login",
        ),
        (
            of(av.error.HTTPUnauthorizedError),
            LOGIN,
            True,
            f"{WHERE} refuses user and password (401); correct them, or unlock the user at the camera",
            "login",
        ),
        (
            of(av.error.HTTPForbiddenError),
            LOGIN,
            False,
            f"{WHERE} forbids this user to watch (403); give it the right at the camera",
            "login",
        ),
        (
            of(av.error.HTTPNotFoundError),
            PLAIN,
            False,
            f"{WHERE} is no stream of it (404); look the path up in the camera's manual",
            "",
        ),
        (
            of(av.error.HTTPServerError),
            PLAIN,
            False,
            f"{WHERE} answers that it cannot (5xx); are too many watching it?",
            "",
        ),
        (of(av.error.HTTPBadRequestError), PLAIN, False, f"{WHERE} refuses the request (4xx)", ""),
        (of(av.error.HTTPOtherClientError), PLAIN, False, f"{WHERE} refuses the request (4xx)", ""),
        (
            of(ConnectionRefusedError),
            PLAIN,
            False,
            f"{WHERE} refuses the connection; is RTSP on, and this its port?",
            "",
        ),
        (
            of(av.error.InvalidDataError),
            PLAIN,
            True,
            f"{WHERE} answers with something else than a stream, or stops while it answers",
            "",
        ),
        *(
            (of(kind), PLAIN, True, f"{WHERE} ended the connection", "")
            for kind in (ConnectionResetError, BrokenPipeError, av.error.EOFError)
        ),
        (of(OSError), PLAIN, True, f"{WHERE} broke off (odd thing)", ""),
        (
            of(OSError),
            PLAIN,
            False,
            f"{WHERE} cannot be reached; are its name, address and port right? (odd thing)",
            "",
        ),
        (ValueError("rtsp://a:hunter2@b"), LOGIN, True, f"{WHERE} broke off (valueerror)", ""),
        (of(OSError, text="hunter2 is wrong"), LOGIN, True, f"{WHERE} broke off (*** is wrong)", ""),
        (of(OSError, errno.EIO), PLAIN, False, f"{WHERE} cannot be reached; are its name", ""),
        (of(OSError, errno.EIO), TLS, True, "rtsps://10.0.0.5/live broke off (odd thing)", ""),
        (
            of(OSError, errno.EIO),
            TLS,
            False,
            "rtsps://10.0.0.5/live cannot be connected to by TLS: this is no port",
            "",
        ),
        (of(OSError, errno.EPERM), TLS, False, "rtsps://10.0.0.5/live cannot be reached; are its name", ""),
    ],
)
def test_errors_of_ffmpeg_are_said_in_words(
    error: Exception, access: Access, words: str, kind: str, *, is_open: bool
) -> None:
    failure = said(error, access, 5.0, is_open=is_open)
    assert str(failure).startswith(words)
    assert (failure.is_login, failure.is_stall, failure.is_awaited) == (kind == "login", kind == "stall", False)


class Clocks:
    """What time it is, and how much of it a thread has worked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.spent = 100.0, 5.0
        clock = SimpleNamespace(monotonic=lambda: self.now, thread_time=lambda: self.spent)
        monkeypatch.setattr(telling, "time", clock)


def caught(arrived_at: float, source_time: float | None = None) -> Caught:
    picture: Any = SimpleNamespace(size=(640, 480))
    return Caught(picture, arrived_at, source_time)


def test_how_a_reader_is(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks, keeper = Clocks(monkeypatch), StateKeeper()
    assert keeper.now(0) == ReaderState()
    keeper.failed("away")
    assert keeper.now(0) == ReaderState(problem="away", fps=0.0, busy=0.0)
    facts = StreamFacts("h264", "tcp", 25.0)
    keeper.connected(facts)
    assert keeper.now(0) == ReaderState(facts=facts, connections=1, fps=0.0, busy=0.0)
    assert keeper.connections == 1
    keeper.spent(0, 0)
    keeper.spent(2, 3)
    keeper.skipped(caught(50.0))
    at = datetime.fromtimestamp(50, UTC)
    known = {"facts": facts, "connections": 1, "damaged": 2, "replaced": 3, "skipped": 1}
    assert keeper.now(4) == ReaderState(**{**known, "replaced": 7}, frames=3, last_at=at, fps=0.0, busy=0.0)
    for number in range(3):
        keeper.caught(caught(60.0 + number, 61.0 + 2 * number), is_by_camera=True)
        clocks.now += 1.0
        clocks.spent += 0.25
    state = keeper.now(0)
    assert state == ReaderState(
        **known,
        size=(640, 480),
        last_at=datetime.fromtimestamp(62, UTC),
        frames=6,
        fps=0.0,
        busy=0.0,
        clock_offset=2.0,
        is_by_camera=True,
    )
    # What stands is said anew every five seconds.
    clocks.now += 1.99
    keeper.caught(caught(70.0), is_by_camera=False)
    assert (keeper.now(0).fps, keeper.now(0).busy) == (0.0, 0.0)
    clocks.now += 0.01
    keeper.caught(caught(71.0), is_by_camera=False)
    state = keeper.now(0)
    assert (state.fps, state.busy) == (pytest.approx(4 / 5), pytest.approx(0.75 / 5))
    assert (state.frames, state.is_by_camera, state.clock_offset) == (8, False, 2.0)
    # Another connection knows nothing of this one's clock.
    keeper.connected(None)
    keeper.caught(caught(80.0), is_by_camera=False)
    state = keeper.now(0)
    assert (state.facts, state.connections, state.clock_offset, state.problem) == (None, 2, None, None)


def test_a_rate_is_first_said_after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks, keeper = Clocks(monkeypatch), StateKeeper()
    keeper.connected(None)
    keeper.caught(caught(1.0), is_by_camera=False)
    clocks.now += 0.99
    keeper.caught(caught(2.0), is_by_camera=False)
    assert keeper.now(0).fps is None
    clocks.now += 0.01
    keeper.caught(caught(3.0), is_by_camera=False)
    assert keeper.now(0).fps == pytest.approx(2.0)


def test_of_very_many_offsets_the_newest_count(monkeypatch: pytest.MonkeyPatch) -> None:
    Clocks(monkeypatch)
    keeper = StateKeeper()
    for offset in [100.0] * 16 + [1.0] * 15:
        keeper.caught(caught(50.0, 50.0 + offset), is_by_camera=False)
    assert keeper.now(0).clock_offset == 100.0
    keeper.caught(caught(50.0, 51.0), is_by_camera=False)
    assert keeper.now(0).clock_offset == 1.0


def test_how_a_fetched_source_is() -> None:
    keeper = PullTelling()
    assert keeper.state == PullState()
    keeper.failed(StreamFailed("away", is_login=True))
    first = keeper.state
    assert first == PullState(problem="away", since=first.since, is_login=True)
    assert first.since is not None
    keeper.failed(StreamFailed("further away"))
    assert keeper.state == PullState(problem="further away", since=first.since)
    keeper.connected()
    state = keeper.state
    assert state == PullState(connected_at=state.connected_at, connections=1, signed_at=state.connected_at)
    assert state.connected_at is not None
    keeper.counted(received=3)
    keeper.counted(refused=2, other=1)
    state = keeper.state
    assert (state.received, state.refused, state.other, state.problem) == (3, 2, 1, None)
    assert state.signed_at is not None
    assert state.signed_at >= state.connected_at
    keeper.waits("no room")
    assert (keeper.state.problem, keeper.state.is_login) == ("no room", False)
    keeper.goes_on()
    assert (keeper.state.problem, keeper.state.since) == (None, None)
    keeper.failed(StreamFailed("gone"))
    assert (keeper.state.connected_at, keeper.state.connections, keeper.state.received) == (None, 1, 3)


@pytest.mark.parametrize(
    ("challenges", "tries"),
    [
        ([], 1),
        (["Digest realm=a, nonce=b, qop=auth"], 2),
        (["Basic realm=a", "Digest realm=a, nonce=b"], 2),
        (["Basic realm=a"], 2),
        (["basic"], 2),
        (["Bearer"], 1),
        (["Digest"], 1),
    ],
)
def test_a_login_is_shown_where_it_is_asked_for_and_once(challenges: list[str], tries: int) -> None:
    shown: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        shown.append(request.headers.get("authorization"))
        return httpx.Response(401, headers=[("www-authenticate", one) for one in challenges])

    with httpx.Client(transport=httpx.MockTransport(answer), auth=CameraAuth("alpr", "hunter2")) as client:
        assert client.get("http://10.0.0.5/").status_code == 401
    assert len(shown) == tries
    assert shown[0] is None
    if tries == 2:
        digest = any(one.startswith("Digest") for one in challenges)
        assert str(shown[1]).startswith("Digest " if digest else "Basic YWxwcjpodW50ZXIy")
        assert "hunter2" not in str(shown[1])


def test_where_nothing_is_asked_for_no_login_is_shown() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert "authorization" not in request.headers
        return httpx.Response(200)

    with httpx.Client(transport=httpx.MockTransport(answer), auth=CameraAuth("alpr", "hunter2")) as client:
        assert client.get("http://10.0.0.5/").status_code == 200


@pytest.mark.parametrize(
    ("challenges", "fits"),
    [
        (["Digest realm=a, nonce=b"], True),
        (["Digest realm=a"], False),
        (["Digest realm=a, nonce=b, algorithm=SHA-512"], False),
        (["Digest realm=a, nonce=b, algorithm=SHA-256-sess"], True),
        (["Digest realm=a", 'basic realm="b"'], True),
        (["Bearer"], False),
        ([], False),
    ],
)
def test_what_an_rtsp_server_asks_for_can_be_answered_or_not(challenges: list[str], *, fits: bool) -> None:
    assert Login("alpr", "hunter2").challenged(challenges) is fits


def test_the_digest_of_an_rtsp_login_is_that_of_its_standard() -> None:
    # RFC 2617 3.5's values, without qop: MD5 of HA1:nonce:HA2.
    login = Login("Mufasa", "Circle Of Life")
    assert login.header("GET", "/dir/index.html") is None
    assert login.challenged(['Digest realm="testrealm@host.com", nonce="abc", opaque="5ccc\\"'])
    shown = login.header("GET", "/dir/index.html")
    a1, a2 = "939e7578ed9e3c518a452acee763bce9", "39aff3a2bab6126f332b942af96d3366"
    expected = hashlib.md5(f"{a1}:abc:{a2}".encode(), usedforsecurity=False).hexdigest()
    assert shown is not None
    assert shown.startswith(
        'Digest username="Mufasa", realm="testrealm@host.com", nonce="abc", uri="/dir/index.html", '
    )
    assert f'response="{expected}"' in shown
    counted = Login("a", "b")
    assert counted.challenged(['Digest realm="r", nonce="n", qop="auth-int, auth", algorithm=MD5'])
    for count in (1, 2):
        assert f"qop=auth, nc=0000000{count}, algorithm=MD5" in str(counted.header("PLAY", "u"))
    # Another challenge begins to count anew.
    assert counted.challenged(['Digest realm="r", nonce="m", qop="auth"'])
    assert "nc=00000001" in str(counted.header("PLAY", "u"))
    assert counted.challenged(["Basic"])
    assert counted.header("PLAY", "u") == "Basic YTpi"
