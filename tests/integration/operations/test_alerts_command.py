"""`platewatch alerts --follow`: each alert once, however many come at a time."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cli.alerts import alerts as alerts_command
from storage.database import Database
from tests.integration.kafka.outbox_samples import raise_alerts

app = typer.Typer()
alerts_command.register(app)


@pytest.mark.parametrize("first", [[], ["AAA111", "AAA222"]])
def test_following_shows_each_of_several_alerts_once_and_in_order(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: list[str]
) -> None:
    monkeypatch.setenv("PLATEWATCH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    monkeypatch.setattr(alerts_command, "FOLLOW_SECONDS", 0.1)
    raise_alerts(database, "t", first)
    begun = threading.Event()
    show = alerts_command._show
    monkeypatch.setattr(alerts_command, "_show", lambda *found, **how: (show(*found, **how), begun.set()))

    def work() -> None:
        assert begun.wait(20)
        raise_alerts(database, "t", ["BBB111", "BBB222", "BBB333"], first=5)
        time.sleep(0.5)
        raise_alerts(database, "t", ["CCC111"], first=9)
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGINT)

    worker = threading.Thread(target=work)
    worker.start()
    result = CliRunner().invoke(app, ["--follow", "--json"], catch_exceptions=False)
    worker.join()
    plates = [json.loads(line)["alert"]["entry"]["plate"] for line in result.stdout.splitlines()]
    assert plates == [*first, "BBB111", "BBB222", "BBB333", "CCC111"]
    assert result.exit_code == 0
