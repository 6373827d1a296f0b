"""An agency's installation on the cluster, and the members of its agreements as they connect."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from typer.testing import CliRunner

from cli.failures import exit_code
from cli.main import app
from schemas.errors import PlatewatchError
from tests.integration.cluster.shared import QUICK_OPTIONS, Cluster
from tests.integration.runs.site import Site, write_site


class Done(NamedTuple):
    """What a command did."""

    code: int
    printed: str
    said: str

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.printed.splitlines()]


def command(site: Site, *arguments: str) -> Done:
    """Run a command of this installation in this process, which starts faster than another one."""
    # The tests' own data directory would win over the file.
    result = CliRunner().invoke(app, [*arguments, "--config", str(site.config)], env={"PLATEWATCH_DATA_DIR": None})
    if isinstance(result.exception, PlatewatchError):
        return Done(exit_code(result.exception), result.stdout, f"{result.stderr}{result.exception}")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.stdout, result.stderr)


SERVICE, SERVICE_PASSWORD = "platewatch", "a password of our services"


def owner_site(folder: Path, cluster: Cluster, database_url: str, topic: str | None = None, **kafka: str) -> Site:
    """Write an agency's configuration: its services log in as one user, its administrator as another.

    Args:
        folder: Made if it does not exist.
        cluster: Where it publishes.
        database_url: Its database.
        topic: Of its alerts; None: the agency's.
        kafka: Further lines of `[kafka.NAME]`.
    """
    sections = "".join(f"[kafka.{name}]\n{body}\n" for name, body in kafka.items())
    return write_site(
        folder,
        "",
        database=f"url = {json.dumps(database_url)}",
        # The entries that tests name are on no list: a relay would take their alerts back.
        alerts=f"open_hours = 1e-9\n{'' if topic is None else f'topic = {json.dumps(topic)}'}",
        kafka=f"{_connection(cluster, SERVICE, SERVICE_PASSWORD)}"
        f"[kafka.administrator.options]\n{_lines(_login(cluster.options()))}{sections}",
    )


def member_site(folder: Path, cluster: Cluster, user: str, password: str, **options: Any) -> Site:
    """Write a member's configuration: no database, and a login of its own; options win over those that fit."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "platewatch.toml"
    config.write_text(
        f'data_dir = "data"\nagency_id = "{user}"\n[kafka]\n{_connection(cluster, user, password, **options)}'
    )
    return Site(config)


def _connection(cluster: Cluster, user: str, password: str, **options: Any) -> str:
    given = {**QUICK_OPTIONS, **cluster.options(user, password), "bootstrap_timeout_ms": 2000, **options}
    servers = f"bootstrap_servers = {json.dumps(list(cluster.servers))}\ndelivery_timeout_seconds = 5.0\n"
    return f"{servers}[kafka.options]\n{_lines({name: one for name, one in given.items() if one is not None})}"


def _login(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name.startswith("sasl_plain")}


def _lines(options: Mapping[str, Any]) -> str:
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in options.items())
