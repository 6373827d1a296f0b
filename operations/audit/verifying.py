"""Looking whether the audit is as it was written: which row was changed, deleted, put in or moved since it was sealed.

Whoever may do everything in the database, but has no signing key, leaves a trace that is found here: rows hang in a
chain, and the chain's end was signed every few seconds.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from operations.audit.sealing import head_path, noted_head, seal_audit
from operations.audit.walking import Verification, Walk
from policy.decisions import effective_retention
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import Conflict
from schemas.permissions import check_permitted
from schemas.settings import Settings
from services.signing import SigningKeys, VerifyingKey
from storage.audit import sealed
from storage.audit.sealing import holds_checkpoint
from storage.audit.writer import write_audit
from storage.database import Database

__all__ = ["Verification", "verify_audit"]

_turn = threading.Lock()


def verify_audit(
    actor: Actor, database: Database, settings: Settings, keys: Sequence[Path] = (), head: Path | None = None
) -> Verification:
    """Check every row that is there against the chain, and the chain against what was signed; the look is audited.

    It reads the whole audit: one at a time in a process.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration.
        keys: Public keys of other machines that sealed.
        head: A noted end of the chain; None: the data directory's.

    Raises:
        NotPermitted: They may not.
        Conflict: It is being verified just now.
        ConfigurationError: A key's file cannot be used.
        DatabaseUnavailable: The server is down.
    """
    check_permitted(actor, Action.VERIFY_AUDIT)
    if not _turn.acquire(blocking=False):
        raise Conflict("the audit is being verified just now; ask again when that is done")
    try:
        return _verified(actor, database, settings, keys, head)
    finally:
        _turn.release()


def _verified(
    actor: Actor, database: Database, settings: Settings, keys: Sequence[Path], head: Path | None
) -> Verification:
    signing = SigningKeys(settings.data_dir)
    if signing.exists:
        seal_audit(database, settings)
    known = signing.trusted(keys)
    over = datetime.now(UTC) - effective_retention(settings).audit
    with sealed.one_moment(database) as connection:
        found = Walk(known, over).walk(connection)
    _check_head(found, database, known, head or head_path(settings))
    details = {"rows": found.rows, "problems": len(found.problems), "purged_months": len(found.purged)}
    write_audit(database, AuditRecord(actor, Action.VERIFY_AUDIT, details), found.rows)
    return found


def _check_head(found: Verification, database: Database, known: Mapping[str, VerifyingKey], path: Path) -> None:
    noted = noted_head(path)
    if noted is None:
        return
    key = known.get(noted["key_id"])
    if key is None or not key.verifies(base64.b64decode(noted["signature"]), noted["document"].encode()):
        found.found("signature", f"{path}: the noted end of the chain is not signed by a key that is known here")
    elif not holds_checkpoint(database, noted):
        document = json.loads(noted["document"])
        found.found(
            "cut_off",
            f"the chain was at place {document['position']} on {document['sealed_at']} ({path}), and does not hold "
            "that: its end was cut off, or an older copy of the database came back",
        )
