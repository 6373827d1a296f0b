"""A car as a process of its own, with plates that are listed: `python -m tests.integration.car.drive CONFIG PLATES`."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from cli.stopping import stop_on_signals
from pipeline.patrol.car import open_car
from pipeline.services.patrol import PatrolService, check_patrol
from schemas.settings import load_settings
from services.data_directory import run_alone
from services.private_files import private_umask
from services.service_manager import ServiceManager
from tests.integration.car.plain_lists import PlainLists, entry


def main(config: str, plates: str, then: str = "end") -> None:
    """Drive until every clip is read, and watch for more where it is to go `on` then."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    settings = load_settings(Path(config), data_dir=Path(config).parent / "data")
    check_patrol(settings)
    lists = PlainLists([entry(plate) for plate in plates.split(",")])
    with (
        stop_on_signals() as stop,
        private_umask(),
        run_alone(settings.data_dir),
        open_car(settings, lists) as car,
    ):
        totals = PatrolService(car, ServiceManager(None)).run(stop, until_done=then == "end")
    print(totals.reads, totals.alerts)


if __name__ == "__main__":
    main(*sys.argv[1:])
