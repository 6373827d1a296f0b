"""Rows of the audit are sealed as they are committed; whoever changes one afterwards is found out."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from operations.audit import verifying
from operations.audit.sealing import head_path, seal_audit
from operations.audit.verifying import Verification, verify_audit
from pipeline.sealing import SealingStage
from policy.decisions import effective_retention
from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.errors import Conflict, NotPermitted, PlatewatchError
from schemas.roles import Role
from schemas.settings import PolicySettings, RetentionSettings, Settings
from services.signing import SigningKeys
from storage.audit import sealing
from storage.audit.reader import audit_entries
from storage.audit.writer import write_audit
from storage.database import Database
from storage.retention import enforce_retention
from tests.integration.operations.audited import LEE


def search(database: Any, number: int) -> None:
    plate = f"QXZ{number + 4100}"
    write_audit(database, AuditRecord(LEE, Action.SEARCH, {"pattern": plate}, "stolen vehicle", f"26-{number}"), number)


def sealed(database: Database, settings: Settings, rows: int = 6) -> None:
    """Seal rows in two parts."""
    for number in range(rows):
        search(database, number)
        if number in (rows // 2, rows - 1):
            seal_audit(database, settings)


def verified(database: Database, settings: Settings) -> Verification:
    return verify_audit(LEE, database, settings)


def ids(database: Database) -> list[int]:
    return sorted(row.audit_id for row in audit_entries(database, limit=100_000))


def test_one_at_a_time_and_only_who_may(database: Database, settings: Settings) -> None:
    sealed(database, settings)
    officer = Actor("kim", SignIn.PASSWORD, "desk", "portsmouth-pd", roles=frozenset({Role.OFFICER}))
    with verifying._turn:
        with pytest.raises(NotPermitted):
            verify_audit(officer, database, settings)
        with pytest.raises(Conflict, match="is being verified just now"):
            verified(database, settings)
    assert verified(database, settings).problems == []


def test_what_nobody_touched_is_right_and_the_look_is_sealed_next(database: Database, settings: Settings) -> None:
    sealed(database, settings)
    first = verified(database, settings)
    assert (first.problems, first.rows, first.waiting, first.ended) == ([], 6, 0, 0)
    second = verified(database, settings)
    assert (second.problems, second.rows) == ([], 7)
    assert audit_entries(database, limit=1)[0].action is Action.VERIFY_AUDIT
    assert second.head is not None
    assert second.head["position"] == 7


def test_rows_that_commit_late_are_sealed_late_and_none_is_passed_over(database: Database, settings: Settings) -> None:
    with database.transaction() as early, database.transaction() as lost:
        search(early, 1)  # the lowest number, and the last commit
        search(lost, 2)
        with database.transaction() as later:
            search(later, 3)
        assert seal_audit(database, settings) == 1
        with database.transaction() as latest:
            search(latest, 4)
        assert seal_audit(database, settings) == 1
        lost.execute("rollback")
        lost.execute("begin")
        assert seal_audit(database, settings) == 0
    assert seal_audit(database, settings) == 1
    with database.connection() as connection:
        order = [one for (one,) in connection.execute("select audit_id from audit_seals order by position")]
    first, third, fourth = ids(database)
    assert order == [third, fourth, first]
    found = verified(database, settings)
    assert (found.problems, found.rows, found.waiting) == ([], 3, 0)


def test_many_writers_and_two_sealers_at_once_lose_and_double_nothing(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "ROWS_AT_ONCE", 7)
    done = threading.Event()

    def write(start: int) -> None:
        for number in range(start, start + 30):
            with database.transaction() as connection:
                search(connection, number)

    def seal() -> None:
        while not done.is_set():
            seal_audit(database, settings)

    sealers = [threading.Thread(target=seal) for _ in range(2)]
    writers = [threading.Thread(target=write, args=(100 * number,)) for number in range(2)]
    for thread in (*sealers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    found = verified(database, settings)
    assert (found.problems, found.rows, found.waiting) == ([], 60, 0)


def test_nobody_who_writes_waits_for_the_sealing(
    database: Database, settings: Settings, superuser: psycopg.Connection[Any]
) -> None:
    search(database, 1)
    with superuser.transaction(force_rollback=True):
        superuser.execute("select pg_advisory_xact_lock(hashtext('platewatch.audit.sealing'))")
        superuser.execute("lock table audit_seals, audit_checkpoints in exclusive mode")
        superuser.execute("delete from audit_unsealed")
        with database.transaction() as writer:
            writer.execute("set local statement_timeout = '5s'")
            search(writer, 2)
    assert seal_audit(database, settings) == 2


Tamper = Callable[[psycopg.Connection[Any], list[int]], object]


def swap_rows(connection: psycopg.Connection[Any], rows: list[int]) -> None:
    """Exchange what two rows say."""
    connection.execute(
        "update audit set details = other.details, case_number = other.case_number, results = other.results "
        "from audit as other where audit.audit_id + other.audit_id = %s and audit.audit_id in (%s, %s)",
        [rows[1] + rows[2], rows[1], rows[2]],
    )


def swap_seals(connection: psycopg.Connection[Any], rows: list[int]) -> None:
    """Exchange the places of two rows."""
    for place, row in ((103, rows[1]), (102, rows[2])):
        connection.execute("update audit_seals set position = %s where audit_id = %s", [place, row])
    connection.execute("update audit_seals set position = position - 100 where position > 100")


def seal_anew(connection: psycopg.Connection[Any]) -> None:
    """Do all that can be done without the key: every digest and link is right again."""
    link = sealing.GENESIS
    for position, audit_id in connection.execute(
        "select position, audit_id from audit_seals order by position"
    ).fetchall():
        with connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            row = cursor.execute(
                "select audit_id, happened_at, actor, via, origin, agency_id, action, purpose, case_number, "
                "details::text as details, results from audit where audit_id = %s",
                [audit_id],
            ).fetchone()
        assert row is not None
        digest = sealing.digest_of(sealing.line_of(row))
        link = sealing.link_of(link, digest, row["happened_at"])
        connection.execute(
            "update audit_seals set digest = %s, link = %s, happened_at = %s where position = %s",
            [digest, link, row["happened_at"], position],
        )


def change_and_seal_anew(connection: psycopg.Connection[Any], rows: list[int]) -> None:
    connection.execute("update audit set actor = 'nobody' where audit_id = %s", [rows[1]])
    seal_anew(connection)


def delete_and_close_up(connection: psycopg.Connection[Any], rows: list[int]) -> None:
    connection.execute("delete from audit where audit_id = %s", [rows[1]])
    connection.execute("delete from audit_seals where audit_id = %s", [rows[1]])
    connection.execute("update audit_seals set position = position + 100 where position > 2")
    connection.execute("update audit_seals set position = position - 101 where position > 100")
    seal_anew(connection)


def backdate(connection: psycopg.Connection[Any], rows: list[int]) -> None:
    """Put a row of longer ago than any transaction lasts in, as the application would write one."""
    connection.execute("set session_replication_role = origin")
    connection.execute(
        "insert into audit (happened_at, actor, via, origin, agency_id, action) "
        "select now() - interval '90 minutes', 'nobody', via, origin, agency_id, action from audit limit 1"
    )


def put_in(connection: psycopg.Connection[Any], rows: list[int]) -> None:
    connection.execute(
        "insert into audit (actor, via, origin, agency_id, action) "
        "select 'nobody', via, origin, agency_id, action from audit limit 1"
    )


def seal_behind(connection: psycopg.Connection[Any], rows: list[int]) -> None:
    put_in(connection, rows)
    connection.execute(
        "insert into audit_seals select max(position) + 1, (select max(audit_id) from audit), max(segment), now(), "
        "'\\x00', '\\x00' from audit_seals"
    )


def cut_off(connection: psycopg.Connection[Any], rows: list[int]) -> None:
    """Take the newest rows away with all that is known of them."""
    connection.execute("delete from audit where audit_id >= %s", [rows[4]])
    connection.execute("delete from audit_checkpoints where number = 2")
    connection.execute("delete from audit_seals where position >= 5")


def lie_about_purges(connection: psycopg.Connection[Any], rows: list[int]) -> None:
    """Say that the law had the rows end."""
    connection.execute("update audit_retention set ended_before = now() + interval '1 day'")
    connection.execute("delete from audit where audit_id = %s", [rows[1]])


CASES: dict[str, tuple[Tamper, str, int | None]] = {
    "one word": (
        lambda c, rows: c.execute("update audit set actor = 'x' where audit_id = %s", [rows[1]]),
        "changed",
        1,
    ),
    "a number in what was asked": (
        lambda c, rows: c.execute(
            "update audit set details = details || '{\"n\": 1.0}' where audit_id = %s", [rows[4]]
        ),
        "changed",
        4,
    ),
    "its time by a microsecond": (
        lambda c, rows: c.execute(
            "update audit set happened_at = happened_at + interval '1 microsecond' where audit_id = %s", [rows[1]]
        ),
        "changed",
        1,
    ),
    "a row": (lambda c, rows: c.execute("delete from audit where audit_id = %s", [rows[1]]), "deleted", 1),
    "the last row": (lambda c, rows: c.execute("delete from audit where audit_id = %s", [rows[5]]), "deleted", 5),
    "a row with its seal": (delete_and_close_up, "chain", None),
    "a seal": (lambda c, rows: c.execute("delete from audit_seals where position = 2"), "deleted", None),
    "what two rows say": (swap_rows, "changed", 1),
    "two places": (swap_seals, "reordered", 2),
    "a row, and its seals": (change_and_seal_anew, "chain", None),
    "a row put in": (put_in, "inserted", 6),
    "a row of earlier put in": (backdate, "inserted", 6),
    "a row sealed by hand": (seal_behind, "inserted", 6),
    "the newest rows with their seals": (cut_off, "cut_off", None),
    "what was signed": (
        lambda c, rows: c.execute("update audit_checkpoints set document = replace(document, 'true', 'false')"),
        "signature",
        None,
    ),
    "garbage as what was signed": (
        lambda c, rows: c.execute("update audit_checkpoints set document = 'garbage'"),
        "signature",
        None,
    ),
    "an end that is none": (
        lambda c, rows: c.execute(
            'update audit_checkpoints set document = replace(document, \'"link":"\', \'"link":"z\')'
        ),
        "signature",
        None,
    ),
    "what was signed, as something else": (
        lambda c, rows: c.execute("update audit_checkpoints set document = '[]', key_id = 'other'"),
        "unknown_key",
        None,
    ),
    "a signature": (lambda c, rows: c.execute("update audit_checkpoints set signature = '\\x00'"), "signature", None),
    "who signed": (lambda c, rows: c.execute("update audit_checkpoints set key_id = 'other'"), "unknown_key", None),
    "a signed end": (lambda c, rows: c.execute("delete from audit_checkpoints where number = 1"), "deleted", None),
    "when rows ended": (lie_about_purges, "deleted", 1),
}


_MOVED = "does not follow on the one before it: seals were moved, put in or taken out here"
_ANEW = "places 1 to 4 are not what was signed: rows there were sealed anew"
_CUT = "cut_off: the chain was at place 6 on TIME (HEAD), and does not hold that: its end was cut off, or an older copy"
_UNSIGNED = tuple(
    f"signature: checkpoint {number} was changed: the signature is not of what stands there" for number in (2, 1, 2)
)
_OTHER = "unknown_key: checkpoint 2 is signed with the key other, which is not known here; give its public key (--key)"
TOLD: dict[str, tuple[str, ...]] = {
    "one word": ("changed 2@2: row 2 was changed",),
    "a number in what was asked": ("changed 5@5: row 5 was changed",),
    "its time by a microsecond": ("changed 2@2: row 2 was changed",),
    "a row": ("deleted 2@2: row 2 of TIME UTC was deleted",),
    "the last row": ("deleted 6@6: row 6 of TIME UTC was deleted",),
    "a row with its seal": (
        f"chain @4: {_ANEW}",
        f"reordered 6@5: row 6 {_MOVED}",
        "deleted @6: the seals of place 6 were deleted",
    ),
    "a seal": (
        "deleted @2: the seals of place 2 were deleted",
        f"reordered 3@3: row 3 {_MOVED}",
        "inserted 2@: row 2 was put in past the sealing: it has no seal, and waits for none",
    ),
    "what two rows say": ("changed 2@2: row 2 was changed", "changed 3@3: row 3 was changed"),
    "two places": (
        f"reordered 3@2: row 3 {_MOVED}",
        "reordered 2@3: row 2 was moved: it stands behind row 3, and both were sealed in order",
        "inserted 2@3: row 2 was put in and sealed without the key",
    ),
    "a row, and its seals": (f"chain @4: {_ANEW}", f"reordered 5@5: row 5 {_MOVED}"),
    "a row put in": ("inserted NEW@: row NEW was put in past the sealing: it has no seal, and waits for none",),
    "a row of earlier put in": (
        "inserted NEW@7: row NEW was put in afterwards: it says TIME UTC, and all of that time was sealed before",
    ),
    "a row sealed by hand": ("inserted NEW@7: row NEW is sealed behind what was signed last",),
    "the newest rows with their seals": (_CUT,),
    "what was signed": (*_UNSIGNED, _CUT),
    "garbage as what was signed": (*_UNSIGNED, _CUT),
    "an end that is none": (*_UNSIGNED, _CUT),
    "what was signed, as something else": (_OTHER, _CUT),
    "a signature": _UNSIGNED,
    "who signed": (_OTHER,),
    "a signed end": ("deleted: what was signed under the numbers 1 to 1 was deleted",),
    "when rows ended": ("deleted 2@2: row 2 of TIME UTC was deleted",),
}
"""All that is said of each, row 1 being the first and NEW what was put in."""


def told_of(found: Verification, first: int, put: set[int], head: Path) -> tuple[str, ...]:
    """Everything that is wrong, as the table above has it."""

    def number(one: int | None) -> str:
        return "" if one is None else "NEW" if one in put else str(one - first + 1)

    lines = []
    for one in found.problems:
        place = "" if one.position is None and one.audit_id is None else f" {number(one.audit_id)}@{one.position or ''}"
        what = one.what.replace(str(head), "HEAD").removesuffix(" of the database came back")
        what = re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.]+Z?", "TIME", what)
        if one.audit_id is not None:
            what = what.replace(f"row {one.audit_id}", f"row {number(one.audit_id)}")
        lines.append(f"{one.kind}{place}: {what}")
    return tuple(lines)


TABLES = ("audit", "audit_seals", "audit_checkpoints", "audit_segments", "audit_unsealed", "audit_retention")


def test_what_a_superuser_changes_is_found_and_named(
    database: Database, settings: Settings, superuser: psycopg.Connection[Any]
) -> None:
    sealed(database, settings)
    rows, head = ids(database), head_path(settings).read_bytes()
    for table in TABLES:
        superuser.execute(f"create temp table saved_{table} as table {table}".encode())
    for name, (tamper, kind, which) in CASES.items():
        tamper(superuser, rows)
        put = set(ids(database)) - set(rows)
        row = None if which is None else rows[which] if which < len(rows) else max(put)
        for again in range(2):  # it does not go away when more is sealed
            found = verified(database, settings)
            if not again:
                assert told_of(found, rows[0], put, head_path(settings)) == TOLD[name], name
            told = [one for one in found.problems if one.kind == kind and (row is None or one.audit_id == row)]
            assert told, f"{name}: {found.problems}"
            assert all(str(one.audit_id) in one.what for one in found.problems if one.audit_id is not None)
        superuser.execute("set session_replication_role = replica")
        for table in TABLES:
            superuser.execute(f"delete from {table}".encode())
            superuser.execute(f"insert into {table} overriding system value table saved_{table}".encode())
        head_path(settings).write_bytes(head)
    assert verified(database, settings).problems == []


def test_an_end_that_was_noted_elsewhere_counts_where_it_is_signed(
    database: Database, settings: Settings, superuser: psycopg.Connection[Any], tmp_path: Path
) -> None:
    sealed(database, settings)
    noted = json.loads(head_path(settings).read_text())
    elsewhere = tmp_path / "head.json"

    def verified_with(**changes: str) -> tuple[str, ...]:
        elsewhere.write_text(json.dumps(noted | changes))
        return told_of(verify_audit(LEE, database, settings, head=elsewhere), 1, set(), elsewhere)

    unsigned = ("signature: HEAD: the noted end of the chain is not signed by a key that is known here",)
    assert verified_with() == ()
    assert verified_with(key_id="other") == unsigned
    assert verified_with(document=noted["document"].replace('"position":6', '"position":5')) == unsigned
    assert verified_with(signature=base64.b64encode(bytes(64)).decode()) == unsigned
    cut_off(superuser, ids(database))
    superuser.execute("delete from audit_checkpoints where number > 1")
    superuser.execute("delete from audit_seals where position > 4")
    superuser.execute("delete from audit where audit_id not in (select audit_id from audit_seals)")
    head_path(settings).unlink()
    assert verified_with() == (_CUT,)
    assert verified(database, settings).problems == []  # nobody has noted anything here


def test_what_one_signature_left_for_the_next_was_not_put_in_afterwards(
    database: Database,
    settings: Settings,
    superuser: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    search(database, 1)
    search(database, 2)
    superuser.execute("update audit set happened_at = now() - interval '2 hours' where results = 2")
    monkeypatch.setattr(sealing, "ROWS_AT_ONCE", 1)
    assert verified(database, settings).problems == []


def test_a_law_that_says_nothing_of_the_audit_has_it_sealed_all_the_same(
    database: Database, settings: Settings
) -> None:
    silent = settings.model_copy(update={"policy": PolicySettings(profile="alabama")})
    search(database, 1)
    assert seal_audit(database, silent) == 1


def months_ago(months: int) -> datetime:
    return datetime.now(UTC).replace(day=15) - timedelta(days=30 * months)


def of_month(
    database: Database, superuser: psycopg.Connection[Any], settings: Settings, moment: datetime, rows: int
) -> None:
    """Write rows at a time, and seal them then."""
    before = set(ids(database))
    for number in range(rows):
        search(database, number)
    superuser.execute(
        "update audit set happened_at = %s - interval '1 minute' where audit_id <> all(%s)", [moment, list(before)]
    )
    seal_audit(database, settings, moment)


def test_months_that_are_over_are_dropped_and_the_rest_still_verifies(
    database: Database, settings: Settings, superuser: psycopg.Connection[Any]
) -> None:
    """Virginia's two years; what was signed of a month stays, with why it went."""
    oldest = months_ago(27)
    for months in (27, 26, 3):
        of_month(database, superuser, settings, months_ago(months), 3)
    before = verified(database, settings)
    assert (before.problems, before.rows, before.purged) == ([], 9, [])
    enforce_retention(database, effective_retention(settings), delete_images=lambda _: None)
    # The rows have ended, their month's seals not yet: that is no deletion.
    found = verified(database, settings)
    assert found.problems == []
    assert found.purged == [f"{oldest:%Y-%m}", f"{months_ago(26):%Y-%m}"]
    with database.connection() as connection:
        (left,) = connection.execute("select min(position) from audit_seals").fetchone() or (None,)
        documents = connection.execute("select purge_document from audit_segments order by segment").fetchall()
    assert left == 7
    assert "730 days" in json.loads(documents[0][0])["reason"]
    assert json.loads(documents[0][0])["rows"] == 3
    superuser.execute("update audit_segments set document = 'garbage' where purge_document is null")
    assert {one.kind for one in verified(database, settings).problems} >= {"signature"}
    # Whoever takes a month's seal away, or says that another one was purged, is found.
    superuser.execute("delete from audit_segments where segment = %s", [f"{months_ago(26):%Y-%m}"])
    assert {one.kind for one in verified(database, settings).problems} >= {"deleted"}


def test_a_month_that_is_not_over_is_not_dropped_whoever_asks(
    database: Database, settings: Settings, superuser: psycopg.Connection[Any]
) -> None:
    for months in (5, 3):
        of_month(database, superuser, settings, months_ago(months), 2)
    month = f"{months_ago(5):%Y-%m}"
    with pytest.raises(PlatewatchError, match="is not over"), database.transaction() as connection:
        connection.execute("select drop_audit_segment(%s, '{}', '', 'x')", [month])
    # A superuser who does it by force has no key to say so.
    superuser.execute("delete from audit_seals where segment = %s", [month])
    superuser.execute("delete from audit_checkpoints where segment = %s", [month])
    superuser.execute("delete from audit where happened_at < now() - interval '4 months'")
    superuser.execute(
        "update audit_segments set purge_document = document, purge_signature = signature, purge_key_id = key_id"
    )
    assert verified(database, settings).problems != []


def test_rows_that_ended_are_told_from_rows_that_were_deleted(
    database: Database, settings: Settings, superuser: psycopg.Connection[Any]
) -> None:
    of_month(database, superuser, settings, months_ago(2), 3)
    sealed(database, settings)
    shorter = settings.model_copy(update={"retention": RetentionSettings(audit_days=30)})
    with database.as_owner() as connection:
        connection.execute("update audit_retention set keep = '30 days'")
    enforce_retention(database, effective_retention(shorter), delete_images=lambda _: None)
    found = verify_audit(LEE, database, shorter)
    assert (found.problems, found.ended + 3 * len(found.purged), found.rows) == ([], 3, 6)
    # With a longer time again, what had ended by then has still ended by the law.
    assert verified(database, settings).problems == []


def test_a_new_key_goes_on_and_the_old_one_still_counts(database: Database, settings: Settings) -> None:
    sealed(database, settings)
    keys = SigningKeys(settings.data_dir)
    before, after = keys.rotate()
    search(database, 9)
    found = verified(database, settings)
    assert (found.problems, found.keys) == ([], {before.key_id, after.key_id})
    assert keys.current().key_id == after.key_id
    assert not any(before.key_id in path.name and "public" not in path.name for path in keys.folder.iterdir())
    (keys.folder / f"{before.key_id}.public.pem").unlink()
    assert {one.kind for one in verified(database, settings).problems} == {"unknown_key"}


def test_another_machine_verifies_with_the_public_key_alone(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    sealed(database, settings)
    public = tmp_path / "theirs.pem"
    public.write_bytes(SigningKeys(settings.data_dir).current().public.pem)
    elsewhere = settings.model_copy(update={"data_dir": tmp_path / "elsewhere"})
    assert [one.kind for one in verify_audit(LEE, database, elsewhere).problems] == ["unknown_key"]
    assert verify_audit(LEE, database, elsewhere, [public]).problems == []
    assert not (tmp_path / "elsewhere").exists()


def test_the_stage_seals_and_says_that_the_chain_was_cut_off(
    database: Database, settings: Settings, superuser: psycopg.Connection[Any], caplog: pytest.LogCaptureFixture
) -> None:
    sealed(database, settings)
    noted = head_path(settings).read_bytes()
    cut_off(superuser, ids(database))
    search(database, 7)
    SealingStage(database, settings).step(threading.Event())
    assert "does not hold what" in caplog.text
    assert head_path(settings).read_bytes() == noted
    assert "QXZ" not in caplog.text
