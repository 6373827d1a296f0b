"""`platewatch hotlist` and `platewatch match` on a real database, as a person uses them."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from cli.hotlist import hotlist
from cli.matching import match
from hotlists.importing.importer import ImportOptions, import_file
from schemas.errors import InvalidInput
from schemas.types import HotlistEntry
from storage.database import Database
from storage.hotlists.lists import HotlistStore
from tests.integration.storage.stored_entries import active_entries

ROW = "V{nic:09d}LA057020020190509{plate:<10}{state}2026PC2014HONDACC4DGRY\r\n"
NCIC = "VEHICLE EXTRACT 20260102 0630\r\n" + "".join(
    ROW.format(nic=number, plate=plate, state=state)
    for number, (plate, state) in enumerate(
        [("BKV4921", "VA"), ("D0G0123", "0H"), ("ABC1234", "VA"), ("ABC1234", "MD")]
    )
)
MISSING = "plate,state,category,case_number,message_key\nXYZ1??4,VA,CA,26-7,EME\n"
REGIONAL = "Plate;State;Category;Case Number;Note\nTRK-5521;va;Stolen;R-1;green tarp\nKLM 77;;odd;R-2;\n*;;;;\n"

app = typer.Typer()
hotlist.register(app)
match.register(app)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, text in {"VEHEXTRT.txt": NCIC, "missing.csv": MISSING, "Regional List.csv": REGIONAL}.items():
        (tmp_path / name).write_text(text, newline="")
    return tmp_path


@pytest.fixture(autouse=True)
def _use_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    monkeypatch.setenv("COLUMNS", "220")


def run(*arguments: object, stdin: str | bytes = "", code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)
    assert result.exit_code == code, result.output
    return result


def records(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def import_all(files: Path) -> None:
    run("hotlist", "import", "--source", "ncic", files / "VEHEXTRT.txt")
    run("hotlist", "import", "--source", "missing", files / "missing.csv")
    run("hotlist", "import", "--source", "csv", files / "Regional List.csv")


def test_import_list_show_and_remove(files: Path) -> None:
    first = run("hotlist", "import", "--source", "ncic", files / "VEHEXTRT.txt")
    assert "list 'ncic' is active: 4 entries (4 added, 0 changed, 0 removed)" in first.stdout
    assert "2026-01-02 06:30 UTC" in first.stdout
    regional = run("hotlist", "import", "--source", "csv", files / "Regional List.csv")
    assert "1 rows cannot be used" in regional.stderr
    assert "line 4, plate: the plate holds '*'" in regional.stderr
    assert "category 'odd' is not known" in regional.stderr

    listed = {record["hotlist"]: record for record in records(run("hotlist", "list", "--json"))}
    assert {name: record["entries"] for name, record in listed.items()} == {"ncic": 4, "regional-list": 2}
    assert listed["ncic"]["as_of"] == "2026-01-02T06:30:00Z"
    assert "regional-list" in run("hotlist", "list").stdout

    shown = {record["plate"]: record for record in records(run("hotlist", "show", "regional-list", "--json"))}
    assert shown["TRK-5521"]["jurisdiction"] == "US-VA"
    assert shown["TRK-5521"]["extra"] == {"Note": "green tarp"}
    assert shown["KLM 77"]["category"] == "unmapped"
    (reject,) = records(run("hotlist", "show", "regional-list", "--rejects", "--json"))
    assert (reject["line"], reject["column"], reject["raw"]) == (4, "plate", "*;;;;")
    assert "green" not in run("hotlist", "show", "ncic").stdout
    assert "BKV4921" in run("hotlist", "show", "ncic", "--limit", 10).stdout

    run("hotlist", "remove", "ncic", stdin="n\n", code=1)
    assert len(records(run("hotlist", "list", "--json"))) == 2
    run("hotlist", "remove", "ncic", "--yes")
    assert [record["hotlist"] for record in records(run("hotlist", "list", "--json"))] == ["regional-list"]


def test_import_as_json_and_a_second_version(files: Path) -> None:
    path = files / "VEHEXTRT.txt"
    (first,) = records(run("hotlist", "import", "-s", "ncic", path, "--json"))
    assert (first["rows"], first["entries"], first["added"], first["rejected"]) == (4, 4, 4, 0)
    text = NCIC.replace("GRY", "RED", 1) + ROW.format(nic=9, plate="NEW1234", state="VA")
    text = text.replace(ROW.format(nic=1, plate="D0G0123", state="0H"), "")
    path.write_text(text + ROW.format(nic=9, plate="NEW1235", state="VA"), newline="")
    (second,) = records(run("hotlist", "import", "-s", "ncic", path, "--json", "--as-of", "2026-01-03T00:00:00-05:00"))
    counts = {name: second[name] for name in ("entries", "added", "changed", "removed", "unchanged", "duplicates")}
    assert counts == {"entries": 4, "added": 1, "changed": 1, "removed": 1, "unchanged": 2, "duplicates": 1}
    assert second["as_of"] == "2026-01-03T05:00:00Z"
    plates = {record["plate"] for record in records(run("hotlist", "show", "ncic", "--json"))}
    assert plates == {"BKV4921", "ABC1234", "NEW1235"}, "of two rows with one NIC the later counts"


def test_a_dry_run_needs_no_database_and_changes_nothing(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without:
        without.setenv("PLATEWATCH_DATABASE__URL", "postgresql://nobody@127.0.0.1:1/nothing")
        (report,) = records(run("hotlist", "import", "-s", "csv", files / "Regional List.csv", "--dry-run", "--json"))
    assert (report["dry_run"], report["entries"], report["rejected"]) == (True, 2, 1)
    assert report["unmapped"] == {"odd": 1}
    assert records(run("hotlist", "list", "--json")) == []


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("list.gz", b"\x1f\x8b\x08\x00", "gzip"),
        ("list.bin", b"plate\n\x00\x01", "NUL"),
        ("empty.csv", b"", "empty"),
        ("other.csv", b"license,state\nABC123,VA\n", "no column is named 'plate'"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(files: Path, name: str, data: bytes, words: str) -> None:
    import_all(files)
    before = records(run("hotlist", "show", "regional-list", "--json"))
    (files / name).write_bytes(data)
    result = run("hotlist", "import", "-s", "csv", files / name, "--name", "regional-list", code=1)
    assert isinstance(result.exception, InvalidInput)
    assert words in str(result.exception)
    assert name in str(result.exception)
    assert records(run("hotlist", "show", "regional-list", "--json")) == before


def test_a_wrong_layout_changes_nothing(files: Path) -> None:
    import_all(files)
    result = run("hotlist", "import", "-s", "ncic", files / "Regional List.csv", code=1)
    assert "no 'ncic' list" in str(result.exception)
    assert len(records(run("hotlist", "show", "ncic", "--json"))) == 4


def test_a_custom_list_does_not_replace_the_national_one(files: Path) -> None:
    import_all(files)
    (files / "ncic.csv").write_text("plate\nABC1234\n")
    result = run("hotlist", "import", "-s", "csv", files / "ncic.csv", code=1)
    assert "'ncic' is a 'ncic' list" in str(result.exception)
    assert len(records(run("hotlist", "show", "ncic", "--json"))) == 4


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "-s", "xml", "f"),
        ("import", "f"),
        ("import", "-s", "csv", "f", "--as-of", "yesterday"),
        ("import", "-s", "csv", "f", "--state", "Atlantis"),
        ("show", "x", "--limit", "0"),
        ("nonsense",),
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    run("hotlist", *arguments, code=2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("import", "-s", "csv", "missing-file.csv"), "no such file"),
        (("import", "-s", "csv", "."), "folder"),
        (("import", "-s", "csv", "/dev/null"), "no plain file"),
        (("import", "-s", "csv", "x.csv", "--name", "No Good"), "cannot name a hotlist"),
        (("show", "nothing"), "no active list is named 'nothing' (active: none)"),
        (("remove", "nothing", "--yes"), "no active list"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(arguments: tuple[str, ...], words: str) -> None:
    result = run("hotlist", *arguments, code=1)
    assert words in str(result.exception)
    assert "\n" not in str(result.exception)


def test_a_file_that_changes_while_it_is_read_is_not_activated(files: Path, database: Database) -> None:
    store = HotlistStore(database)
    path = files / "big.csv"
    path.write_text("plate\n" + "".join(f"ABC{number:04d}\n" for number in range(5000)))
    grown = False

    def grow(done: int, total: int) -> None:
        nonlocal grown
        if done > total // 2 and not grown:
            grown = True
            with path.open("a") as file:
                file.write("NEW9999\n")
            os.utime(path, (1, 1))

    with pytest.raises(InvalidInput, match="replaced while it was read"):
        import_file(database, path, "csv", ImportOptions(hotlist_id="big"), on_progress=grow)
    assert grown
    assert store.lists() == []


def test_an_imported_entry_comes_back_whole(files: Path, database: Database) -> None:
    import_file(database, files / "VEHEXTRT.txt", "ncic")
    entries = {entry.source_entry_id: entry for entry in active_entries(database)}
    dog: HotlistEntry = entries["V000000001"]
    assert (dog.plate, dog.jurisdiction, dog.source_line) == ("D0G0123", "US-OH", 3)
    assert dog.vehicle is not None
    assert dog.vehicle.summary() == "2014 GRY HOND ACC 4D"
    assert dict(dog.extra)["license_type"] == "PC"


def test_match_prints_a_json_line_per_hit_and_names_bad_lines(files: Path) -> None:
    import_all(files)
    reads = files / "reads.jsonl"
    lines = [
        {"plate": "8KV4921", "jurisdiction": "US-VA"},
        {"plate": "dog-0123"},
        "not json",
        {"plate": "QQQ0000"},
        {"plate": "ABC1234", "jurisdiction": "md"},
        {"plate": "xyz1994", "jurisdiction": "VA"},
        {"plate": "A" * 30},
        {"plate": "TRK5521", "state": "Virginia"},
    ]
    reads.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    result = run("match", "--json", reads, code=1)
    hits = records(result)
    assert [(hit["line"], hit["entry_plate"], hit["entry_jurisdiction"], hit["tier"]) for hit in hits] == [
        (1, "BKV4921", "US-VA", "probable"),
        (2, "D0G0123", "US-OH", "exact"),
        (5, "ABC1234", "US-MD", "exact"),
        (5, "ABC1234", "US-VA", "probable"),
        (6, "XYZ1??4", "US-VA", "partial"),
        (8, "TRK-5521", "US-VA", "exact"),
    ]
    assert hits[0]["plate"] == "8KV4921"
    assert hits[0]["score"] > 10
    assert "1 look-alike (8/B)" in hits[0]["explanation"]
    assert (hits[4]["hotlist"], hits[4]["category"], hits[4]["case_number"]) == ("missing", "child_abduction", "26-7")
    age = datetime.now(UTC) - datetime(2026, 1, 2, 6, 30, tzinfo=UTC)
    assert abs(hits[0]["list_age_seconds"] - age.total_seconds()) < 60
    complaints = result.stderr.splitlines()
    assert len(complaints) == 2
    assert "line 3: the line is no JSON" in complaints[0]
    assert "line 7: the plate has 30 letters and digits" in complaints[1]


def test_match_reads_standard_input_and_draws_a_table(files: Path) -> None:
    import_all(files)
    result = run("match", "-", stdin='{"plate": "BKV4921"}\n{"plate": "QQQ0000"}\n')
    assert "exact" in result.stdout
    assert "2 reads against 7 entries: 1 hits" in result.stdout


def test_match_leaves_out_expired_entries_and_doubtful_reads(files: Path) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    (files / "old.csv").write_text(f"plate,expires\nABC1234,{yesterday}\nDEF5678,\n")
    run("hotlist", "import", "-s", "csv", files / "old.csv")
    result = run("match", "--json", "-", stdin='{"plate":"ABC1234"}\n{"plate":"DEF5678","confidence":0.1}\n')
    assert result.stdout == ""
    assert "1 reads are below a confidence of 0.3" in result.stderr


def test_match_without_lists_says_so(files: Path) -> None:
    result = run("match", "--json", "-", stdin='{"plate":"ABC1234"}\n')
    assert result.stdout == ""
    assert "no hotlist is active" in result.stderr


def test_every_command_has_help_with_an_example() -> None:
    for arguments in (["match"], *(["hotlist", name] for name in ("import", "list", "show", "remove"))):
        assert "platewatch " + " ".join(arguments) in run(*arguments, "--help").stdout
