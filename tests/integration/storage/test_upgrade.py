"""A database that an earlier version made opens and holds what it held."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql
from pydantic import SecretStr

from schemas.actor import Actor, SignIn
from schemas.audit import Action
from schemas.events import Alert
from schemas.settings import DatabaseSettings, Settings
from storage.alerts.raised import AlertLog
from storage.audit.reader import audit_entries
from storage.database import open_database
from storage.hotlists.lists import HotlistStore
from storage.reads.search import ReadSearch
from tests.integration.conftest import DatabaseServer

DUMPS = Path(__file__).parents[2] / "data"
"""`pg_dump --inserts` of databases that held the demo's reads and lists, with a withdrawn entry, one that was added by
hand, and a search; the number is that of the last migration."""


def restored(server: DatabaseServer, dump: str) -> Settings:
    """Make a database of a dump, and return the settings that open it."""
    name = dump.removesuffix(".sql")
    server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    with psycopg.connect(server.url(name)) as connection:
        connection.execute((DUMPS / dump).read_bytes())
    return Settings(database=DatabaseSettings(url=SecretStr(server.url(name))))


def test_a_database_of_version_0_1_opens_with_all_that_it_held(database_server: DatabaseServer) -> None:
    settings = restored(database_server, "database_0010.sql")
    with open_database(settings) as database:
        (search,) = audit_entries(database)
        assert search.happened_at == datetime(2026, 11, 28, 21, 30, 58, 192342, tzinfo=UTC)
        assert search.actor == Actor("root", SignIn.LOCAL_USER, origin="", agency_id="")
        assert (search.action, search.purpose, search.case_number) == (Action.SEARCH, "missing person", "26-0100")
        assert (search.details, search.results) == ({"pattern": "LMT*"}, 1)
        (read,) = ReadSearch(database).find("LMT*")
        assert (read.plate, read.camera_id) == ("LMT5306", "high-street")
        assert {summary.hotlist_id: summary.entries for summary in HotlistStore(database).lists()} == {
            "ncic": 202,
            "missing": 20,
            "regional": 31,
            "local": 1,
        }
        alerts = AlertLog(database).after(0)
        assert [alert.alert_number for alert in alerts] == [1, 2, 3, 4, 5, 6, 7]
        messages = [Alert.model_validate(alert.payload) for alert in alerts]
        assert [message.type.value for message in messages] == [*["alert"] * 6, "cancel"]
        assert messages[-1].cancels in {message.alert_id for message in messages[:-1]}
