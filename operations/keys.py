"""Which keys and secrets an installation has, where they are and how old; what they are is read by nobody here."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from operations.audit.sealing import seal_audit
from operations.broker.passwords import FOLDER as PASSWORDS
from operations.settings import OPTIONS
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.permissions import check_permitted
from schemas.settings import Settings
from schemas.settings.loading.paths import named_paths
from services.postgres.roles import ADMINISTRATOR, APPLICATION, OWNER
from services.signing import CURRENT, SigningKeys
from storage.audit.writer import write_audit
from storage.database import Database

_SUFFIXES = ("password_file", "secret_file", "token_file", "key_file")
_CERTIFICATES = ("certificate_file", "ca_file", "known_hosts")
_FORMER = "former_key_files"
_IN_OPTIONS = ("password", "secret", "key", "token")
_NO_SECRET = ("security", "protocol")


@dataclass(frozen=True, slots=True)
class KnownKey:
    """One of them: the setting that names it (or what made it), its place, and what is wrong with it, in words.

    `written_at` is when its file was written last; None: it is in no file, or not there.
    """

    name: str
    place: str
    written_at: datetime | None = None
    problem: str | None = None


def known_keys(settings: Settings) -> list[KnownKey]:
    """Return the keys and secrets that a configuration names, and those that Platewatch made in the data directory.

    Args:
        settings: The configuration.
    """
    named = [_file(key, path) for key, path in named_paths(settings) if _is_secret(key)]
    made = [
        _file(f"embedded database: role {role.name}", settings.data_dir / "postgres" / role.secret)
        for role in (OWNER, APPLICATION, ADMINISTRATOR)
        if settings.database.url is None
    ]
    if settings.kafka.local:
        made.append(_file("local broker", settings.data_dir / "kafka" / "secret"))
    if (signing := SigningKeys(settings.data_dir)).exists:
        made.append(_file("signing key", signing.folder / CURRENT))
    made += [
        _file(f"broker: login of {path.stem}, to be handed over", path)
        for path in sorted((settings.data_dir / PASSWORDS).glob("*.password"))
    ]
    return [*named, *made, *_in_the_configuration(settings)]


def rotate_signing_key(actor: Actor, database: Database, settings: Settings) -> str:
    """Sign with a new key from now on; what was sealed until now is signed by the one before, which names the new one.

    Args:
        actor: Who does it.
        database: An open database.
        settings: The configuration.

    Returns:
        The new key's id.

    Raises:
        ConfigurationError: The keys cannot be read or written.
        DatabaseUnavailable: The server is down; the key stays.
    """
    check_permitted(actor, Action.RENEW_SIGNING_KEY)
    keys = SigningKeys(settings.data_dir)
    write_audit(database, AuditRecord(actor, Action.RENEW_SIGNING_KEY, {"before": keys.current().key_id}))
    seal_audit(database, settings)
    _, new = keys.rotate()
    return new.key_id


def _is_secret(key: str) -> bool:
    return key.endswith((*_SUFFIXES, *_CERTIFICATES)) or f".{_FORMER}." in key


def _file(name: str, path: Path) -> KnownKey:
    try:
        status = path.stat()
    except OSError as error:
        return KnownKey(name, str(path), problem=f"cannot be looked at ({error.strerror})")
    problem = None
    is_public = name.endswith(_CERTIFICATES)
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO) and not is_public:
        problem = f"other users may read it; close it with chmod 600 {path}"
    elif not os.access(path, os.R_OK):
        problem = "cannot be read by this user"
    return KnownKey(name, str(path), datetime.fromtimestamp(status.st_mtime, UTC), problem)


def _in_the_configuration(settings: Settings) -> Iterator[KnownKey]:
    """Yield what stands in the configuration itself or in the environment, by its key alone."""
    place = "in the configuration itself"
    for key in ("url", "owner_url"):
        url = getattr(settings.database, key)
        if url is not None and _has_password(url.get_secret_value()):
            yield KnownKey(f"database.{key}", place, problem="move it to a file (database.password_file or passfile)")
    for section in ("kafka", "images", "database"):
        for name in getattr(getattr(settings, section), OPTIONS):
            word = str(name).lower()
            if any(one in word for one in _IN_OPTIONS) and not any(one in word for one in _NO_SECRET):
                yield KnownKey(f"{section}.{OPTIONS}.{name}", place)
    for source in settings.ingest.sources:
        if source.token_sha256 is not None:
            yield KnownKey(f"ingest.sources.{source.id}.token_sha256", f"{place} (its digest; the sender has it)")
    for feed in settings.hotlists.feeds:
        for name in ("password_env", "token_env", "private_key_env"):
            if (variable := getattr(feed, name, None)) is not None:
                yield KnownKey(f"hotlists.feeds.{feed.name}.{name}", f"in the environment variable {variable}")


def _has_password(url: str) -> bool:
    return "password" in url or ("://" in url and ":" in url.split("://", 1)[1].rpartition("@")[0])
