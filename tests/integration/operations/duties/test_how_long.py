"""For how long a request keeps reads: as asked, within the law; all that was said of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import policy
from operations.duties.preserving import PreservationWish, preserve, release_preservation, renew_preservation
from policy.decisions import open_policy
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.events import utc
from schemas.settings import PolicySettings, Settings
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.preserving.preservations import preservations
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.operations.audited import LEE
from tests.integration.storage.samples import START, sample_read

VIRGINIA = Settings()  # no rule that is known
CAROLINA = Settings(policy=PolicySettings(profile="north-carolina"))
WISH = PreservationWish(" vnv-4527", "J. Roe, counsel", "sworn statement", "26-117", "seen at a theft")


@pytest.fixture(autouse=True)
def _reads(database: Database) -> None:
    reads = [sample_read(number, captured_at=START + timedelta(minutes=number)) for number in range(4)]
    Records(database).write([ReadRecord(read) for read in reads])


@pytest.mark.parametrize(
    ("settings", "asked", "kept"),
    [
        (CAROLINA, None, 365),
        (CAROLINA, 1, 1),
        (CAROLINA, 365, 365),
        (CAROLINA, 366, "366 days are longer than the 365 that the law lets them be kept: "),
        (VIRGINIA, None, "the law has no number of days that is known"),
        (VIRGINIA, 3650, 3650),
        (VIRGINIA, 3651, 3650),
    ],
)
def test_it_is_kept_as_long_as_is_asked_within_the_law(
    database: Database, settings: Settings, asked: int | None, kept: int | str
) -> None:
    if isinstance(kept, str):
        with pytest.raises(InvalidInput, match=kept):
            preserve(LEE, database, settings, replace(WISH, days=asked))
        return
    begun = datetime.now(UTC)
    made = preserve(LEE, database, settings, replace(WISH, days=asked))
    assert timedelta(days=kept) <= made.until_at - begun <= timedelta(days=kept, minutes=5)


def test_all_that_was_said_is_kept_with_it_and_written_down(database: Database) -> None:
    since, until = START + timedelta(minutes=1), START + timedelta(minutes=3)
    wish = replace(WISH, days=30, since=since, until=until, camera_id="gate-1")
    made = preserve(LEE, database, CAROLINA, wish)
    rule = open_policy(CAROLINA).profile.preservation
    assert rule is not None
    assert (made.asked_by, made.form, made.case_number, made.reason, made.law, made.entered_by, made.reads) == (
        *("J. Roe, counsel", "sworn statement", "26-117", "seen at a theft", rule.source, "lee"),
        1,  # of three cameras, and of four minutes those that were asked for
    )
    (row,) = audit_entries(database)
    assert (row.actor, row.action, row.purpose, row.case_number, row.results) == (
        *(LEE, Action.PRESERVE, None, "26-117"),
        1,
    )
    assert row.details == {
        "plate": "VNV4527",
        "since": utc(since),
        "until": utc(until),
        "camera": "gate-1",
        "asked_by": "J. Roe, counsel",
        "form": "sworn statement",
        "reason": "seen at a theft",
        "days": 30,
        "preservation": made.preservation_id,
    }
    assert preserve(LEE, database, CAROLINA, replace(WISH, days=30)).reads == 4


@pytest.mark.parametrize(
    ("wish", "fault", "is_refused"),
    [
        (replace(WISH, plate="VNV45?7"), "a preservation is of one plate; give it in full", False),
        (replace(WISH, asked_by=" "), "say who asks", False),
        (replace(WISH, form=""), "in which form", False),
        (replace(WISH, reason="test"), "the reason", True),
        (replace(WISH, case_number="none"), "the case or call number", True),
        (replace(WISH, plate="QQQ1111"), "no read fits; there is nothing to keep", False),
        (replace(WISH, since=START + timedelta(days=1)), "no read fits", False),
    ],
)
def test_what_says_nothing_keeps_nothing(
    database: Database, wish: PreservationWish, fault: str, is_refused: bool
) -> None:
    with pytest.raises(InvalidInput, match=fault):
        preserve(LEE, database, CAROLINA, wish)
    assert [row.action for row in audit_entries(database)] == [Action.REFUSED] * is_refused
    with database.connection() as connection:
        assert connection.execute("select count(*) from preservations").fetchone() == (0,)


def test_a_request_is_renewed_within_the_law_while_it_stands(database: Database) -> None:
    number = preserve(LEE, database, CAROLINA, replace(WISH, days=30)).preservation_id
    with pytest.raises(InvalidInput, match="366 days are longer than the 365"):
        renew_preservation(LEE, database, CAROLINA, number, 366)
    begun = datetime.now(UTC)
    renewed = renew_preservation(LEE, database, CAROLINA, number, None)
    assert timedelta(days=365) <= renewed.until_at - begun <= timedelta(days=365, minutes=5)
    with pytest.raises(InvalidInput, match=f"preservation {number} is kept until .* already.* give more days"):
        renew_preservation(LEE, database, CAROLINA, number, 364)
    assert preservations(database, number) == [renewed]
    row = audit_entries(database)[0]
    assert (row.action, row.details) == (
        Action.RENEW_PRESERVATION,
        {"preservation": number, "until": utc(renewed.until_at)},
    )
    release_preservation(LEE, database, number, "the case was closed")
    acts: tuple[tuple[Callable[[], object], str], ...] = (
        (lambda: renew_preservation(LEE, database, CAROLINA, number, 30), "has ended; what it kept is gone"),
        (lambda: renew_preservation(LEE, database, CAROLINA, 99, 30), "no preservation 99"),
        (lambda: release_preservation(LEE, database, number, "the case was closed"), "has ended already"),
        (lambda: release_preservation(LEE, database, 99, "the case was closed"), "no preservation 99"),
    )
    for act, fault in acts:
        with pytest.raises(InvalidInput, match=fault):
            act()
    assert audit_entries(database)[0].action is Action.RELEASE_PRESERVATION


def test_a_law_may_let_nothing_be_renewed(database: Database, tmp_path: Path) -> None:
    text = (Path(policy.__file__).parent / "profiles" / "north-carolina.toml").read_text()
    assert "renewable = true" in text
    profile = tmp_path / "own.toml"
    made = preserve(LEE, database, CAROLINA, WISH)
    for renewable, says in (("true", None), ("false", "the law does not let it be renewed: North Carolina")):
        profile.write_text(text.replace("renewable = true", f"renewable = {renewable}"))
        settings = Settings(policy=PolicySettings(profile=str(profile)))
        if says is None:
            assert renew_preservation(LEE, database, settings, made.preservation_id, None).renewals == 1
            continue
        with pytest.raises(InvalidInput, match=says):
            renew_preservation(LEE, database, settings, made.preservation_id, None)
