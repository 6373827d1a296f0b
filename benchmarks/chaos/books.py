"""What an installation has recorded, by ids; the only place that asks the database."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from benchmarks.chaos.edge_items import FINISHED, REJECTED, digested, items_of_edge
from benchmarks.chaos.installation.site import POSTS, Site
from schemas.settings import load_settings
from storage.database import Database, open_database

_BOOKS = {
    "reads": "select read_id::text || ' ' || plate from reads",
    "hits": "select hit_id::text from hits",
    "hits, what became of them": "select hit_id::text || ' ' || coalesce(outcome, '') from hits",
    "alerts, updates and cancels": "select alert_id::text || ' ' || alert_type || ' ' || status from alerts",
    "outbox": "select alert_id::text || ' ' || topic from outbox where topic like '%.alerts.%'",
    "list versions": "select hotlist_id || ' ' || file_name || ' ' || kind from hotlist_versions",
    "entries": "select entry_id::text || ' ' || (last_version is null)::text from hotlist_entries",
    "withdrawals": "select entry_id::text from hotlist_withdrawals",
    FINISHED: "select camera_id || ' ' || name from finished_items",
    REJECTED: "select camera_id || ' ' || name from source_rejects",
    "held lists": "select hotlist_id || ' ' || file_name || ' ' || reason from hotlist_holds",
    "dead letters": "select alert_id::text || ' ' || reason from dead_letters",
}
"""What has to be equal, row by row, doubles included. How far lists were matched with earlier reads is not: a run may
end before it has begun with the last list, and what that finds is among hits and alerts."""

_WIDE_BOOKS = {
    "outbox to the partner": "select alert_id::text || ' ' || topic from outbox where topic like '%.shared.%'",
    "given under agreements": (
        "select item_id::text || ' ' || outcome || ' ' || kind || ' ' || agreement_id from disseminations"
    ),
}
"""The same where there is an agreement."""

_EMPTY = {
    "outbox, not sent": "select alert_id::text from outbox where sent_at is null",
    "alerts without a number": "select alert_id::text from alerts where alert_number is null",
    "hits without their read": "select hit_id::text from hits where read_id not in (select read_id from reads)",
    "lists whose active version is not the last": (
        "select hotlist_id from hotlists where active_version is distinct from (select max(version_id) "
        "from hotlist_versions as version where version.hotlist_id = hotlists.hotlist_id)"
    ),
}
"""What has to be empty."""

_KEYS = """
    select plate_image_key from reads union all select context_image_key from reads
    union all select content ->> 'plate_image_key' from read_revisions
    union all select content ->> 'context_image_key' from read_revisions
"""
_POSTED = f"select read_id::text from reads where camera_id like '{POSTS}%'"
_READ_OF = "select true from reads where camera_id = %s and captured_at = %s limit 1"
_LEFT = """
    select 'messages in the outbox' from outbox where sent_at is null and topic like 'platewatch.%'
    union all select 'alerts without a number' from alerts where alert_number is null
    union all select 'alerts that were not offered to agreements' from sharing_progress
    where alert_number < (select max(alert_number) from alerts)
"""
_KEPT_BACK = "select headers ->> 'chaos-poison' from quarantined_messages where headers ->> 'chaos-poison' is not null"
_AUDIT = """
    select action, origin, coalesce(details ->> 'file', '') from audit
    where action in ('import', 'withdraw', 'settings_changed') order by audit_id
"""


@dataclass(frozen=True, slots=True)
class Books:
    """What was recorded."""

    rows: dict[str, Counter[str]]
    """By book: rows, and how often each is there."""
    leftovers: dict[str, list[str]]
    """What should be empty and is not."""
    alerts: frozenset[str]
    """Ids of all messages to neighbors."""
    shared: frozenset[str]
    """Ids of those to the partner."""
    posted: int
    """How many reads of other readers there are."""
    audit: list[tuple[str, str, str]]
    """Of the audit's rows: action, origin, file."""
    named_pictures: frozenset[str] = field(default_factory=frozenset)
    kept_pictures: frozenset[str] = field(default_factory=frozenset)
    unfinished_files: tuple[str, ...] = ()


def read_books(site: Site, *, is_wide: bool = False, edge_items: Path | None = None) -> Books:
    """Read what an installation recorded; starts its database when nothing else of it runs.

    Args:
        site: The installation.
        is_wide: Whether there is an agreement; names of files are digests then, as machines at the edge keep them.
        edge_items: Where a machine at the edge notes which files are done; None: the database knows.
    """
    settings = load_settings(site.config, data_dir=site.data_dir)
    books = _BOOKS | (_WIDE_BOOKS if is_wide else {})
    with open_database(settings) as database:
        rows = {name: Counter(_column(database, statement)) for name, statement in books.items()}
        leftovers = {name: _column(database, statement) for name, statement in _EMPTY.items()}
        with database.connection() as connection:
            audit = [(str(a), str(b), str(c)) for a, b, c in connection.execute(_AUDIT).fetchall()]
        named = frozenset(_column(database, _KEYS))
        posted = _column(database, _POSTED)
    if edge_items is not None:
        rows |= items_of_edge(edge_items)
    elif is_wide:
        rows[REJECTED] = Counter(map(digested, rows[REJECTED].elements()))
    files = {path.relative_to(site.images).as_posix() for path in site.images.rglob("*") if path.is_file()}
    return Books(
        rows=rows,
        leftovers={name: found for name, found in leftovers.items() if found},
        alerts=frozenset(row.split(" ")[0] for row in rows["alerts, updates and cancels"]),
        shared=frozenset(row.split(" ")[0] for row in rows.get("outbox to the partner", ())),
        posted=len(posted),
        audit=audit,
        named_pictures=named,
        kept_pictures=frozenset(name for name in files if name.endswith(".jpg")),
        unfinished_files=tuple(sorted(name for name in files if not name.endswith(".jpg"))),
    )


def what_is_left(database: Database) -> Counter[str]:
    """Return what services still have to do with what is stored, and how much."""
    return Counter(_column(database, _LEFT))


def kept_back(database: Database) -> set[str]:
    """Return the marks of poison that is in the quarantine."""
    return set(_column(database, _KEPT_BACK))


def has_read(database: Database, camera_id: str, at: datetime) -> bool:
    """Return whether a read of a moment is recorded."""
    with database.connection() as connection:
        return connection.execute(_READ_OF, (camera_id, at)).fetchone() is not None


def _column(database: Database, statement: str) -> list[str]:
    with database.connection() as connection:
        rows = connection.execute(statement.encode()).fetchall()
    return [str(row[0]) for row in rows if row[0] is not None]
