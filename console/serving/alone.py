"""The console alone, in a process of its own."""

from __future__ import annotations

import logging
import threading

from console.serving.stage import ConsoleStage
from pipeline.reloading import Reload
from pipeline.stages.runner import Runner, any_alive
from schemas.errors import PlatewatchError
from schemas.settings import Settings
from services.service_manager import ServiceManager
from storage.database import Database

log = logging.getLogger(__name__)

TICK_SECONDS = 0.2


def serve_alone(
    settings: Settings, database: Database, stop: threading.Event, manager: ServiceManager, reload: Reload
) -> None:
    """Serve until `stop` is set.

    Args:
        settings: The configuration.
        database: An open database.
        stop: Set it for a clean end.
        manager: Told of when it is ready, and that it goes on.
        reload: How it is told to take its configuration anew.

    Raises:
        PlatewatchError: It cannot serve.
    """
    runner = Runner(stop)
    stage = ConsoleStage(settings, database)
    threads = runner.start([stage], watched=True)
    is_ready = False
    while any_alive(threads) and not stop.is_set():
        if stage.is_up.is_set() and not is_ready:
            is_ready = True
            manager.ready(f"serving the console at {settings.console.origin}")
        if is_ready:
            manager.feed(runner.silent)
        if reload.asked.is_set():
            reload.asked.clear()
            manager.reloading()
            _take_anew(stage, reload)
            manager.reloaded(f"serving the console at {settings.console.origin}")
        stop.wait(TICK_SECONDS)
    manager.stopping()
    stop.set()
    runner.join(threads)
    runner.check()


def _take_anew(stage: ConsoleStage, reload: Reload) -> None:
    try:
        stage.take_anew(reload.load())
    except PlatewatchError as error:
        log.error("the configuration is not taken over, and the one before stays in force: %s", error)
