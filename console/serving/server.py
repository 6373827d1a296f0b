"""The console as a server: what a process starts, has look for another certificate, and stops."""

from __future__ import annotations

import logging

from console.app import make_app
from console.serving.certificates import Certificate, certificate_of, has_changed, seen_now
from console.site import Site
from schemas.errors import PlatewatchError
from schemas.settings import Settings
from services.http.listener import Listener
from services.http.silent import end_silent
from storage.database import Database

log = logging.getLogger(__name__)

SILENT_SECONDS = 60.0
"""A connection on which nothing moved for so long is ended. What streams says something every quarter of a minute."""
POOL_SIZE = 6
"""Connections of the console alone: pages must not take those of a run that records reads."""


class ConsoleServer:
    """Serves the console until it is stopped.

    Args:
        settings: The configuration.
        database: An open database; the console has connections of its own to it.

    Raises:
        ConfigurationError: The certificate cannot be used.
    """

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._certificate = certificate_of(settings)
        self._database = database.beside(POOL_SIZE)
        self._app = make_app(settings, self._database)
        self._site: Site = self._app.state.site
        self._listener = self._listening(self._certificate)

    @property
    def url(self) -> str:
        """How browsers reach it."""
        return self._settings.console.origin

    @property
    def is_serving(self) -> bool:
        """Whether it serves."""
        return self._listener.is_serving and self._site.board.is_following

    def start(self) -> None:
        """Start to serve.

        Raises:
            ConfigurationError: The address is taken or not ours.
        """
        self._database.open()
        try:
            self._listener.start()
        except BaseException:
            self._database.close()
            raise
        self._site.board.start()

    def look_after(self) -> None:
        """Do what there is to do from time to time: end silent connections, take another certificate."""
        end_silent(int(self._settings.console.listen.rpartition(":")[2]), SILENT_SECONDS)
        self.look_for_another_certificate()

    def look_for_another_certificate(self) -> None:
        """Serve with another certificate where its files have changed; one that cannot be used is said once."""
        if not has_changed(self._certificate):
            return
        try:
            other = certificate_of(self._settings)
            listener = self._listening(other)
        except PlatewatchError as error:
            log.error("the console goes on with the certificate before: %s", error)
            self._certificate = seen_now(self._certificate)
            return
        # For this moment browsers are refused, and try again: two cannot listen at one port.
        self._stop_listening()
        self._certificate, self._listener = other, listener
        self._listener.start()
        log.info("the console serves with another certificate")

    def stop(self) -> None:
        """Take nothing more, and end."""
        self._stop_listening()
        self._site.board.stop()
        self._site.views.close()
        self._database.close()

    def _stop_listening(self) -> None:
        self._site.closing.set()
        self._listener.stop()
        self._site.closing.clear()

    def _listening(self, certificate: Certificate) -> Listener:
        return Listener(
            self._app,
            self._settings.console.listen,
            certificate.certificate,
            certificate.key,
            name="console",
            both_versions=True,
        )
