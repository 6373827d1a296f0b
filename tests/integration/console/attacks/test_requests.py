"""Requests that are too large, too many, too deep, or lies: over sockets, and the next one is answered."""

from __future__ import annotations

import gzip
import socket
import ssl
from collections.abc import Iterator

import httpx
import pytest

from schemas.roles import Role
from tests.integration.console.site import Stage

WHY = {"purpose": "hit and run, Main Street", "case_number": "26-00117"}


@pytest.fixture(autouse=True)
def answers_on(stage: Stage) -> Iterator[None]:
    """Whatever came: the next one is answered."""
    yield
    with stage.site.client() as client:
        assert client.get("/sign-in").status_code == 200


def sent(stage: Stage, *parts: bytes) -> bytes:
    """Send bytes as they are, and return what comes back until the end."""
    port = int(stage.site.settings.console.listen.rpartition(":")[2])
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    answer = b""
    with socket.create_connection(("127.0.0.1", port)) as plain, context.wrap_socket(plain) as secured:
        secured.settimeout(60)
        try:
            for part in parts:
                secured.sendall(part)
            while chunk := secured.recv(65_536):
                answer += chunk
        except (ConnectionError, ssl.SSLError):
            pass  # it was cut, which is an answer
    return answer


def head(method: str, path: str, *headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", "Sec-Fetch-Site: same-origin"]
    return "\r\n".join([*lines, *headers, "", ""]).encode()


@pytest.mark.parametrize("path", ["/sign-in", "/api/v1/reads/search", "/api/v1/lists/x/imports", "/board/events"])
def test_a_body_that_says_that_it_is_too_large_is_not_read(stage: Stage, path: str) -> None:
    for length in ("17000000", "9" * 40):
        assert b" 413 " in sent(stage, head("POST", path, f"Content-Length: {length}")) or length[0] == "9"
    assert b" 200 " not in sent(stage, head("POST", path, "Content-Length: -1"))
    assert b" 200 " not in sent(stage, head("POST", path, "Content-Length: 1", "Content-Length: 2"), b"xx")


@pytest.mark.parametrize("path", ["/sign-in", "/api/v1/reads/search"])
def test_a_body_that_does_not_say_how_large_it_is_ends_at_the_limit(stage: Stage, path: str) -> None:
    kind = "Content-Type: application/json" if path.startswith("/api") else "Content-Type: text/plain"
    bearer = f"Authorization: Bearer {stage.world.tokens['reads']}"
    begin = head("POST", path, "Transfer-Encoding: chunked", kind, bearer)
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    answer = sent(stage, begin, *([chunk] * 20))
    assert b" 200 " not in answer[:20]
    assert not answer or answer.split(b" ")[1] in (b"413", b"415", b"422")


def test_what_is_compressed_is_not_unpacked(stage: Stage) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    with stage.api("reads") as api:
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        assert api.post("/reads/search", content=bomb, headers=headers).status_code in (400, 415, 422)
    with stage.api("lists") as api:
        headers = {"Content-Encoding": "gzip", "Content-Type": "text/csv"}
        assert api.post("/lists/bomb/imports?layout=csv", content=bomb, headers=headers).status_code == 415
        # Nor because of its name, or of what is in it.
        for name in ("list.csv.gz", "list.zip"):
            answer = api.post(
                f"/lists/bomb/imports?layout=csv&file_name={name}", content=bomb, headers={"Content-Type": "text/csv"}
            )
            assert answer.status_code in (409, 422)
        assert "bomb" not in [one["hotlist_id"] for one in api.get("/lists").json()["items"]]


def test_more_headers_than_there_are_any_are_refused(stage: Stage) -> None:
    for headers in (
        [f"X-{number}: 1" for number in range(50_000)],
        [f"X: {'y' * 200_000}"],
        [f"Cookie: {'a=b; ' * 40_000}"],
    ):
        answer = sent(stage, head("GET", "/sign-in", *headers))
        assert not answer or answer.split(b" ")[1] in (b"400", b"431"), answer[:60]


def test_more_parameters_than_there_are_any_are_refused_or_left_out(stage: Stage) -> None:
    with stage.site.client(stage.site.signed_in("lee", Role.OFFICER)) as client:
        query = "&".join(f"a{number}=1" for number in range(5_000))
        assert client.get(f"/board?{query}").status_code in (200, 400, 414, 422)
        fields = "&".join(f"a{number}=1" for number in range(200_000))
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert client.post("/sign-in", content=fields, headers=form).status_code in (400, 413, 422)
        parts = b"".join(
            f'--x\r\nContent-Disposition: form-data; name="f{number}"; filename="f"\r\n\r\n1\r\n'.encode()
            for number in range(5_000)
        )
        multipart = {"Content-Type": "multipart/form-data; boundary=x"}
        assert client.post("/sign-in", content=parts + b"--x--\r\n", headers=multipart).status_code in (400, 413, 422)


@pytest.mark.parametrize(
    "field",
    [
        "plate",
        "area",
        "hours",
        "state",
        "make",
        "color",
        "direction",
        "lane",
        "vehicle_class",
        "case_number",
        "purpose",
    ],
)
def test_no_pattern_takes_for_ever(stage: Stage, field: str) -> None:
    """ReDoS: what nested repetitions choke on, as long as a field may be; the socket's deadline is the test's."""
    evil = [
        "*?" * 99,
        "A*" * 99,
        "(" * 199,
        "a" * 199 + "!",
        "0," * 99,
        " " * 199 + "x",
        "1" * 199 + "-",
        "\t" * 199 + "x",
    ]
    with stage.api("reads") as api:
        for text in evil:
            for path in ("search", "look-alikes"):
                asked = {"since": "2026-01-31T00:00:00Z", "plate": "VNV4527", **WHY, field: text}
                assert api.post(f"/reads/{path}", json=asked).status_code in (200, 422)


def test_a_request_within_a_request_is_none(stage: Stage) -> None:
    """Smuggling: two lengths, or a length and chunks."""
    inner = b"0\r\n\r\nGET /api/v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = sent(stage, head("POST", "/sign-in", f"Content-Length: {len(inner)}", "Transfer-Encoding: chunked"), inner)
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert b"WWW-Authenticate" not in answer


def test_methods_of_other_protocols_do_nothing(stage: Stage) -> None:
    for method in ("TRACE", "CONNECT", "PROPFIND", "PRI"):
        answer = sent(stage, head(method, "/account"))
        assert not answer or answer.split(b" ")[1] in (b"303", b"400", b"404", b"405", b"501"), (method, answer[:60])


def test_a_header_cannot_be_put_into_an_answer(stage: Stage) -> None:
    with stage.site.client() as client:
        for text in ("/a%0d%0aSet-Cookie:%20x=y", "%0d%0aX-Evil:%201", "//elsewhere.example", "/%5celsewhere.example"):
            answer = client.get(f"/account?next={text}")
            assert "x-evil" not in answer.headers
            assert "x=y" not in answer.headers.get("set-cookie", "")
            assert answer.headers["location"].startswith("/sign-in")
            shown = client.get(f"/sign-in?next={text}")
            assert "elsewhere.example" not in httpx.Response(200, text=shown.text).text.replace(
                "//elsewhere", "", 0
            ) or ('name="next" value="/"' in shown.text)
