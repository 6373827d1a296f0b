"""An export of the audit is checked without Platewatch: by the script of docs/, and by OpenSSL alone."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from operations.audit.exporting import export_audit
from operations.audit.sealing import seal_audit
from policy.decisions import effective_retention
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.settings import Settings
from services.signing import SigningKeys
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.retention import enforce_retention
from tests.integration.operations.audit.test_sealing import months_ago, of_month, sealed, search
from tests.integration.operations.audited import LEE

SCRIPT = Path(__file__).resolve().parents[4] / "docs" / "examples" / "verify_audit.py"


def verified(folder: Path, *keys: Path) -> tuple[int, str]:
    """Run the script apart from everything of ours: `-I` keeps the checkout out of its way."""
    command = [sys.executable, "-I", str(SCRIPT), str(folder)]
    for key in keys:
        command += ["--key", str(key)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd="/")
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def public(settings: Settings, tmp_path: Path) -> Path:
    """The public key, as it was kept elsewhere when the installation was set up."""
    path = tmp_path / "kept.pem"
    path.write_bytes(SigningKeys(settings.data_dir).current().public.pem)
    return path


@pytest.fixture
def exported(
    database: Database, settings: Settings, superuser: psycopg.Connection[Any], public: Path, tmp_path: Path
) -> Path:
    """Months of which one is purged, a row that has ended, rows after the key was exchanged."""
    of_month(database, superuser, settings, months_ago(27), 3)
    of_month(database, superuser, settings, months_ago(3), 3)
    enforce_retention(database, effective_retention(settings), delete_images=lambda _: None)
    seal_audit(database, settings)
    sealed(database, settings)
    SigningKeys(settings.data_dir).rotate()
    search(database, 7)
    return export_audit(LEE, database, settings, tmp_path / "export", "audit of the county").folder


def test_the_script_verifies_what_was_exported(exported: Path, public: Path, settings: Settings) -> None:
    code, said = verified(exported, public)
    assert (code, said.splitlines()[-1].split(" signatures")[0].rsplit(", ", 1)[0]) == (0, "11 rows, 3 that have ended")
    other = exported.parent / "other.pem"
    other.write_bytes(SigningKeys(exported.parent / "elsewhere").current().public.pem)
    code, said = verified(exported, other)
    assert code == 1
    assert "which you did not give" in said


def rehashed(folder: Path) -> None:
    """Make the manifest fit again, as whoever changes files would."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, known in manifest["files"].items():
        if (folder / name).exists():
            known["sha256"] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


def newest(folder: Path, kind: str) -> Path:
    return sorted(folder.glob(f"{kind}-*.jsonl"))[-1]


def with_lines(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    path.write_text("\n".join(change(path.read_text().splitlines())) + "\n")


def left_of(line: str) -> str:
    row = json.loads(line)
    digest = hashlib.sha256(line.encode()).hexdigest()
    return json.dumps({"ended": {"digest": digest, "happened_at": row["happened_at"]}})


TAMPERED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a word": (lambda f: with_lines(newest(f, "rows"), lambda x: [x[0].replace("lee", "kim"), *x[1:]]), "not what was"),
    "a row": (lambda f: with_lines(newest(f, "rows"), lambda x: x[1:]), "not what was signed"),
    "the last row": (lambda f: with_lines(newest(f, "rows"), lambda x: x[:-1]), "missing"),
    "two rows": (lambda f: with_lines(newest(f, "rows"), lambda x: [x[1], x[0], *x[2:]]), "not what was signed"),
    "one more": (lambda f: with_lines(newest(f, "rows"), lambda x: [*x, x[-1]]), "behind what was signed"),
    "one said to have ended": (
        lambda f: with_lines(newest(f, "rows"), lambda x: [left_of(x[0]), *x[1:]]),
        "had not to end",
    ),
    "a signature": (lambda f: with_lines(newest(f, "checkpoints"), lambda x: x[1:]), "stands where"),
    "a month": (lambda f: with_lines(f / "segments.jsonl", lambda x: x[1:]), "follow"),
    "a purge": (
        lambda f: with_lines(f / "segments.jsonl", lambda x: [x[0].replace("730 days", "7 days"), *x[1:]]),
        "signature is not of",
    ),
    "a succession": (lambda f: (f / "successions.jsonl").write_text(""), "which you did not give"),
}


def test_the_script_finds_what_was_changed(exported: Path, public: Path, tmp_path: Path) -> None:
    for number, (name, (change, says)) in enumerate(TAMPERED.items()):
        folder = tmp_path / f"tampered-{number}"
        shutil.copytree(exported, folder)
        change(folder)
        if number == 0:
            assert "is another file than was exported" in verified(folder, public)[1]
        rehashed(folder)
        code, said = verified(folder, public)
        assert (code, says in said) == (1, True), f"{name}: {said}"


def test_openssl_alone_checks_a_signature_and_a_row(exported: Path, public: Path, tmp_path: Path) -> None:
    import base64

    first = json.loads(sorted(exported.glob("checkpoints-*.jsonl"))[0].read_text().splitlines()[0])
    (tmp_path / "document").write_text(first["document"])
    (tmp_path / "signature").write_bytes(base64.b64decode(first["signature"]))
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(public), "-rawin"]
    command += ["-in", str(tmp_path / "document"), "-sigfile", str(tmp_path / "signature")]
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    (tmp_path / "document").write_text(first["document"].replace("portsmouth", "suffolk"))
    assert subprocess.run(command, capture_output=True, timeout=60).returncode != 0


def test_an_export_is_audited_private_and_never_mixed(database: Database, settings: Settings, tmp_path: Path) -> None:
    sealed(database, settings)
    with pytest.raises(InvalidInput, match="the reason"):
        export_audit(LEE, database, settings, tmp_path / "export", "test")
    made = export_audit(LEE, database, settings, tmp_path / "export", "audit of the county")
    assert [row.action for row in audit_entries(database, limit=2)] == [Action.EXPORT_AUDIT, Action.REFUSED]
    assert made.rows == 8
    assert all(path.stat().st_mode & 0o077 == 0 for path in made.folder.rglob("*"))
    with pytest.raises(InvalidInput, match="holds something"):
        export_audit(LEE, database, settings, tmp_path / "export", "audit of the county")
    assert datetime.now(UTC) - timedelta(minutes=5) < audit_entries(database, limit=1)[0].happened_at
