"""Everything that an installation holds, in open formats, for whoever goes on with it elsewhere; and back in."""

from __future__ import annotations

import json
from pathlib import Path

from operations.backup.making import BackupWish, fill_backup
from operations.backup.restoring import RestoreOutcome, restore_backup
from operations.reasons import check_reason
from policy.decisions import open_policy
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import ConfigurationError, InvalidInput, StorageFull
from schemas.permissions import check_permitted
from schemas.settings import Settings
from services.private_files import make_private_folder
from services.signing import SigningKeys
from storage.audit.writer import write_audit
from storage.backup.files import writing
from storage.backup.folder import read_manifest, write_manifest
from storage.backup.manifest import Manifest, StoredFile
from storage.database import Database


def export_all(
    actor: Actor, database: Database, settings: Settings, folder: Path, purpose: str, *, pictures: bool = True
) -> Manifest:
    """Write everything into a new folder: rows as CSV, pictures, the law in force, public keys, and a manifest last.

    All of it belongs to one moment, whoever writes meanwhile; a folder without its manifest is no export. The audit has
    it before the first row leaves.

    Args:
        actor: Who exports.
        database: An open database.
        settings: The configuration.
        folder: A folder that is not there yet, or is empty.
        purpose: Why.
        pictures: With the pictures of the reads.

    Returns:
        What was written.

    Raises:
        InvalidInput: The purpose says nothing, or the folder holds something.
        StorageFull: No space left; what was written stays, without a manifest.
        DatabaseUnavailable: The server went away; do it again, into another folder.
        TransientError: The image store does not answer.
    """
    record = AuditRecord(actor, Action.EXPORT_ALL, {"folder": str(folder), "pictures": pictures}, purpose)
    check_reason(database, record, purpose)
    try:
        make_private_folder(folder)
        if any(folder.iterdir()):
            raise InvalidInput(f"{folder}: holds something; name a new folder")
    except OSError as error:
        raise StorageFull(f"{folder}: cannot be written ({error.strerror}); name another folder") from error
    write_audit(database, record)
    wish = BackupWish(folder, pictures=pictures)
    manifest = fill_backup(folder, database, settings, wish, None, "csv", _policy(folder, settings))
    write_manifest(folder, manifest, None)
    return manifest


def import_all(actor: Actor, settings: Settings, folder: Path) -> RestoreOutcome:
    """Bring an export into an empty installation; each table is written anew there and compared with its file.

    What is over by now ends before anybody can look at it, as in a restore.

    Args:
        actor: Who imports; stands in the audit behind the rows that came.
        settings: The configuration of the new place.
        folder: The export.

    Raises:
        ConfigurationError: Something is there already, or the export is of a newer schema.
        InvalidInput: It is no export, it is damaged, or what came in differs from it.
        StorageFull: No space left.
        DatabaseUnavailable: The server went away.
    """
    check_permitted(actor, Action.IMPORT_ALL)
    if read_manifest(folder, ()).form != "csv":
        raise ConfigurationError(f"{folder}: is a backup; restore it (platewatch restore)")
    return restore_backup(actor, settings, folder, (), action=Action.IMPORT_ALL)


def _policy(folder: Path, settings: Settings) -> list[StoredFile]:
    """Write down which law and decisions held, and which public keys check what was sealed here."""
    policy = open_policy(settings)
    documents = {
        "policy/profile.json": policy.profile.model_dump_json(indent=1).encode(),
        "policy/decisions.json": json.dumps(settings.policy.model_dump(mode="json"), indent=1).encode(),
    }
    for key_id, key in SigningKeys(settings.data_dir).trusted().items():
        documents[f"keys/{key_id}.pem"] = key.pem
    stored = []
    for name, data in documents.items():
        with writing(folder, name) as file:
            file.write(data)
        stored.append(file.stored)
    return stored
