"""The keys under which patrol cars keep their lists: made here, handed out at sign-on, never stored in a car.

All of them follow from one secret of the data directory. A car that gets another token gets another key, and a car that
was revoked none: what lies on its disk then cannot be read any more.
"""

from __future__ import annotations

import os
import secrets
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas.errors import ConfigurationError
from schemas.types.list_keys import ListsKey
from services.private_files import make_private_folder, write_private

FILE = ("cars", "lists.key")
_SECRET_BYTES = 32
_KEY_BYTES = 32


def lists_key(data_dir: Path, car_id: str, token_at: datetime) -> ListsKey:
    """Return the key of a car; ask for that of one alone that is not revoked.

    Args:
        data_dir: The server's data directory, whose secret is made by the first call.
        car_id: The car.
        token_at: When it got its token, aware.

    Raises:
        ConfigurationError: The secret cannot be read or made.
    """
    number = int(token_at.timestamp() * 1_000_000)
    derive = HKDF(SHA256(), _KEY_BYTES, None, f"platewatch car lists\0{car_id}\0{number}".encode())
    return ListsKey(number, derive.derive(_secret(data_dir.joinpath(*FILE))))


def _secret(path: Path) -> bytes:
    try:
        if not path.exists():
            _make(path)
        found = bytes.fromhex(path.read_text("ascii").strip())
    except OSError as error:
        raise ConfigurationError(
            f"{path}: the secret of the cars' lists cannot be read or made ({error.strerror})"
        ) from error
    except ValueError:
        found = b""
    if len(found) != _SECRET_BYTES:
        raise ConfigurationError(
            f"{path}: expected {2 * _SECRET_BYTES} hexadecimal digits; move it away, and cars load their lists anew"
        )
    return found


def _make(path: Path) -> None:
    """Make the secret; of two processes that do so at once the first one's stays."""
    make_private_folder(path.parent)
    made = path.with_name(f".{os.getpid()}.{secrets.token_hex(8)}")
    write_private(made, secrets.token_bytes(_SECRET_BYTES).hex().encode() + b"\n")
    try:
        os.link(made, path)
    except FileExistsError:
        return
    finally:
        made.unlink()
