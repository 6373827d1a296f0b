"""`platewatch ingest check`: what a source sends, or in one line what is wrong with it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from ingest.streams.failures import StreamFailed
from operations.sources.checking import check_source, pulled_source
from schemas.errors import ConfigurationError
from schemas.settings import load_settings
from tests.unit.ingest.pulling.broker import PASSWORD as BROKER_PASSWORD
from tests.unit.ingest.pulling.broker import USER as BROKER_USER
from tests.unit.ingest.pulling.broker import RunningBroker
from tests.unit.ingest.pulling.device import PASSWORD, USER, Asked, Device, hikvision_event, part, stream_head
from tests.unit.ingest.pulling.pulled import pulling, source_of, stored, until
from tests.unit.ingest.vendors.messages import JPEG


def written(folder: Path, url: str, kind: str = "hikvision_stream", vendor: str = "hikvision") -> Path:
    """A configuration of one source that is fetched, and one that posts."""
    (folder / "pw").write_text(PASSWORD)
    path = folder / "platewatch.toml"
    path.write_text(
        f'[[ingest.sources]]\nid = "gate"\nvendor = "{vendor}"\n[ingest.sources.pull]\nkind = "{kind}"\nurl = "{url}"\n'
        f'user = "{USER}"\npassword_file = "pw"\n[[ingest.sources]]\nid = "posts"\nvendor = "rekor"\n'
    )
    return path


def test_what_came_is_said(tmp_path: Path) -> None:
    def answer(_: Asked, send: Callable[[bytes], None]) -> None:
        send(stream_head() + part(hikvision_event("ABC1234", pictures=1)) + part(JPEG, "image/jpeg"))
        send(part(b"<EventNotificationAlert><ANPR><licensePlate>") + part(b"<VMD><eventType>VMD</eventType></VMD>"))
        device.wait(20)

    with Device(answer) as device:
        config = written(tmp_path, device.url)
        command = ["ingest", "check", "gate", "--seconds", "1", "--config", str(config)]
        shown = CliRunner().invoke(app, command)
        told = CliRunner().invoke(app, [*command, "--json"])
    assert shown.exit_code == 0, shown.output
    assert "2 of vehicles, 1 others, 0 refused" in shown.output
    assert "ABC1234 (97% sure)" in shown.output
    assert "would be quarantined" in shown.output
    record = json.loads(told.stdout.splitlines()[-1])
    assert (record["works"], record["reads"], record["with_picture"]) == (True, 1, 1)
    assert abs(record["clock_offset_seconds"]) < 5
    assert PASSWORD not in shown.output + told.output
    assert not (tmp_path / ".platewatch").exists()


def test_what_is_wrong_is_one_line(tmp_path: Path) -> None:
    with Device(lambda _, send: send(stream_head())) as device:
        config = written(tmp_path, device.url)
        (tmp_path / "pw").write_text("wr0ng")
        settings = load_settings(config)
        with pytest.raises(StreamFailed, match=r"refuses user and password \(401\)") as raised:
            check_source(settings, pulled_source(settings, "gate"), seconds=5)
        assert "wr0ng" not in str(raised.value)
        result = CliRunner().invoke(app, ["ingest", "check", "gate", "--json", "--config", str(config)])
    assert json.loads(result.stdout.splitlines()[-1])["works"] is False
    assert result.exit_code != 0
    for name, words in (("posts", "posts its messages"), ("nobody", "sources that are fetched: gate")):
        with pytest.raises(ConfigurationError, match=words):
            pulled_source(settings, name)


def test_a_stream_that_ends_while_it_is_watched_is_wrong(tmp_path: Path) -> None:
    with Device(lambda _, send: (send(stream_head() + part(hikvision_event("ABC1234"))), time.sleep(0.3))[0]) as device:  # type: ignore[func-returns-value]
        settings = load_settings(written(tmp_path, device.url))
        with pytest.raises(StreamFailed, match="ended the stream, after 1 messages"):
            check_source(settings, pulled_source(settings, "gate"), seconds=5)


def test_a_check_takes_nothing_from_the_run(broker: RunningBroker, tmp_path: Path) -> None:
    url = f"mqtt://{BROKER_USER}:{BROKER_PASSWORD}@127.0.0.1:{broker.port}"
    source = source_of("frigate", {"kind": "mqtt", "url": url, "topics": ["check/#"]})
    settings = load_settings(written(tmp_path, "http://127.0.0.1:1"))
    settings = settings.model_copy(update={"ingest": settings.ingest.model_copy(update={"sources": (source,)})})
    with pulling(source, tmp_path) as reader:
        until(lambda: reader.state.connected_at)
        report = check_source(
            settings,
            pulled_source(settings, "gate"),
            seconds=1.5,
            on_connected=lambda _: broker.publish("check/a", b'{"type": "lpr", "id": "1", "plate": "ABC1234"}'),
        )
        until(lambda: reader.state.received == 1)
        assert reader.state.connections == 1
    assert report.plate is not None
    assert (report.plate.plate, report.reads) == ("ABC1234", 1)
    assert len(stored(tmp_path)) == 1
