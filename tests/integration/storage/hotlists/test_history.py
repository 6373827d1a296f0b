"""What lists and entries were before: every row of it, as people read it."""

from __future__ import annotations

from datetime import datetime

import pytest

from schemas.audit import Action, AuditRecord
from schemas.types import Category, HotlistEntry
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.history import EntryState, Hold, HotlistHistory
from storage.hotlists.versions import HotlistVersions
from tests.integration.hotlists.list_versions import import_version
from tests.integration.operations.audited import LEE
from tests.integration.storage.samples import START, activate, sample_entry, sample_id


def entry(number: int, hotlist_id: str = "ncic", **changes: object) -> HotlistEntry:
    return sample_entry(
        number, **({"plate": f"AAA{number}", "hotlist_id": hotlist_id, "source_line": number} | changes)
    )  # type: ignore[arg-type]


@pytest.fixture
def versions(database: Database) -> list[int]:
    """Three versions of a list, between which another list has its own."""
    made = [import_version(database, [entry(number) for number in (1, 2, 3, 4, 5)])]
    import_version(database, [entry(number, "region") for number in (1, 2)], "region")
    four = entry(4, instructions="unarmed")
    made.append(import_version(database, [entry(1), entry(3), four, entry(5), entry(6)]))
    import_version(database, [entry(2, "region", priority="low"), entry(3, "region")], "region")
    made.append(import_version(database, [entry(1), entry(2), four, entry(6, priority="low")]))
    return made


def changed(removed: list[int], changed: list[int], added: list[int]) -> list[tuple[object, str]]:
    named = (("removed", removed), ("changed", changed), ("added", added))
    return [(key, word) for word, numbers in named for key in sorted(sample_id("ncic", n) for n in numbers)]


def test_what_two_versions_differ_in(database: Database, versions: list[int]) -> None:
    history, (first, second, third) = HotlistHistory(database), versions
    expected = {
        (first, second): changed([2], [4], [6]),
        (second, third): changed([3, 5], [6], [2]),
        # What went and came back the same is not among them.
        (first, third): changed([3, 5], [4], [6]),
        (first, first): [],
    }
    for (earlier, later), rows in expected.items():
        assert history.changes("ncic", earlier, later, 100) == rows
        assert history.changes("ncic", earlier, later, 2) == rows[:2]
        counts: dict[str, int] = {}
        for _, word in rows:
            counts[word] = counts.get(word, 0) + 1
        assert history.count_changes("ncic", earlier, later) == counts


def test_entries_are_said_as_each_version_had_them(database: Database, versions: list[int]) -> None:
    history = HotlistHistory(database)
    asked = [sample_id("ncic", number) for number in (2, 4, 6, 9)]
    before, after = entry(4), entry(4, instructions="unarmed")
    expected = [[entry(2), before], [after, entry(6)], [entry(2), after, entry(6, priority="low")]]
    for version, entries in zip(versions, expected, strict=True):
        assert history.entries_at("ncic", version, asked) == {found.entry_id: found for found in entries}
    assert history.entries_at("region", versions[2], asked) == {}
    assert [history.entries_of_version("ncic", version) for version in versions] == [5, 5, 4]
    assert [history.kept_of_version("ncic", version) for version in versions] == [5, 5, 4]
    assert history.entries_of_version("region", versions[0]) is None
    assert history.entries_of_version("ncic", 10**6) is None


def begun(database: Database, version: int) -> datetime:
    with database.connection() as connection:
        row = connection.execute(
            "select activated_at from hotlist_versions where version_id = %s", (version,)
        ).fetchone()
    assert row is not None
    found = row[0]
    assert isinstance(found, datetime)
    return found


def ended(database: Database, entry_id: object, version: int) -> datetime:
    with database.connection() as connection:
        row = connection.execute(
            "select retired_at from hotlist_entries where entry_id = %s and last_version = %s", (entry_id, version)
        ).fetchone()
    assert row is not None
    found = row[0]
    assert isinstance(found, datetime)
    return found


def test_every_state_of_an_entry_says_what_brought_and_ended_it(database: Database, versions: list[int]) -> None:
    history, edits = HotlistHistory(database), HotlistEdits(database)
    key = sample_id("ncic", 4)
    first, second, third = versions
    unarmed = entry(4, instructions="unarmed")
    file = ("import", None, None, "extract.csv")
    was = EntryState(
        *(first, first, begun(database, first), ended(database, key, first), *file, "import", None, None),
        entry(4),
    )
    now = EntryState(second, None, begun(database, second), None, *file, None, None, None, unarmed)
    assert history.states_of(key, 10) == [now, was]
    assert history.states_of(key, 1) == [now]
    assert history.withdrawal_of(key) is None

    edits.withdraw([key], by="lee", reason="recovered")
    import_version(database, [entry(1), entry(2)])
    gone = EntryState(
        *(second, third, begun(database, second), ended(database, key, third), *file, "edit", "lee", "recovered"),
        unarmed,
    )
    assert history.states_of(key, 10) == [gone, was]
    # What ended before is left as it was when the same entry ends once more.
    _, edited = HotlistVersions(database).of_list("ncic", 2)
    again = [(state.since_version, state.last_version) for state in history.states_of(sample_id("ncic", 6), 10)]
    assert again == [(third, edited.version_id), (second, second)]
    withdrawal = history.withdrawal_of(key)
    assert withdrawal is not None
    assert (withdrawal.withdrawn_by, withdrawal.reason) == ("lee", "recovered")
    assert abs((withdrawal.withdrawn_at - gone.ended_at).total_seconds()) < 600  # type: ignore[operator]
    assert history.withdrawal_of(sample_id("ncic", 1)) is None


def test_what_is_in_force_is_counted_over_all_lists(database: Database) -> None:
    activate(database, [entry(7, jurisdiction="US-MD"), entry(8, category=Category.WATCH)])
    kept = [
        *(entry(1), entry(2, jurisdiction=None, plate="A?1"), entry(3, jurisdiction="US-MD", category=Category.WATCH)),
        entry(4, plate="AB%C"),
    ]
    activate(database, kept)
    activate(database, [entry(1, "region", plate="??AB")], hotlist_id="region")
    history = HotlistHistory(database)
    assert history.count_by_state() == {"US-VA": 3, "US-MD": 1, None: 1}
    assert history.count_by_category() == {Category.STOLEN_VEHICLE: 4, Category.WATCH: 1}
    assert sorted(history.partial_plates()) == [("??AB", "US-VA"), ("A?1", None)]


def test_holds_are_said_whole_by_list_and_the_newest_first(database: Database) -> None:
    versions, history = HotlistVersions(database), HotlistHistory(database)
    for hotlist_id, file_sha256 in (("region", "01"), ("ncic", "02"), ("ncic", "03"), ("able", "04")):
        versions.hold(
            *(hotlist_id,),
            layout=f"{hotlist_id}-layout",
            file_name=f"{file_sha256}.csv",
            file_sha256=file_sha256,
            as_of=None if file_sha256 == "04" else START,
            reason=f"why {file_sha256}",
        )
    found = history.holds()
    assert [(hold.hotlist_id, hold.file_sha256) for hold in found] == [
        *(("able", "04"), ("ncic", "03"), ("ncic", "02"), ("region", "01")),
    ]
    newest = found[1]
    assert newest == Hold(
        *(newest.hold_id, "ncic", "ncic-layout", "03.csv", "03", START, "why 03", newest.held_at),
    )
    assert newest.held_at > found[2].held_at
    assert found[0].as_of is None
    assert history.hold(newest.hold_id) == newest
    assert history.hold(newest.hold_id + 1000) is None

    def resolved() -> dict[str, datetime | None]:
        with database.connection() as connection:
            return dict(connection.execute("select file_sha256, resolved_at from hotlist_holds").fetchall())

    # Said once, by whoever let it go; the others wait on, and what was let go keeps its time.
    audit = AuditRecord(LEE, Action.IMPORT)
    assert history.resolve(newest.hold_id, audit=audit)
    before = resolved()
    assert [name for name, moment in before.items() if moment is not None] == ["03"]
    assert not history.resolve(newest.hold_id, audit=audit)
    assert resolved() == before
    assert [(row.actor, row.action, row.results) for row in audit_entries(database)] == [
        (LEE, Action.IMPORT, 0),
        (LEE, Action.IMPORT, 1),
    ]
    assert history.hold(newest.hold_id) is None
    assert history.holds() == [found[0], *found[2:]]
    import_version(database, [entry(1)])
    assert [hold.hotlist_id for hold in history.holds()] == ["able", "region"]
