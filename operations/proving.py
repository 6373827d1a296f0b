"""A signed proof of a purge: what ended, by which law, and where it was looked for afterwards. It names no plate."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from policy.decisions import effective_retention, open_policy
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput, StorageFull
from schemas.events import utc
from schemas.settings import Settings
from services.private_files import make_private_folder, save_private
from services.signing import SigningKeys, document_bytes
from storage.audit.reader import AuditFilter, audit_entries
from storage.audit.writer import write_audit
from storage.database import Database

FORMAT = "platewatch proof of purge 1"
FOLDER = "proofs"
MOST_BACKUPS = 1000
MOST_PROOFS = 100
_NAME = re.compile(r"purge-[0-9]{8}T[0-9]{12}Z\.json")


def write_proof(database: Database, settings: Settings, begun: datetime, outcome: Mapping[str, Any]) -> Path:
    """Sign what a purge came to and keep it in the data directory.

    Args:
        database: An open database.
        settings: The configuration.
        begun: When it began, aware.
        outcome: What it came to, in numbers and names of files.

    Returns:
        The file: the signed text, its signature and the key's id.

    Raises:
        ConfigurationError: The signing key cannot be used.
        StorageFull: The file cannot be written.
    """
    retention, law = effective_retention(settings), open_policy(settings).profile
    key = SigningKeys(settings.data_dir).current()
    document = document_bytes(
        {
            "format": FORMAT,
            "installation": settings.agency_id,
            "purged_at": utc(begun),
            "reads_before": utc(begun - retention.reads),
            "kept_seconds": int(retention.reads.total_seconds()),
            "law": law.retention.reads.source,
            "jurisdiction": law.jurisdiction,
            "outcome": dict(outcome),
            "backups_that_reach_further": backups_in_reach(database, begun, retention.reads),
        }
    )
    signature = base64.b64encode(key.sign(document)).decode("ascii")
    path = settings.data_dir / FOLDER / f"purge-{begun:%Y%m%dT%H%M%S%fZ}.json"
    try:
        make_private_folder(path.parent)
        signed = {"document": document.decode("ascii"), "signature": signature, "key_id": key.key_id}
        save_private(path, json.dumps(signed, indent=1).encode("ascii"))
    except OSError as error:
        raise StorageFull(f"{path}: the proof cannot be written ({error.strerror}); make room, do it again") from error
    return path


def backups_in_reach(database: Database, now: datetime, kept: timedelta) -> list[dict[str, str]]:
    """Return backups that may still hold reads which have ended here, and until when the law lets them, by the audit.

    Args:
        database: An open database.
        now: The time, aware.
        kept: How long reads are kept.
    """
    wanted = AuditFilter(action=Action.BACK_UP, since=now - kept)
    return [
        {
            "folder": str(row.details.get("folder")),
            "made_at": utc(row.happened_at),
            "until": utc(row.happened_at + kept),
        }
        for row in audit_entries(database, wanted, limit=MOST_BACKUPS)
    ]


def check_proof(settings: Settings, path: Path, keys: tuple[Path, ...] = ()) -> dict[str, Any]:
    """Return what a proof says, where a key that is known here signed it.

    Args:
        settings: The configuration.
        path: The proof.
        keys: Public keys of other machines.

    Raises:
        InvalidInput: It is no proof, or it was changed since, or signed by a key that is not known here.
        ConfigurationError: A key's file cannot be used.
    """
    try:
        signed = json.loads(path.read_text("ascii"))
        text, signature, key_id = signed["document"], base64.b64decode(signed["signature"]), str(signed["key_id"])
        document = dict(json.loads(text))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput("is no proof of a purge, or cannot be read", source=str(path)) from error
    key = SigningKeys(settings.data_dir).trusted(keys).get(key_id)
    if key is None:
        raise InvalidInput(f"is signed with the key {key_id}, which is not known here", source=str(path))
    if document.get("format") != FORMAT or not key.verifies(signature, text.encode()):
        raise InvalidInput("was changed since it was signed", source=str(path))
    return document


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that is kept here, as it is checked now: what it says, or what is wrong with it."""

    name: str
    document: Mapping[str, Any] | None
    fault: str | None = None

    @property
    def outcome(self) -> Mapping[str, Any]:
        """What the purge came to; empty where that cannot be trusted."""
        found = None if self.document is None else self.document.get("outcome")
        return found if isinstance(found, Mapping) else {}

    @property
    def left(self) -> int:
        """How many files still held what had ended, or could not be read."""
        searched = self.outcome.get("searched") or {}
        return sum(len(searched.get(what) or ()) for what in ("found", "unread", "in_broker"))


def view_proofs(actor: Actor, database: Database, settings: Settings, keys: tuple[Path, ...] = ()) -> list[Proof]:
    """Return the newest proofs that are kept here, each checked now; the look is written down.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration.
        keys: Public keys of other machines.

    Raises:
        ConfigurationError: A key's file cannot be used.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_PROOFS, {"limit": MOST_PROOFS})
    folder = settings.data_dir / FOLDER
    names = sorted((path.name for path in folder.glob("purge-*.json")), reverse=True)[:MOST_PROOFS]
    found = [_looked_at(settings, folder / name, keys) for name in names]
    write_audit(database, record, len(found))
    return found


def read_proof(actor: Actor, database: Database, settings: Settings, name: str) -> str:
    """Return a proof's file as it is, for whoever is to check it elsewhere; the look is written down.

    Args:
        actor: Who takes it along.
        database: An open database.
        settings: The configuration.
        name: The file's, as `view_proofs` says it.

    Raises:
        InvalidInput: There is none of that name.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_PROOFS, {"proof": name})
    try:
        if not _NAME.fullmatch(name):
            raise FileNotFoundError
        text = (settings.data_dir / FOLDER / name).read_text("ascii")
    except (OSError, ValueError):
        raise InvalidInput("no proof of that name is kept here; see the list of proofs") from None
    write_audit(database, record, 1)
    return text


def _looked_at(settings: Settings, path: Path, keys: tuple[Path, ...]) -> Proof:
    try:
        return Proof(path.name, check_proof(settings, path, keys))
    except InvalidInput as error:
        return Proof(path.name, None, error.message)
