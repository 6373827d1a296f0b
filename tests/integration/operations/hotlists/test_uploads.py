"""Files that people send: kept with all that was said of them, tried, imported or given up, each written down whole."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotlists.feeds.uploads import Upload
from operations.currency import ListCurrency
from operations.hotlists import uploads
from operations.hotlists.holding import discard_hold, force_hold, view_holds
from operations.hotlists.lists import remove_list
from operations.hotlists.uploads import (
    Said,
    checked_options,
    discard_sent_list,
    import_sent_list,
    keep_list,
    prune_sent_lists,
    receiving_list,
    sent_list,
    sent_lists,
    try_list,
)
from operations.hotlists.withdrawing import WantedEntries, withdraw_entries
from operations.sharing.deciding import end_agreement
from schemas.audit import Action
from schemas.errors import HeldForReview, InvalidInput
from schemas.events import AlarmKind
from schemas.settings import HotlistSettings, Settings
from storage.alerts.alarms import Alarms
from storage.audit.reader import AuditEntry, audit_entries
from storage.backup.journal import read_journal
from storage.database import Database
from storage.hotlists.history import HotlistHistory
from storage.hotlists.lists import HotlistStore
from tests.integration.hotlists.feed_samples import HEADER, rows
from tests.integration.operations.audited import LEE
from tests.integration.sharing.samples import in_force
from tests.integration.storage.samples import activate, sample_entry, sample_id

WHY = "asked at its source"
MAPPING = '[columns]\nplate = "Kennzeichen"\n'
SAID = Said("csv", " region ", " Virginia ", "2026-11-20T06:00:00-05:00")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    data_dir = tmp_path / "data"
    data_dir.mkdir(mode=0o700)
    return Settings(data_dir=data_dir, agency_id="portsmouth-pd")


def send(settings: Settings, content: str, said: Said = SAID, name: str = "list.csv") -> Upload:
    with receiving_list(LEE, settings, name) as incoming:
        incoming.write(content.encode())
        return keep_list(LEE, incoming, said)


def row_of(database: Database) -> AuditEntry:
    return audit_entries(database, limit=1)[0]


def details_of(upload: Upload, **more: Any) -> dict[str, Any]:
    note = upload.note
    return {"hotlist": "region", "layout": "csv", "file": "list.csv", "sha256": note.sha256} | more


def test_a_file_is_kept_with_all_that_was_said_of_it(settings: Settings) -> None:
    content, begun = rows(3), datetime.now(UTC)
    first, second = send(settings, content), send(settings, content + "\n", Said("csv"))
    note = first.note
    assert note.model_dump(exclude={"sent_at"}) == {
        "file_name": "list.csv",
        "layout": "csv",
        "sent_by": "lee",
        "size": len(content),
        "sha256": hashlib.sha256(content.encode()).hexdigest(),
        "hotlist_id": "region",
        "default_state": "US-VA",
        "as_of": datetime(2026, 11, 20, 11, tzinfo=UTC),
        "mapping": None,
    }
    assert begun <= note.sent_at <= datetime.now(UTC)
    assert (second.note.hotlist_id, second.note.default_state, second.note.as_of) == (None, None, None)
    assert first.path.read_text() == content
    assert [one.upload_id for one in sent_lists(LEE, settings)] == [second.upload_id, first.upload_id]
    assert sent_list(LEE, settings, first.upload_id) == first


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (Said("nonsense"), "'nonsense' is no layout; use one of "),
        (Said("received"), "'received' is no layout"),
        (Said("csv", state="Mars"), "'Mars' is no state"),
        (Said("csv", as_of="yesterday"), "'yesterday' is no ISO 8601 time"),
        (Said("csv", name="../x"), "cannot name a hotlist"),
        (Said("shared"), "'shared' is no layout"),
        (Said("csv", mapping=" " * ((64 << 10) + 1)), "the mapping is longer than 64 KiB"),
        (Said("ncic", mapping=MAPPING), "a mapping belongs to the layout csv"),
        (Said("csv", mapping="x" * ((64 << 10) + 1)), "the mapping is longer than 64 KiB"),
        (Said("csv", mapping="x" * (64 << 10)), "not valid TOML"),
        (Said("csv", mapping="nothing = 1"), "unknown key 'nothing'"),
    ],
)
def test_what_cannot_be_said_of_a_file_is_refused_and_nothing_is_kept(
    settings: Settings, said: Said, fault: str
) -> None:
    with pytest.raises(InvalidInput, match=fault):
        checked_options(said)
    with pytest.raises(InvalidInput, match=fault):
        send(settings, rows(3), said)
    with pytest.raises(InvalidInput, match="the file is empty"):
        send(settings, "")
    assert sent_lists(LEE, settings) == []


def test_what_is_said_of_a_file_is_how_it_is_read() -> None:
    options = checked_options(SAID)
    assert (options.hotlist_id, options.default_state, options.as_of) == (
        *("region", "US-VA"),
        datetime(2026, 11, 20, 11, tzinfo=UTC),
    )
    assert options.parser is None
    plain = checked_options(Said("csv", as_of="2026-11-20T06:00:00"))
    assert (plain.hotlist_id, plain.default_state, plain.as_of) == (None, None, datetime(2026, 11, 20, 6, tzinfo=UTC))


@pytest.mark.parametrize(("size", "fits"), [(1_000_000, True), (1_000_001, False)])
def test_a_file_is_as_large_as_is_allowed(tmp_path: Path, size: int, fits: bool) -> None:
    settings = Settings(data_dir=tmp_path, hotlists=HotlistSettings(max_upload_megabytes=1))
    if fits:
        assert send(settings, "x" * size).note.size == size
        return
    with pytest.raises(InvalidInput, match="the file is larger than 1 MB"):
        send(settings, "x" * size)
    assert sent_lists(LEE, settings) == []


def test_a_trial_reads_all_and_changes_nothing(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_SAMPLED", 2)
    content = rows(3) + "".join(f"-,VA,stolen_vehicle,26-{number}\n" for number in range(3))
    upload, seen = send(settings, content), list[Any]()
    trial = try_list(LEE, database, settings, upload, on_progress=lambda *told: seen.append(told))
    assert [entry.plate for entry in trial.sample] == ["AAA0000", "AAA0001"]
    assert (trial.report.survey.entries, trial.rejected, len(trial.report.survey.rejects)) == (3, 3, 2)
    assert {entry.jurisdiction for entry in trial.sample} == {"US-VA"}
    assert HotlistStore(database).lists() == []
    row = row_of(database)
    assert (row.actor, row.action, row.results) == (LEE, Action.TRY_LIST, 3)
    assert row.details == details_of(upload)
    wrong = send(settings, "nothing,here\n1,2\n")
    with pytest.raises(InvalidInput) as problem:
        try_list(LEE, database, settings, wrong)
    row = row_of(database)
    assert (row.action, row.results) == (Action.TRY_LIST, None)
    assert row.details == details_of(wrong, outcome="refused", why_refused=str(problem.value))
    assert len(sent_lists(LEE, settings)) == 2


def test_a_file_goes_once_it_was_imported_or_given_up(database: Database, settings: Settings) -> None:
    kept, given_up = send(settings, HEADER + "AAA0001,,stolen_vehicle,1\n"), send(settings, rows(4))
    done = import_sent_list(LEE, database, settings, kept)
    assert done.report.outcome is not None
    (active,) = HotlistStore(database).lists()
    assert (active.hotlist_id, active.entries, active.as_of) == ("region", 1, datetime(2026, 11, 20, 11, tzinfo=UTC))
    row = row_of(database)
    assert (row.actor, row.action) == (LEE, Action.IMPORT)
    assert (row.details["hotlist"], row.details["file"], row.details["state"]) == ("region", "list.csv", "US-VA")
    assert [one.upload_id for one in sent_lists(LEE, settings)] == [given_up.upload_id]
    with pytest.raises(InvalidInput, match="the reason"):
        discard_sent_list(LEE, database, settings, given_up, "x")
    assert len(sent_lists(LEE, settings)) == 1
    discard_sent_list(LEE, database, settings, given_up, WHY)
    row = row_of(database)
    assert (row.actor, row.action, row.details) == (LEE, Action.DISCARD_LIST, details_of(given_up, reason=WHY))
    assert sent_lists(LEE, settings) == []
    with pytest.raises(InvalidInput, match="the file is not here any more"):
        sent_list(LEE, settings, given_up.upload_id)


def test_a_file_is_read_by_the_mapping_that_was_sent_with_it(database: Database, settings: Settings) -> None:
    content = "Kennzeichen;Land\nABC1234;VA\n"
    upload = send(settings, content, Said("csv", "region", mapping=f"\n{MAPPING}"))
    assert upload.note.mapping == f"\n{MAPPING}"
    trial = try_list(LEE, database, settings, upload)
    assert [(entry.plate, dict(entry.extra)) for entry in trial.sample] == [("ABC1234", {"Land": "VA"})]
    done = import_sent_list(LEE, database, settings, upload)
    assert (done.report.survey.entries, done.report.hotlist_id) == (1, "region")
    blank = send(settings, rows(1), Said("ncic", " ", " ", " ", " \n"))
    note = blank.note
    assert (note.layout, note.hotlist_id, note.default_state, note.as_of, note.mapping) == ("ncic", *(None,) * 4)


def test_what_nobody_imports_goes_after_weeks(settings: Settings) -> None:
    send(settings, rows(3))
    prune_sent_lists(settings, datetime.now(UTC))
    assert len(sent_lists(LEE, settings)) == 1
    prune_sent_lists(settings, datetime.now(UTC) + timedelta(days=400))
    assert sent_lists(LEE, settings) == []


def held_alarms(database: Database, settings: Settings) -> int:
    standing = Alarms(database, settings.agency_id, settings.alarm_topic).standing()
    return sum(one.kind is AlarmKind.HELD_LIST for one in standing)


@pytest.mark.parametrize("how", ["forced", "given up"])
def test_a_sent_file_whose_version_waits_goes_by_a_persons_word(
    database: Database, settings: Settings, how: str
) -> None:
    import_sent_list(LEE, database, settings, send(settings, rows(3000)))
    upload = send(settings, rows(30))
    with pytest.raises(HeldForReview):
        import_sent_list(LEE, database, settings, upload)
    ListCurrency(settings, database).check()
    assert held_alarms(database, settings) == 1
    (held,) = view_holds(LEE, database, settings, "region")
    assert view_holds(LEE, database, settings, "other") == []
    asked = [(row.action, row.details, row.results) for row in audit_entries(database, limit=2)]
    assert asked == [
        (Action.VIEW_VERSIONS, {"hotlist": "other", "held": True}, 0),
        (Action.VIEW_VERSIONS, {"hotlist": "region", "held": True}, 1),
    ]
    assert (held.upload, held.path, held.is_here, held.source) == (upload, upload.path, True, "sent by lee")
    number = held.hold.hold_id
    for act in (force_hold, discard_hold):
        with pytest.raises(InvalidInput, match="the reason"):
            act(LEE, database, settings, number, "x")
    assert len(sent_lists(LEE, settings)) == 1
    if how == "forced":
        done = force_hold(LEE, database, settings, number, WHY)
        assert done.report.outcome is not None
        assert HotlistStore(database).lists()[0].entries == 30
        assert (row_of(database).action, row_of(database).details["reason"]) == (Action.IMPORT, WHY)
    else:
        assert discard_hold(LEE, database, settings, number, WHY) == held.hold
        assert HotlistStore(database).lists()[0].entries == 3000
        details = {"hotlist": "region", "layout": "csv", "file": "list.csv", "held": number, "reason": WHY}
        assert (row_of(database).action, row_of(database).details) == (Action.DISCARD_LIST, details)
    assert HotlistHistory(database).holds() == []
    assert sent_lists(LEE, settings) == []
    assert held_alarms(database, settings) == 0
    for act in (force_hold, discard_hold):
        with pytest.raises(InvalidInput, match=f"no version waits under number {number} any more"):
            act(LEE, database, settings, number, WHY)


def test_what_ends_by_a_persons_word_is_noted_at_once_beside_the_database(
    database: Database, settings: Settings
) -> None:
    activate(database, [sample_entry(1), sample_entry(2, "BKR2203")])
    in_force(database, settings=settings.model_copy(update={"time_zone": "UTC"}))
    journal = settings.data_dir / "ended.json"
    settings = settings.model_copy(update={"backup": settings.backup.model_copy(update={"journal": journal})})
    withdraw_entries(LEE, database, settings, WantedEntries(nic="V000000001"), [sample_id("ncic", 1)], "recovered")
    known = read_journal(journal).known
    assert [(one.entry_id, one.withdrawn_by, one.reason) for one in known.withdrawn] == [
        (sample_id("ncic", 1), "lee", "recovered")
    ]
    assert (known.ended_agreements, known.removed_lists) == ((), ())
    end_agreement(LEE, database, "suffolk", "notice of last month", settings)
    (ended,) = read_journal(journal).known.ended_agreements
    assert (ended.agreement_id, ended.ended_by, ended.reason) == ("suffolk", "lee", "notice of last month")
    remove_list(LEE, database, settings, "ncic", "the source was closed")
    assert read_journal(journal).known.removed_lists == ("ncic",)
    assert row_of(database).details == {"hotlist": "ncic", "reason": "the source was closed"}
