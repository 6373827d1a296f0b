"""What each answer of a list's server means, with servers that answer as none of ours does."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from hotlists.feeds import https
from hotlists.feeds.credentials import secret
from hotlists.feeds.https import pull_https
from hotlists.feeds.pull import pull
from hotlists.feeds.sftp import pull_sftp
from hotlists.feeds.transfer import PullContext, Pulled
from schemas.errors import ConfigurationError, InvalidInput, PlatewatchError, TransientError
from schemas.settings import HttpsFeed, SftpFeed

URL = "https://lists.example/a%20b/VEH.txt?key=7"
PLACE = "https://lists.example/a%20b/VEH.txt"
BODY = b"V123456789" * 100
FEED = HttpsFeed.model_validate({"name": "ncic", "source": "ncic", "kind": "https", "url": URL, "max_bytes": len(BODY)})
CONTENT = {"content-length": str(len(BODY))}

Answer = Callable[[httpx.Request], httpx.Response]


def whole(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, headers=CONTENT, stream=httpx.ByteStream(b"" if request.method == "HEAD" else BODY))


@pytest.fixture
def pulled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Pulled | None]:
    def fetch(answer: Answer, **remote: str) -> Pulled | None:
        monkeypatch.setattr(https, "_client", lambda feed: httpx.Client(transport=httpx.MockTransport(answer)))
        return pull_https(FEED, PullContext(tmp_path, {name.replace("_", "-"): text for name, text in remote.items()}))

    return fetch


def refusal(pulled: Callable[..., Pulled | None], folder: Path, answer: Answer) -> tuple[type[Exception], str]:
    with pytest.raises(PlatewatchError) as fault:
        pulled(answer)
    assert list(folder.iterdir()) == []
    return type(fault.value), str(fault.value).removeprefix(f"{PLACE}: ")


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        *((code, ConfigurationError, f"the server refuses this login ({code}); correct it") for code in (401, 403)),
        *((code, ConfigurationError, f"the server has no such file ({code}); correct the url") for code in (404, 410)),
        *((code, TransientError, f"the server answered {code}") for code in (408, 425, 429, 500, 502, 503, 599)),
        *(
            (code, ConfigurationError, f"the server answered {code} instead of the file; correct the url")
            for code in (201, 204, 206, 300, 304, 400, 402, 409, 499)
        ),
    ],
)
def test_an_answer_without_the_file_is_tried_again_or_corrected(
    pulled: Callable[..., Pulled | None], tmp_path: Path, status: int, kind: type[Exception], words: str
) -> None:
    assert refusal(pulled, tmp_path, lambda request: httpx.Response(status, headers=CONTENT)) == (kind, words)


@pytest.mark.parametrize(
    ("headers", "version", "is_taken"),
    [
        (CONTENT, b"HTTP/1.1", True),
        ({"transfer-encoding": "Chunked"}, b"HTTP/1.1", True),
        ({}, b"HTTP/2", True),
        ({}, b"HTTP/1.1", False),
        ({"transfer-encoding": "gzip"}, b"HTTP/1.1", False),
    ],
)
def test_a_files_length_is_announced_or_its_end_is_marked(
    pulled: Callable[..., Pulled | None], tmp_path: Path, headers: dict[str, str], version: bytes, is_taken: bool
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        stream = httpx.ByteStream(b"" if request.method == "HEAD" else BODY)
        return httpx.Response(200, headers=headers, stream=stream, extensions={"http_version": version})

    if is_taken:
        found = pulled(answer)
        assert found == Pulled(tmp_path / "VEH.txt", {})
        assert found.path.read_bytes() == BODY
        return
    kind, words = refusal(pulled, tmp_path, answer)
    assert kind is ConfigurationError
    assert words.startswith("the server does not say how long the file is")


@pytest.mark.parametrize(
    ("headers", "kind", "words"),
    [
        ({"content-encoding": "gzip"}, InvalidInput, "the server compressed the file though it was asked not to"),
        ({"content-length": "999"}, TransientError, "the transfer ended after 1000 of 999 bytes"),
        ({"content-length": "1001"}, InvalidInput, "the file is larger than max_bytes (1000); raise that if "),
    ],
)
def test_a_file_that_is_not_what_was_asked_for_is_not_kept(
    pulled: Callable[..., Pulled | None], tmp_path: Path, headers: dict[str, str], kind: type[Exception], words: str
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=CONTENT | headers, stream=httpx.ByteStream(BODY))

    found, said = refusal(pulled, tmp_path, answer)
    assert found is kind
    assert said.startswith(words)


def test_what_the_server_said_of_the_file_last_is_asked_for_and_nothing_else(
    pulled: Callable[..., Pulled | None], tmp_path: Path
) -> None:
    asked: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        names = ("if-none-match", "if-modified-since", "accept-encoding", "user-agent")
        asked.append({name: request.headers[name] for name in names if name in request.headers})
        if request.method == "GET" and len(request.headers.get_list("if-none-match")):
            return httpx.Response(304)
        dates = {"etag": '"1"', "last-modified": "Fri, 20 Nov 2026 06:00:00 GMT"}
        return httpx.Response(200, headers=CONTENT | dates, stream=httpx.ByteStream(BODY))

    always = {"accept-encoding": "identity", "user-agent": "platewatch"}
    found = pulled(answer)
    assert found is not None
    assert found.remote == {"etag": '"1"', "last-modified": "Fri, 20 Nov 2026 06:00:00 GMT"}
    assert found.path.stat().st_mtime == datetime(2026, 11, 20, 6, tzinfo=UTC).timestamp()
    assert asked[0] == always
    since = {"if-modified-since": "Fri, 20 Nov 2026 06:00:00 GMT"}
    assert pulled(answer, last_modified=since["if-modified-since"], path="x") is not None
    assert asked[2] == always | since
    assert pulled(answer, etag='"1"', last_modified=since["if-modified-since"]) is None
    assert asked[-1] == always | since | {"if-none-match": '"1"'}


@pytest.mark.parametrize(("status", "count"), [(301, 1), (302, 2), (303, 3), (307, 4), (308, 5), (302, 6)])
def test_so_many_redirects_are_followed(
    pulled: Callable[..., Pulled | None], tmp_path: Path, status: int, count: int
) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        if len(seen) <= count:
            return httpx.Response(status, headers={"location": f"next{len(seen)}"})
        return whole(request)

    if count == 6:
        words = "more than 5 redirects; correct the url"
        assert refusal(pulled, tmp_path, answer) == (ConfigurationError, words)
        return
    assert pulled(answer) == Pulled(tmp_path / f"next{count}", {})
    assert seen == ["/a b/VEH.txt", *(f"/a b/next{number}" for number in range(1, count + 1)), f"/a b/next{count}"]


@pytest.mark.parametrize(
    ("status", "headers", "is_taken"),
    [
        (200, {"etag": '"1"', **CONTENT}, True),
        (200, {"etag": '"1"'}, True),
        (200, CONTENT, True),
        (200, {"etag": '"2"', **CONTENT}, False),
        (200, {"etag": '"1"', "content-length": "999"}, False),
        (405, {"etag": '"2"', "content-length": "999"}, True),
    ],
)
def test_it_is_asked_once_more_whether_the_file_is_still_the_same(
    pulled: Callable[..., Pulled | None], tmp_path: Path, status: int, headers: dict[str, str], is_taken: bool
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "HEAD":
            return httpx.Response(status, headers=headers, stream=httpx.ByteStream(b""))
        return httpx.Response(200, headers=CONTENT | {"etag": '"1"'}, stream=httpx.ByteStream(BODY))

    if is_taken:
        assert pulled(answer) == Pulled(tmp_path / "VEH.txt", {"etag": '"1"'})
    else:
        assert refusal(pulled, tmp_path, answer) == (TransientError, "the file changed while it was fetched")


def test_a_secret_comes_from_where_the_settings_say_and_whole_where_it_is_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def feed(**changes: object) -> HttpsFeed:
        return FEED.model_copy(update=changes)

    assert secret(feed(), "token") is None
    monkeypatch.setenv("LIST_SECRET", " a b \r\n")
    assert secret(feed(token_env="LIST_SECRET"), "token") == " a b "
    path = tmp_path / "token"
    path.write_text("of a file\n")
    path.chmod(0o600)
    assert secret(feed(token_file=path, token_env="LIST_SECRET"), "token") == "of a file"
    monkeypatch.delenv("LIST_SECRET")
    with pytest.raises(ConfigurationError) as fault:
        secret(feed(token_env="LIST_SECRET"), "token")
    assert str(fault.value) == "feed 'ncic': the environment variable LIST_SECRET (token_env) is not set"


def test_only_what_the_settings_say_logs_in_and_no_redirect_is_followed_unseen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LIST_SECRET", "s3cret")
    trusted: list[str | None] = []

    def context(cafile: str | None) -> ssl.SSLContext:
        trusted.append(cafile)
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    monkeypatch.setattr("hotlists.feeds.https.ssl.create_default_context", context)
    for changes, is_basic, header in (
        ({}, False, None),
        ({"username": "lpr"}, False, None),
        ({"password_env": "LIST_SECRET"}, False, None),
        ({"username": "lpr", "password_env": "LIST_SECRET"}, True, None),
        ({"token_env": "LIST_SECRET"}, False, "Bearer s3cret"),
    ):
        with https._client(FEED.model_copy(update={"timeout_seconds": 7.0, **changes})) as client:
            assert (client.timeout, client.follow_redirects) == (httpx.Timeout(7.0), False)
            assert isinstance(client.auth, httpx.BasicAuth) is is_basic
            assert client.headers.get("authorization") == header
    https._client(FEED.model_copy(update={"ca_file": Path("/srv/ca.pem")})).close()
    assert trusted == [None] * 5 + ["/srv/ca.pem"]


@pytest.mark.parametrize(
    ("said", "modified"), [("nonsense", None), ("Fri, 20 Nov 2026 06:00:00 GMT", 1795154400.0), (None, None)]
)
def test_a_file_has_the_time_that_its_server_says_or_that_of_its_fetch(
    pulled: Callable[..., Pulled | None], said: str | None, modified: float | None
) -> None:
    dated = {} if said is None else {"last-modified": said}
    found = pulled(lambda request: httpx.Response(200, headers=CONTENT | dated, stream=httpx.ByteStream(BODY)))
    assert found is not None
    assert (found.path.stat().st_mtime == modified) is (modified is not None)
    assert found.remote == dated


def test_the_whole_of_a_fetch_has_its_time(
    pulled: Callable[..., Pulled | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds: list[float] = []

    class Noted(https.Deadline):
        def within(self, time: float) -> contextlib.AbstractContextManager[None]:
            seconds.append(time)
            return super().within(time)

    monkeypatch.setattr(https, "Deadline", Noted)
    assert pulled(whole) is not None
    assert seconds == [FEED.transfer_minutes * 60]
    # A server that hangs on without an answer is left after that, whatever the library waits for.
    given: list[tuple[object, ...]] = []
    monkeypatch.setattr("hotlists.feeds.pull.bounded", lambda work, *more: given.append((work.func, work.args, *more)))
    sftp = SftpFeed.model_validate(
        {"name": "a", "source": "csv", "url": "sftp://u@x.example/l", "known_hosts": "/k"}
        | {"password_env": "SSH_PASS", "transfer_minutes": 3}
    )
    context = PullContext(tmp_path)
    for feed in (FEED, sftp):
        pull(feed, context)
    assert given == [
        (pull_https, (FEED,), context, FEED.transfer_minutes, PLACE),
        (pull_sftp, (sftp,), context, 3.0, "sftp://u@x.example/l"),
    ]


def caused(error: Exception, *causes: Exception) -> Exception:
    """Return an error with what caused it, as libraries chain them."""
    last = error
    for cause in causes:
        last.__context__ = last = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (httpx.ConnectError("no\nroute "), TransientError, "no route"),
        (httpx.ConnectError(""), TransientError, "ConnectError"),
        (httpx.ReadTimeout("x"), TransientError, "no answer within timeout_seconds (30)"),
        (
            caused(httpx.ConnectError("x"), OSError("y"), ssl.SSLError(1, "no TLS")),
            TransientError,
            "TLS failed (no TLS)",
        ),
        # The library's own words may quote a login.
        *(
            (kind(f"x {text}"), ConfigurationError, "the url holds a character that cannot be sent")
            for kind, text in (
                *((httpx.LocalProtocolError, "s3cret"), (httpx.InvalidURL, "s3cret")),
                (httpx.UnsupportedProtocol, "s3cret"),
            )
        ),
    ],
)
def test_what_fails_on_the_way_is_said_in_one_line_and_tried_again_or_corrected(
    pulled: Callable[..., Pulled | None], tmp_path: Path, error: Exception, kind: type[Exception], words: str
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    assert refusal(pulled, tmp_path, answer) == (kind, words)
