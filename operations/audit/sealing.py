"""Sealing the audit: by the stage of a run, and by whoever checks or exports it."""

from __future__ import annotations

import base64
import json
import logging
from datetime import UTC, datetime
from pathlib import Path

from policy.decisions import effective_retention, open_policy, span_text
from schemas.errors import TransientError
from schemas.settings import Settings
from services.private_files import save_private
from services.signing import FOLDER, SigningKeys, document_bytes
from storage.audit.sealing import drop_over, holds_checkpoint, seal_rows
from storage.database import Database

log = logging.getLogger(__name__)

HEAD_FILE = "audit-head.json"


def seal_audit(database: Database, settings: Settings, now: datetime | None = None) -> int:
    """Seal every row of the audit that is committed, drop the months that are over, and note the chain's end beside it.

    The note in the data directory is what tells that somebody cut the chain's end off in the database.

    Args:
        database: An open database.
        settings: The configuration.
        now: The time, aware; None: the clock's.

    Returns:
        How many rows were sealed.

    Raises:
        ConfigurationError: The signing key cannot be used.
        DatabaseUnavailable: The server is down.
        TransientError: The chain's end cannot be noted.
    """
    now = now or datetime.now(UTC)
    key = SigningKeys(settings.data_dir).current()
    retention = effective_retention(settings).audit
    over = now - retention
    rows, is_more = 0, True
    while is_more:
        part = seal_rows(database, key, settings.agency_id, now, may_have_ended=over)
        rows, is_more = rows + part.rows, part.is_more
        if part.head is not None:
            text = document_bytes(part.head)
            signature = base64.b64encode(key.sign(text)).decode()
            head = {"document": text.decode("ascii"), "signature": signature, "key_id": key.key_id}
            _note_head(database, head_path(settings), head)
    law = open_policy(settings).profile.retention.audit
    source = "no law's number is known" if law is None else law.source
    drop_over(database, key, over, f"the audit is kept for {span_text(retention)} ({source})", now)
    return rows


def head_path(settings: Settings) -> Path:
    """Return where the chain's end is noted."""
    return settings.data_dir / FOLDER / HEAD_FILE


def _note_head(database: Database, path: Path, head: dict[str, str]) -> None:
    """Note the chain's end, unless what was noted before is not in the chain any more: that has to be found."""
    before = noted_head(path)
    if before is not None and not holds_checkpoint(database, before):
        log.error(
            "the audit's chain in the database does not hold what %s has noted as its end: somebody cut it off, or an "
            "older copy came back; see platewatch audit verify",
            path,
        )
        return
    try:
        save_private(path, json.dumps(head).encode())
    except OSError as error:
        raise TransientError(f"{path}: the end of the audit's chain cannot be noted ({error.strerror})") from error


def noted_head(path: Path) -> dict[str, str] | None:
    """Return a noted end of the chain, or None where there is none or it is no such note."""
    try:
        head = json.loads(path.read_text("ascii"))
        json.loads(head["document"])["number"]
        return {name: str(head[name]) for name in ("document", "signature", "key_id")}
    except (OSError, ValueError, KeyError, TypeError):
        return None
