"""`platewatch subscribe`: receive an agency's alerts as its neighbor does."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from alerts.subscriber import Subscriber
from cli.alerts.tables import alert_table
from cli.common import ConfigOption, DataDirOption, JsonOption, command_settings, console, errors, print_json
from cli.failures import TEMPORARY
from cli.stopping import stop_on_signals
from policy.decisions import open_policy
from schemas.errors import ConfigurationError
from schemas.settings import KafkaSettings, Settings
from services.kafka.local import LocalKafka
from services.private_files import private_umask
from sharing.receiving import ReceiptGate

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
    """Receive alerts from a Kafka topic, each once, and print them as they come.

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
        _broker(settings, bootstrap) as kafka,
    ):
        servers = kafka.bootstrap_servers
        gate = ReceiptGate(open_policy(settings), settings.agency_id)
        subscriber = Subscriber(settings.data_dir, kafka, servers, topic=topic, group=group, gate=gate)
        if not as_json:
            errors.print(f"subscribing to {topic} at {', '.join(servers)} as {group}", markup=False)
        for count, alert in enumerate(subscriber.alerts(stop), start=1):
            if as_json:
                print_json(alert.model_dump(mode="json"))
            else:
                console.print(alert_table([alert], header=count == 1))
            if count == limit:
                stop.set()  # and let the loop run out: only then is this alert recorded as handed out
        finished()


@contextmanager
def _broker(settings: Settings, bootstrap: str | None) -> Iterator[KafkaSettings]:
    """Yield how to connect; the data directory's own broker runs meanwhile where it is the one."""
    if bootstrap is not None:
        servers = tuple(part.strip() for part in bootstrap.split(",") if part.strip())
        yield settings.kafka.model_copy(update={"bootstrap_servers": servers})
    elif settings.kafka.bootstrap_servers:
        yield settings.kafka
    elif settings.kafka.local:
        broker = LocalKafka(settings.data_dir, settings.kafka)
        try:
            broker.start()
            yield broker.client_settings
        finally:
            broker.stop()
    else:
        raise ConfigurationError(
            "no Kafka is configured; give --bootstrap HOST:PORT, or set kafka.bootstrap_servers or kafka.local = true"
        )


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
