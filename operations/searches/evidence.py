"""A package of evidence: reads as they are stored, their pictures, revisions and corrections, summed up and signed."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import IO, Any, Final

from operations.reasons import Why
from operations.searches.forms import as_csv, read_document
from operations.searches.query import ReadQuery, sought_reads
from operations.searches.verify_evidence import SIGNATURE, SUMS
from schemas.actor import Actor
from schemas.audit import Action
from schemas.convert import read_to_event
from schemas.errors import ConfigurationError, InvalidInput, PlatewatchError
from schemas.events import utc
from schemas.settings import Settings
from schemas.types import PlateRead
from services.private_files import FILE_MODE
from services.signing import SigningKeys
from storage.database import Database
from storage.reads.history import read_history
from storage.reads.images import ImageStore
from storage.reads.search import FoundReads, ReadSearch

FORMAT: Final = "platewatch evidence 1"
MOST_READS: Final = 1000
MOST_PACKAGE_BYTES: Final = 1 << 30
"""Most reads, and bytes, of one package: what somebody can look through, and what fits on a disc."""
_VERIFIER: Final = "verify_evidence.py"
_FIXED: Final = (1980, 1, 1, 0, 0, 0)
"""Every file's time in the archive: what counts stands in the manifest."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was packed, and the id of the key that signed it. `missing` names pictures that are not there any more."""

    path: Path
    reads: int
    pictures: int
    missing: tuple[str, ...]
    key_id: str


@dataclass(slots=True)
class _Package:
    archive: zipfile.ZipFile
    sums: dict[str, str] = field(default_factory=dict)
    size: int = 0

    def add(self, name: str, data: bytes) -> None:
        self.size += len(data)
        if self.size > MOST_PACKAGE_BYTES:
            raise InvalidInput(
                f"the package would be over {MOST_PACKAGE_BYTES >> 20} MiB; ask for fewer reads (--limit, --until)"
            )
        self.archive.writestr(zipfile.ZipInfo(name, _FIXED), data, zipfile.ZIP_DEFLATED)
        self.sums[name] = hashlib.sha256(data).hexdigest()


def make_evidence(
    actor: Actor, database: Database, settings: Settings, query: ReadQuery, why: Why, path: Path
) -> Evidence:
    """Write a package of the reads that fit; it stands in the audit before anything is written.

    Args:
        actor: Who takes it out.
        database: An open database.
        settings: The configuration; it says where pictures and keys are.
        query: Which reads; at most a thousand, and refused where more fit.
        why: Why.
        path: The package, a ZIP; must not be there yet.

    Raises:
        InvalidInput: No read fits, too many do, or they are too large; the file is there; or why it is asked says
            nothing, or the law does not permit it.
        ConfigurationError: The file or the key cannot be written or read.
        DatabaseUnavailable: The server is down.
    """
    if path.exists():
        raise InvalidInput(f"{path} is there already; name another file")
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with os.fdopen(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE), "w+b") as file:
            made = pack_evidence(actor, database, settings, query, why, file, path)
        os.link(unfinished, path)
    except FileExistsError as error:
        raise InvalidInput(f"{path} is there already; name another file") from error
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}; name a file that can be written") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return made


def pack_evidence(
    actor: Actor, database: Database, settings: Settings, query: ReadQuery, why: Why, file: IO[bytes], path: Path
) -> Evidence:
    """Write a package into an open file; as `make_evidence`.

    Args:
        actor: Who takes it out.
        database: An open database.
        settings: The configuration.
        query: Which reads.
        why: Why.
        file: Where to; can be read and sought.
        path: What it is called, for the audit.

    Raises:
        InvalidInput: As `make_evidence`.
        ConfigurationError: The key cannot be read.
        DatabaseUnavailable: The server is down.
        OSError: It cannot be written.
    """
    limit = min(query.limit, MOST_READS)
    now = datetime.now(UTC)
    sought = sought_reads(replace(query, limit=limit), settings, now)
    record = why.record(
        actor, database, settings, Action.MAKE_EVIDENCE, back_to=query.since, **query.details, file=path.name
    )
    key = SigningKeys(settings.data_dir).current()
    found = ReadSearch(database).page(query.pattern, sought, limit=limit + 1, audit=record)
    if not found.reads:
        raise InvalidInput("no read fits; there is nothing to pack")
    if len(found.reads) > limit:
        raise InvalidInput(f"more than {limit} reads fit; ask for less time, or for up to {MOST_READS} (--limit)")
    manifest = {
        "format": FORMAT,
        "made_at": utc(now),
        "agency_id": settings.agency_id,
        "made_by": actor.person,
        "purpose": why.purpose,
        "case_number": why.case_number,
        "offense": record.details.get("offense"),
        "asked": {name: _plain(value) for name, value in query.details.items() if value is not None},
        "key_id": key.key_id,
        "reads": len(found.reads),
    }
    with zipfile.ZipFile(file, "w") as archive:
        package = _Package(archive)
        pictures, missing = _fill(package, database, settings, found, manifest)
        sums = "".join(f"{digest}  {packed}\n" for packed, digest in sorted(package.sums.items())).encode()
        archive.writestr(zipfile.ZipInfo(SUMS, _FIXED), sums)
        archive.writestr(zipfile.ZipInfo(SIGNATURE, _FIXED), key.sign(sums))
    return Evidence(path, len(found.reads), pictures, missing, key.key_id)


def _fill(
    package: _Package, database: Database, settings: Settings, found: FoundReads, manifest: dict[str, Any]
) -> tuple[int, tuple[str, ...]]:
    images, pictures, missing = ImageStore(settings), 0, []
    for name, key in _pictures(found.reads):
        try:
            data = images.load(key)
        except PlatewatchError:
            missing.append(name)
            continue
        package.add(name, data)
        pictures += 1
    reads = [read_document(read, found.corrections) for read in found.reads]
    package.add("reads.json", _json(reads))
    package.add("reads.csv", as_csv(found.reads, found.corrections).encode())
    package.add("revisions.json", _json({str(read.read_id): _revisions(database, read) for read in found.reads}))
    package.add(_VERIFIER, (files("operations.searches") / _VERIFIER).read_bytes())
    package.add(
        "manifest.json", _json({**manifest, "pictures": pictures, "missing_pictures": missing, "files": package.sums})
    )
    return pictures, tuple(missing)


def _pictures(reads: tuple[PlateRead, ...]) -> Iterator[tuple[str, str]]:
    for read in reads:
        for kind, key in (("plate", read.plate_image_key), ("context", read.context_image_key)):
            if key is not None:
                yield f"pictures/{read.read_id}-{kind}.jpg", key


def _revisions(database: Database, read: PlateRead) -> list[dict[str, Any]]:
    history = read_history(database, read.read_id, None)
    revisions = () if history is None else history.revisions
    return [
        {
            "stored_at": utc(one.stored_at),
            "read": read_to_event(one.read).model_dump(mode="json"),
            "message": None if one.read.report is None else one.read.report.payload,
        }
        for one in revisions
    ]


def _plain(value: Any) -> Any:
    return utc(value) if isinstance(value, datetime) else value


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False).encode()
