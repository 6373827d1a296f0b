"""The server alone, in a process of its own: what is posted or fetched is stored also without a run or a database."""

from __future__ import annotations

import logging
import socket
import threading
from datetime import UTC, datetime

from ingest.server.sources import check_ingest
from ingest.vendors.registry import adapter_of
from pipeline.health.board import HealthBoard
from pipeline.ingesting.ending import InboxEnd
from pipeline.ingesting.pulled import PulledSources
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
    if settings.ingest.listen is None and all(source.pull is None for source in settings.ingest.sources):
        raise ConfigurationError(
            "ingest.listen is not set, and no source has pull; name the address and port to listen at, like listen = "
            '"127.0.0.1:8480"'
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
    pulled = PulledSources(runner, board := HealthBoard(socket.gethostname()))
    # Without it, the sources that are fetched are all that there is.
    stage = None if settings.ingest.listen is None else ServerStage(settings)
    if stage is not None:
        stage.board = board
    ending, telling = InboxEnd(settings), Telling(settings.data_dir, board, stage)
    threads = [] if stage is None else runner.start([stage], watched=True)
    pulled.take(settings)
    is_ready = False
    while (stage is None or any_alive(threads)) and not stop.is_set():
        telling.tell()
        ending.look()
        if (stage is None or stage.is_up.is_set()) and not is_ready:
            is_ready = True
            manager.ready(_in_words(settings))
        if is_ready:
            manager.feed(runner.silent)
        if reload.asked.is_set():
            reload.asked.clear()
            manager.reloading()
            before, settings = settings, _taken_anew(settings, stage, pulled, reload)
            telling.reloaded_at = telling.reloaded_at if settings is before else datetime.now(UTC)
            manager.reloaded(_in_words(settings))
        stop.wait(TICK_SECONDS)
    manager.stopping()
    stop.set()
    pulled.close()
    runner.join(threads)
    telling.end()
    runner.check()


def _taken_anew(settings: Settings, stage: ServerStage | None, pulled: PulledSources, reload: Reload) -> Settings:
    try:
        other = reload.load()
        check_server(other)
    except PlatewatchError as error:
        log.error("the configuration is not taken over, and the one before stays in force: %s", error)
        return settings
    if stage is not None:
        stage.take_anew(other)
    pulled.take(other)
    if other.ingest.listen != settings.ingest.listen:
        log.warning("changed settings that count only after a restart: ingest.listen")
    log.info("the configuration was taken anew: %s", _in_words(other))
    return other


def _in_words(settings: Settings) -> str:
    where = "not listening" if settings.ingest.listen is None else f"listening at {settings.ingest.listen}"
    fetched = sum(source.pull is not None for source in settings.ingest.sources)
    return f"{where}, {len(settings.ingest.sources)} sources, {fetched} of them fetched"
