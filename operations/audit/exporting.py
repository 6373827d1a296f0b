"""The audit in files that anybody can check without Platewatch (docs/audit.md, docs/examples/verify_audit.py)."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from operations.audit.sealing import seal_audit
from operations.reasons import check_reason
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput, StorageFull
from schemas.settings import Settings
from services.private_files import FILE_MODE, make_private_folder, save_private
from services.signing import SigningKeys
from storage.audit import sealed
from storage.audit.chain import moment_text
from storage.audit.sealed import Checkpoint, Seal, Segment
from storage.audit.writer import write_audit
from storage.database import Connection, Database

FORMAT = "platewatch audit export 1"
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class AuditExport:
    """What was exported: rows that are there, rows of which only the seal is left, and the files with their hashes."""

    folder: Path
    rows: int
    ended: int
    files: dict[str, dict[str, Any]]


def export_audit(actor: Actor, database: Database, settings: Settings, folder: Path, purpose: str) -> AuditExport:
    """Write the whole sealed audit into a new folder; the export stands in the audit before a file is written.

    Args:
        actor: Who exports.
        database: An open database.
        settings: The configuration.
        folder: A folder that is not there yet, or is empty.
        purpose: Why; it names everybody who asked for a plate.

    Raises:
        InvalidInput: The purpose says nothing, or the folder holds something.
        ConfigurationError: The signing key cannot be used.
        DatabaseUnavailable: The server is down.
        StorageFull: The files cannot be written.
    """
    record = AuditRecord(actor, Action.EXPORT_AUDIT, {"folder": str(folder)}, purpose)
    check_reason(database, record, purpose)
    signing = SigningKeys(settings.data_dir)
    try:
        _make_empty(folder)
        write_audit(database, record)
        seal_audit(database, settings)
        files: dict[str, dict[str, Any]] = {}
        counts = {"rows": 0, "ended": 0}
        with sealed.one_moment(database) as connection:
            _write_chain(connection, folder, files, counts)
            _write(folder, "segments.jsonl", map(_segment_line, sealed.segments(connection)), files)
        _write(folder, "successions.jsonl", (_line(one) for one in signing.successions()), files)
        for key_id, key in signing.trusted().items():
            _write(folder, f"keys/{key_id}.pem", [key.pem.rstrip(b"\n")], files)
        manifest = {"format": FORMAT, "installation": settings.agency_id, "exported_at": moment_text(datetime.now(UTC))}
        save_private(folder / MANIFEST, json.dumps({**manifest, **counts, "files": files}, indent=1).encode())
    except OSError as error:
        raise StorageFull(
            f"{folder}: the export cannot be written ({error.strerror}); make room and do it again"
        ) from error
    return AuditExport(folder, counts["rows"], counts["ended"], files)


def _make_empty(folder: Path) -> None:
    make_private_folder(folder)
    if any(folder.iterdir()):
        raise InvalidInput(f"{folder}: holds something; name a new folder, an export is never mixed with another one")


def _write_chain(
    connection: Connection, folder: Path, files: dict[str, dict[str, Any]], counts: dict[str, int]
) -> None:
    def lines(rows: Iterable[Seal]) -> Iterator[bytes]:
        for seal in rows:
            counts["ended" if seal.line is None else "rows"] += 1
            yield _ended_line(seal) if seal.line is None else seal.line

    for month, rows in groupby(sealed.seals(connection), key=lambda seal: seal.segment):
        _write(folder, f"rows-{month}.jsonl", lines(rows), files)
    for month, signed in groupby(sealed.checkpoints(connection), key=lambda one: one.segment):
        _write(folder, f"checkpoints-{month}.jsonl", map(_signed_line, signed), files)


def _ended_line(seal: Seal) -> bytes:
    return _line({"ended": {"digest": seal.digest.hex(), "happened_at": moment_text(seal.happened_at)}})


def _signed_line(one: Checkpoint) -> bytes:
    return _line(_signed(one.document, one.signature, one.key_id))


def _segment_line(one: Segment) -> bytes:
    purge = None
    if one.purge_document is not None:
        purge = _signed(one.purge_document, one.purge_signature or b"", one.purge_key_id or "")
    return _line({"segment": one.segment, **_signed(one.document, one.signature, one.key_id), "purge": purge})


def _signed(document: str, signature: bytes, key_id: str) -> dict[str, str]:
    return {"document": document, "signature": base64.b64encode(signature).decode("ascii"), "key_id": key_id}


def _line(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _write(folder: Path, name: str, lines: Iterable[bytes], files: dict[str, dict[str, Any]]) -> None:
    """Write a file line by line, for its owner alone, and note its size and hash."""
    path = folder / name
    make_private_folder(path.parent)
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        for line in lines:
            data = line + b"\n"
            file.write(data)
            digest.update(data)
            size += len(data)
        file.flush()
        os.fsync(file.fileno())
    files[name] = {"bytes": size, "sha256": digest.hexdigest()}
