"""The server alone, in a process of its own: what is posted is stored also while no run and no database is there."""

from __future__ import annotations

import logging
import socket
import threading
from datetime import UTC, datetime

from ingest.server.sources import check_ingest
from ingest.vendors.registry import adapter_of
from pipeline.health.board import HealthBoard
from pipeline.ingesting.ending import InboxEnd
from pipeline.ingesting.serving import ServerStage
from pipeline.ingesting.telling import Telling
from pipeline.reloading import Reload
from pipeline.stages.runner import Runner, any_alive
from schemas.errors import ConfigurationError, PlatewatchError
from schemas.settings import Settings
from services.service_manager import ServiceManager

log = logging.getLogger(__name__)

TICK_SECONDS = 0.2


def check_server(settings: Settings) -> None:
    """Find what the server would refuse to start with.

    Raises:
        ConfigurationError: It cannot be used.
    """
    if settings.ingest.listen is None:
        raise ConfigurationError(
            'ingest.listen is not set; name the address and port to listen at, like listen = "127.0.0.1:8480"'
        )
    check_ingest(settings.ingest)
    for source in settings.ingest.sources:
        adapter_of(source.vendor)


def serve_alone(settings: Settings, stop: threading.Event, manager: ServiceManager, reload: Reload) -> None:
    """Serve until `stop` is set.

    Args:
        settings: The configuration.
        stop: Set it for a clean end.
        manager: Told of when it is ready, and that it goes on.
        reload: How it is told to take its configuration anew.

    Raises:
        PlatewatchError: It cannot serve.
    """
    runner = Runner(stop)
    stage = ServerStage(settings)
    stage.board = HealthBoard(socket.gethostname())
    ending, telling = InboxEnd(settings), Telling(settings.data_dir, stage)
    threads = runner.start([stage], watched=True)
    is_ready = False
    while any_alive(threads) and not stop.is_set():
        telling.tell()
        ending.look()
        if stage.is_up.is_set() and not is_ready:
            is_ready = True
            manager.ready(_in_words(settings))
        if is_ready:
            manager.feed(runner.silent)
        if reload.asked.is_set():
            reload.asked.clear()
            manager.reloading()
            before, settings = settings, _taken_anew(settings, stage, reload)
            telling.reloaded_at = telling.reloaded_at if settings is before else datetime.now(UTC)
            manager.reloaded(_in_words(settings))
        stop.wait(TICK_SECONDS)
    manager.stopping()
    stop.set()
    runner.join(threads)
    telling.end()
    runner.check()


def _taken_anew(settings: Settings, stage: ServerStage, reload: Reload) -> Settings:
    try:
        other = reload.load()
        check_server(other)
    except PlatewatchError as error:
        log.error("the configuration is not taken over, and the one before stays in force: %s", error)
        return settings
    stage.take_anew(other)
    if other.ingest.listen != settings.ingest.listen:
        log.warning("changed settings that count only after a restart: ingest.listen")
    log.info("the configuration was taken anew: %s", _in_words(other))
    return other


def _in_words(settings: Settings) -> str:
    return f"listening at {settings.ingest.listen}, {len(settings.ingest.sources)} sources"
