"""The commands by name: each is imported when it is asked for, as all of them take a second of a processor."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

import typer
from typer.core import TyperGroup

MODULES: Final[Mapping[str, str]] = {
    "read": "read.read",
    "run": "services.run",
    "serve": "services.serve",
    "recognize": "services.recognize",
    "patrol": "services.patrol",
    "relay": "services.relay",
    "ingest": "ingest.ingest",
    "quarantine": "ingest.quarantine",
    "status": "status",
    "health": "health.health",
    "camera": "camera.camera",
    "cars": "cars.cars",
    "config": "config.config",
    "hotlist": "hotlist.hotlist",
    "match": "matching.match",
    "matcher": "services.matcher",
    "search": "searching.search",
    "searches": "searching.searches",
    "passes": "searching.passes",
    "correct": "searching.correct",
    "corrections": "searching.correct",
    "evidence": "searching.evidence",
    "analyses": "searching.analyses",
    "revisions": "revisions",
    "alerts": "alerts.alerts",
    "alarms": "alerts.alarms",
    "rules": "alerts.rules",
    "deliveries": "alerts.deliveries",
    "subscribe": "alerts.subscribe",
    "audit": "auditing.audit",
    "law": "law",
    "report": "reporting.report",
    "agreements": "sharing.agreements",
    "query": "sharing.query",
    "topics": "broker.topics",
    "historical": "matching.historical",
    "purge": "purge",
    "backup": "keeping.backup",
    "restore": "keeping.restore",
    "export": "keeping.exchange",
    "import": "keeping.exchange",
    "keys": "keeping.keys",
    "preserve": "keeping.preserve",
    "users": "people.users",
    "demo": "demo.demo",
    "train": "train",
    "docs": "docs",
}
"""In which module of `cli` a command is; its `register` adds it. In the order in which help shows them."""


class CommandGroup(TyperGroup):
    """The root of all commands."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes | {"commands": _Commands()})


class _Commands(Mapping[str, Any]):
    """Commands by name, each made when it is asked for."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made |= registered(MODULES[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


def registered(module: str) -> dict[str, Any]:
    """Return the commands that a module of `cli` registers, by name."""
    app = typer.Typer(rich_markup_mode="rich")
    importlib.import_module(f"cli.{module}").register(app)
    return dict(typer.main.get_group(app).commands)
