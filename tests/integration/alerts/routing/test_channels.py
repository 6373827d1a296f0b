"""Mail and webhooks over real sockets: what arrives, and what is said of what does not."""

from __future__ import annotations

import base64
import email
import hashlib
import hmac
import ssl
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import trustme

from alerts.routing.channels.mail import send_mail
from alerts.routing.channels.outcome import Fate, Sending
from alerts.routing.channels.texts import log_line
from alerts.routing.channels.webhook import send_webhook, webhook_body
from schemas.errors import ConfigurationError
from schemas.events import AlertType
from schemas.settings import MailChannel, WebhookChannel
from tests.integration.alerts.routing.servers import PASSWORD, mail_server, receiver, trusted
from tests.unit.alerts.samples import sample_alert

KEY = bytes(range(32))
SENDING = Sending(UUID(int=5), 17, sample_alert(picture=b"jpeg"), "squad 3", with_plate=False)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def mail(port: int, folder: Path, authority: trustme.CA, **fields: Any) -> MailChannel:
    password = folder / "password"
    password.write_text(f"{PASSWORD}\n")
    values: dict[str, Any] = {
        "name": "desk",
        "host": "localhost",
        "port": port,
        "sender": "alpr@portsmouth.example",
        "to": ("desk@portsmouth.example", "chief@portsmouth.example"),
        "username": "alpr",
        "password_file": password,
        "ca_file": trusted(authority, folder),
        "timeout_seconds": 5,
    }
    return MailChannel(**(values | fields))


@pytest.mark.parametrize("tls", [False, True])
def test_a_mail_arrives_encrypted_and_without_the_plate(tmp_path: Path, authority: trustme.CA, tls: bool) -> None:
    with mail_server(authority, tls=tls) as mailbox:
        channel = mail(mailbox.port, tmp_path, authority, security="tls" if tls else "starttls")
        assert send_mail(channel, SENDING).fate is Fate.SENT
        assert send_mail(channel, SENDING).fate is Fate.SENT
        with_plate = Sending(UUID(int=6), 17, SENDING.alert, "", with_plate=True)
        assert send_mail(channel, with_plate).fate is Fate.SENT
    assert all(mailbox.encrypted)
    assert all(login.endswith("True") for login in mailbox.logins)
    texts = [bytes(one.content or b"").decode() for one in mailbox.mails]
    first, again, third = (email.message_from_string(text) for text in texts)
    assert first["Subject"] == "Alert 17: stolen vehicle, gate, for squad 3"
    assert first["Message-ID"] == again["Message-ID"] != third["Message-ID"]
    assert mailbox.mails[0].rcpt_tos == ["desk@portsmouth.example", "chief@portsmouth.example"]
    assert "confirmed by nobody yet" in texts[0]
    assert "platewatch alerts show 17" in texts[0]
    assert "VNV4527" not in texts[0]
    assert third["Subject"] == "Alert 17: stolen vehicle, VNV4527, gate"
    assert "listed VNV4527 US-VA" in texts[2]


@pytest.mark.parametrize(
    ("answer", "fate"),
    [("451 busy", Fate.FAILED), ("550 policy", Fate.REFUSED), ("554 spam", Fate.REFUSED)],
)
def test_what_a_mail_server_answers(tmp_path: Path, authority: trustme.CA, answer: str, fate: Fate) -> None:
    with mail_server(authority) as mailbox:
        mailbox.answer = answer
        attempt = send_mail(mail(mailbox.port, tmp_path, authority), SENDING)
    assert attempt.fate is fate
    assert answer[:3] in attempt.reason


def test_recipients_that_are_not_known(tmp_path: Path, authority: trustme.CA) -> None:
    with mail_server(authority) as mailbox:
        channel = mail(mailbox.port, tmp_path, authority)
        mailbox.refuses = (channel.to[0],)
        attempt = send_mail(channel, SENDING)
        assert (attempt.fate, attempt.reason) == (Fate.SENT, "not for 1 of 2 recipients")
        mailbox.refuses = channel.to
        attempt = send_mail(channel, SENDING)
        assert (attempt.fate, attempt.reason) == (
            Fate.REFUSED,
            "the mail server takes none of the recipients (550)",
        )


def test_a_mail_server_that_is_not_who_it_says_or_not_there(tmp_path: Path, authority: trustme.CA) -> None:
    (tmp_path / "other").mkdir()
    with mail_server(authority) as mailbox:
        channel = mail(mailbox.port, tmp_path, authority, ca_file=trusted(trustme.CA(), tmp_path / "other"))
        attempt = send_mail(channel, SENDING)
        assert attempt.fate is Fate.FAILED
        (tmp_path / "password").write_text("wrong")
        wrong = send_mail(mail(mailbox.port, tmp_path, authority), SENDING)
        assert wrong.fate is Fate.SENT  # `mail` writes the right one anew
        channel = mail(mailbox.port, tmp_path, authority)
        (tmp_path / "password").write_text("wrong")
        refused = send_mail(channel, SENDING)
        assert (refused.fate, refused.reason) == (Fate.FAILED, "the mail server refuses the login (535)")
        assert "wrong" not in refused.reason
        port = mailbox.port
    assert send_mail(mail(port, tmp_path, authority), SENDING).fate is Fate.FAILED
    with pytest.raises(ConfigurationError, match="ca_file"), mail_server(authority) as mailbox:
        send_mail(mail(mailbox.port, tmp_path, authority, ca_file=tmp_path / "none.pem"), SENDING)


def hook(port: int, folder: Path, scheme: str = "http", **fields: Any) -> WebhookChannel:
    secret = folder / "secret"
    secret.write_text(f"whsec_{base64.b64encode(KEY).decode()}\n")
    host = "localhost" if scheme == "https" else "127.0.0.1"
    return WebhookChannel(
        name="cad", url=f"{scheme}://{host}:{port}/hook", secret_file=secret, timeout_seconds=2, **fields
    )


def verified(headers: dict[str, str], body: bytes, now: float) -> bool:
    """As the other side does it, by the Standard Webhooks specification."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    is_fresh = abs(now - int(headers["webhook-timestamp"])) <= 300
    return is_fresh and any(
        hmac.compare_digest(one.removeprefix("v1,"), expected) for one in headers["webhook-signature"].split()
    )


def test_a_webhook_is_signed_with_its_time(tmp_path: Path) -> None:
    with receiver() as received:
        channel = hook(received.port, tmp_path)
        assert send_webhook(channel, SENDING).fate is Fate.SENT
        assert send_webhook(channel.model_copy(update={"with_picture": True}), SENDING).fate is Fate.SENT
    (headers, body), (_, with_picture) = received.requests
    now = time.time()
    assert verified(headers, body, now)
    assert not verified(headers, body, now + 301)
    assert not verified(headers, body.replace(b"squad 3", b"squad 4"), now)
    assert not verified(headers | {"webhook-timestamp": str(int(now) - 7)}, body, now)
    assert headers["webhook-id"] == str(SENDING.delivery_id)
    assert body == webhook_body(channel, SENDING) != with_picture
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        (204, Fate.SENT),
        (410, Fate.REFUSED),
        (302, Fate.FAILED),
    ],
)
def test_what_the_other_program_answers(tmp_path: Path, status: int, fate: Fate) -> None:
    with receiver() as received:
        received.status = status
        attempt = send_webhook(hook(received.port, tmp_path), SENDING)
    assert attempt.fate is fate
    assert len(received.requests) == 1  # no redirect is followed
    assert fate is Fate.SENT or str(status) in attempt.reason


def test_a_webhook_goes_to_whom_it_trusts(tmp_path: Path, authority: trustme.CA) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with receiver(context) as received:
        right = hook(received.port, tmp_path, "https", ca_file=trusted(authority, tmp_path))
        assert send_webhook(right, SENDING).fate is Fate.SENT
        assert send_webhook(hook(received.port, tmp_path, "https"), SENDING).fate is Fate.FAILED
        port = received.port
    attempt = send_webhook(hook(port, tmp_path), SENDING)
    assert attempt.fate is Fate.FAILED
    assert "cannot be reached" in attempt.reason


def test_a_secret_is_exchanged_while_messages_go_on(tmp_path: Path) -> None:
    """The other side knows one of the two, before it is given the new one and after."""
    new = base64.b64encode(KEY[::-1]).decode()
    with receiver() as received:
        channel = hook(received.port, tmp_path)
        old = channel.secret_file.read_text()
        for text in (f"whsec_{new}\n{old}", f"whsec_{new}\n"):
            channel.secret_file.write_text(text)  # read anew for each message
            assert send_webhook(channel, SENDING).fate is Fate.SENT
        channel.secret_file.write_text(f"whsec_{new}\n{old}{old}")
        with pytest.raises(ConfigurationError, match="holds 3 secrets, expected one, or two lines"):
            send_webhook(channel, SENDING)
    (both, body), (only_new, _) = received.requests
    assert len(both["webhook-signature"].split()) == 2
    assert verified(both, body, time.time())
    assert not verified(only_new, body, time.time())
    assert both["webhook-signature"].split()[0] != both["webhook-signature"].split()[1]


@pytest.mark.parametrize("text", ["whsec_", "whsec_c2hvcnQ=", "whsec_" + "x" * 40 + "!"])
def test_a_secret_that_is_none_is_said_and_not_told(tmp_path: Path, text: str) -> None:
    channel = hook(1, tmp_path)
    channel.secret_file.write_text(text)
    with pytest.raises(ConfigurationError, match="24 to 64 bytes") as caught:
        send_webhook(channel, SENDING)
    assert "c2hvcnQ" not in str(caught.value)


def test_an_empty_secret_is_none(tmp_path: Path) -> None:
    channel = hook(1, tmp_path)
    channel.secret_file.write_text("\n")
    with pytest.raises(ConfigurationError, match="holds 0 secrets, expected one"):
        send_webhook(channel, SENDING)


def test_a_line_in_the_log_has_no_plate() -> None:
    cancel = SENDING.alert.model_copy(update={"type": AlertType.CANCEL})
    for alert in (SENDING.alert, cancel):
        line = log_line(Sending(UUID(int=5), 17, alert, "squad\n3", with_plate=True))
        assert "VNV4527" not in line
        assert "\n" not in line
        assert line.startswith(f"{alert.type.value} 17 for squad 3: stolen vehicle")
