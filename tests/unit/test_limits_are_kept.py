"""What people, files and other machines give has a least and a most: on the limit it is taken, beyond it is refused.

tests/unit/test_limits_are_set.py says where a limit may lie; here each is tried on both sides. The database is none:
what is refused is refused before it is asked, and what is taken goes on to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from hotlists.fields.errors import FieldError
from hotlists.importing.single import _end
from operations import rules
from operations.added.hosts import check_address
from operations.analyses.question import Occasion, Presence
from operations.cars.answering import take_answers
from operations.cars.cars import add_car
from operations.criteria import _said
from operations.duties import ending
from operations.duties.preserving import _days
from operations.life.change import Sayer, checked_text
from operations.life.checking import answer_record
from operations.life.deciding import plate_of_text
from operations.people.accounts import add_person
from operations.people.secrets import check_password
from operations.people.tokens import make_token
from operations.reasons import Why
from operations.reports import stops
from operations.searches import saving
from operations.searches.areas import parse_area
from operations.searches.query import ReadQuery, _bounded
from policy.decisions import law_alone
from policy.duties import PreservationRule
from policy.facts import Confidence
from policy.loading import load_profile
from schemas.actor import Actor, SignIn
from schemas.errors import ConfigurationError, InvalidInput
from schemas.roles import Role, Scope
from schemas.settings import Settings
from schemas.types import RecordAnswer
from sharing import files
from sharing.files import parse_agreement

LONGEST_ADDRESS = 1000
MOST_OCCASIONS = 20
LONGEST_NOTE = 2000
MOST_MINUTES = 7 * 24 * 60
LONGEST_PASSWORD = 256
SHORTEST_PASSWORD = 12
MOST_DAYS_WITHOUT_PLATE = 7
LARGEST_FILE_BYTES = 1_000_000

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LEE = Actor("lee", SignIn.LOCAL_USER, "desk", "local")

REFUSED = (InvalidInput, FieldError)


class Asked(Exception):
    """The database was asked: nothing was refused before."""


class Asks:
    """A database of which whatever is asked is noted by an end."""

    def __getattr__(self, name: str) -> Any:
        raise Asked


DATABASE = cast("Any", Asks())


def goes_on(call: Callable[..., object], *values: Any, **named: Any) -> None:
    """Call something that asks the database once what it was given is taken."""
    with pytest.raises(Asked):
        call(*values, **named)


def occasions(count: int) -> None:
    place = parse_area("36.8,-76.3,1")
    hour = timedelta(hours=1)
    asked = tuple(Occasion(place, NOW + 2 * one * hour, NOW + (2 * one + 1) * hour) for one in range(count))
    Presence(asked, 2).check(law_alone("virginia").analysis)


def stop_line(length: int) -> None:
    line = "[]" + " " * (length - 2)
    with pytest.raises(InvalidInput) as refused:
        stops._stop(line, "stops.jsonl", 1)
    # What is short enough is looked at, and is no object; what is too long is none whatever is in it.
    assert "one JSON object" in str(refused.value)
    line = '{"a":1}' + " " * (length - 7)
    with pytest.raises(InvalidInput) as refused:
        stops._stop(line, "stops.jsonl", 1)
    if "unknown field" not in str(refused.value):
        raise refused.value


def agreement(length: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_agreement(b"a = 1\n".ljust(length, b"#"), "a.toml")
    if "larger than" in str(refused.value):
        raise refused.value


def search_without_plate(days: int) -> None:
    area = parse_area("36.8,-76.3,1")
    _bounded(ReadQuery(since=NOW - timedelta(days=days), area=area), NOW)


def saved(name: str = "blue car", days: int = 1) -> None:
    query = ReadQuery(pattern="ABC1234", since=NOW)
    goes_on(saving.save_search, LEE, DATABASE, Settings(), name, query, Why("robbery on Elm", "26-117"), days=days)


def answered(minutes: int) -> None:
    goes_on(answer_record, Sayer(LEE), DATABASE, 1, RecordAnswer.TIME_NEEDED, minutes=minutes)


def car(car_id: str, *camera_ids: str) -> None:
    goes_on(add_car, LEE, DATABASE, Settings(), car_id, camera_ids)


def token(days: int) -> None:
    goes_on(make_token, LEE, DATABASE, Settings(), "lee", "desk", [Scope.READS], days)


def stop_with(**fields: Any) -> None:
    """Take a stop whose field is as it may be."""
    plain = {
        **{"record_id": "26-000117", "stopped_on": "2026-03-01", "ori": "VA1234567", "location": "High St at Court St"},
        **{"jurisdiction_code": "740", "initial_reason": "T", "race": "W", "ethnicity": "N", "age": 34, "gender": "F"},
        **{"speaks_english": True, "action_taken": "W", "is_person_searched": False, "is_vehicle_searched": False},
        **{"followed_notification": True, "notification_reason": "stolen_vehicle"},
    }
    stops._stop(json.dumps(plain | fields), "stops.jsonl", 1)


PLAIN = "correct horse battery staple "

KEPT: dict[str, tuple[Callable[[int], object], int, int]] = {
    "an address of a camera": (
        lambda n: check_address("rtsp://cam/".ljust(n, "a"), None),
        20,
        LONGEST_ADDRESS,
    ),
    "occasions": (occasions, 2, MOST_OCCASIONS),
    "a word of a vehicle": (lambda n: _said("model", "x", "x" * n), 1, 200),
    "cameras of a car": (lambda n: car("car-3", *(f"front-{one}" for one in range(n))), 1, 16),
    "a car's id": (lambda n: car("x" * n, "front"), 1, 63),
    "a name to sign in with": (
        lambda n: goes_on(add_person, LEE, DATABASE, Settings(), "x" * n, [Role.OFFICER]),
        1,
        64,
    ),
    "days of a token": (token, 1, 365),
    "answers of a car": (lambda n: take_answers(DATABASE, Settings(), "car-3", [{}] * n), 0, 200),
    "a driver's age": (lambda n: stop_with(age=n), 0, 120),
    "a stop's number": (lambda n: stop_with(record_id="9" * n), 1, 12),
    "a stop's place": (lambda n: stop_with(location="x" * n), 1, 45),
    "days that end": (
        lambda n: goes_on(ending.view_ending, LEE, DATABASE, Settings(), n),
        1,
        31,
    ),
    "a plate as somebody saw it": (lambda n: plate_of_text("A" * n), 1, 40),
    "a note": (lambda n: checked_text("x" * n, "note"), 0, LONGEST_NOTE),
    "minutes that an agency needs": (answered, 1, MOST_MINUTES),
    "a password": (lambda n: check_password((PLAIN * 20)[:n], "lee"), SHORTEST_PASSWORD, LONGEST_PASSWORD),
    "a kept search's name": (lambda n: saved("x" * n), 1, 100),
    "a kept search's days": (lambda n: saved(days=n), 1, 90),
    "days of a search without a plate": (search_without_plate, 0, MOST_DAYS_WITHOUT_PLATE),
    "days for which a rule is tried": (
        lambda n: goes_on(rules.try_rule, LEE, DATABASE, Settings(), "desk", n),
        1,
        366,
    ),
    "a line of a stop": (stop_line, 10, 10_000),
    "an agreement's file": (agreement, 10, LARGEST_FILE_BYTES),
    "days of an entry by hand": (lambda n: _end(f"{n}d", NOW), 1, 3660),
}


@pytest.mark.parametrize("name", KEPT)
def test_what_is_given_is_taken_up_to_its_limit_and_not_beyond(name: str) -> None:
    call, least, most = KEPT[name]
    call(least)
    call(most)
    with pytest.raises(REFUSED):
        call(most + 1)


@pytest.mark.parametrize("name", [name for name, (_, least, _) in KEPT.items() if 0 < least <= 2 or "pass" in name])
def test_what_is_given_has_a_least(name: str) -> None:
    call, least, _ = KEPT[name]
    with pytest.raises(REFUSED):
        call(least - 1)


@pytest.mark.parametrize(("size", "is_read"), [(LARGEST_FILE_BYTES, True), (LARGEST_FILE_BYTES + 1, False)])
def test_files_that_are_read_have_a_most(size: int, is_read: bool, tmp_path: Path) -> None:
    law, paper = tmp_path / "law.toml", tmp_path / "paper.pdf"
    law.write_bytes(b"a = 1\n".ljust(size, b"#"))
    with pytest.raises(ConfigurationError) as refused:
        load_profile(str(law))
    assert ("too large" in str(refused.value)) is not is_read
    with pytest.raises(InvalidInput) as named:
        files.load_agreement(law)
    assert ("larger" in str(named.value)) is not is_read
    paper.write_bytes(b"%PDF")
    assert len(files.paper_digest(paper)) == 64


def test_a_paper_has_a_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_PAPER_BYTES", 100)
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"x" * 100)
    assert len(files.paper_digest(paper)) == 64
    paper.write_bytes(b"x" * 101)
    with pytest.raises(InvalidInput, match="larger"):
        files.paper_digest(paper)
    paper.write_bytes(b"")
    with pytest.raises(InvalidInput, match="empty"):
        files.paper_digest(paper)


@pytest.mark.parametrize(("asked", "law", "kept_for"), [(5, 10, 5), (None, 10, 10), (10, 10, 10), (11, 10, None)])
def test_reads_are_preserved_as_asked_and_no_longer_than_the_law_has_it(
    asked: int | None, law: int, kept_for: int | None
) -> None:
    made = PreservationRule(
        by=("a court",), form="writ", days=law, citation="Act 1", as_of=date(2026, 1, 1), confidence=Confidence.READ
    )
    if kept_for is None:
        with pytest.raises(InvalidInput, match="longer than the 10"):
            _days(made, asked)
    else:
        assert _days(made, asked) == kept_for
    assert _days(None, 3651) == 3650


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ({"record_id": "A-1"}, {"record_id": "a-1"}),
        ({"ori": "VA1234567"}, {"ori": "VA123456"}),
        ({"ori": "999999999"}, {"ori": "VA12345678"}),
        ({"location": "High St; Court St"}, {"location": "High St, Court St"}),  # commas part the state's fields
        ({"age": None}, {"age": -1}),
        ({"speaks_english": None}, {"speaks_english": "yes"}),
        ({"is_person_searched": True}, {"is_person_searched": None}),
        ({"stopped_on": "2026-02-28"}, {"stopped_on": "2026-02-29"}),
        ({"notification_reason": "wanted_person"}, {"notification_reason": "a hunch"}),
        ({"followed_notification": False, "notification_reason": None}, {"followed_notification": False}),
    ],
)
def test_a_stop_has_the_states_form(good: dict[str, Any], bad: dict[str, Any]) -> None:
    stop_with(**good)
    with pytest.raises(InvalidInput):
        stop_with(**bad)
