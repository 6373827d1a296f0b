"""A feed that is killed in the middle: `python -m tests.integration.hotlists.killed_feed URL FOLDER before|after`."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from pydantic import SecretStr

import operations.hotlists.importing
from schemas.settings import DatabaseSettings, Settings
from storage.database import open_database
from tests.integration.hotlists.feed_samples import Now, feed_of, folder_feed


def main() -> None:
    """Take the file, and die before or after its import."""
    url, folder, moment = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    really_import = operations.hotlists.importing.import_file

    def import_file(*arguments: Any, **options: Any) -> None:
        if moment == "after":
            really_import(*arguments, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    operations.hotlists.importing.import_file = import_file  # type: ignore[assignment]
    with open_database(Settings(database=DatabaseSettings(url=SecretStr(url)))) as database:
        feed_of(database, folder, folder_feed(folder), Now()).run()


if __name__ == "__main__":
    main()
