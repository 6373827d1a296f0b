"""The log of what passed between agencies, by each filter; questions, what goes back, and rights to be taken."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from storage.database import Database
from storage.sharing.disseminations import DisseminationFilter, ForeignQuery, disseminations, note_query
from storage.sharing.questions import AskedQuestion, asked_lately, find_asked, is_known, note_asked
from storage.sharing.returns import (
    ReturnCounts,
    given_version,
    is_in_force,
    return_counts,
    settle_return,
    waiting_returns,
)
from storage.sharing.rights import note_rights_taken, over_with_rights
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.storage.samples import activate, sample_entry, sample_id, sample_read
from tests.integration.storage.sharing.rows import HOUR, MEMBERS, NOW, TERMS, agree, log

SUFFOLK = MEMBERS[0]
NORFOLK = {"id": "norfolk-pd", "name": "Norfolk Police", "ori": "VA0000002"}


def note(database: Database, *rows: dict[str, Any]) -> list[int]:
    """Put rows into the log; return their numbers."""
    numbers = []
    with database.connection() as connection:
        for one in rows:
            values = {
                "happened_at": NOW,
                "outcome": "given",
                "kind": "alert",
                "agreement_id": "suffolk",
                "version": 1,
                "members": json.dumps([SUFFOLK]),
                "plate": None,
                "why": "because",
                "asked_by": None,
            } | one
            columns = ", ".join(values)
            row = connection.execute(
                f"insert into disseminations ({columns}) values ({', '.join(['%s'] * len(values))}) "
                "returning dissemination_id".encode(),
                list(values.values()),
            ).fetchone()
            assert row is not None
            numbers.append(row[0])
    return numbers


ROWS: tuple[dict[str, Any], ...] = (
    {"agreement_id": "norfolk", "members": json.dumps([NORFOLK])},
    {"members": json.dumps([SUFFOLK, NORFOLK]), "outcome": "withheld"},
    {"plate": "VNV45O7", "happened_at": NOW - HOUR},
    {"plate": "VNV4507", "asked_by": "d.chen", "kind": "query", "outcome": "refused"},
    {"plate": "VN?4*", "asked_by": "d.chen", "kind": "query", "outcome": "answered"},
    {"plate": "VN?4*"},
    {"plate": "BKR2203", "happened_at": NOW + HOUR},
)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [0, 1, 2, 3, 4, 5, 6]),
        ({"agreement_id": "norfolk"}, [0]),
        ({"member": "suffolk-pd"}, [1, 2, 3, 4, 5, 6]),
        ({"member": "NORFOLK-PD"}, [0, 1]),
        ({"member": "norfolk police"}, [0, 1]),
        ({"member": "va0000002"}, [0, 1]),
        ({"member": "norfolk"}, []),
        ({"plate": "VNV4507"}, [2, 3, 4]),
        ({"plate": "VN4507"}, []),
        ({"plate": "BKR2203"}, [6]),
        ({"since": NOW}, [0, 1, 3, 4, 5, 6]),
        ({"until": NOW}, [2]),
        ({"since": NOW - HOUR, "until": NOW + HOUR}, [0, 1, 2, 3, 4, 5]),
        ({"asked": True}, [3, 4]),
        ({"stopped": True}, [1, 3]),
        ({"asked": True, "stopped": True}, [3]),
        ({"asked": True, "plate": "VNV4507", "until": NOW}, []),
    ],
)
def test_the_log_is_looked_through_newest_first(
    database: Database, wanted: dict[str, Any], expected: list[int]
) -> None:
    numbers = note(database, *ROWS)
    rows = disseminations(database, DisseminationFilter(**wanted), 99)
    assert [numbers.index(row.dissemination_id) for row in rows] == expected[::-1]
    assert [row.dissemination_id for row in disseminations(database, DisseminationFilter(**wanted), 1)] == [
        row.dissemination_id for row in rows[:1]
    ]
    before = DisseminationFilter(**wanted, before=numbers[3])
    assert [numbers.index(row.dissemination_id) for row in disseminations(database, before, 99)] == [
        number for number in expected[::-1] if number < 3
    ]


def test_who_was_given_a_read_is_found_by_its_plate_as_long_as_it_is_here(database: Database) -> None:
    many, other = note(database, {"kind": "reads"}, {"kind": "reads"})
    reads = [sample_read(0, "VNV45O7"), sample_read(1, "BKR2203")]
    Records(database).write([ReadRecord(read) for read in reads])
    with database.connection() as connection:
        for read, number in ((reads[0], many), (reads[1], other)):
            connection.execute(
                "insert into shared_reads (read_id, agreement_id, revision, captured_at, dissemination_id) "
                "values (%s, 'suffolk', 0, %s, %s)",
                (read.read_id, read.captured_at, number),
            )
    found = disseminations(database, DisseminationFilter(plate="VNV4507"), 9)
    assert [row.dissemination_id for row in found] == [many]


def test_a_question_is_written_down_whole_and_known_from_then_on(database: Database) -> None:
    asked = ForeignQuery(
        "suffolk", 3, SUFFOLK, "d.chen", "VN?4*", "stolen vehicle", "26-117", "answered", 4, uuid4(), {"reads": 4}
    )
    refused = ForeignQuery("suffolk", 3, SUFFOLK, "d.chen", None, None, None, "not in the scope", None, uuid4())
    with database.transaction() as connection:
        assert not is_known(connection, asked.query_id or UUID(int=0))
        note_query(connection, asked)
        note_query(connection, refused)
        assert is_known(connection, asked.query_id or UUID(int=0))
        assert is_known(connection, refused.query_id or UUID(int=0))
        assert not is_known(connection, uuid4())
        with pytest.raises(ValueError, match="who asks"):
            note_query(connection, ForeignQuery("suffolk", 3, SUFFOLK, " ", None, None, None, "?"))
    row = ("query", "suffolk", 3, MEMBERS)
    assert log(database) == [
        ("answered", *row, asked.query_id, "VN?4*", {"reads": 4}, "answered", 4),
        ("refused", *row, refused.query_id, None, {}, "not in the scope", None),
    ]
    first = disseminations(database, DisseminationFilter(), 9)[-1]
    assert (first.asked_by, first.purpose, first.case_number) == ("d.chen", "stolen vehicle", "26-117")
    # What has the same number and is no question is none.
    note(database, {"item_id": sample_id("alert", 1)})
    with database.transaction() as connection:
        assert not is_known(connection, sample_id("alert", 1))


def test_how_much_an_agency_asked_lately_is_counted_for_it_alone(database: Database) -> None:
    asked = {"asked_by": "d.chen", "kind": "query"}
    note(
        database,
        asked,
        asked | {"members": json.dumps([NORFOLK])},
        asked | {"happened_at": NOW - HOUR},
        {"kind": "alert"},
    )
    with database.transaction() as connection:
        assert asked_lately(connection, "suffolk-pd", NOW - HOUR * 2) == 2
        assert asked_lately(connection, "suffolk-pd", NOW - HOUR) == 1
        assert asked_lately(connection, "norfolk-pd", NOW - HOUR * 2) == 1
        assert asked_lately(connection, "suffolk", NOW - HOUR * 2) == 0


def test_what_was_asked_here_is_remembered_whole_until_a_day_after_its_end(database: Database) -> None:
    def question(number: int, expires: timedelta) -> AskedQuestion:
        return AskedQuestion(UUID(int=number), "suffolk-pd", "lee", NOW, NOW + expires, "stolen vehicle", "26-117")

    kept, edge, gone = question(1, HOUR), question(2, -timedelta(days=1)), question(3, -timedelta(days=1, hours=1))
    with database.transaction() as connection:
        for one in (gone, edge, kept):
            note_asked(connection, one)
    assert [find_asked(database, one.query_id) for one in (kept, edge, gone)] == [kept, edge, None]
    assert find_asked(database, UUID(int=9)) is None


def test_what_went_back_is_settled_once_and_counted(database: Database) -> None:
    ids = [uuid4() for _ in range(4)]
    with database.connection() as connection:
        for one, agency in zip(ids, ["suffolk-pd"] * 3 + ["norfolk-pd"], strict=True):
            connection.execute(
                "insert into returned_dispositions "
                "(disposition_id, agency_id, agreement_id, hotlist_id, plate, payload) "
                "values (%s, %s, 'suffolk', 'theirs', 'VNV4527', '{}')",
                (one, agency),
            )
    waiting = {one.disposition_id: one for one in waiting_returns(database, 9)}
    assert next((one.agency_id, one.plate, one.payload) for one in waiting.values()) == ("suffolk-pd", "VNV4527", "{}")
    settle_return(database, waiting[ids[0]], "given", "as agreed", 3, MEMBERS, TERMS)
    settle_return(database, waiting[ids[0]], "withheld", "a second process", 3, MEMBERS, TERMS)
    settle_return(database, waiting[ids[1]], "withheld", "the list went", None, [], {})
    assert return_counts(database, "suffolk-pd") == ReturnCounts(given=1, waiting=1, withheld=1)
    assert return_counts(database, "norfolk-pd") == ReturnCounts(given=0, waiting=1, withheld=0)
    assert return_counts(database, "gotham") == ReturnCounts()
    assert [one.disposition_id for one in waiting_returns(database, 9)] == ids[2:]
    assert log(database) == [
        ("given", "disposition", "suffolk", 3, MEMBERS, ids[0], "VNV4527", TERMS, "as agreed", None),
        ("withheld", "disposition", "suffolk", 0, [], ids[1], "VNV4527", {}, "the list went", None),
    ]
    with database.connection() as connection:
        rows = connection.execute(
            "select payload, outcome, why, settled_at is not null from returned_dispositions order by return_number"
        ).fetchall()
    assert rows == [
        ("", "given", "as agreed", True),
        ("", "withheld", "the list went", True),
        ("{}", None, None, False),
        ("{}", None, None, False),
    ]


def test_under_which_version_a_list_was_given_is_known_where_its_owner_said_so(database: Database) -> None:
    remotes = {"said": '"3"', "high": "1000000", "higher": "1000001", "zero": "0", "less": "-1", "words": '"three"'}
    with database.connection() as connection:
        for name, version in remotes.items():
            connection.execute(
                "insert into hotlist_feeds (hotlist_id, source, max_age_hours, known_since, seen_at, remote) "
                "values (%s, 'kafka', 24, now(), now(), %s)",
                (name, f'{{"agreement_version": {version}}}'),
            )
    assert [given_version(database, name) for name in (*remotes, "unknown")] == [3, 1_000_000, *[None] * 5]
    activate(database, [sample_entry(1, hotlist_id="said")], hotlist_id="said")
    assert is_in_force(database, "said")
    assert not is_in_force(database, "high")
    with database.transaction() as connection:
        connection.execute("update hotlists set active_version = null")
    assert not is_in_force(database, "said")


def test_rights_are_taken_once_after_an_agreement_s_end(database: Database) -> None:
    agree(database, "d-stands")
    agree(database, "c-over", ends=-HOUR / 2)
    agree(database, "a-ended", ended=-HOUR / 2)
    agree(database, "b-ended-before-its-day", ends=HOUR * 2, ended=-HOUR / 4)
    over = ["a-ended", "b-ended-before-its-day", "c-over"]
    assert over_with_rights(database, NOW) == over
    assert over_with_rights(database, NOW - HOUR / 2) == ["a-ended", "c-over"]  # at its very end
    assert over_with_rights(database, NOW - HOUR) == []
    assert over_with_rights(database, NOW + HOUR) == [*over, "d-stands"]
    note_rights_taken(database, "c-over", NOW)
    assert over_with_rights(database, NOW) == over[:2]
    # What was taken before the end has to be taken again, what was taken with it not.
    note_rights_taken(database, "a-ended", NOW - HOUR)
    note_rights_taken(database, "b-ended-before-its-day", NOW - HOUR / 4)
    assert over_with_rights(database, NOW) == ["a-ended"]
