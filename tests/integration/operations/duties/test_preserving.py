"""What is preserved outlives retention, with its pictures, is found by its request alone, and ends with it."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from operations.backup.making import BackupWish, make_backup
from operations.backup.restoring import restore_backup
from operations.duties.preserving import (
    PreservationWish,
    preserve,
    release_preservation,
    renew_preservation,
    show_preserved,
    view_preservations,
)
from operations.reasons import Why
from operations.searches.correcting import correct_read
from policy.decisions import Retention
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.settings import PolicySettings, Settings
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.reads.images import ImageStore
from storage.reads.search import ReadSearch
from storage.remains.samples import expiring_pictures, held_texts
from storage.retention import enforce_retention
from tests.integration.backup.site import LEE, another_database, opened, passed, settings_of
from tests.integration.conftest import DatabaseServer

WISH = PreservationWish("kpr-2000", "J. Roe, counsel", "sworn statement", "26-7", "seen at a theft", days=90)
WHY = Why("stolen vehicle", "26-7")


@pytest.fixture
def settings(tmp_path: Path, database_url: str, owner_url: str) -> Settings:
    return settings_of(tmp_path / "data", database_url, owner_url)


def ended(database: Database, settings: Settings, days: float) -> None:
    enforce_retention(
        database,
        Retention(),
        delete_images=ImageStore(settings).delete,
        now=datetime.now(UTC) + timedelta(days=days),
    )


def test_preserved_reads_outlive_the_others(database: Database, settings: Settings) -> None:
    kept = [passed(database, settings, number, "KPR2000", timedelta(hours=number)) for number in (1, 30)]
    other = passed(database, settings, 3, "KPR2001", timedelta(hours=3))
    found = preserve(LEE, database, settings, WISH)
    assert (found.reads, found.law.startswith("no rule known for US-VA; Code of Virginia")) == (2, True)
    with pytest.raises(InvalidInput, match="no read fits"):
        preserve(LEE, database, settings, PreservationWish("ABC1234", *_rest(WISH)))
    assert {row.action for row in audit_entries(database)} == {Action.PRESERVE}
    cutoff = datetime.now(UTC) + timedelta(days=1)
    assert set(expiring_pictures(database, cutoff, 100)) == {other.plate_image_key, other.context_image_key}
    ended(database, settings, 22)
    assert ReadSearch(database).find("KPR*") == []
    assert held_texts(database, {"KPR2000", "KPR2001"}) == {"KPR2000"}
    store = ImageStore(settings)
    assert len(list(store.keys())) == 4
    _, shown = show_preserved(LEE, database, settings, found.preservation_id, WHY)
    assert list(shown.reads) == sorted(kept, key=lambda read: read.captured_at)
    assert all(store.has(str(read.context_image_key)) for read in shown.reads)
    # They go when their time is over, the request stays.
    ended(database, settings, 91)
    assert list(store.keys()) == []
    (request,) = view_preservations(LEE, database)
    assert (request.ended_by, request.end_reason) == ("platewatch", "its time is over")
    assert show_preserved(LEE, database, settings, request.preservation_id, WHY)[1].reads == ()
    with pytest.raises(InvalidInput, match="has ended; what it kept is gone"):
        renew_preservation(LEE, database, settings, request.preservation_id, 30)


def _rest(wish: PreservationWish) -> tuple[object, ...]:
    return (wish.asked_by, wish.form, wish.case_number, wish.reason, wish.days)


def test_what_two_requests_keep_goes_with_the_last_one(database: Database, settings: Settings) -> None:
    passed(database, settings, 1, "KPR2000", timedelta(hours=1))
    first, second = (preserve(LEE, database, settings, WISH) for _ in range(2))
    release_preservation(LEE, database, first.preservation_id, "counsel has what he needs")
    ended(database, settings, 22)
    assert len(list(ImageStore(settings).keys())) == 2
    with pytest.raises(InvalidInput, match="has ended already"):
        release_preservation(LEE, database, first.preservation_id, "counsel has what he needs")
    release_preservation(LEE, database, second.preservation_id, "the case was closed")
    ended(database, settings, 22)
    assert list(ImageStore(settings).keys()) == []


def corrected(database: Database, settings: Settings, number: int) -> dict[str, str]:
    _, shown = show_preserved(LEE, database, settings, number, WHY)
    return {read.plate: shown.corrections[read.read_id].plate for read in shown.reads}


def stored_corrections(database: Database) -> set[str]:
    with database.connection() as connection:
        return {text for (text,) in connection.execute("select canonical from read_corrections")}


def test_corrections_are_held_with_the_reads_that_they_stand_beside(database: Database, settings: Settings) -> None:
    read = passed(database, settings, 1, "KPR2000", timedelta(hours=1))
    misread = passed(database, settings, 2, "KPR200U", timedelta(hours=2))
    gone = passed(database, settings, 3, "KPR2003", timedelta(hours=3))
    for one, plate in ((read, "KPR2OO1"), (misread, "KPR2000"), (gone, "KPR2009")):
        correct_read(LEE, database, one.read_id, plate, "the picture shows it")
    number = preserve(LEE, database, settings, WISH).preservation_id
    # What somebody sees later counts beside what is held, too.
    correct_read(LEE, database, read.read_id, "KPR2007", "it is a 7, as the enlarged picture shows")
    held = {"KPR2000": "KPR2007", "KPR200U": "KPR2000"}
    assert corrected(database, settings, number) == held
    for _ in range(2):
        ended(database, settings, 22)
        assert corrected(database, settings, number) == held
        assert stored_corrections(database) == {"KPR2001", "KPR2000", "KPR2007"}
        assert ReadSearch(database).find("KPR*") == []
    release_preservation(LEE, database, number, "the case was closed")
    ended(database, settings, 22)
    assert stored_corrections(database) == set()


def test_the_law_says_for_how_long(database: Database, settings: Settings) -> None:
    passed(database, settings, 1, "KPR2000", timedelta(hours=1))
    carolina = settings.model_copy(update={"policy": PolicySettings(profile="north-carolina")})
    with pytest.raises(
        InvalidInput, match="400 days are longer than the 365 that the law lets them be kept: North Car"
    ):
        preserve(LEE, database, carolina, PreservationWish("KPR2000", *_rest(WISH)[:4], days=400))  # type: ignore[arg-type]
    found = preserve(LEE, database, carolina, PreservationWish("KPR2000", *_rest(WISH)[:4]))  # type: ignore[arg-type]
    assert timedelta(days=364) < found.until_at - datetime.now(UTC) <= timedelta(days=365)
    assert renew_preservation(LEE, database, carolina, found.preservation_id, None).renewals == 1
    with pytest.raises(InvalidInput, match=r"no number of days that is known.*--days"):
        preserve(LEE, database, settings, PreservationWish("KPR2000", *_rest(WISH)[:4]))  # type: ignore[arg-type]
    for wish in (PreservationWish("KPR2*", *_rest(WISH)), PreservationWish("KPR2000", "x", "y", "none", "n/a", 3)):  # type: ignore[arg-type]
        with pytest.raises(InvalidInput):
            preserve(LEE, database, settings, wish)
    with pytest.raises(InvalidInput, match="the purpose is missing"):
        show_preserved(LEE, database, settings, found.preservation_id, Why(None, "26-7"))


def test_what_is_kept_of_old_reads_needs_a_warrant_where_the_law_says_so(
    database: Database, settings: Settings
) -> None:
    vermont = settings.model_copy(update={"policy": PolicySettings(profile="vermont")})
    old, young = (
        passed(database, settings, number, plate, timedelta(days=days))
        for number, plate, days in ((1, "KPR2000", 200), (2, "KPR2001", 100))
    )
    why = Why("stolen vehicle, seen leaving Main Street at 21:40", "26-117")
    numbers = [
        preserve(LEE, database, settings, PreservationWish(read.plate, *_rest(WISH))).preservation_id  # type: ignore[arg-type]
        for read in (old, young)
    ]
    assert show_preserved(LEE, database, vermont, numbers[1], why)[1].reads == (young,)
    with pytest.raises(InvalidInput, match="needs a warrant"):
        show_preserved(LEE, database, vermont, numbers[0], why)
    whole = dataclasses.replace(why, warrant="W-26-9", offense="120")
    assert show_preserved(LEE, database, vermont, numbers[0], whole)[1].reads == (old,)
    seen, refused, _ = (row for row in audit_entries(database) if row.action in (Action.VIEW_PRESERVED, Action.REFUSED))
    assert (seen.details["warrant"], seen.details["offense"]) == ("W-26-9", ["120 robbery"])
    assert refused.details["refused"] == "view_preserved"


def test_they_are_in_backups_after_their_reads_have_ended(
    database: Database, settings: Settings, database_server: DatabaseServer, tmp_path: Path
) -> None:
    read = passed(database, settings, 1, "KPR2000", timedelta(hours=1))
    number = preserve(LEE, database, settings, WISH).preservation_id
    ended(database, settings, 22)
    backup = make_backup(LEE, database, settings, BackupWish(tmp_path / "backups")).path
    with another_database(database_server, tmp_path / "elsewhere") as elsewhere:
        assert restore_backup(LEE, elsewhere, backup, ()).pictures == 2
        with opened(elsewhere) as copy:
            assert show_preserved(LEE, copy, elsewhere, number, WHY)[1].reads == (read,)
            assert ImageStore(elsewhere).has(str(read.plate_image_key))


def test_the_commands(
    database: Database, settings: Settings, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed(database, settings, 1, "KPR2000", timedelta(hours=1))
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)

    def given(*arguments: str) -> list[dict[str, object]]:
        result = CliRunner().invoke(app, ["preserve", *arguments])
        assert result.exit_code == 0, result.output or result.exception
        return [json.loads(line) for line in result.stdout.splitlines()]

    asked = ("--by", "J. Roe", "--form", "letter", "--case", "26-7", "--reason", "seen at a theft")
    (made,) = given("add", "KPR2000", *asked, "--days", "30", "--json")
    assert (made["reads"], made["ended_at"]) == (1, None)
    assert "KPR2000" not in json.dumps(given("list", "--json"))
    _, read = given("show", "1", "--purpose", "stolen vehicle", "--case", "26-7", "--json")
    assert read["plate"] == "KPR2000"
    (renewed,) = given("renew", "1", "--days", "60", "--json")
    assert str(renewed["until"]) > str(made["until"])
    given("release", "1", "--reason", "the case was closed")
    assert [row.action for row in audit_entries(database)] == [
        Action.RELEASE_PRESERVATION,
        Action.RENEW_PRESERVATION,
        Action.VIEW_PRESERVED,
        Action.VIEW_PRESERVATIONS,
        Action.PRESERVE,
    ]
