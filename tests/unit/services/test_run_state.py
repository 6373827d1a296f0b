"""What a run says of itself is read as it was written, and whether one runs is known without disturbing it."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.health import RunHealth
from services import run_state
from services.data_directory import RUN, run_alone
from services.run_state import FILE_NAME, SERVICES, health_file, is_running, read_run_health, write_run_health

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_each_service_has_a_file_of_its_own() -> None:
    assert health_file(RUN) == FILE_NAME == "run-health.json"
    assert {service: health_file(service) for service in SERVICES} == {
        "run": "run-health.json",
        "matcher": "matcher-health.json",
        "relay": "relay-health.json",
    }


def test_what_a_run_of_another_version_does_not_say_is_not_known_and_nothing_is_wrong(tmp_path: Path) -> None:
    known = {"process": 7, "started_at": NOW.isoformat(), "updated_at": NOW.isoformat(), "of_later": 1}
    parts: dict[str, dict[str, Any]] = {
        "cameras": {"camera_id": "gate", "known_since": NOW.isoformat()},
        "sources": {"source_id": "axis", "vendor": "axis", "readers": [{"reader_id": "gate"}]},
        "car_states": {"kind": "no_fix", "subject": "gps", "seconds": 3},
    }
    (tmp_path / FILE_NAME).write_text(json.dumps(known | {name: [part] for name, part in parts.items()}))
    found = read_run_health(tmp_path)
    assert found is not None
    assert found.service == "run"
    (camera,), (source,), (state,) = found.cameras, found.sources, found.car_states
    told = {"process", "started_at", "updated_at", "service", *parts, "camera_id", "known_since", "source_id", "vendor"}
    told |= {"kind", "subject", "seconds", "reader_id", "readers"}
    for part in (found, camera, source, state, source.readers[0]):
        beside = {name: getattr(part, name) for name in type(part).model_fields if name not in told}
        assert beside == {name: value for name, value in beside.items() if not value}, type(part)


def test_what_a_run_says_is_read_as_it_was_written_and_nothing_else_is(tmp_path: Path) -> None:
    said = RunHealth(service="relay", process=7, started_at=NOW, updated_at=NOW)
    assert read_run_health(tmp_path) is None
    write_run_health(tmp_path, said)
    assert read_run_health(tmp_path) == said
    assert read_run_health(tmp_path, "matcher-health.json") is None
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in tmp_path.iterdir()] == [(FILE_NAME, 0o600)]
    write_run_health(tmp_path, said, "matcher-health.json")
    assert read_run_health(tmp_path, "matcher-health.json") == said
    for damaged in (b"", b"{}", b"{", b"\xff"):
        (tmp_path / FILE_NAME).write_bytes(damaged)
        assert read_run_health(tmp_path) is None


def test_whether_a_service_runs_is_known_of_each_by_itself(tmp_path: Path) -> None:
    assert (is_running(tmp_path), is_running(tmp_path, "matcher")) == (False, False)
    assert list(tmp_path.iterdir()) == []
    with run_alone(tmp_path, "matcher"):
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(3):
            assert (is_running(tmp_path), is_running(tmp_path, "matcher")) == (False, True)
        assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert is_running(tmp_path, "matcher") is False
    with run_alone(tmp_path, "matcher"):
        pass  # whoever asked holds nothing


def test_whoever_may_not_know_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object) -> int:
        raise PermissionError(13, "not permitted")

    monkeypatch.setattr(run_state.os, "open", closed)
    assert is_running(tmp_path) is None
