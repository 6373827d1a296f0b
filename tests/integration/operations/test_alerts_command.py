"""`platewatch alerts --follow`: each alert once, however many come at a time."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli.alerts import alerts as alerts_command
from storage.alerts.raised import StoredAlert
from storage.database import Database
from tests.integration.kafka.outbox_samples import raise_alerts
from tests.integration.storage.test_leadership import wait_until

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
    looks: list[int] = []
    show = alerts_command._show

    def count(found: list[StoredAlert], **how: Any) -> None:
        show(found, **how)
        looks.append(len(found))

    monkeypatch.setattr(alerts_command, "_show", count)

    def work() -> None:
        try:
            wait_until(lambda: looks)
            raise_alerts(database, "t", ["BBB111", "BBB222", "BBB333"], first=5)
            wait_until(lambda: sum(looks) >= len(first) + 3)
            raise_alerts(database, "t", ["CCC111"], first=9)
            wait_until(lambda: sum(looks) >= len(first) + 4)
            seen = len(looks)
            wait_until(lambda: len(looks) >= seen + 2)  # nothing comes again
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    worker = threading.Thread(target=work)
    worker.start()
    result = CliRunner().invoke(app, ["alerts", "--follow", "--json"], catch_exceptions=False)
    worker.join()
    plates = [json.loads(line)["alert"]["entry"]["plate"] for line in result.stdout.splitlines()]
    assert plates == [*first, "BBB111", "BBB222", "BBB333", "CCC111"]
    assert result.exit_code == 0
