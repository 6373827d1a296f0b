"""Versions of a list as a person deals with them: held, forced, restored, and never half loaded."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from cli.hotlist import hotlist
from hotlists.importing.difference import Comparison
from hotlists.importing.importer import ImportOptions, import_file
from schemas.errors import HeldForReview, InvalidInput
from storage.database import Database
from tests.integration.hotlists.list_versions import version_rows
from tests.integration.storage.stored_entries import active_entries

REPOSITORY = Path(__file__).resolve().parents[3]

app = typer.Typer()
hotlist.register(app)


@pytest.fixture(autouse=True)
def _use_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    monkeypatch.setenv("COLUMNS", "220")


def run(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["hotlist", *(str(argument) for argument in arguments)])
    assert result.exit_code == code, result.output
    return result


def records(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def row(number: int, *, plate: str | None = None, color: str = "BLK") -> str:
    return f"V{number:09d}LA0570200" + f"20190509{plate or f'AA{number:05d}':<10}VA2026PC2009YAMACYLMC{color}"


def write(path: Path, rows: list[str], *, date: str = "20260102", end: str = "\n") -> Path:
    path.write_text(f"EXTRACT {date}\n" + "\n".join(rows) + end)
    return path


def import_ncic(path: Path, *options: object, code: int = 0) -> Result:
    return run("import", "-s", "ncic", path, *options, code=code)


def active_plates(database: Database) -> set[str]:
    return {entry.plate for entry in active_entries(database)}


def test_a_version_that_shrinks_is_held_until_a_person_gives_a_reason(tmp_path: Path, database: Database) -> None:
    path = write(tmp_path / "extract.txt", [row(number) for number in range(100)])
    import_ncic(path)
    write(path, [row(number) for number in range(50)], date="20260103")
    held = import_ncic(path, code=1)
    assert isinstance(held.exception, HeldForReview)
    assert "shrinks from 100 to 50 entries" in str(held.exception)
    assert len(active_plates(database)) == 100, "the version before stays active"
    (listed,) = records(run("list", "--json"))
    assert "shrinks from 100 to 50" in listed["held"]
    assert "held" in run("list").stderr

    run("import", "-s", "ncic", path, "--force", " ", code=2)
    import_ncic(path, "--force", "the state purged its list; call 26-118")
    assert len(active_plates(database)) == 50
    assert records(run("list", "--json"))[0]["held"] is None
    latest = records(run("versions", "ncic", "--json"))[0]
    assert latest["reason"] == "the state purged its list; call 26-118"
    assert latest["made_by"]
    assert "call 26-118" in run("versions", "ncic").stdout


def test_a_list_of_ones_own_may_use_words_that_nobody_knows_and_a_national_one_may_not(
    tmp_path: Path, database: Database
) -> None:
    own = tmp_path / "own.csv"
    own.write_text("plate,category\n" + "".join(f"BKR{number:04d},our own word\n" for number in range(25)))
    run("import", "-s", "csv", own)
    assert len(active_plates(database)) == 25
    (tmp_path / "national").mkdir()
    odd = write(tmp_path / "national" / "extract.txt", [row(number).replace("V", "Z", 1) for number in range(25)])
    held = import_ncic(odd, code=1)
    assert "none of the codes of its 25 entries is known" in str(held.exception)
    assert len(active_plates(database)) == 25
    # A few words are no proof of another layout.
    import_ncic(write(odd, [row(number).replace("V", "Z", 1) for number in range(19)]))


def test_an_older_file_is_held(tmp_path: Path, database: Database) -> None:
    import_ncic(write(tmp_path / "new.txt", [row(1), row(2)], date="20260105"))
    held = import_ncic(write(tmp_path / "old.txt", [row(1)], date="20260104"), code=1)
    assert "older than the active one" in str(held.exception)
    assert len(active_plates(database)) == 2


def test_a_rollback_restores_the_version_before_whole(tmp_path: Path, database: Database) -> None:
    path = write(tmp_path / "extract.txt", [row(number) for number in range(10)])
    import_ncic(path)
    before = set(active_entries(database))
    changed = [row(0, plate="CHANGED"), *(row(number) for number in range(2, 10)), row(50)]
    import_ncic(write(path, changed, date="20260103"))
    assert active_plates(database) >= {"CHANGED", "AA00050"}

    run("rollback", "ncic", code=2)
    (outcome,) = records(run("rollback", "ncic", "--reason", "wrong file", "--json"))
    assert set(active_entries(database)) == before
    assert (outcome["entries"], outcome["restored"], outcome["removed"]) == (10, 2, 2)
    versions = records(run("versions", "ncic", "--json"))
    assert [version["kind"] for version in versions] == ["rollback", "import", "import"]
    assert versions[0]["as_of"] == versions[2]["as_of"]
    assert versions[0]["restored_version"] == versions[2]["version"]

    # And back again, by number; then a file compares with what is active now.
    run("rollback", "ncic", "--to", versions[1]["version"], "--reason", "it was right")
    assert "CHANGED" in active_plates(database)
    (again,) = records(import_ncic(path, "--json"))
    assert (again["unchanged"], again["added"], again["removed"]) == (10, 0, 0)


def test_what_cannot_be_restored_is_said(tmp_path: Path) -> None:
    assert "no active list" in str(run("rollback", "ncic", "--reason", "wrong file", code=1).exception)
    import_ncic(write(tmp_path / "extract.txt", [row(1)]))
    assert "no version before" in str(run("rollback", "ncic", "--reason", "wrong file", code=1).exception)
    (version,) = records(run("versions", "ncic", "--json"))
    active = run("rollback", "ncic", "--to", version["version"], "--reason", "wrong file", code=1)
    assert "is active already" in str(active.exception)
    assert "no version 999" in str(run("rollback", "ncic", "--to", 999, "--reason", "wrong file", code=1).exception)


def test_rejects_are_kept_with_their_version(tmp_path: Path) -> None:
    path = tmp_path / "extract.txt"
    (first,) = records(import_ncic(write(path, [row(1), row(2)[:30], row(3)]), "--json"))
    (second,) = records(import_ncic(write(path, [row(1), row(2), row(3, plate="*")], date="20260103"), "--json"))
    (old,) = records(run("rejects", first["version"], "--json"))
    assert (old["line"], old["column"], old["raw"]) == (3, "LIC", row(2)[:30])
    (new,) = records(run("rejects", "ncic", "--json"))
    assert (new["line"], new["column"]) == (4, "LIC")
    assert records(run("rejects", second["version"], "--json")) == [new]
    assert "the plate holds '*'" in run("rejects", "ncic").stdout
    assert "neither a version nor an active list" in str(run("rejects", "nothing", code=1).exception)


def test_the_same_nic_twice_keeps_the_last_row_and_shows_the_other(tmp_path: Path, database: Database) -> None:
    path = tmp_path / "extract.txt"
    import_ncic(write(path, [row(1, plate="FIRST1"), row(2), row(1, plate="SECOND1"), row(2)]))
    assert active_plates(database) == {"SECOND1", "AA00002"}
    shown = {(reject["line"], reject["reason"]) for reject in records(run("rejects", "ncic", "--json"))}
    assert (2, "the same entry as line 4, which comes later and counts") in shown
    # The row that was replaced comes later in the next file: it is the one that counts now.
    import_ncic(write(path, [row(1, plate="SECOND1"), row(2), row(1, plate="FIRST1")], date="20260103"))
    assert active_plates(database) == {"FIRST1", "AA00002"}


def test_a_row_whose_meaning_depends_on_the_header_is_read_again(tmp_path: Path, database: Database) -> None:
    path = tmp_path / "region.csv"
    path.write_text("plate,make,model,case_number\nABC123,FORD,F150,7\n")
    run("import", "-s", "csv", path, "--name", "region")
    path.write_text("plate,model,make,case_number\nABC123,FORD,F150,7\n")
    run("import", "-s", "csv", path, "--name", "region")
    (entry,) = active_entries(database)
    assert entry.vehicle is not None
    assert (entry.vehicle.make, entry.vehicle.model) == ("F150", "FORD")


@pytest.mark.parametrize("cut", [20, 34, 60])
def test_a_file_that_ends_in_mid_row_is_held(tmp_path: Path, database: Database, cut: int) -> None:
    path = write(tmp_path / "extract.txt", [row(number) for number in range(100)])
    import_ncic(path)
    write(path, [*(row(number) for number in range(95)), row(95)[:cut]], date="20260103", end="")
    held = import_ncic(path, code=1)
    assert isinstance(held.exception, HeldForReview)
    assert held.exception.line == 97
    assert "ends in the middle of line 97" in str(held.exception)
    assert len(active_plates(database)) == 100


def test_a_whole_file_without_a_last_line_end_is_not_held(tmp_path: Path, database: Database) -> None:
    import_ncic(write(tmp_path / "extract.txt", [row(number) for number in range(100)], end=""))
    assert len(active_plates(database)) == 100


def test_a_file_that_is_replaced_while_it_is_read_changes_nothing(tmp_path: Path, database: Database) -> None:
    path = write(tmp_path / "extract.txt", [row(number) for number in range(9000)])
    other = write(tmp_path / "other.txt", [row(number) for number in range(10)])

    def swap(done: int, total: int) -> None:
        if other.exists():
            other.rename(path)

    with pytest.raises(InvalidInput, match="replaced while it was read"):
        import_file(database, path, "ncic", ImportOptions(), on_progress=swap)
    assert active_plates(database) == set()


def test_an_import_killed_in_the_middle_leaves_the_version_before(
    tmp_path: Path, database: Database, database_url: str
) -> None:
    path = write(tmp_path / "extract.txt", [row(number) for number in range(50)])
    import_ncic(path)
    before = set(active_entries(database))
    write(path, [row(number, color="RED") for number in range(60_000)], date="20260103")
    marker = tmp_path / "midway"
    code = f"""
import sys, time
from pathlib import Path
from hotlists.importing.difference import Comparison
from hotlists.importing.importer import ImportOptions, import_file
from storage.database import Database

def progress(done, total):
    if done * 2 > total:
        Path({str(marker)!r}).touch()
        time.sleep(60)

database = Database({database_url!r}, "test")
database.open()
import_file(database, Path({str(path)!r}), "ncic", ImportOptions(force="test"), on_progress=progress)
"""
    with subprocess.Popen([sys.executable, "-c", code], cwd=REPOSITORY) as importer:
        deadline = time.monotonic() + 60
        while not marker.exists() and importer.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        assert marker.exists()
        assert set(active_entries(database)) == before
        os.kill(importer.pid, signal.SIGKILL)
    assert set(active_entries(database)) == before
    (version,) = records(run("versions", "ncic", "--json"))
    assert version["entries"] == 50
    # Nothing is left locked: the next import works.
    import_ncic(write(path, [row(number) for number in range(51)], date="20260104"))
    assert len(active_plates(database)) == 51


def test_a_line_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "extract.txt"
    with path.open("wb") as file:
        file.truncate(1 << 30)  # a gigabyte without a line end
    refused = import_ncic(path, code=1).exception
    assert isinstance(refused, InvalidInput)
    assert refused.line == 1
    assert "longer than 65536 bytes" in str(refused)


def test_a_list_of_the_future_is_held_and_keeps_no_later_file_out(tmp_path: Path, database: Database) -> None:
    path = write(tmp_path / "extract.txt", [row(number) for number in range(30)], date="20990102")
    held = import_ncic(path, code=1)
    assert "hours ahead of the clock" in str(held.exception)
    assert active_plates(database) == set()
    import_ncic(path, "--force", "the header is wrong")
    assert version_rows(database, "ncic")[-1].as_of <= datetime.now(UTC)
    import_ncic(
        write(path, [row(number) for number in range(31)], date=f"{datetime.now(UTC) + timedelta(hours=1):%Y%m%d %H%M}")
    )
    assert len(active_plates(database)) == 31


def test_every_row_of_a_file_is_an_entry_a_repeated_row_or_a_reject(tmp_path: Path, database: Database) -> None:
    path = tmp_path / "list.csv"
    lines = [
        f'AB{number:05d},VA,{case},"6 ft' if number % 7 == 0 else f"AB{number:05d},VA,x,y"
        for number in range(200)
        for case in "xy"
    ]
    path.write_text(
        "plate,state,case,notes\n" + "\n".join([*lines, "NULL,VA,x,", "1-Mar,VA,x,", "AB\u201300001,VA,x,y"]) + "\n"
    )
    report = json.loads(run("import", "-s", "csv", path, "--name", "l", "--json").stdout)
    assert report["rows"] == len(lines) + 3
    assert report["entries"] + report["duplicates"] + report["rejected"] == report["rows"]
    assert report["no_plate"] == 1
    assert len(active_plates(database)) == 200


def test_an_import_whose_counts_do_not_add_up_changes_nothing(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "extract.txt", [row(number) for number in range(30)])
    import_ncic(path)
    monkeypatch.setattr(Comparison, "add_new", lambda self, ids, lines: None)
    failed = import_ncic(write(path, [row(number) for number in range(31)], date="20260103"), code=1)
    assert isinstance(failed.exception, InvalidInput)
    assert "fault of platewatch" in str(failed.exception)
    assert len(active_plates(database)) == 30
