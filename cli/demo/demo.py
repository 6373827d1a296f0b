"""`platewatch demo`: the main job on a clip that Platewatch renders itself, or on the user's own pictures."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import SecretStr

from cli.common import JsonOption, command_database, command_settings, console, errors, print_json
from cli.demo.input import DemoInput, rendered_input, user_input
from cli.demo.looking import serving_console, until_enter
from cli.demo.words import SHORT_SECONDS, drive_words, live_words
from cli.stopping import stop_on_signals
from schemas.errors import BrokerUnavailable, PlatewatchError
from schemas.events import AlertType
from schemas.settings import KafkaSettings, Settings
from services.data_directory import run_alone
from services.private_files import private_umask

if TYPE_CHECKING:
    from cli.demo.screen import DemoScreen
    from pipeline.counters import RunTotals
    from storage.database import Database

AGENCY = "demo-pd"
CONFIGURATION = "platewatch.toml"
NEIGHBOR_PATIENCE_SECONDS = 15.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    input_path: Annotated[
        Path | None, typer.Option("--input", help="Your own video, picture, or folder of them.", show_default=False)
    ] = None,
    hotlist: Annotated[
        list[Path] | None,
        typer.Option("--hotlist", help="Your own list too (CSV with a `plate` column).", show_default=False),
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", help="Where the demo keeps everything [default: demo-data]")
    ] = None,
    live: Annotated[
        bool | None,
        typer.Option(
            "--live/--no-live",
            help="Play the whole clip as a live camera, too, in real time; or no live camera "
            f"[default: {SHORT_SECONDS:.0f} seconds of the demo's own clip]",
            show_default=False,
        ),
    ] = None,
    car: Annotated[
        bool | None,
        typer.Option(
            "--car/--no-car",
            help="Have a patrol car drive along a street without a network, and come home; or not "
            "[default: with the demo's own clip]",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run the main job once: read plates from a clip, match them, alert, publish, and show what a neighbor receives.

    Then the clip's beginning is played as a live RTSP camera: what is seen again at the same place repeats its alert.
    At the end a patrol car drives along a street without a network, alerts on its own page, and comes home.

    Example: platewatch demo --input my-video.mp4 --hotlist my-list.csv
    """
    started = time.perf_counter()
    settings = _demo_settings(data_dir)
    with private_umask(), run_alone(settings.data_dir):
        _demonstrate(settings, input_path, hotlist or [], live, car, as_json, started)


def _demonstrate(
    settings: Settings,
    input_path: Path | None,
    hotlist: list[Path],
    live: bool | None,
    car: bool | None,
    as_json: bool,
    started: float,
) -> None:
    # Imported here: the engines behind them take a second to load, and --help should not.
    from cli.demo.driving import driving
    from cli.demo.live import check_live, play_live
    from cli.demo.screen import DemoScreen
    from operations.alerts import waiting_messages
    from pipeline.broker import open_broker

    _say(f"data directory: {settings.data_dir}")
    played = user_input(input_path, settings) if input_path is not None else rendered_input(settings)
    if live:
        check_live(played)
    shown = drive = None
    with (
        stop_on_signals() as stop,
        command_database(settings, create=True) as database,
        contextlib.ExitStack() as until_the_end,
    ):
        _say(f"PostgreSQL is up ({_seconds(started)})")
        _import_lists(database, settings, hotlist)
        with serving_console(settings, database, stop), open_broker(settings) as broker:
            kafka = _settings_of(broker)
            if kafka is not None:
                _say(f"Apache Kafka is up at {kafka.bootstrap_servers[0]} ({_seconds(started)})")
            run_settings = settings.model_copy(update={"cameras": played.cameras})
            screen = DemoScreen(errors if as_json else console, played.frames)
            totals, playing = _play(run_settings, database, kafka, screen, stop)
            if live or (live is None and input_path is None and not stop.is_set()):
                seconds = None if live else SHORT_SECONDS
                shown = play_live(settings, database, kafka, played, screen, seconds, stop)
            if car or (car is None and input_path is None and not stop.is_set()):
                drive = until_the_end.enter_context(driving(settings, database, kafka, stop))
            _write_configuration(settings, played)
            whole = time.perf_counter() - started
            summary = _summary(screen, totals, played, playing, whole, waiting_messages(database))
            summary["live"] = None if shown is None else shown.record()
            summary["car"] = None if drive is None else drive.record()
            if as_json:
                print_json(summary)
            else:
                _show_summary(screen, summary, settings)
                until_enter(stop)
    for show in (shown, drive):
        if show is not None and not stop.is_set():
            show.check()


def _settings_of(broker: Callable[[], KafkaSettings] | None) -> KafkaSettings | None:
    """Return how to reach the broker, or None where there is none: the demo is over before one could come."""
    with contextlib.suppress(BrokerUnavailable):
        return None if broker is None else broker()
    return None


def _demo_settings(data_dir: Path | None) -> Settings:
    if data_dir is None and "PLATEWATCH_DATA_DIR" not in os.environ:
        data_dir = Path("demo-data")
    settings = command_settings(None, data_dir, look=False, agency_id=AGENCY, log_level="WARNING")
    if settings.kafka.bootstrap_servers or settings.kafka.local:
        return settings
    local = settings.kafka.model_copy(update={"local": True})
    return settings.model_copy(update={"kafka": local})


def _import_lists(database: Database, settings: Settings, own: list[Path]) -> None:
    from hotlists.importing.importer import ImportOptions
    from operations.actors import service_actor
    from operations.hotlists.importing import import_list
    from rendering.demo_lists import write_demo_hotlists
    from rendering.scene.scenario import demo_scenario

    actor = service_actor("demo", settings)
    as_of = datetime.now(UTC) - timedelta(hours=3)
    lists = write_demo_hotlists(settings.data_dir / "demo", demo_scenario(), as_of=as_of)
    for path, source, name in (
        (lists.ncic, "ncic", "ncic"),
        (lists.missing, "missing", "missing"),
        (lists.regional, "csv", "regional"),
        *((path, "csv", None) for path in own),
    ):
        options = ImportOptions(
            hotlist_id=name,
            as_of=None if name is None else as_of,
            force="the demo's lists are made anew for each run",
        )
        report = import_list(actor, database, settings, path, source, options).report
        rejected = len(report.survey.rejects)
        _say(f"hotlist {report.hotlist_id}: {report.survey.entries} entries active, {rejected} rows rejected")


def _play(
    settings: Settings, database: Database, kafka: KafkaSettings | None, screen: DemoScreen, stop: threading.Event
) -> tuple[RunTotals, float]:
    """Run every stage over the input, with a neighbor listening; return the totals and how long it took."""
    from pipeline.services.run import Service

    started = time.perf_counter()
    # A run sets its event when it ends; whether a person ended the demo is another question.
    ended = threading.Event()

    def tick() -> None:
        if stop.is_set():
            ended.set()
        screen.tick(service.counters.totals())

    with screen, _neighbor(settings, kafka, screen):
        service = Service(settings, database, None if kafka is None else lambda: kafka, screen.recorded)
        totals = service.run(ended, until_done=True, on_tick=tick)
        playing = time.perf_counter() - started
        if kafka is not None:
            _await_neighbor(screen, totals)
        screen.tick(totals)
    return totals, playing


@contextlib.contextmanager
def _neighbor(settings: Settings, kafka: KafkaSettings | None, screen: DemoScreen) -> Iterator[None]:
    """Run a neighboring agency's subscriber with a data directory of its own."""
    if kafka is None:
        yield
        return
    from alerts.producer import AlertProducer
    from alerts.subscriber import Subscriber
    from policy.decisions import effective_retention

    # A subscriber looks for a topic that does not exist yet only every few seconds; here it should not have to.
    keep = effective_retention(settings).topic_days
    maker = AlertProducer(kafka, kafka.bootstrap_servers, retention_days=keep)
    with contextlib.closing(maker):
        maker.prepare([settings.alert_topic])
    stop = threading.Event()
    subscriber = Subscriber(
        settings.data_dir / "demo" / "neighbor",
        kafka,
        kafka.bootstrap_servers,
        topic=settings.alert_topic,
        group="neighboring-agency",
    )

    def listen() -> None:
        try:
            for alert in subscriber.alerts(stop):
                screen.delivered(alert)
        except PlatewatchError as error:
            _say(f"the neighbor's subscriber ended: {error}")

    thread = threading.Thread(target=listen, name="neighbor")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _await_neighbor(screen: DemoScreen, totals: RunTotals) -> None:
    deadline = time.monotonic() + NEIGHBOR_PATIENCE_SECONDS
    raised = {alert.alert_id for alert in screen.alerts}
    while time.monotonic() < deadline and not raised <= {alert.alert_id for alert, _ in screen.received}:
        screen.tick(totals)
        time.sleep(0.1)


def _summary(
    screen: DemoScreen, totals: RunTotals, played: DemoInput, playing: float, whole: float, waiting: int
) -> dict[str, Any]:
    return {
        "input": played.name,
        "frames": totals.frames,
        "vehicles": totals.reads,
        "plates": [read.plate for read, _ in screen.reads],
        "hits": totals.hits,
        "alerts": totals.alerts,
        # An alert that was raised early may be followed by an update, when the vehicle has passed.
        "alerts_received_by_neighbor": sum(alert.type is AlertType.ALERT for alert, _ in screen.received),
        "alerts_waiting_in_outbox": waiting,
        "rejected_items": totals.rejected_items,
        "playing_seconds": round(playing, 1),
        "times_real_time": round(played.seconds / playing, 2) if played.seconds else None,
        "whole_seconds": round(whole, 1),
    }


def _show_summary(screen: DemoScreen, summary: dict[str, Any], settings: Settings) -> None:
    console.print(screen.read_table())
    speed = f", {summary['times_real_time']} times real time" if summary["times_real_time"] else ""
    console.print(
        f"{summary['vehicles']} vehicles read from {summary['frames']} frames "
        f"in {summary['playing_seconds']} s{speed}; "
        f"{sum(summary['hits'].values())} hits, {summary['alerts']} alerts, "
        f"{summary['alerts_received_by_neighbor']} received by the neighbor"
        + (
            f", {summary['alerts_waiting_in_outbox']} waiting in the outbox"
            if summary["alerts_waiting_in_outbox"]
            else ""
        )
        + f". Whole demo: {summary['whole_seconds']} s.",
        highlight=False,
    )
    if summary["live"] is not None:
        console.print(live_words(summary["live"]), highlight=False)
    if summary["car"] is not None:
        console.print(drive_words(summary["car"]), highlight=False)
    option = f"--config {os.path.relpath(settings.data_dir / CONFIGURATION)}"
    # In a checkout the command lies in an environment that is not on the search path.
    program = "platewatch" if shutil.which("platewatch") else os.path.relpath(sys.argv[0])
    plate = summary["plates"][0] if summary["plates"] else "ABC"
    console.print("\nWhere to look next:", style="bold")
    for command, meaning in (
        (f"{program} alerts {option}", "the alerts, with why and how old the list is"),
        (f"{program} search '{plate[:3]}*' --purpose 'stolen vehicle' --case 26-117 {option}", "plate history"),
        (f"{program} hotlist list {option}", "the lists; `hotlist show ncic` for entries"),
        (f"{program} subscribe {option}", "what a neighbor gets, in a group of its own"),
        (f"{program} read {os.path.relpath(settings.data_dir / 'images')} --annotate out", "recognition alone"),
        ("make demo INPUT=video.mp4 HOTLIST=list.csv", "your own video and list"),
    ):
        console.print(f"  {command:<70} {meaning}", highlight=False, soft_wrap=True)
    console.print(f"  pictures are in {settings.data_dir / 'images'}", highlight=False, soft_wrap=True)


def _write_configuration(settings: Settings, played: DemoInput) -> None:
    """Leave a configuration behind with which the other commands, and `run`, go on where the demo ended."""
    lines = [f"agency_id = {json.dumps(settings.agency_id)}", 'data_dir = "."', "", "[kafka]"]
    if settings.kafka.bootstrap_servers:
        lines.append(f"bootstrap_servers = {json.dumps(settings.kafka.bootstrap_servers)}")
    else:
        lines.append("local = true")
    for camera in played.cameras:
        lines += ["", "[[cameras]]"]
        for key, value in camera.model_dump(mode="json", exclude_none=True).items():
            held = getattr(camera, key)
            # Written out as it is: the file is for this user alone, and a run has to log in with it.
            value = held.get_secret_value() if isinstance(held, SecretStr) else value
            # A TOML string is written like a JSON one; its date-times are not strings.
            lines.append(f"{key} = {value if key == 'started_at' else json.dumps(value)}")
    (settings.data_dir / CONFIGURATION).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _say(text: str) -> None:
    errors.print(text, markup=False)


def _seconds(since: float) -> str:
    return f"{time.perf_counter() - since:.1f} s"
