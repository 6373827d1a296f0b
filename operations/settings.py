"""Changes of the configuration: it is a file that nobody watches, so a run says at its start what is new in it."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import BaseModel, SecretStr

from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.settings import Settings
from storage.audit.reader import newest_details
from storage.audit.writer import write_unless_repeated
from storage.database import Database

OPTIONS = "options"
"""What sections call the options that they pass through to others: any of those may be a password."""


def note_settings(actor: Actor, database: Database, settings: Settings, service: str = "run") -> bool:
    """Write down what is another setting than at the last start on this database; at the first, than the defaults.

    Services on several machines have configurations of their own: each is held against its own last one.

    Args:
        actor: Who starts it.
        database: An open database.
        settings: The configuration.
        service: Which service starts.

    Returns:
        Whether anything was.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    now = public_values(settings)
    about = f"{service} on {socket.gethostname()}, {settings.data_dir}"
    last = newest_details(database, Action.SETTINGS_CHANGED, about)
    before = last["settings"] if last else public_values(Settings.model_construct())
    changed = [
        {"key": key, "old": before.get(key), "new": now.get(key)}
        for key in sorted(before.keys() | now.keys())
        if before.get(key) != now.get(key)
    ]
    record = AuditRecord(actor, Action.SETTINGS_CHANGED, {"about": about, "changed": changed, "settings": now})
    return write_unless_repeated(database, record, "settings")


def changed_keys(before: BaseModel, after: BaseModel) -> list[str]:
    """Return the keys that have other values in two configurations, secret ones too; the values are not in it.

    Args:
        before: One configuration, or a section of it.
        after: The other one, of the same type.
    """
    keys = []
    for name in type(before).model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if isinstance(old, BaseModel) and type(old) is type(new):
            keys += [f"{name}.{key}" for key in changed_keys(old, new)]
        elif old != new:
            keys.append(name)
    return keys


def public_values(settings: Settings) -> dict[str, Any]:
    """Return the settings by their dotted names, as JSON holds them, without what is or may be secret.

    Secrets are left out. Of options that are passed through the names alone are there, of URLs neither login nor query.
    """
    return dict(_flat("", settings))


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, BaseModel):
        for key in type(value).model_fields:
            yield from _flat(f"{name}.{key}" if name else key, getattr(value, key))
    elif isinstance(value, Mapping) and name.rpartition(".")[2] == OPTIONS:
        yield name, sorted(map(str, value))
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _flat(f"{name}.{key}", one)
    elif isinstance(value, (list, tuple)) and any(isinstance(one, BaseModel) for one in value):
        for number, one in enumerate(value):
            yield from _flat(f"{name}.{_identity(one, number)}", one)
    elif not isinstance(value, SecretStr):
        yield name, _plain(value)


def _identity(member: Any, number: int) -> str:
    """Return what tells a member of a list, wherever it stands in it: a camera's id, a feed's name."""
    return str(getattr(member, "id", None) or getattr(member, "name", None) or number)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(one) for one in value]
    text = str(value)
    return _without_login(text) if "://" in text else text


def _without_login(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
