"""Importing a list that came over the network: its bytes, and what it is called."""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from hotlists.importing.importer import ImportOptions
from operations.hotlists.importing import ListImport, import_list
from schemas.actions import Action
from schemas.actor import Actor
from schemas.errors import ConfigurationError, InvalidInput
from schemas.permissions import check_permitted
from schemas.settings import Settings
from services.owner_lock import OwnerLock
from storage.database import Database

_PREFIX: Final = "upload-"
_LOCK: Final = ".lock"
"""Held by the process that imports; what nobody holds was left by one that was killed, and holds plates."""
_LEFT: Final = timedelta(hours=1)
"""Nobody is on the way between making a folder and taking its lock for so long."""
_FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._()-]{0,119}")
"""Names of files: nothing that leads elsewhere, and no formula for whoever opens a table of them."""


def import_upload(
    actor: Actor,
    database: Database,
    settings: Settings,
    content: bytes,
    file_name: str,
    layout: str,
    options: ImportOptions,
) -> ListImport:
    """Import a list's content; as `import_list`.

    It lies in the data directory while it is read, in a folder of its own that nobody else may open.

    Args:
        actor: Who imports; stands with the version.
        database: An open database.
        settings: The configuration.
        content: What the file holds, as it is.
        file_name: What it is called; kept with the version.
        layout: Its layout.
        options: What else is known of it; without a date of its own, and none in the file, it is of now.

    Raises:
        HeldForReview: The version is suspicious.
        InvalidInput: It cannot be used; nothing was changed.
        ConfigurationError: The data directory cannot be written to.
        DatabaseUnavailable: The server went away; do it again.
    """
    check_permitted(actor, Action.IMPORT)
    if not _FILE_NAME.fullmatch(file_name):
        raise InvalidInput(
            "the file's name cannot be used; expected up to 120 letters, digits, blanks, dots, dashes, underscores and "
            "parentheses, a letter or digit first"
        )
    with contextlib.ExitStack() as stack:
        try:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
            forget_left(settings.data_dir)
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=_PREFIX, dir=settings.data_dir))
            stack.enter_context(OwnerLock(Path(folder) / _LOCK)).acquire()
            path = Path(folder) / file_name
            path.write_bytes(content)
        except OSError as error:
            raise ConfigurationError(
                f"{settings.data_dir}: {error.strerror}; make room, or let us write there"
            ) from error
        return import_list(actor, database, settings, path, layout, options)


def folders_of_uploads(data_dir: Path) -> list[Path]:
    """Return where lists lie that are being imported, or were when their process ended."""
    return sorted(data_dir.glob(f"{_PREFIX}*"))


def forget_left(data_dir: Path) -> None:
    """Delete what imports left whose process was killed; those under way stay, however long they take.

    Args:
        data_dir: The data directory.

    Raises:
        ConfigurationError: A folder's lock cannot be opened.
    """
    until = (datetime.now(UTC) - _LEFT).timestamp()
    for folder in folders_of_uploads(data_dir):
        with contextlib.suppress(FileNotFoundError), OwnerLock(folder / _LOCK) as lock:  # another has just ended
            if folder.stat().st_mtime < until and lock.acquire():
                shutil.rmtree(folder, ignore_errors=True)
