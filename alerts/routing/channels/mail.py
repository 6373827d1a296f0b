"""Mail by SMTP."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import format_datetime

from alerts.routing.channels.bounded_smtp import BoundedSmtp, BoundedSmtpOverTls
from alerts.routing.channels.outcome import Attempt, Fate, Sending
from alerts.routing.channels.texts import mail_lines, mail_subject
from schemas.errors import ConfigurationError
from schemas.settings.channels import MailChannel
from services.private_files import read_secret


def send_mail(channel: MailChannel, sending: Sending) -> Attempt:
    """Send an alert as mail; it is sent once the server has taken it for every recipient.

    Source:
        RFC 5321, 4.2.1: answers from 500 on are for good, those below may be over later.

    Raises:
        ConfigurationError: ca_file or password_file cannot be used.
    """
    message = mail_of(channel, sending)
    try:
        with _connected(channel) as server:
            refused = server.send_message(message)
    except smtplib.SMTPAuthenticationError as error:
        return Attempt(Fate.FAILED, f"the mail server refuses the login ({error.smtp_code})")
    except smtplib.SMTPRecipientsRefused as error:
        return _of_recipients(error.recipients)
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        fate = Fate.REFUSED if error.smtp_code >= 500 else Fate.FAILED
        return Attempt(fate, f"the mail server answered {error.smtp_code}")
    except smtplib.SMTPNotSupportedError:
        return Attempt(Fate.FAILED, f"the mail server offers no {channel.security} or no login")
    except (smtplib.SMTPException, OSError, ssl.SSLError) as error:
        return Attempt(Fate.FAILED, f"the mail server cannot be used ({' '.join(str(error).split())})")
    # Whoever has it gets it again with another attempt: told, and not tried again for the others.
    return Attempt(Fate.SENT, f"not for {len(refused)} of {len(channel.to)} recipients" if refused else "")


def mail_of(channel: MailChannel, sending: Sending) -> EmailMessage:
    """Return the mail about an alert; without the plate unless the rule says so, and always without pictures."""
    message = EmailMessage()
    message["From"] = channel.sender
    message["To"] = ", ".join(channel.to)
    message["Subject"] = mail_subject(sending)
    message["Date"] = format_datetime(sending.alert.created_at)
    # The same for each attempt, so that mailboxes show a doubled one once.
    message["Message-ID"] = f"<{sending.delivery_id}@{channel.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join(mail_lines(sending)) + "\n")
    return message


@contextlib.contextmanager
def _connected(channel: MailChannel) -> Iterator[smtplib.SMTP]:
    timeout = channel.timeout_seconds
    if channel.security == "tls":
        context = _context(channel)
        server: smtplib.SMTP = BoundedSmtpOverTls(channel.host, channel.port, timeout=timeout, context=context)
    else:
        server = BoundedSmtp(channel.host, channel.port, timeout=timeout)
    with server:
        if channel.security == "starttls":
            server.starttls(context=_context(channel))
        if channel.username is not None and channel.password_file is not None:
            password = read_secret(channel.password_file, f"channel '{channel.name}': password_file")
            server.login(channel.username, password)
        yield server


def _context(channel: MailChannel) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=None if channel.ca_file is None else str(channel.ca_file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(f"channel '{channel.name}': ca_file {channel.ca_file} cannot be used") from error


def _of_recipients(refused: dict[str, tuple[int, bytes]]) -> Attempt:
    codes = sorted({code for code, _ in refused.values()})
    fate = Fate.REFUSED if codes and min(codes) >= 500 else Fate.FAILED
    return Attempt(fate, f"the mail server takes none of the recipients ({', '.join(map(str, codes))})")
