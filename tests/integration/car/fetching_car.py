"""A car's process that fetches and merges lists, for a test to kill: `python -m ... FOLDER URL TOKEN CA KEY`."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from pipeline.patrol.lists.fetching import ListFetching
from pipeline.patrol.lists.gate import ListGate
from pipeline.patrol.lists.server import ask_over_https
from schemas.settings import PatrolSettings, PolicySettings, Settings
from schemas.types.list_keys import ListsKey
from storage.car.lists.file import LISTS_FILE
from storage.car.lists.lists import CarLists


def main(folder: str, server: str, token_file: str, ca_file: str, key: str) -> None:
    """Fetch until the end of the process; say after each time which edition is here."""
    patrol = PatrolSettings.model_validate(
        {"car": "unit-12", "server": server, "token_file": token_file, "ca_file": ca_file}
    )
    settings = Settings(data_dir=Path(folder), policy=PolicySettings(profile="virginia"), patrol=patrol)
    lists = CarLists(settings.data_dir / LISTS_FILE, "unit-12")
    number, secret = key.split(":")
    lists.unlock([ListsKey(int(number), bytes.fromhex(secret))])
    stage = ListFetching(settings, lists, ListGate(), ask_over_https(patrol))
    sys.stdout.write(f"opened {lists.have.edition} {lists.size}\n")
    sys.stdout.flush()
    while True:
        stage.step(threading.Event())
        while lists.merge_some():
            pass
        sys.stdout.write(f"has {lists.have.edition} {lists.size}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
