"""`platewatch subscribe`: receive an agency's alerts as its neighbor does."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from cli.alerts.tables import alert_table
from cli.broker.connecting import command_broker
from cli.common import ConfigOption, DataDirOption, JsonOption, command_settings, console, errors, print_json
from cli.failures import TEMPORARY
from cli.stopping import stop_on_signals
from cli.terminal.reads import shared_read_line
from policy.agreements.agreement import is_reads_topic
from policy.decisions import open_policy
from schemas.events import Alert, PlateReadEvent
from schemas.settings import KafkaSettings, Settings
from services.private_files import private_umask

GRACE_SECONDS = 5.0
"""How long after --timeout an orderly end may take: the last alert is recorded, the group is left."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("subscribe")(subscribe)


def subscribe(
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
    topic: Annotated[
        str | None, typer.Option("--topic", help="Topic; default: the configured agency's.", show_default=False)
    ] = None,
    group: Annotated[
        str | None,
        typer.Option("--group", help="Consumer group; default: AGENCY-subscriber.", show_default=False),
    ] = None,
    bootstrap: Annotated[
        str | None,
        typer.Option("--bootstrap", help="Kafka servers, HOST:PORT[,HOST:PORT].", show_default=False),
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="End after so many alerts.")] = None,
    timeout: Annotated[
        float | None, typer.Option("--timeout", min=0, help="End after so many seconds, whatever the broker does.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Receive alerts, or reads that an agreement shares, from a Kafka topic, each once, and print them as they come.

    A group goes on where it left off; a new one begins at the oldest alert that the topic still holds. What other
    agencies give is judged by this agency's own law (policy.profile) as it comes in; what is refused is said, with the
    reason. Ends at Ctrl-C.

    Example:
        platewatch subscribe --topic platewatch.alerts.springfield.v1 --bootstrap kafka.example.org:9092 --json
    """
    settings = command_settings(config, data_dir)
    topic = topic or settings.alert_topic
    group = group or f"{settings.agency_id}-subscriber"
    # The deadline first: a broker may take its time to start, or never answer.
    with (
        private_umask(),
        stop_on_signals() as stop,
        _deadline(stop, timeout) as finished,
        command_broker(settings, bootstrap) as kafka,
    ):
        servers = kafka.bootstrap_servers
        if not as_json:
            errors.print(f"subscribing to {topic} at {', '.join(servers)} as {group}", markup=False)
        for count, one in enumerate(_messages(settings, kafka, topic, group, stop), start=1):
            if as_json:
                print_json(one.model_dump(mode="json"))
            elif isinstance(one, Alert):
                console.print(alert_table([one], header=count == 1))
            else:
                console.print(shared_read_line(one), markup=False, highlight=False, soft_wrap=True)
            if count == limit:
                stop.set()  # and let the loop run out: only then is this one recorded as handed out
        finished()


def _messages(
    settings: Settings, kafka: KafkaSettings, topic: str, group: str, stop: threading.Event
) -> Iterator[Alert | PlateReadEvent]:
    """Return what comes on a topic: alerts, or reads where it is an agreement's topic of them."""
    # Imported here: other commands should not wait for kafka-python.
    from alerts.shared_reads import ReadSubscriber
    from alerts.subscriber import Subscriber
    from sharing.receiving import ReadReceiptGate, ReceiptGate

    policy, servers = open_policy(settings), kafka.bootstrap_servers
    if is_reads_topic(topic):
        judge = ReadReceiptGate(policy)
        return ReadSubscriber(settings.data_dir, kafka, servers, topic=topic, group=group, gate=judge).messages(stop)
    gate = ReceiptGate(policy, settings.agency_id)
    return Subscriber(settings.data_dir, kafka, servers, topic=topic, group=group, gate=gate).alerts(stop)


@contextmanager
def _deadline(stop: threading.Event, seconds: float | None) -> Iterator[Callable[[], None]]:
    """Set `stop` after so many seconds, and end the process where that does not end the subscription soon.

    Yields:
        What to call when the subscription has ended; a broker of our own may take longer to stop.
    """
    if seconds is None:
        yield lambda: None
        return
    timers = (threading.Timer(seconds, stop.set), threading.Timer(seconds + GRACE_SECONDS, _give_up))
    for timer in timers:
        timer.daemon = True
        timer.start()
    try:
        yield timers[1].cancel
    finally:
        for timer in timers:
            timer.cancel()


def _give_up() -> None:
    """End the process though a client waits for its broker; what was not committed comes again, and no alert twice."""
    errors.print("platewatch: the time is over and the broker does not answer; look whether it runs", style="red")
    os._exit(TEMPORARY)
