"""Passwords of users at the broker: made, and handed over in a file for its owner alone or to be shown once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemas.errors import ConfigurationError
from services.kafka.users import new_password, set_password
from services.private_files import make_private_folder, save_private

FOLDER = "broker-passwords"
"""Where they are written in the data directory, unless another folder is named."""


@dataclass(frozen=True, slots=True)
class NewLogin:
    """A user's new password: in a file, or here where it is to be shown once. It is kept nowhere else."""

    user: str
    path: Path | None
    password: str | None = field(default=None, repr=False)


def make_login(admin: Any, user: str, mechanism: str, folder: Path | None) -> NewLogin:
    """Give a user, who may be new, a password that nobody knows yet.

    Args:
        admin: An open KafkaAdminClient.
        user: Who.
        mechanism: How the user logs in, SCRAM-SHA-256 or -512.
        folder: Where the password's file is written; None: nowhere, it is returned.

    Raises:
        ConfigurationError: The file cannot be written; nothing was changed.
        KafkaError: The broker refuses, or cannot be asked; the file of a password before stays.
    """
    password = new_password()
    if folder is None:
        set_password(admin, user, password, mechanism)
        return NewLogin(user, None, password)
    path = folder / f"{user}.password"
    unconfirmed = folder / f"{user}.password.new"
    try:
        make_private_folder(folder)
        save_private(unconfirmed, f"{password}\n".encode())
    except OSError as error:
        raise ConfigurationError(
            f"{path}: the password cannot be written ({error.strerror}); make the folder writable, or have it shown"
            " once (--show-passwords)"
        ) from error
    try:
        set_password(admin, user, password, mechanism)
    except BaseException:
        unconfirmed.unlink(missing_ok=True)
        raise
    unconfirmed.replace(path)
    return NewLogin(user, path)
