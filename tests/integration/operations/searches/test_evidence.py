"""A package of evidence: whole, signed, and checked without us."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from operations.reasons import Why
from operations.searches import evidence
from operations.searches.correcting import correct_read
from operations.searches.evidence import make_evidence
from operations.searches.query import ReadQuery
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.settings import Settings
from services.signing import SigningKeys
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.reads.images import ImageStore
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.operations.audited import LEE, close_audit
from tests.integration.storage.samples import sample_read

WHY = Why("stolen vehicle, seen at Main Street", "26-117")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def key(settings: Settings, tmp_path: Path) -> Path:
    path = tmp_path / "public.pem"
    path.write_bytes(SigningKeys(settings.data_dir).current().public.pem)
    return path


@pytest.fixture
def package(database: Database, settings: Settings, tmp_path: Path) -> Path:
    reads = [sample_read(0), sample_read(1)]
    Records(database).write([ReadRecord(read) for read in reads])
    ImageStore(settings).save(str(reads[0].plate_image_key), b"a picture")
    correct_read(LEE, database, reads[0].read_id, "VNV4S27", "the picture shows an S")
    made = make_evidence(LEE, database, settings, ReadQuery("VNV4527"), WHY, tmp_path / "26-117.zip")
    assert (made.reads, made.pictures, len(made.missing)) == (2, 1, 3)
    return made.path


def verified(package: Path, key: Path) -> tuple[int, str]:
    """What the script says that is in the package, by itself."""
    script = package.with_name("verify.py")
    with zipfile.ZipFile(package) as archive:
        script.write_bytes(archive.read("verify_evidence.py"))
    ran = subprocess.run(
        [sys.executable, "-I", str(script), str(package), "--key", str(key)],
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout.strip()


def changed(package: Path, replaced: dict[str, bytes | None], added: dict[str, bytes] | None = None) -> Path:
    other = package.with_name("changed.zip")
    with zipfile.ZipFile(package) as before, zipfile.ZipFile(other, "w") as after:
        for name in before.namelist():
            data = replaced.get(name, before.read(name))
            if data is not None:
                after.writestr(name, data)
        for name, data in (added or {}).items():
            after.writestr(name, data)
    return other


def test_it_holds_what_is_stored_and_says_what_is_missing(database: Database, package: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        reads = json.loads(archive.read("reads.json"))
        assert archive.read(f"pictures/{sample_read(0).read_id}-plate.jpg") == b"a picture"
    assert (manifest["reads"], manifest["case_number"], manifest["offense"]) == (
        2,
        "26-117",
        ["240 motor vehicle theft"],
    )
    assert manifest["asked"] == {"pattern": "VNV4527"}
    assert len(manifest["missing_pictures"]) == 3
    assert [(read["plate"], read.get("correction", {}).get("plate")) for read in reads] == [
        ("VNV4527", None),
        ("VNV4527", "VNV4S27"),
    ]
    assert package.stat().st_mode & 0o077 == 0
    assert audit_entries(database)[0].action is Action.MAKE_EVIDENCE
    assert audit_entries(database)[0].results == 2


def test_it_is_checked_without_us(package: Path, key: Path, tmp_path: Path) -> None:
    assert verified(package, key) == (0, "as it was signed")
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    by_hand = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(key), "-rawin"]
    files = ["-in", "SHA256SUMS", "-sigfile", "SHA256SUMS.sig"]
    subprocess.run([*by_hand, *files], cwd=folder, check=True, capture_output=True)
    subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=folder, check=True, capture_output=True)


def test_every_change_is_found(package: Path, key: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        names = archive.namelist()
        sums = archive.read("SHA256SUMS").replace(b"  reads.csv", b"  reads.tsv")
    for name in names:
        if name == "verify_evidence.py":
            continue
        code, said = verified(changed(package, {name: b"else"}), key)
        assert code == 1, name
        assert said
    picture = next(name for name in names if name.startswith("pictures/"))
    assert verified(changed(package, {picture: None}), key) == (1, f"{picture} is not what was signed, or not there")
    assert verified(changed(package, {}, {"more.txt": b""}), key)[0] == 1
    assert "signature" in verified(changed(package, {"SHA256SUMS": sums}), key)[1]
    other = tmp_path / "other.pem"
    other.write_bytes(SigningKeys(tmp_path / "elsewhere").current().public.pem)
    assert verified(package, other) == (1, "the signature is not this key's")


def test_the_command_checks_it_too(package: Path, key: Path) -> None:
    assert CliRunner().invoke(app, ["evidence", "verify", str(package), "--key", str(key)]).exit_code == 0
    broken = changed(package, {"reads.json": b"[]"})
    result = CliRunner().invoke(app, ["evidence", "verify", str(broken), "--key", str(key)])
    assert result.exit_code == 1
    assert "reads.json was changed" in result.stderr
    result = CliRunner().invoke(app, ["evidence", "verify", str(key), "--key", str(key)])
    assert isinstance(result.exception, InvalidInput)


def test_too_much_and_nothing_is_refused_and_leaves_nothing(
    database: Database, settings: Settings, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()

    def ask(pattern: str, limit: int = 10, path: Path | None = None) -> None:
        make_evidence(LEE, database, settings, ReadQuery(pattern, limit=limit), WHY, path or folder / "a.zip")

    with pytest.raises(InvalidInput, match="no read fits"):
        ask("QQQ1111")
    with pytest.raises(InvalidInput, match="more than 1 reads fit"):
        ask("VNV4527", 1)
    with pytest.raises(InvalidInput, match="is there already"):
        ask("VNV4527", path=package)
    monkeypatch.setattr(evidence, "MOST_PACKAGE_BYTES", 100)
    with pytest.raises(InvalidInput, match="would be over"):
        ask("VNV4527")
    assert list(folder.iterdir()) == []


def test_nothing_is_written_that_cannot_be_written_down(database: Database, settings: Settings, tmp_path: Path) -> None:
    Records(database).write([ReadRecord(sample_read(0))])
    close_audit(database)
    with pytest.raises(Exception, match="closed"):
        make_evidence(LEE, database, settings, ReadQuery("VNV4527"), WHY, tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()
