"""What is posted is stored, and answered once it is; who may not is told in one line."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import stat
import time
from pathlib import Path

import pytest

from ingest.server.credentials import new_token, token_digest
from ingest.server.sources import check_ingest
from ingest.vendors.adapter import Adapter, Parsed, VendorMessage
from schemas.errors import ConfigurationError, InvalidInput
from schemas.settings import IngestSettings, IngestSource
from tests.unit.ingest.server.conftest import TOKEN, Serve, source

WRONG = "another-token"


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def line(answer: bytes) -> str:
    body = answer.partition(b"\r\n\r\n")[2]
    assert body.count(b"\n") == 1
    assert body.endswith(b"\n")
    return str(json.loads(body).get("error", ""))


def test_a_message_is_stored_as_it_came_and_then_answered(serve: Serve) -> None:
    served = serve()
    body = bytes(range(256)) * 40
    answer = served.post("/ingest/reads/rekor/gate/NotificationInfo/x", body, "Content-Type: image/x", "Cookie: secret")
    assert status(answer) == 202
    (message,) = served.stored()
    assert (message.source, message.body, message.content_type) == ("gate", body, "image/x")
    assert message.path == "NotificationInfo/x"
    assert message.headers == {}
    assert abs(message.received_at.timestamp() - time.time()) < 10
    assert stat.S_IMODE(served.inbox.stat().st_mode) == 0o600
    (health,) = served.server.health()
    assert (health.received, health.refused, health.waiting) == (1, 0, 1)


def test_what_adapters_may_look_at_is_kept_of_the_headers_and_nothing_else(serve: Serve) -> None:
    """Of all others nobody knows whether they are secrets."""
    served = serve()
    names = ("User-Agent", "Date", "X-Event-Type", "X-Event-Name", "X-Request-Id", "X-Device-Id")
    lines = [f"{name}: {name[-1] * 1001}" for name in names]
    served.post(
        "/ingest/reads/rekor/gate", b"x", f"Content-Type: {'t' * 1001}", *lines, "X-Api-Secret: s", "Referer: r"
    )
    (message,) = served.stored()
    assert message.headers == {name.lower(): name[-1] * 1000 for name in names}
    assert message.content_type == "t" * 1000


def test_a_chunked_body_is_stored_whole(serve: Serve) -> None:
    served = serve()
    head = f"POST /ingest/reads/rekor/gate HTTP/1.1\r\nHost: a\r\nX-Api-Key: {TOKEN}\r\nConnection: close\r\n"
    answer = served.say(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")
    assert status(answer) == 202
    assert served.stored()[0].body == b"abcdefg"


@pytest.mark.parametrize(
    ("path", "header"),
    [
        ("", f"Authorization: Bearer {TOKEN}"),
        ("", f"authorization: bearer {TOKEN}"),
        ("", f"X-Api-Key: {TOKEN}"),
        ("", "Authorization: Basic " + base64.b64encode(f"admin:{TOKEN}".encode()).decode()),
        (f"?token={TOKEN}", "X-Nothing: 1"),
    ],
)
def test_each_way_to_show_a_token_is_taken(serve: Serve, path: str, header: str) -> None:
    assert status(serve().post(f"/ingest/reads/rekor/gate{path}", b"{}", header, token="")) == 202


@pytest.mark.parametrize(
    ("path", "header"),
    [
        ("", "X-Nothing: 1"),
        ("", f"Authorization: Bearer {WRONG}"),
        ("", "Authorization: Basic !!!"),
        ("", "Authorization: Basic " + base64.b64encode(f"{WRONG}:x".encode()).decode()),
        ("", f"Authorization: Digest {WRONG}"),
        (f"?token={WRONG}", "X-Nothing: 1"),
        ("", "X-Api-Key: " + "x" * 5000),
        ("", f"Authorization: Bearer {token_digest(TOKEN)}"),
    ],
)
def test_a_wrong_token_is_refused_counted_and_not_logged(
    serve: Serve, caplog: pytest.LogCaptureFixture, path: str, header: str
) -> None:
    served = serve()
    with caplog.at_level(logging.DEBUG):
        for _ in range(5):
            answer = served.post(f"/ingest/reads/rekor/gate{path}", b'{"plate": "ABC1234"}', header, token="")
            assert status(answer) == 401
            assert "token" in line(answer)
            assert b'www-authenticate: Basic realm="platewatch"' in answer
    assert served.stored() == []
    assert served.server.health()[0].refused == 5
    said = [one for one in caplog.records if "refused" in one.getMessage()]
    assert len(said) == 1
    assert WRONG not in caplog.text
    assert TOKEN not in caplog.text
    assert "ABC1234" not in caplog.text


def test_a_source_of_another_vendor_or_none_is_not_there(serve: Serve) -> None:
    served = serve()
    for path in (
        "/ingest/reads/hikvision/gate",
        "/ingest/reads/rekor/bridge",
        "/",
        "/ingest/reads/rekor",
        "/admin",
        "/admin/reads/rekor/gate",
        "/ingest/read/rekor/gate",
        "/ingest/cameras/pole",
        "/ingest/cameras/pole/frame",
        "/ingest/camera/pole/frames",
        "/admin/cameras/pole/frames",
    ):
        assert status(answer := served.post(path)) == 404
        assert line(answer)
    assert served.stored() == []


def test_who_tries_the_url_is_answered_and_nothing_is_stored(serve: Serve) -> None:
    served = serve()
    head = f"/ingest/reads/rekor/gate HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Api-Key: {TOKEN}\r\n\r\n"
    answer = served.say(f"GET {head}".encode())
    assert (status(answer), json.loads(answer.partition(b"\r\n\r\n")[2])) == (200, {"ready": True})
    answer = served.say(f"HEAD {head}".encode())
    assert status(answer) == 200
    assert answer.endswith(b"\r\n\r\n")
    assert status(served.say(f"DELETE {head}".encode())) == 405
    answer = served.post(body=b"")
    assert (status(answer), json.loads(answer.partition(b"\r\n\r\n")[2])) == (200, {"ready": True})
    assert served.stored() == []


def test_a_signed_message_of_verkada_is_taken_and_any_other_is_not(serve: Serve, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("shared-secret\n")
    served = serve(source("cloud", "verkada", token_sha256=None, signature_secret_file=secret))
    body = b'{"webhook_type": "lpr"}'

    def signed(stamp: int, key: bytes = b"shared-secret", text: bytes = body) -> str:
        return f"Verkada-Signature: {stamp}|" + hmac.new(key, text + b"|%d" % stamp, hashlib.sha256).hexdigest()

    path, now = "/ingest/reads/verkada/cloud", int(time.time())
    assert status(served.post(path, body, signed(now), token="")) == 200
    for header in (
        "X-Nothing: 1",
        signed(now, b"another"),
        signed(now, text=b"{}"),
        signed(now - 3600),
        "Verkada-Signature: |",
        "Verkada-Signature: now|\xff",
    ):
        answer = served.post(path, body, header, token="")
        assert status(answer) == 401
        assert "sign" in line(answer)
    assert len(served.stored()) == 1


def test_secrets_and_tokens_are_exchanged_while_messages_come(serve: Serve, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("new-secret\nold-secret\n")
    digests = ",".join(token_digest(token) for token in (TOKEN, "the token before"))
    served = serve(
        source("cloud", "verkada", token_sha256=None, signature_secret_file=secret), source(token_sha256=digests)
    )
    body, now = b'{"webhook_type": "lpr"}', int(time.time())
    for key, expected in ((b"new-secret", 200), (b"old-secret", 200), (b"older", 401), (b"", 401)):
        header = f"Verkada-Signature: {now}|" + hmac.new(key, body + b"|%d" % now, hashlib.sha256).hexdigest()
        assert status(served.post("/ingest/reads/verkada/cloud", body, header, token="")) == expected
    assert [status(served.post(token=token)) for token in (TOKEN, "the token before", "another", digests)] == [
        *[202] * 2,
        *[401] * 2,
    ]


def test_a_source_of_which_too_many_wait_has_to_wait_and_others_do_not(serve: Serve) -> None:
    served = serve(source(max_waiting=3), source("bridge"))
    assert [status(served.post()) for _ in range(3)] == [202] * 3
    answer = served.post()
    assert status(answer) == 429
    assert b"retry-after: " in answer
    assert status(served.post("/ingest/reads/rekor/bridge")) == 202
    from storage.spool.spool import Spool

    with Spool(served.inbox) as spool:
        spool.discard([one.number for one in spool.take(0, 2)])
    time.sleep(1.1)
    assert status(served.post()) == 202


def test_a_disk_that_is_nearly_full_refuses_before_it_is(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.server.inbox.shutil.disk_usage", lambda _: type("Usage", (), {"free": 100 << 20})())
    answer = serve().post()
    assert status(answer) == 507
    assert "disk" in line(answer)


class Own(Adapter):
    name = "platewatch"
    title = "Platewatch"

    def validate(self, message: VendorMessage, source: IngestSource) -> None:
        if not message.body.startswith(b"{"):
            raise InvalidInput("found no object, expected a read")

    def parse(self, message: VendorMessage, source: IngestSource) -> Parsed:
        if b"plate" not in message.body:
            raise InvalidInput("plate is missing")
        return Parsed()


def test_only_reads_of_our_own_kind_are_parsed_before_they_are_stored(serve: Serve) -> None:
    served = serve(source("own", "platewatch"), source(), adapters={"platewatch": Own()})
    assert status(answer := served.post("/ingest/reads/platewatch/own", b"{}")) == 422
    assert line(answer) == "plate is missing"
    assert status(served.post("/ingest/reads/platewatch/own", b'{"plate": "ABC1234"}')) == 202
    assert status(served.post(body=b"no JSON at all")) == 202
    assert len(served.stored()) == 2


def test_other_sources_are_taken_over_while_it_serves(serve: Serve) -> None:
    served = serve()
    token = new_token()
    served.server.take_anew(IngestSettings(sources=(source("bridge", token_sha256=token_digest(token)),)))
    assert status(served.post()) == 404
    assert status(served.post("/ingest/reads/rekor/bridge")) == 401
    assert status(served.post("/ingest/reads/rekor/bridge", token=token)) == 202


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"listen": "0.0.0.0:1", "sources": [{"id": "a", "vendor": "rekor"}]}, "anybody who reaches"),
        (
            {"listen": "10.1.2.3:1", "sources": [{"id": "a", "vendor": "rekor", "token_sha256": "0" * 64}]},
            "without TLS",
        ),
        ({"listen": "127.0.0.1:1", "certificate_file": "a.pem"}, "belong together"),
        (
            {"listen": "127.0.0.1:1", "sources": [{"id": "a", "vendor": "rekor", "signature_secret_file": "x"}]},
            "rekor signs nothing",
        ),
    ],
)
def test_a_server_that_anybody_could_use_does_not_start(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        check_ingest(IngestSettings.model_validate(settings))


def test_a_server_of_this_machine_alone_needs_no_tokens() -> None:
    check_ingest(IngestSettings(listen="127.0.0.1:1", sources=(IngestSource(id="a", vendor="rekor"),)))
    check_ingest(IngestSettings(listen="10.1.2.3:1", sources=(source(),), allow_unencrypted=True))


def test_a_port_that_is_taken_is_said(serve: Serve, tmp_path: Path) -> None:
    from ingest.server.door import IngestServer

    served = serve()
    second = IngestServer(IngestSettings(listen=f"127.0.0.1:{served.port}"), tmp_path / "other", {})
    with pytest.raises(ConfigurationError, match=f"ingest.listen 127.0.0.1:{served.port}: .*Address already in use"):
        second.start()
    second.stop()
