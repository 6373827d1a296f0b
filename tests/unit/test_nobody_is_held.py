"""No server, camera or device holds whoever asks it by sending a byte now and then, in whatever part of its answer.

Each client of the product asks one that does, and has what it says of a slow one; tests/unit/test_limits_are_set.py
notices one that is written tomorrow.
"""

from __future__ import annotations

import ssl
import threading
import time
from pathlib import Path
from uuid import UUID

import pytest

from alerts.routing.channels.mail import send_mail
from alerts.routing.channels.outcome import Attempt, Fate, Sending
from alerts.routing.channels.webhook import send_webhook
from hotlists.feeds.https import pull_https
from hotlists.feeds.transfer import PullContext
from ingest import picture_urls
from ingest.pulling import device as pulling
from ingest.streams import mjpeg
from ingest.streams.failures import StreamFailed
from operations.people.provider import Provider
from schemas.errors import InvalidInput, TransientError
from schemas.settings import HttpsFeed, MailChannel, MjpegCamera, PatrolSettings, SingleSignOn, WebhookChannel
from schemas.settings.pulling import HikvisionStreamPull
from services.http.home import Home, Unreachable
from tests.unit.alerts.samples import sample_alert
from tests.unit.hotlists.feeds.servers import make_certificate
from tests.unit.services.http.dripping import BODY, HEAD, LINE, dripping

SHORT = 0.3
ANY = pytest.mark.parametrize("answer", [HEAD, LINE, BODY], ids=["head", "line", "body"])


@ANY
def test_a_car_is_not_held_by_its_server(tmp_path: Path, answer: bytes) -> None:
    (tmp_path / "token").write_text("secret\n")
    with dripping(answer) as server:
        home = Home(PatrolSettings(car="unit-12", server=server.url, token_file=tmp_path / "token"))
        reached: list[str] = []
        with pytest.raises(Unreachable) as raised:
            home.ask("GET", "lists", seconds=SHORT, reached=lambda: reached.append("reached"))
        home.close()
    assert str(raised.value) == f"{server.url}: all of it takes longer than 0.3 s"
    assert reached


@ANY
def test_a_message_is_not_held_by_where_its_picture_is(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    monkeypatch.setattr(picture_urls, "SECONDS", SHORT)
    with dripping(answer) as server, pytest.raises(InvalidInput) as raised:
        picture_urls.fetch_picture(f"{server.url}/a.jpg", [f"127.0.0.1:{server.port}"])
    assert raised.value.message == "127.0.0.1 took longer than 0.3 seconds"


def test_a_source_is_not_held_by_how_a_device_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "ANSWER_SECONDS", SHORT)
    with (
        dripping(HEAD) as server,
        device_at(server.url) as device,
        pytest.raises(StreamFailed) as raised,
        device.asking("GET", "/list", read_seconds=SHORT),
    ):
        raise AssertionError
    assert str(raised.value) == f"{server.url}/list does not answer in time; is it on, and in this network?"


@pytest.mark.parametrize("answer", [LINE, BODY])
def test_a_source_is_not_held_by_how_a_device_goes_on(answer: bytes) -> None:
    with (
        dripping(answer) as server,
        device_at(server.url) as device,
        pytest.raises(StreamFailed) as raised,
        device.asking("GET", "/list") as response,
    ):
        device.body(response, 1000, SHORT, time.monotonic())
    assert str(raised.value) == f"{server.url} takes longer than 0.3 s to answer; look at the network"


def device_at(url: str) -> pulling.Device:
    return pulling.Device(HikvisionStreamPull(url=url))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (HEAD, "{} does not answer within 0.2 s"),
        (LINE, "sent nothing for 0.2 s, though it is connected"),
    ],
)
def test_a_camera_is_given_up(monkeypatch: pytest.MonkeyPatch, answer: bytes, words: str) -> None:
    monkeypatch.setattr(mjpeg, "OPEN_SECONDS", 0.2)
    with dripping(answer) as server:
        camera = MjpegCamera(id="gate", url=server.url).model_copy(update={"stall_seconds": 0.2})
        with pytest.raises(StreamFailed) as raised:
            list(mjpeg.MjpegConnection(camera).pictures(threading.Event()))
    assert str(raised.value) == words.format(server.url)


def test_an_alert_is_not_held_by_a_webhook(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("whsec_" + "A" * 43 + "=")
    with dripping(HEAD) as server:
        channel = WebhookChannel(name="cad", url=server.url, secret_file=tmp_path / "secret", timeout_seconds=SHORT)
        told = send_webhook(channel, Sending(UUID(int=5), 17, sample_alert(), "squad 3", with_plate=False))
    assert told == Attempt(Fate.FAILED, "no answer within 0.3 s")


SENT = Sending(UUID(int=5), 17, sample_alert(), "squad 3", with_plate=False)


@pytest.mark.parametrize("greets", [False, True], ids=["greeting", "answer"])
def test_an_alert_is_not_held_by_a_mail_server(greets: bool) -> None:
    with dripping(greeting=b"220 mail\r\n" if greets else b"") as server:
        channel = MailChannel(
            **{"name": "chief", "host": "127.0.0.1", "port": server.port, "security": "none"},
            **{"sender": "alpr@pd.example", "to": ("chief@pd.example",), "timeout_seconds": SHORT},
        )
        told = send_mail(channel, SENT)
    assert told == Attempt(Fate.FAILED, "the mail server cannot be used (all of it takes longer than 1.8 s)")
    clocks = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    for clock in clocks:
        clock.join(10)
    assert not any(clock.is_alive() for clock in clocks), "nothing waits on for what is over"


def test_an_alert_is_not_held_by_a_mail_server_with_tls(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with dripping(context=context) as server:
        channel = MailChannel(
            **{"name": "chief", "host": "127.0.0.1", "port": server.port, "security": "tls", "ca_file": certificate},
            **{"sender": "alpr@pd.example", "to": ("chief@pd.example",), "timeout_seconds": SHORT},
        )
        told = send_mail(channel, SENT)
    assert told == Attempt(Fate.FAILED, "the mail server cannot be used (all of it takes longer than 1.8 s)")


@ANY
def test_a_fetched_list_leaves_no_thread_behind(tmp_path: Path, answer: bytes) -> None:
    certificate, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with dripping(answer, context=context) as server:
        feed = HttpsFeed(
            name="state",
            source="va-vehicle",
            url=f"{server.url}/list.csv",
            ca_file=certificate,
            transfer_minutes=SHORT / 60,
        )
        with pytest.raises(TransientError, match=r"no answer within|took longer"):
            pull_https(feed, PullContext(tmp_path))
    assert not list(tmp_path.glob("*.csv"))


@ANY
def test_a_sign_in_is_not_held_by_the_directory(answer: bytes) -> None:
    with dripping(answer) as server, pytest.raises(TransientError, match="does not answer as expected") as raised:
        Provider(SingleSignOn(issuer=server.url, seconds=SHORT / 4), "https://here.example/back").start()
    assert "ReadTimeout" in str(raised.value)
