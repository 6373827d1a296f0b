"""An agency with everything that a backup has to bring back, and how two databases are compared."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from psycopg import sql
from pydantic import SecretStr

from alerts.build import build_alert
from ingest.inbox_place import INBOX_FILE
from operations.analyses.asking import ask_analysis, open_result
from operations.analyses.question import Convoy
from operations.duties.preserving import PreservationWish, preserve
from operations.hotlists.withdrawing import WantedEntries, withdraw_entries
from operations.life.deciding import acknowledge_alert
from operations.reasons import Why
from operations.reports.stops import add_stops
from operations.searches.correcting import correct_read
from pipeline.counters import Counters
from pipeline.recording.pictures import PictureKeeper
from schemas.actor import Actor, SignIn
from schemas.arrivals import Arrival, Pictures
from schemas.settings import DatabaseSettings, Settings
from schemas.types import PlateRead
from storage.access import access
from storage.analyses.analyses import keep_results
from storage.database import Database
from storage.spool.messages import Message
from storage.spool.spool import Spool
from tests.integration.alerts.records import ReadRecord, Records, outbox_message
from tests.integration.conftest import DatabaseServer
from tests.integration.operations.life.alerts import LEE_SAYS
from tests.integration.sharing.samples import current, in_force
from tests.integration.storage.samples import activate, sample_entry
from tests.unit.alerts.samples import sample_hit, sample_read
from tests.unit.policy.agreements.samples import OWNER

LEE = Actor("lee", SignIn.LOCAL_USER, "desk-7, /dev/pts/1", OWNER)
TOPIC = f"platewatch.alerts.{OWNER}.v1"
_numbers = itertools.count(1)


def settings_of(data_dir: Path, url: str | None = None, owner_url: str | None = None, **more: Any) -> Settings:
    """A configuration with a database of the tests' server, or an embedded one of its own."""
    quick = {"fsync": "off", "shared_buffers": "16MB"}
    database = DatabaseSettings(
        url=None if url is None else SecretStr(url),
        owner_url=None if owner_url is None else SecretStr(owner_url),
        server_settings=quick if url is None else {},
    )
    return Settings(data_dir=data_dir, agency_id=OWNER, time_zone="UTC", database=database, **more)


def passed(database: Database, settings: Settings, number: int, plate: str, age: timedelta) -> PlateRead:
    """Store a read with pictures, a hit and an alert that waits in the outbox, as a run does."""
    moment = datetime.now(UTC) - age
    bare = dataclasses.replace(
        sample_read(number, plate),
        captured_at=moment,
        first_seen=moment,
        last_seen=moment,
        plate_image_key=None,
        context_image_key=None,
    )
    picture = np.random.default_rng(number).bytes(3000)
    receipt: Any = None
    read = PictureKeeper(settings, Counters()).keep(Arrival(bare, Pictures(picture, picture[::-1]), receipt))
    entry = sample_entry(number, plate, hotlist_id="regional")
    hit = sample_hit(read, entry)
    alert = build_alert(read, hit, entry, agency_id=OWNER, created_at=moment, plate_picture=b"jpeg")
    Records(database).write([ReadRecord(read, (hit,), (outbox_message(alert, TOPIC),))])
    return read


def fill(database: Database, settings: Settings, reads: int = 6) -> list[PlateRead]:
    """Store what an agency has: lists with a withdrawal, reads of several days, alerts, an agreement, a search."""
    plates = [f"KPR{number + 2000}" for number in range(reads)]
    activate(database, [sample_entry(1, valid_until=None)])
    activate(
        database,
        [sample_entry(number, plate, "regional", valid_until=None) for number, plate in enumerate(plates)],
        hotlist_id="regional",
    )
    gone = sample_entry(0, hotlist_id="regional").entry_id
    withdraw_entries(LEE, database, settings, WantedEntries(entry_id=gone), [gone], "recovered by its owner")
    stored = [
        passed(database, settings, number, plate, timedelta(hours=30 * number + 1))
        for number, plate in enumerate(plates)
    ]
    in_force(database, current(), settings)
    acknowledge_alert(LEE_SAYS, database, 1, note="on my way; \\ and\ttab\nline")
    _studied(database, settings, stored)
    model = settings.data_dir / "models" / "reader" / "own.onnx"
    model.parent.mkdir(parents=True)
    model.write_bytes(bytes(range(256)) * 9000)
    with Spool(settings.data_dir / INBOX_FILE) as spool:
        spool.add([Message("axis", datetime.now(UTC), b'{"plateText": "WAIT123"}', "application/json")])
    return stored


def _studied(database: Database, settings: Settings, stored: list[PlateRead]) -> None:
    """What people add and ask: a correction, an analysis with an opened result, a read that is held, a stop."""
    correct_read(LEE, database, stored[0].read_id, "KPR2OO7", "the picture shows a 7")
    wish = PreservationWish(stored[-1].plate, "J. Roe, counsel", "sworn statement", "26-7", "seen at a theft", days=90)
    preserve(LEE, database, settings, wish)
    since, until = datetime.now(UTC) - timedelta(days=6), datetime.now(UTC)
    why = Why("robbery on Elm Street", "26-117")
    asked = ask_analysis(LEE, database, settings, Convoy(since, until, stored[-1].plate), why)
    result = ((stored[-1].plate, "WITH123"), {"trips": 4, "p_value": 1e-9}, stored[-1].captured_at)
    with database.transaction() as connection:
        keep_results(connection, asked.analysis_id, {"found": 1}, [result])
    open_result(LEE, database, asked.analysis_id, 1)
    told = {"jurisdiction_code": "740", "initial_reason": "T", "race": "W", "ethnicity": "N", "gender": "F"}
    stop = {
        **{"record_id": "26-1", "stopped_on": f"{until:%Y-%m-%d}", "ori": "VA1234567", "location": "High St"},
        **{"action_taken": "W", "is_person_searched": False, "is_vehicle_searched": False, "speaks_english": True},
        **{"followed_notification": False},
    }
    add_stops(LEE, database, [json.dumps(told | stop)], "stops.jsonl")


ADDED_BY_PEOPLE = ("read_corrections", "analyses", "analysis_results", "preservations", "preserved_reads", "stops")
"""Tables of what people add: `fill` puts rows into each."""


def content(database: Database, *, without: tuple[str, ...] = ()) -> dict[str, str]:
    """Everything that is stored, by table, whatever its order."""
    found = {}
    with database.as_owner() as connection:
        tables = connection.execute(
            "select relname from pg_class where relnamespace = current_schema()::regnamespace "
            "and relkind in ('r', 'p') and not relispartition and relname <> 'schema_migrations'"
        ).fetchall()
        for (table,) in tables:
            if table not in without:
                statement = "select coalesce(string_agg(row::text, ';' order by row::text), '') from {} as row"
                row = connection.execute(sql.SQL(statement).format(sql.Identifier(table))).fetchone()
                found[str(table)] = str(row and row[0])
    return found


@contextlib.contextmanager
def another_database(server: DatabaseServer, data_dir: Path, **more: Any) -> Iterator[Settings]:
    """A configuration with a new, empty database."""
    name = f"restored_{next(_numbers)}"
    server.create(name)
    try:
        yield settings_of(data_dir, server.application_url(name), server.owner_url(name), **more)
    finally:
        server.drop(name)


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The database of a configuration as it is: not migrated, with its owner at hand."""
    with access(settings) as ways:
        database = Database(ways.application, ways.where, owner_connection_string=ways.owner)
        with contextlib.closing(database):
            database.open()
            yield database
