"""What is wrong with an installation: said in words, what matters most first, and nothing of what is well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from operations.status import local
from operations.status.local import broker_status, disk_statuses, retention_swept_at, run_status
from operations.status.looking import look, problems
from operations.status.report import (
    AlarmStatus,
    BrokerStatus,
    CameraStatus,
    CarStateStatus,
    DatabaseStatus,
    DiskStatus,
    RunStatus,
    Status,
)
from schemas.errors import DatabaseUnavailable, TransientError
from schemas.health import CameraHealth, RunHealth, SourceHealth, StageHealth
from schemas.settings import DatabaseSettings, KafkaSettings, RtspCamera, Settings
from services.run_state import RETENTION_MARKER

RESPONDS_WITHIN = timedelta(seconds=60)
LEAST_FREE_BYTES = 1 << 30

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TB = 1 << 40
RUN = RunStatus(running=True, responds=True, started_at=NOW - timedelta(hours=9))
WELL = Status(
    asked_at=NOW,
    problems=(),
    run=RUN,
    database=DatabaseStatus(reachable=True, where="here"),
    broker=BrokerStatus(kind="none"),
    outbox=None,
    cameras=(CameraStatus(camera_id="north"),),
    feeds=None,
    lists=None,
    disks=(DiskStatus(path="/data", free=TB, total=2 * TB),),
    retention_swept_at=NOW - timedelta(hours=3),
    alarms=None,
)


def wrong(**changes: Any) -> list[str]:
    return list(problems(WELL.model_copy(update=changes)))


def run(**changes: Any) -> RunStatus:
    return RUN.model_copy(update=changes)


def test_of_what_is_well_nothing_is_said() -> None:
    assert wrong() == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"run": run(running=False)}, "no run is at work on this data directory"),
        (
            {"run": run(running=None)},
            "whether a run is at work cannot be told: this user may not look into the data directory",
        ),
        ({"run": run(responds=False)}, "the run does not say how it is"),
        ({"run": run(responds=False, service="recognize")}, "the run does not say how it is"),
        ({"run": run(responds=False, service="matcher")}, "the matcher does not say how it is"),
        ({"others": (run(service="console", responds=False),)}, "the console does not say how it is"),
        ({"others": (run(service="console", running=False, responds=False),)}, None),
        ({"database": DatabaseStatus(reachable=False, where="x", problem="is away")}, "database: is away"),
        ({"database": DatabaseStatus(reachable=None, where="x", problem="none is needed")}, None),
        ({"broker": BrokerStatus(kind="local", reachable=False, problem="is away")}, "broker: is away"),
        ({"broker": BrokerStatus(kind="local", reachable=None, problem="x")}, None),
        (
            {"run": run(stages_in_trouble=(StageHealth(stage="recorder", problem="no room", since=NOW),))},
            "stage recorder: no room",
        ),
        (
            {"others": (run(stages_in_trouble=(StageHealth(stage="routing", problem="no rule", since=NOW),)),)},
            "stage routing: no rule",
        ),
        # Said of the broker already.
        ({"run": run(stages_in_trouble=(StageHealth(stage="relay", problem="no broker", since=NOW),))}, None),
        ({"cameras": (CameraStatus(camera_id="north", problem="is dark"),)}, "camera north: is dark"),
        ({"alarms": ()}, None),
    ],
)
def test_what_is_wrong_is_said(changes: dict[str, Any], said: str | None) -> None:
    assert wrong(**changes) == ([] if said is None else [said])


@pytest.mark.parametrize(
    ("state", "runs", "is_said"),
    [({}, True, True), ({"stops": False}, True, False), ({"since": None}, True, False), ({}, False, False)],
)
def test_a_car_that_reads_nothing_is_said_while_it_runs(state: dict[str, Any], runs: bool, is_said: bool) -> None:
    told = {"kind": "dark", "subject": "front", "seconds": 9.0, "since": NOW, "words": "it is dark", "stops": True}
    states = (CarStateStatus.model_validate(told | state),)
    found = wrong(car_states=states, run=run(running=runs))
    assert ("nothing is read: it is dark" in found) is is_said


@pytest.mark.parametrize(
    ("free", "total", "is_said"),
    [
        (LEAST_FREE_BYTES - 1, TB, True),
        (LEAST_FREE_BYTES, TB, False),
        # A small disk has room by its share.
        (LEAST_FREE_BYTES - 1, 50 * (LEAST_FREE_BYTES - 1), False),
        (LEAST_FREE_BYTES - 50, 50 * (LEAST_FREE_BYTES - 1), True),
    ],
)
def test_a_disk_has_too_little_space_by_bytes_and_by_share(free: int, total: int, is_said: bool) -> None:
    disks = (DiskStatus(path="/data", free=free, total=total),)
    assert wrong(disks=disks) == ([f"disk of /data: {free >> 20} MiB are free"] if is_said else [])


@pytest.mark.parametrize(
    ("changes", "is_said"),
    [
        ({}, True),
        ({"run": run(started_at=NOW - timedelta(hours=3))}, False),
        ({"run": run(started_at=NOW - timedelta(hours=3) - SECOND)}, True),
        ({"run": run(started_at=None)}, False),
        ({"run": run(running=False)}, False),
        ({"retention_swept_at": None}, False),
        ({"retention_swept_at": NOW - timedelta(hours=3)}, False),
    ],
)
def test_retention_that_is_overdue_is_said(changes: dict[str, Any], is_said: bool) -> None:
    late = {"retention_swept_at": NOW - timedelta(hours=3) - SECOND} | changes
    found = [one for one in wrong(**late) if one.startswith("retention")]
    assert found == (["retention was not enforced since 2026-11-30 08:59 UTC"] if is_said else [])


def test_alarms_have_their_number_where_they_have_one() -> None:
    told = {"kind": "disk_space", "subject": "/data", "message": "is full", "raised_at": NOW, "acknowledged_by": None}
    alarms = tuple(AlarmStatus.model_validate(told | {"number": number}) for number in (7, None))
    assert wrong(alarms=alarms) == ["alarm 7 (disk_space, /data): is full", "alarm (disk_space, /data): is full"]


def test_what_matters_most_comes_first() -> None:
    changes: dict[str, Any] = {
        "run": run(running=False, stages_in_trouble=(StageHealth(stage="recorder", problem="x", since=NOW),)),
        "database": DatabaseStatus(reachable=False, where="x", problem="x"),
        "broker": BrokerStatus(kind="local", reachable=False, problem="x"),
        "cameras": (CameraStatus(camera_id="north", problem="x"),),
        "disks": (DiskStatus(path="/data", free=0, total=1),),
    }
    assert [one.split()[0] for one in wrong(**changes)] == ["no", "database:", "broker:", "stage", "camera", "disk"]


def health(**more: Any) -> RunHealth:
    return RunHealth(process=7, started_at=NOW, updated_at=NOW, **more)


@pytest.mark.parametrize(
    ("running", "age", "responds"),
    [
        (True, RESPONDS_WITHIN - SECOND, True),
        (True, RESPONDS_WITHIN, False),
        (False, timedelta(0), False),
        (None, timedelta(0), False),
    ],
)
def test_a_run_that_is_at_work_says_how_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, running: bool | None, age: timedelta, responds: bool
) -> None:
    monkeypatch.setattr(local, "is_running", lambda *_: running)
    trouble = StageHealth(stage="relay", problem="x", since=NOW)
    said = health(reloaded_at=NOW + SECOND, needs_restart=("kafka",), stages=(trouble,))
    found = run_status(Settings(data_dir=tmp_path), said, NOW + age)
    assert (found.running, found.responds, found.updated_at) == (running, responds, NOW)
    if running:
        assert (found.process, found.started_at, found.reloaded_at, found.needs_restart, found.stages_in_trouble) == (
            *(7, NOW, NOW + SECOND, ("kafka",)),
            (trouble,),
        )
    assert run_status(Settings(data_dir=tmp_path), None, NOW, "matcher") == RunStatus(
        service="matcher", running=running
    )


RELAY = StageHealth(stage="relay", problem="no broker", since=NOW)
EXTERNAL = KafkaSettings(bootstrap_servers=("192.0.2.7:9092",))


@pytest.mark.parametrize(
    ("kafka", "service", "expected"),
    [
        (KafkaSettings(local=False), RUN, BrokerStatus(kind="none")),
        (KafkaSettings(local=True), run(running=False), BrokerStatus(kind="local")),
        (KafkaSettings(local=True), RUN, BrokerStatus(kind="local", reachable=True)),
        (
            KafkaSettings(local=True),
            run(stages_in_trouble=(RELAY,)),
            BrokerStatus(kind="local", reachable=False, problem="no broker"),
        ),
        (
            KafkaSettings(local=True),
            run(stages_in_trouble=(RELAY.model_copy(update={"stage": "recorder"}),)),
            BrokerStatus(kind="local", reachable=True),
        ),
        (KafkaSettings(local=True), run(responds=False), BrokerStatus(kind="local")),
        (EXTERNAL, RUN, BrokerStatus(kind="external", reachable=True)),
        (EXTERNAL, run(running=False), BrokerStatus(kind="external", reachable=False, problem="is away")),
        (EXTERNAL, run(responds=False), BrokerStatus(kind="external", reachable=False, problem="is away")),
    ],
)
def test_the_broker_is_as_the_run_finds_it_or_else_as_it_answers(
    monkeypatch: pytest.MonkeyPatch, kafka: KafkaSettings, service: RunStatus, expected: BrokerStatus
) -> None:
    def away(servers: object) -> None:
        assert servers == ("192.0.2.7:9092",)
        raise TransientError("is away")

    monkeypatch.setattr(local, "check_reachable", away)
    assert broker_status(Settings(kafka=kafka), service) == expected
    monkeypatch.setattr(local, "check_reachable", lambda _: None)
    if expected.reachable is False and expected.problem == "is away":
        assert broker_status(Settings(kafka=kafka), service) == BrokerStatus(kind="external", reachable=True)


def test_disks_are_those_of_folders_that_are_there(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    (disk,) = disk_statuses(settings)
    assert (disk.path, 0 < disk.free <= disk.total) == (str(tmp_path), True)
    assert disk_statuses(Settings(data_dir=tmp_path / "none")) == ()
    assert retention_swept_at(settings) is None
    (tmp_path / RETENTION_MARKER).touch()
    assert retention_swept_at(settings) is not None


class _Away:
    def __enter__(self) -> Any:
        raise DatabaseUnavailable("the server is down")

    def __exit__(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("running", [True, False])
def test_with_the_database_away_the_rest_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, running: bool
) -> None:
    now = datetime.now(UTC)
    north = CameraHealth(
        camera_id="north",
        known_since=NOW,
        last_picture_at=NOW,
        last_read_at=NOW - SECOND,
        looked_at=NOW,
        waiting=3,
        problem="is dark",
    )
    topic = KafkaSettings().reads_topic
    said = RunHealth(
        process=7,
        started_at=now,
        updated_at=now,
        cameras=(north,),
        sources=(
            SourceHealth(source_id="other", vendor="axis", waiting=9),
            SourceHealth(source_id=topic, vendor="topic", waiting=4, quarantined=2, last_message_at=NOW),
        ),
    )
    monkeypatch.setattr(local, "is_running", lambda _, service: running and service == "run")
    monkeypatch.setattr(local, "read_run_health", lambda _, name: said if "run" in str(name) else None)
    cameras = tuple(RtspCamera(id=name, url=SecretStr("rtsp://192.0.2.7/a")) for name in ("north", "south"))
    url = DatabaseSettings(url=SecretStr("postgresql://db/x"))
    found = look(Settings(data_dir=tmp_path, cameras=cameras, database=url), _Away())
    assert found.database == DatabaseStatus(reachable=False, where="database.url", problem="the server is down")
    live = {"last_picture_at": NOW, "last_read_at": NOW - SECOND, "looked_at": NOW, "waiting": 3, "problem": "is dark"}
    assert found.cameras == (
        CameraStatus(camera_id="north", **(live if running else {})),  # type: ignore[arg-type]
        CameraStatus(camera_id="south"),
    )
    assert found.incoming is not None
    assert (found.incoming.topic, found.incoming.waiting, found.incoming.dead_letters) == (topic, 4, 2)
    assert (found.outbox, found.feeds, found.lists, found.alarms, found.cars) == (None,) * 5
    assert "database: the server is down" in found.problems
    embedded = look(Settings(data_dir=tmp_path), _Away())
    assert embedded.database.where == f"embedded database in {tmp_path}"
