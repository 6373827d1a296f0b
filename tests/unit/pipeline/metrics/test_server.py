"""A monitoring system asks a run over a real connection, on this machine alone."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.metrics import server as metrics
from pipeline.metrics.collector import RunCollector
from pipeline.metrics.server import MetricsServer, Probes
from schemas.errors import ConfigurationError
from schemas.events import AlarmKind
from schemas.health import CameraHealth
from schemas.settings import MetricsSettings

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Run:
    """What a run counts, and what is wrong with it."""

    def __init__(self, settings: MetricsSettings) -> None:
        self.counters, self.board = Counters(), HealthBoard("here")
        self.stuck: list[str] = []
        self.waits: list[str] = []
        self.server = MetricsServer(
            settings,
            RunCollector(self.counters, self.board, lambda: 320),
            Probes(lambda: self.stuck, lambda: [*self.stuck, *self.waits]),
        )

    def get(self, path: str, **options: object) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.server.port}{path}", timeout=5, **options)  # type: ignore[arg-type]

    def values(self) -> dict[tuple[str, str], float]:
        families = text_string_to_metric_families(self.get("/metrics").text)
        return {
            (sample.name, ",".join(sample.labels.values())): sample.value
            for family in families
            for sample in family.samples
        }


@pytest.fixture
def run() -> Iterator[Run]:
    run = Run(MetricsSettings(listen="127.0.0.1:0"))
    with run.server:
        yield run


def test_counts_and_states_are_told(run: Run) -> None:
    run.counters.add("reads", 7)
    run.counters.add("hits.exact", 2)
    run.board.know_camera(CameraHealth(camera_id="gate", known_since=NOON, waiting=3, last_read_at=NOON))
    run.board.know_camera(CameraHealth(camera_id="yard", known_since=NOON, problem="gone"))
    run.board.source("axis", "axis", received=12, waiting=2)
    run.board.raised(AlarmKind.CAMERA_FAILED, "yard", "gone")
    run.board.stage_fails("relay", "no broker")
    values = run.values()
    assert values["platewatch_reads_total", ""] == 7
    assert values["platewatch_hits_total", "exact"] == 2
    assert values["platewatch_hotlist_entries", ""] == 320
    assert values["platewatch_camera_waiting_items", "gate"] == 3
    assert values["platewatch_camera_last_read_timestamp_seconds", "gate"] == NOON.timestamp()
    assert ("platewatch_camera_last_read_timestamp_seconds", "yard") not in values
    assert (values["platewatch_camera_failing", "gate"], values["platewatch_camera_failing", "yard"]) == (0, 1)
    assert values["platewatch_source_messages_total", "axis"] == 12
    assert values["platewatch_source_waiting_messages", "axis"] == 2
    assert values["platewatch_alarms", "camera_failed"] == 1
    assert values["platewatch_stage_in_trouble", "relay"] == 1
    assert values["process_resident_memory_bytes", ""] > 1e6


def test_an_alarm_that_is_over_does_not_stand(run: Run) -> None:
    run.board.raised(AlarmKind.BROKER, "here", "away")
    run.board.cleared(AlarmKind.BROKER, "here")
    assert not any(name == "platewatch_alarms" for name, _ in run.values())


def test_openmetrics_is_spoken_where_it_is_asked_for(run: Run) -> None:
    answer = run.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_probes_say_what_is_wrong(run: Run) -> None:
    assert [(run.get(path).status_code, run.get(path).text) for path in ("/live", "/ready")] == [(200, "ok\n")] * 2
    run.waits.append("the database is away")
    assert run.get("/live").status_code == 200
    assert (run.get("/ready").status_code, run.get("/ready").text) == (503, "the database is away\n")
    run.stuck.append("recorder hangs")
    assert run.get("/live").status_code == 503


def test_anything_else_is_refused_and_the_server_goes_on(run: Run) -> None:
    assert run.get("/").status_code == 404
    assert httpx.post(f"http://127.0.0.1:{run.server.port}/metrics", content=b"x").status_code == 501
    for attack in (
        b"GET /metrics HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n",
        b"GET /" + b"x" * 100_000,
        b"\x00" * 100,
    ):
        # It may have closed the connection before it got everything.
        with socket.create_connection(("127.0.0.1", run.server.port), 5) as connection, contextlib.suppress(OSError):
            connection.sendall(attack)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65_536):
                pass
    assert run.get("/live").status_code == 200


def test_silent_connections_are_closed_and_too_many_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    address = ("127.0.0.1", run.server.port)
    monkeypatch.setattr(metrics._Handler, "timeout", 1.0)
    begun = time.monotonic()
    with socket.create_connection(address, 60) as silent:
        assert silent.recv(1) == b""
    assert time.monotonic() - begun > 0.5  # and not refused
    monkeypatch.setattr(metrics._Handler, "timeout", 300.0)
    waiting = [socket.create_connection(address, 60) for _ in range(16 + 1)]
    assert waiting[-1].recv(1) == b""  # before any of the others has been silent for long
    for connection in waiting:
        connection.close()
    assert run.get("/live").status_code == 200


@pytest.mark.parametrize("listen", ["0.0.0.0:9464", "192.0.2.1:9464", "example.org:9464"])
def test_only_this_machine_may_ask(listen: str) -> None:
    with pytest.raises(ConfigurationError, match="only this machine may ask"):
        MetricsServer(
            MetricsSettings(listen=listen), RunCollector(Counters(), HealthBoard(""), int), Probes(list, list)
        )


def test_others_ask_with_the_token_of_the_file_as_it_is_now(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("first-token-of-many\n")
    token.chmod(0o600)
    run = Run(MetricsSettings(listen="0.0.0.0:0", token_file=token))
    with run.server:
        assert run.get("/ready").status_code == 200
        assert [
            run.get("/metrics", headers=headers).status_code for headers in ({}, _bearer("first-token-of-man"))
        ] == [401] * 2
        assert run.get("/metrics", headers=_bearer("first-token-of-many")).status_code == 200
        token.write_text("second-token-of-many")
        assert run.get("/metrics", headers=_bearer("first-token-of-many")).status_code == 401
        assert run.get("/metrics", headers=_bearer("second-token-of-many")).status_code == 200
        token.unlink()
        assert run.get("/metrics", headers=_bearer("second-token-of-many")).status_code == 401


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_token_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("x" * 15)
    (tmp_path / "token").chmod(0o600)
    with pytest.raises(ConfigurationError, match="fewer than 16 characters"):
        Run(MetricsSettings(listen="127.0.0.1:0", token_file=tmp_path / "token"))


def test_a_port_that_is_taken_is_named(run: Run) -> None:
    with pytest.raises(ConfigurationError, match=r"Address already in use.*set another port"):
        MetricsServer(
            MetricsSettings(listen=f"127.0.0.1:{run.server.port}"),
            RunCollector(Counters(), HealthBoard(""), int),
            Probes(list, list),
        )


@pytest.mark.parametrize("listen", ["9464", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", "::1:9464", ":9464"])
def test_what_is_no_address_is_refused(listen: str) -> None:
    with pytest.raises(ValueError, match="expected host:port"):
        MetricsSettings(listen=listen)
