"""A relay that is killed after the broker acknowledged and before that is noted. Run as a script by a test."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence

from pydantic import SecretStr

from alerts.relay import Relay
from schemas.settings import DatabaseSettings, Settings
from storage.alerts.outbox import Outbox
from storage.database import open_database
from storage.leadership import Leadership


class KilledOutbox(Outbox):
    """Ends the process, as a power cut does, at the moment that matters."""

    def mark_sent(self, ids: Sequence[int]) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def main(database_url: str, server: str) -> None:
    settings = Settings(database=DatabaseSettings(url=SecretStr(database_url)))
    with open_database(settings) as database, Leadership(database) as leadership:
        Relay(KilledOutbox(database, leadership), settings.kafka, [server]).publish_batch(threading.Event())


if __name__ == "__main__":
    main(*sys.argv[1:])
