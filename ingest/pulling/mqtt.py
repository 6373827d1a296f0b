"""Topics of an MQTT broker, which keeps for us what comes while we are away."""

from __future__ import annotations

import contextlib
import re
import secrets
import select
import ssl
import time
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from ingest.pulling.outlet import Ended, Outlet
from ingest.streams.failures import StreamFailed
from ingest.streams.http_login import trust_of
from ingest.streams.login import Access, access_of
from schemas.settings import MqttPull
from storage.spool.messages import Message

PORTS = {"mqtt": 1883, "mqtts": 8883}
ANSWER_SECONDS = 10.0
AT_ONCE = 100
BYTES_AT_ONCE = 8 << 20
STORE_PATIENCE_SECONDS = 5.0
"""The broker keeps what is not acknowledged, so that a full inbox ends the connection."""

_SHARED = re.compile(r"^\$share/[^/]+/")
_LOGIN_REFUSED = frozenset({134, 135})


class MqttPuller:
    """Subscribes with a session that outlasts us (clean_session = false, QoS 1), and acknowledges what is on our disk.

    Args:
        settings: The broker and its topics.
        client_id: What it knows us by.
        is_trial: Subscribe under a name of its own and without a session, so that whoever fetches otherwise loses
            nothing.
    """

    def __init__(self, settings: MqttPull, client_id: str, *, is_trial: bool = False) -> None:
        self._settings = settings
        self._client_id = f"platewatch-check-{secrets.token_hex(4)}" if is_trial else settings.client_id or client_id
        self._keeps = not is_trial

    def pull(self, outlet: Outlet) -> None:
        """Store what comes; see `Puller`."""
        access = access_of(self._settings)
        subscription = _Subscription(self._settings, self._client_id, access, outlet, keeps=self._keeps)
        subscription.connect()
        try:
            while not outlet.is_stopped:
                subscription.step()
        finally:
            subscription.leave()
        raise Ended


class _Subscription:
    """One connection to a broker."""

    def __init__(self, settings: MqttPull, client_id: str, access: Access, outlet: Outlet, *, keeps: bool) -> None:
        self._settings = settings
        self._access = access
        self._outlet = outlet
        # Of a shared subscription, messages have the topic alone.
        self._filters = [_SHARED.sub("", topic) for topic in settings.topics]
        self._taken: list[mqtt.MQTTMessage] = []
        self._failure: StreamFailed | None = None
        self._is_answered = False
        self._began = time.monotonic()
        self._is_subscribed = False
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=not keeps,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        self._client.on_connect = self._answered
        self._client.on_subscribe = self._subscribed
        self._client.on_message = lambda _, __, message: self._taken.append(message)
        if access.user is not None:
            self._client.username_pw_set(access.user, access.password)

    def connect(self) -> None:
        """Connect to the broker.

        Raises:
            StreamFailed: It cannot be reached, or is not the one that it should be.
        """
        parts = urlsplit(self._access.plain_url)
        if parts.scheme == "mqtts":
            self._client.tls_set_context(self._trust())
        self._client.connect_timeout = ANSWER_SECONDS
        try:
            self._client.connect(
                parts.hostname or "", parts.port or PORTS[parts.scheme], self._settings.keep_alive_seconds
            )
        except ssl.SSLError as error:
            raise self._said(f"is not trusted ({error.reason or error}); correct ca_file or its certificate") from None
        except TimeoutError:
            raise self._said(f"does not answer within {ANSWER_SECONDS:g} s; is it on, and in this network?") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise self._said(f"cannot be reached ({reason}); are its name and port right?") from None

    def step(self) -> None:
        """Take what is there, store it, and acknowledge it.

        Raises:
            StreamFailed: The connection ended, or the broker refuses us.
        """
        self._read()
        if self._failure is not None:
            raise self._failure
        self._hand_over()
        if self._client.loop_misc() != mqtt.MQTT_ERR_SUCCESS or self._client.socket() is None:
            raise self._gone()
        if not self._is_subscribed and time.monotonic() - self._began > ANSWER_SECONDS:
            raise self._said(f"did not answer within {ANSWER_SECONDS:g} s, though it is connected; is it MQTT?")

    def leave(self) -> None:
        """End the connection; what is not acknowledged comes again."""
        with contextlib.suppress(OSError, ValueError):
            self._client.disconnect()
            if self._client.socket() is not None:
                self._client.loop_write()

    def _read(self) -> None:
        """Read until nothing more is there, or enough is."""
        size, pause = 0, 0.5
        while len(self._taken) < AT_ONCE and size < BYTES_AT_ONCE and self._is_ready(pause):
            before = len(self._taken)
            if self._client.loop_read() != mqtt.MQTT_ERR_SUCCESS:
                self._failure = self._failure or self._gone()
                return
            size += sum(len(message.payload) for message in self._taken[before:])
            pause = 0.0

    def _is_ready(self, seconds: float) -> bool:
        connection = self._client.socket()
        if connection is None:
            return False
        if isinstance(connection, ssl.SSLSocket) and connection.pending():
            return True
        # Not select(): a process with many cameras has more descriptors than that can take.
        poll = select.poll()
        poll.register(connection, select.POLLIN)
        if self._client.want_write():
            self._client.loop_write()
        return bool(poll.poll(seconds * 1000))

    def _hand_over(self) -> None:
        taken, self._taken = self._taken, []
        messages = [made for message in taken if (made := self._made(message)) is not None]
        if messages:
            self._outlet.store(messages, STORE_PATIENCE_SECONDS)
        for message in taken:
            self._client.ack(message.mid, message.qos)

    def _made(self, message: mqtt.MQTTMessage) -> Message | None:
        """Return a message for the inbox, or None where it is of no use there."""
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        # The broker remembers topics of earlier configurations.
        if not message.payload or not any(mqtt.topic_matches_sub(each, topic) for each in self._filters):
            self._outlet.telling.counted(other=1)
            return None
        if len(message.payload) > self._outlet.largest:
            self._outlet.refuse(
                f"it has {len(message.payload)} bytes, {self._outlet.largest} are permitted (ingest.max_body_megabytes)"
            )
            return None
        return self._outlet.message(bytes(message.payload), topic=topic)

    def _answered(self, client: mqtt.Client, _: Any, __: Any, code: ReasonCode, ___: Any) -> None:
        self._is_answered = True
        if not code.is_failure:
            client.subscribe([(topic, 1) for topic in self._settings.topics])
        elif code.value in _LOGIN_REFUSED:
            self._failure = self._login_problem()
        else:
            self._failure = self._said(f"refuses the connection ({str(code).lower()})")

    def _subscribed(self, _: Any, __: Any, ___: int, codes: list[ReasonCode], ____: Any) -> None:
        refused = [topic for topic, code in zip(self._settings.topics, codes, strict=False) if code.is_failure]
        if refused:
            self._failure = self._said(
                f"refuses topic {', '.join(refused)}; permit this user to read it", is_login=True
            )
            return
        self._is_subscribed = True
        self._outlet.telling.connected()

    def _login_problem(self) -> StreamFailed:
        what = "asks for a login; set user and password_file"
        if self._access.user is not None:
            what = "refuses user and password; correct them"
        return self._said(what, is_login=True)

    def _gone(self) -> StreamFailed:
        if not self._is_answered:
            # Some brokers refuse without a word.
            return self._said(
                "ended the connection before it answered; some do so where user or password are wrong, or the port is "
                "one for TLS",
                is_login=self._access.user is not None,
            )
        return self._said("ended the connection")

    def _said(self, what: str, *, is_login: bool = False) -> StreamFailed:
        return StreamFailed(self._access.redacted(f"{self._access.address} {what}"), is_login=is_login)

    def _trust(self) -> ssl.SSLContext:
        found = trust_of(self._settings)
        context = found if isinstance(found, ssl.SSLContext) else ssl.create_default_context()
        if found is False:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self._settings.certificate_file is not None and self._settings.key_file is not None:
            try:
                context.load_cert_chain(self._settings.certificate_file, self._settings.key_file)
            except OSError as error:
                reason = error.strerror or str(error)
                raise StreamFailed(f"certificate_file and key_file cannot be used ({reason})") from None
        return context
