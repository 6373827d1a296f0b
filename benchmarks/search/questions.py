"""What is asked: our search, and the plain SQL that one would write first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from operations.criteria import VehicleCriteria
from operations.reasons import Why
from operations.searches.areas import parse_area
from operations.searches.finding import find_look_alikes, find_reads
from operations.searches.hours import parse_hours
from operations.searches.passes import find_passes
from operations.searches.query import ReadQuery
from schemas.actor import Actor, SignIn
from schemas.settings import Settings
from storage.database import Database

_SETTINGS = Settings(time_zone="America/New_York")
_ACTOR = Actor("benchmark", SignIn.SERVICE, "benchmark", "local")
_WHY = Why("stolen vehicle, seen leaving Main Street", "26-117")
_NEWEST: Final = " order by captured_at desc limit 100"


@dataclass(frozen=True, slots=True)
class Question:
    """A kind of question with its limit in milliseconds; `ask` returns how many reads it found, for each plate anew.

    `plain` is the plain statement, with its parameters by plate; None where one would not write it in SQL.
    """

    name: str
    limit: int | None
    ask: Callable[[str], int]
    plain: str | None
    values: Callable[[str], dict[str, Any]]


def questions(database: Database, until: datetime) -> Iterator[Question]:
    """Yield them, over the three weeks before a moment."""
    since, week = until - timedelta(days=21), until - timedelta(days=7)

    def reads(**asked: Any) -> int:
        return len(find_reads(_ACTOR, database, _SETTINGS, ReadQuery(**asked), _WHY).reads)

    def times(plate: str) -> dict[str, Any]:
        return {"since": since, "until": until, "week": week, "plate": plate}

    in_time = "captured_at >= %(since)s and captured_at < %(until)s"
    yield Question(
        "exact", 50, lambda plate: reads(pattern=plate, since=since),
        f"select * from reads where plate = %(plate)s and {in_time}{_NEWEST}", times,
    )  # fmt: skip
    yield Question(
        "exact, of a plate that was never read", 50, lambda plate: reads(pattern=f"{plate}Z", since=since),
        f"select * from reads where plate = %(plate)s and {in_time}{_NEWEST}",
        lambda plate: times(f"{plate}Z"),
    )  # fmt: skip
    for name, make in _PATTERNS.items():
        yield _partial(name, make, reads, since, f"{in_time}{_NEWEST}", times)
    yield Question("look-alike", 1000, lambda plate: _alike(database, plate, since),
        f"select * from reads where levenshtein(plate, %(plate)s) <= 1 and {in_time}{_NEWEST}", times,
    )  # fmt: skip
    area, hours = parse_area("36.78,-76.28,3"), parse_hours("22-23")
    yield Question(
        "area and hour, seven days", 500,
        lambda plate: reads(area=area, hours=hours, since=week, until=until, limit=1000),
        "select * from reads where latitude between 36.753 and 36.807 and longitude between -76.314 and -76.246"
        " and extract(hour from captured_at at time zone 'America/New_York') = 22"
        " and captured_at >= %(week)s and captured_at < %(until)s order by captured_at desc limit 1000", times,
    )  # fmt: skip
    nowhere = parse_area("40,-70,3")
    yield Question(
        "an area where nothing was, an hour of seven days", 500,
        lambda plate: reads(area=nowhere, hours=hours, since=week, until=until),
        "select * from reads where latitude between 39.97 and 40.03 and longitude between -70.04 and -69.96"
        " and extract(hour from captured_at at time zone 'America/New_York') = 22"
        f" and captured_at >= %(week)s and captured_at < %(until)s{_NEWEST}", times,
    )  # fmt: skip
    yield Question(
        "a vehicle's passes", 200, lambda plate: _passes(database, plate, until),
        f"select * from reads where plate = %(plate)s and {in_time} order by captured_at", times,
    )  # fmt: skip
    nobody = VehicleCriteria(make="Bugatti")
    yield Question(
        "a make that nobody has, seven days", None, lambda plate: reads(vehicle=nobody, since=week, until=until),
        "select * from reads where vehicle ->> 'make' = 'Bugatti'"
        f" and captured_at >= %(week)s and captured_at < %(until)s{_NEWEST}", times,
    )  # fmt: skip


def _partial(
    name: str,
    make: Callable[[str], str],
    reads: Callable[..., int],
    since: datetime,
    rest: str,
    times: Callable[[str], dict[str, Any]],
) -> Question:
    def values(plate: str) -> dict[str, Any]:
        return times(plate) | {"like": make(plate).replace("?", "_").replace("*", "%")}

    plain = f"select * from reads where plate like %(like)s and {rest}"
    return Question(f"partial, {name}", 500, lambda plate: reads(pattern=make(plate), since=since), plain, values)


_PATTERNS: Final[dict[str, Callable[[str], str]]] = {
    "first three": lambda plate: f"{plate[:3]}*",
    "last three": lambda plate: f"*{plate[-3:]}",
    "three in the middle": lambda plate: f"*{plate[2:5]}*",
    "first and third and two more": lambda plate: f"{plate[0]}?{plate[2]}?{plate[4:6]}?",
    "all but two": lambda plate: f"{plate[:2]}?{plate[3:5]}?{plate[6]}",
    "five at the end": lambda plate: f"*{plate[2:]}",
}


def _alike(database: Database, plate: str, since: datetime) -> int:
    query = ReadQuery(plate, since=since)
    return len(find_look_alikes(_ACTOR, database, _SETTINGS, query, _WHY).found)


def _passes(database: Database, plate: str, until: datetime) -> int:
    since = until - timedelta(days=21)
    return len(find_passes(_ACTOR, database, _SETTINGS, plate, _WHY, since=since, until=until).passes)


def some_plates(database: Database, number: int) -> list[str]:
    """Return plates that were read, drawn with a fixed seed."""
    with database.connection() as connection:
        rows = connection.execute(
            "select canonical from plate_dictionary tablesample system (1) repeatable (7) where length(canonical) = 7"
            " limit 5000"
        ).fetchall()
        if len(rows) < number:
            rows = connection.execute(b"select canonical from plate_dictionary limit 5000").fetchall()
    return Random(datetime(2026, 1, 1, tzinfo=UTC).year).sample([plate for (plate,) in rows], number)
