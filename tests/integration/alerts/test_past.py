"""New entries find the vehicles that passed before them: once, within the law, and only where it lets them."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid5

import pytest
import typer
from typer.testing import CliRunner

from alerts.past.matches import PastMatch
from alerts.past.recording import PastRecorder
from cli.matching import historical
from pipeline.past.stage import PastStage
from policy.decisions import law_alone
from schemas import ids
from schemas.errors import InvalidInput, TransientError
from schemas.events import Alert, AlertType
from schemas.settings import MatchingSettings, PolicySettings, RetentionSettings, Settings
from schemas.settling import Outcome
from schemas.types import Category, CharacterRead, Hit, HotlistEntry, PlateRead, Tier
from storage.alerts.known import settled_hits
from storage.alerts.raised import AlertLog
from storage.alerts.unit_of_work import Ledger
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from storage.reads.past import ListedEntry, ListProgress, PastReads
from tests.integration.alerts.records import ReadRecord, Records, outbox_of
from tests.integration.hotlists.list_versions import import_version
from tests.integration.pipeline.live_matching import wait_for
from tests.integration.storage.samples import NAMESPACE, sample_entry, sample_id
from tests.unit.matcher.samples import characters, read

FAR_PLATES = 50

SETTINGS = Settings()


def passed(database: Database, plate: str, *, ago: timedelta, **fields: Any) -> PlateRead:
    """Store a read of some time ago."""
    moment = datetime.now(UTC).replace(microsecond=0) - ago
    given: dict[str, Any] = {
        "read_id": uuid5(NAMESPACE, f"{plate} {ago}"),
        "captured_at": moment,
        "first_seen": moment,
        "last_seen": moment,
        "characters": characters(plate),
    }
    made = read(plate, "US-VA", **(given | fields))
    Records(database).write([ReadRecord(made)])
    return made


def listed(number: int, plate: str = "VNV4527", hotlist_id: str = "ncic", **fields: Any) -> HotlistEntry:
    return sample_entry(
        number, plate, hotlist_id, **({"valid_from": None, "valid_until": None, "vehicle": None} | fields)
    )


def caught_up(database: Database, settings: Settings = SETTINGS, **options: Any) -> PastStage:
    """Let a worker do whatever there is to do."""
    worker = PastStage(database, settings, **({"settle_seconds": 0.0} | options))
    while worker.advance():
        pass
    return worker


def alerts(database: Database) -> list[Alert]:
    return [Alert.model_validate(stored.payload) for stored in AlertLog(database).after(0)]


def hits(database: Database) -> list[tuple[Any, ...]]:
    with database.connection() as connection:
        return connection.execute(
            "select read_id, tier, historical, outcome from hits order by captured_at desc"
        ).fetchall()


def test_a_past_read_alerts_once(database: Database) -> None:
    seen = passed(database, "VNV4527", ago=timedelta(days=3))
    passed(database, "BKR2203", ago=timedelta(days=3))
    import_version(database, [listed(1)])
    caught_up(database)
    (alert,) = alerts(database)
    assert (alert.type, alert.historical, alert.sightings) == (AlertType.ALERT, True, 1)
    assert alert.alert_id == ids.alert_id(ids.hit_id(seen.read_id, sample_id("ncic", 1)), "alert")
    assert alert.read.read_id == seen.read_id
    assert alert.hit.explanation.startswith("read 3 days ago, before the entry was added; read VNV4527, listed VNV4527")
    assert hits(database) == [(seen.read_id, "exact", True, "alerted")]
    with outbox_of(database) as outbox:
        assert [row.alert_id for row in outbox.take(10)] == [alert.alert_id]
    caught_up(database)
    import_version(database, [listed(1, instructions="unarmed")])
    caught_up(database)
    assert len(alerts(database)) == 1


BLURRED_PLACE = (("K", 0.6), ("V", 0.35))
BLURRED = characters("KNV4827", p0=BLURRED_PLACE, p4=(("8", 0.6), ("5", 0.35)))
"""Two characters of VNV4527 are taken for others that look quite different, and the read is not sure of them."""


def test_a_single_entry_finds_a_read_that_is_unsure_of_two_characters(database: Database) -> None:
    seen = passed(database, "KNV4827", ago=timedelta(days=2), characters=BLURRED)
    passed(database, "KNV4827", ago=timedelta(days=3), characters=characters("KNV4827", 0.9995))
    import_version(database, [listed(1)])
    caught_up(database)
    (alert,) = alerts(database)
    assert (alert.read.read_id, alert.hit.tier, alert.sightings) == (seen.read_id, Tier.PROBABLE, 1)
    assert hits(database) == [(seen.read_id, "probable", True, "alerted")]


def test_of_many_entries_only_what_is_one_step_away_is_found(database: Database) -> None:
    passed(database, "KNV4827", ago=timedelta(days=2), characters=BLURRED)
    near = passed(database, "KNV4527", ago=timedelta(days=3), characters=characters("KNV4527", p0=BLURRED_PLACE))
    others = [listed(number, f"{number:03d}XYZ") for number in range(2, FAR_PLATES + 2)]
    import_version(database, [listed(1), *others])
    caught_up(database)
    assert hits(database) == [(near.read_id, "probable", True, "alerted")]


def test_many_sightings_are_one_alert_about_the_latest(database: Database) -> None:
    reads = [passed(database, "VNV4527", ago=timedelta(hours=hours)) for hours in (30, 5, 100)]
    import_version(database, [listed(1)])
    caught_up(database)
    (alert,) = alerts(database)
    assert alert.read.read_id == reads[1].read_id
    assert alert.sightings == 3
    words = "read 5 hours ago, before the entry was added; 3 sightings in the last 4 days; "
    assert alert.hit.explanation.startswith(words)
    assert [found[3] for found in hits(database)] == ["alerted", "suppressed", "suppressed"]


def test_only_reads_of_the_last_days_count(database: Database) -> None:
    inside = passed(database, "VNV4527", ago=timedelta(days=6, hours=23))
    passed(database, "VNV4527", ago=timedelta(days=7, hours=1))
    import_version(database, [listed(1)])
    caught_up(database)
    assert [found[0] for found in hits(database)] == [inside.read_id]


def test_the_law_is_shorter_than_the_setting(database: Database) -> None:
    inside = passed(database, "VNV4527", ago=timedelta(minutes=2))
    passed(database, "VNV4527", ago=timedelta(minutes=4))
    import_version(database, [listed(1)])
    caught_up(database, Settings(policy=PolicySettings(profile="new-hampshire")))
    assert [found[0] for found in hits(database)] == [inside.read_id]
    (alert,) = alerts(database)
    assert alert.hit.explanation.startswith("read 2 minutes ago, before the entry was added; ")


def test_the_agency_keeps_reads_for_fewer_days(database: Database) -> None:
    passed(database, "VNV4527", ago=timedelta(days=3))
    import_version(database, [listed(1)])
    caught_up(database, Settings(retention=RetentionSettings(reads_days=2)))
    assert hits(database) == []


def test_a_silent_category_stays_silent(database: Database) -> None:
    passed(database, "VNV4527", ago=timedelta(days=1))
    import_version(database, [listed(1)])
    caught_up(database, Settings(policy=PolicySettings(never_notify=(Category.STOLEN_VEHICLE,))))
    assert [found[3] for found in hits(database)] == ["silent"]
    assert alerts(database) == []
    # Opening the gate later does not bring up what was silent.
    import_version(database, [listed(1, instructions="unarmed")])
    caught_up(database)
    assert alerts(database) == []


def test_what_was_a_hit_when_it_passed_is_left_as_it_is(database: Database) -> None:
    import_version(database, [listed(1)])
    seen = passed(database, "VNV4527", ago=timedelta(hours=1))
    caught_up(database)
    before = alerts(database), hits(database)
    Records(database).write([ReadRecord(seen)])
    import_version(database, [listed(1, instructions="unarmed"), listed(2, "BKR2203")])
    caught_up(database)
    assert (alerts(database), hits(database)) == before


def test_two_at_once_alert_once(database: Database) -> None:
    for hours in range(1, 40):
        passed(database, "VNV4527", ago=timedelta(hours=hours))
    import_version(database, [listed(1)])
    workers = [PastStage(database, SETTINGS, settle_seconds=0.0) for _ in range(3)]
    threads = [threading.Thread(target=worker.advance) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [alert.sightings for alert in alerts(database)] == [39]
    assert len(hits(database)) == 39


def test_a_replay_knows_what_became_of_the_hits(database: Database) -> None:
    reads = [passed(database, "VNV4527", ago=timedelta(hours=hours)) for hours in (5, 30)]
    import_version(database, [listed(1)])
    caught_up(database)
    found = [ids.hit_id(one.read_id, sample_id("ncic", 1)) for one in reads]
    with database.connection() as connection:
        settled = settled_hits(connection, found)
    assert settled == {found[0]: Outcome.ALERTED, found[1]: Outcome.SUPPRESSED}


def test_an_entry_with_wildcards_alerts_for_every_plate(database: Database) -> None:
    passed(database, "ABC1234", ago=timedelta(hours=1))
    passed(database, "ABC1274", ago=timedelta(hours=2))
    passed(database, "ABC1274", ago=timedelta(hours=3))
    passed(database, "ABC12344", ago=timedelta(hours=2))
    import_version(database, [listed(1, "ABC12?4")])
    caught_up(database)
    assert {(alert.read.plate, alert.sightings) for alert in alerts(database)} == {("ABC1234", 1), ("ABC1274", 2)}
    assert {found[1] for found in hits(database)} == {"partial"}


def test_a_look_alike_is_found_and_a_sure_other_plate_is_not(database: Database) -> None:
    blurred = characters("8KV4921", p0=(("8", 0.7), ("B", 0.28)))
    seen = passed(database, "8KV4921", ago=timedelta(hours=1), characters=blurred)
    passed(database, "8KV4921", ago=timedelta(hours=2), characters=characters("8KV4921", 0.9999))
    exact = passed(database, "BKV4921", ago=timedelta(hours=50))
    import_version(database, [listed(1, "BKV4921")])
    caught_up(database)
    assert {found[:2] for found in hits(database)} == {(seen.read_id, "probable"), (exact.read_id, "exact")}
    (alert,) = alerts(database)
    # The surest sighting is shown, though a look-alike came later.
    assert alert.read.read_id == exact.read_id


def test_many_texts_are_found_without_an_index(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.reads.past.MANY_TEXTS", 1)
    reads = [passed(database, plate, ago=timedelta(hours=5)) for plate in ("VNV4527", "BKR2203", "XPT9981")]
    import_version(database, [listed(1), listed(2, "BKR2203")])
    caught_up(database)
    assert {found[0] for found in hits(database)} == {reads[0].read_id, reads[1].read_id}


def test_a_restart_goes_on_where_the_work_stopped(database: Database) -> None:
    plates = [f"XKT{number:04d}" for number in range(0, 7000, 1000)]
    for plate in plates:
        passed(database, plate, ago=timedelta(hours=5))
    import_version(database, [listed(number, plate) for number, plate in enumerate(plates)])
    worker = PastStage(database, SETTINGS, settle_seconds=0.0, entries_at_once=3)
    assert worker.advance()
    done = len(alerts(database))
    assert 0 < done < len(plates)
    # What is added meanwhile comes after the version that is being done.
    passed(database, "QQZ9981", ago=timedelta(hours=5))
    import_version(database, [*(listed(number, plate) for number, plate in enumerate(plates)), listed(99, "QQZ9981")])
    again = PastStage(database, SETTINGS, settle_seconds=0.0, entries_at_once=3)
    assert again.advance()
    assert len(alerts(database)) == 2 * done
    caught_up(database, entries_at_once=3)
    found = alerts(database)
    assert sorted(alert.read.plate for alert in found) == sorted([*plates, "QQZ9981"])
    assert found[-1].read.plate == "QQZ9981"


def test_a_stopped_part_is_not_stored_and_done_again(database: Database) -> None:
    passed(database, "VNV4527", ago=timedelta(hours=5))
    import_version(database, [listed(1)])
    stop = threading.Event()
    stop.set()
    with pytest.raises(TransientError, match="stopped"):
        PastStage(database, SETTINGS, settle_seconds=0.0).advance(stop)
    assert hits(database) == []
    caught_up(database)
    assert len(alerts(database)) == 1


def test_a_new_version_waits_until_live_reads_are_stored(database: Database) -> None:
    passed(database, "VNV4527", ago=timedelta(hours=5))
    import_version(database, [listed(1)])
    assert not PastStage(database, SETTINGS).advance()
    assert not PastStage(database, SETTINGS, settle_seconds=3600.0).advance()
    assert hits(database) == []


def test_too_many_entries_wait_for_the_command(database: Database, database_url: str, tmp_path: Path) -> None:
    passed(database, "VNV4527", ago=timedelta(hours=5))
    import_version(database, [listed(1), listed(2, "BKR2203")])
    settings = Settings(matching=MatchingSettings(historical_max_entries=1))
    caught_up(database, settings)
    caught_up(database)
    assert alerts(database) == []
    result = command(database_url, tmp_path, "--list", "ncic", "--json")
    assert result.exit_code == 0
    found, total = (json.loads(line) for line in result.stdout.splitlines())
    assert (found["plate"], found["tier"], found["sightings"]) == ("VNV4527", "exact", 1)
    assert (total["entries"], total["new_hits"], total["alerts"]) == (2, 1, 1)
    again = command(database_url, tmp_path, "--list", "ncic", "--json")
    assert json.loads(again.stdout.splitlines()[-1])["new_hits"] == 0
    assert len(alerts(database)) == 1


def test_no_days_means_never_by_itself(database: Database) -> None:
    passed(database, "VNV4527", ago=timedelta(hours=5))
    import_version(database, [listed(1)])
    caught_up(database, Settings(matching=MatchingSettings(historical_days=0)))
    assert hits(database) == []


def test_entries_that_do_not_hold_now_are_left_out_and_earlier_dates_do_not_matter(database: Database) -> None:
    now = datetime.now(UTC)
    passed(database, "VNV4527", ago=timedelta(hours=5))
    passed(database, "BKR2203", ago=timedelta(hours=5))
    passed(database, "XPT9981", ago=timedelta(hours=5))
    gone, later = now - timedelta(minutes=1), now + timedelta(days=1)
    import_version(
        database,
        [
            listed(1, "VNV4527", valid_until=gone),
            listed(2, "BKR2203", valid_from=later),
            listed(3, "XPT9981", valid_from=now - timedelta(hours=1), valid_until=later),
        ],
    )
    caught_up(database)
    assert [alert.read.plate for alert in alerts(database)] == ["XPT9981"]


def test_a_withdrawn_entry_is_not_matched(database: Database) -> None:
    passed(database, "VNV4527", ago=timedelta(hours=5))
    import_version(database, [listed(1)])
    HotlistEdits(database).withdraw([sample_id("ncic", 1)], by="lee", reason="recovered")
    caught_up(database)
    assert hits(database) == []


def test_reads_that_cannot_be_matched_do_not_stop_the_others(database: Database) -> None:
    wrong = (CharacterRead("V", 3.5),) * 7
    passed(database, "VNV4527", ago=timedelta(hours=5), characters=wrong)
    passed(database, "ЖNV4527", ago=timedelta(hours=5), characters=())
    passed(database, "VNV4?27", ago=timedelta(hours=5), characters=())
    passed(database, "VNV45279999999", ago=timedelta(hours=5), characters=())
    fine = passed(database, "VNV4527", ago=timedelta(hours=6))
    import_version(database, [listed(1)])
    caught_up(database)
    assert [found[0] for found in hits(database)] == [fine.read_id]


WHY = ("--purpose", "missing child", "--case", "26-117")


def command(database_url: str, tmp_path: Path, *arguments: str, law: str = "virginia") -> Any:
    app = typer.Typer()
    historical.register(app)
    config = tmp_path / "platewatch.toml"
    text = f"log_level = 'WARNING'\n[database]\nurl = {json.dumps(database_url)}\n[policy]\nprofile = '{law}'\n"
    config.write_text(text)
    return CliRunner().invoke(app, [*arguments, *WHY, "--config", str(config)], env={"COLUMNS": "200"})


def test_the_command_takes_one_entry_and_days(database: Database, database_url: str, tmp_path: Path) -> None:
    passed(database, "VNV4527", ago=timedelta(days=10))
    passed(database, "VNV4527", ago=timedelta(days=12))
    import_version(database, [listed(1), listed(2, "BKR2203")])
    entry = ("--entry", str(sample_id("ncic", 1)))
    assert "0 new hits" in command(database_url, tmp_path, *entry).stderr
    result = command(database_url, tmp_path, *entry, "--days", "11")
    assert result.exit_code == 0
    assert "1 entries matched" in result.stderr
    assert "1 new hits, 1 alerts" in result.stderr
    assert "VNV4527" in result.stdout
    short = command(database_url, tmp_path, *entry, "--days", "20", law="new-hampshire")
    assert "reads are not kept longer" in short.stderr


def test_the_command_says_what_it_needs(database_url: str, tmp_path: Path) -> None:
    assert command(database_url, tmp_path).exit_code == 2
    assert command(database_url, tmp_path, "--entry", "7").exit_code == 2
    for arguments in (("--list", "none"), ("--entry", str(sample_id("ncic", 1)))):
        assert isinstance(command(database_url, tmp_path, *arguments).exception, InvalidInput)


def test_a_worker_follows_until_it_is_stopped(database: Database) -> None:
    passed(database, "VNV4527", ago=timedelta(hours=5))
    worker = PastStage(database, SETTINGS, settle_seconds=0.0)
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        import_version(database, [listed(1)])
        wait_for(lambda: len(alerts(database)) == 1)
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize(("most", "waits"), [(2, 10), (1, 60)])
def test_a_long_change_waits_for_the_live_matchers_that_arrange_it(
    database: Database, monkeypatch: pytest.MonkeyPatch, most: int, waits: int
) -> None:
    monkeypatch.setattr("pipeline.past.stage.LONG_CHANGE", most)
    passed(database, "VNV4527", ago=timedelta(hours=5))
    version = import_version(database, [listed(1), listed(2, "BKR2203")])
    stage = PastStage(database, SETTINGS)
    for seconds, is_done in ((waits - 5, False), (waits + 1, True)):
        with database.connection() as connection:
            connection.execute(
                "update hotlist_versions set activated_at = clock_timestamp() - %s where version_id = %s",
                (timedelta(seconds=seconds), version),
            )
        assert stage.advance() is is_done
    assert len(hits(database)) == 1


def test_matches_are_written_in_portions_the_oldest_first_and_a_list_is_done_after_the_last(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupted work leaves whole portions, and goes on with what is left."""
    monkeypatch.setattr("alerts.past.recording.GROUPS_AT_ONCE", 2)
    plates = [f"XKT{number}000" for number in range(5)]
    entries = [listed(number, plate) for number, plate in enumerate(plates)]
    version = import_version(database, entries)
    now = datetime.now(UTC)
    matches = []
    for number, entry in enumerate(entries):
        seen = passed(database, entry.plate, ago=timedelta(hours=5 - number))
        hit_id = ids.hit_id(seen.read_id, entry.entry_id)
        hit = Hit(hit_id, seen.read_id, entry.entry_id, "ncic", Tier.EXACT, 20.0, "equal")
        matches.append(PastMatch(seen, hit, ListedEntry(entry, now)))
    recorder = PastRecorder(database, SETTINGS, law_alone("virginia"))
    progress = ListProgress("ncic", version)
    begin, begun = Ledger.begin, 0

    def broken_off(ledger: Ledger, *arguments: Any) -> Any:
        nonlocal begun
        begun += 1
        if begun == 3:
            raise TransientError("the database is away")
        return begin(ledger, *arguments)

    def done() -> int:
        return next(one.progress.done_version for one in PastReads(database).active_lists())

    with monkeypatch.context() as away:
        away.setattr(Ledger, "begin", broken_off)
        with pytest.raises(TransientError, match="away"):
            recorder.record(matches[::-1], now, progress)
    assert len(hits(database)) == 4
    assert done() == 0
    assert recorder.record(matches[::-1], now, progress) == (1, 1)
    assert [alert.read.plate for alert in alerts(database)] == plates
    assert done() == version
    assert recorder.record(matches, now, progress) == (0, 0)
