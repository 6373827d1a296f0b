"""What a device that is asked by HTTP answers, and in words why it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from ingest.pulling.device import Device
from ingest.streams.failures import StreamFailed
from schemas.settings import HikvisionStreamPull

WHERE = "http://10.0.0.5/api/list"


def device(answer: Callable[[httpx.Request], httpx.Response], **more: Any) -> Device:
    """Return a device that answers so."""
    settings = {"kind": "hikvision_stream", "url": "http://10.0.0.5/api/", **more}
    made = Device(HikvisionStreamPull.model_validate(settings))
    made._client = httpx.Client(transport=httpx.MockTransport(answer))
    return made


LOGIN = {"url": "http://alpr:hunter2@10.0.0.5/api/"}


@pytest.mark.parametrize(
    ("response", "more", "words", "is_login"),
    [
        (httpx.Response(401), {}, f"{WHERE} asks for a login (401); set user and password_file", True),
        (httpx.Response(401), LOGIN, f"{WHERE} refuses user and password (401); correct them, or unlock", True),
        (httpx.Response(403), {}, f"{WHERE} forbids this user to ask (403); give it the right there", True),
        (httpx.Response(404), {}, f"{WHERE} is not there (404); is this the right kind, and channel, for", False),
        (
            httpx.Response(302, headers={"location": "https://a:hunter2@b/c?d=1"}),
            {},
            f"{WHERE} sends elsewhere (302, to https://b/c); set that as url",
            False,
        ),
        (httpx.Response(500), {}, f"{WHERE} answers with status 500, expected 200", False),
        (httpx.Response(204), {}, f"{WHERE} answers with status 204, expected 200", False),
        (httpx.ReadTimeout(""), {}, f"{WHERE} does not answer in time; is it on, and in this network?", False),
        (httpx.ConnectError("hunter2 no"), LOGIN, f"{WHERE} cannot be reached (*** no)", False),
        (
            httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] x"),
            {},
            f"{WHERE} is not trusted ([SSL: CERTIFICATE_VERIFY_FAILED] x); correct ca_file or its certificate",
            False,
        ),
        (httpx.RemoteProtocolError("x"), {}, f"{WHERE} ended the connection within an answer", False),
        (httpx.ReadError("x"), {}, f"{WHERE} ended the connection within an answer", False),
        (OSError("hunter2"), LOGIN, f"{WHERE} cannot be read (OSError: ***)", False),
    ],
)
def test_why_there_is_no_answer_is_said(
    response: httpx.Response | Exception, more: dict[str, str], words: str, *, is_login: bool
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        if isinstance(response, Exception):
            raise response
        return response

    with device(answer, **more) as asked, pytest.raises(StreamFailed) as failed, asked.asking("GET", "/list"):
        pass
    assert str(failed.value).startswith(words)
    assert failed.value.is_login is is_login
    assert "hunter2" not in str(failed.value)


def test_an_answer_is_read_and_what_was_asked_is_whole() -> None:
    seen: list[tuple[str, str, bytes]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, str(request.url), request.content))
        return httpx.Response(200, text="yes")

    with device(answer) as asked:
        with asked.asking("POST", "/list?a=1", content=b"what") as response:
            assert response.read() == b"yes"
        assert asked.address == "http://10.0.0.5/api/"
        assert str(asked.said(None)) == "http://10.0.0.5/api/ ended the stream"
    assert seen == [("POST", "http://10.0.0.5/api/list?a=1", b"what")]


@pytest.mark.parametrize(("largest", "is_taken"), [(10, True), (9, False)])
def test_an_answer_has_a_largest_size(largest: int, *, is_taken: bool) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"12345"
        yield b"67890"

    with device(lambda _: httpx.Response(200, content=chunks())) as asked, asked.asking("GET", "/list") as response:
        if is_taken:
            assert asked.body(response, largest, 60.0, 1e12) == b"1234567890"
            return
        with pytest.raises(StreamFailed, match=r"http://10\.0\.0\.5/api/ answers with more than 9e-06 MB"):
            asked.body(response, largest, 60.0, 1e12)
