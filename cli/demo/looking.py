"""The demo's console: a link that lets in whoever gave the command, and the time to look around."""

from __future__ import annotations

import contextlib
import select
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cli.common import command_actor, errors
from cli.demo.ports import free_port
from schemas.errors import PlatewatchError
from schemas.roles import Role
from schemas.settings import Settings

if TYPE_CHECKING:
    from storage.database import Database

PERSON = "demo"
TICK_SECONDS = 0.2


@contextlib.contextmanager
def serving_console(settings: Settings, database: Database, stop: threading.Event) -> Iterator[None]:
    """Serve the console meanwhile, at a port of its own, and print a link that lets in once.

    The demo shows the main job: a console that cannot be served is said, and it goes on.

    Args:
        settings: The demo's.
        database: The open database.
        stop: Set when the demo is to end.
    """
    from console.serving.server import ConsoleServer
    from operations.people.entering import make_entry

    listen = f"127.0.0.1:{free_port()}"
    served = settings.model_copy(update={"console": settings.console.model_copy(update={"listen": listen})})
    try:
        server = ConsoleServer(served, database)
        server.start()
    except PlatewatchError as error:
        errors.print(f"the console is not served: {error}", markup=False)
        yield
        return
    try:
        roles = [role for role in Role if role is not Role.AGENCY_SERVICE]
        link = make_entry(command_actor(served), database, served, PERSON, roles)
        errors.print(
            f"console, while the demo runs (the browser warns of a certificate that is made here): {link}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
        yield
    finally:
        server.stop()


def until_enter(stop: threading.Event) -> None:
    """Wait for Enter on a terminal, so that the console can be looked at; elsewhere return at once.

    Args:
        stop: Ends it, too.
    """
    if stop.is_set() or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    errors.print("the console stays open; press Enter to end", markup=False)
    while not stop.is_set():
        readable, _, _ = select.select([sys.stdin], [], [], TICK_SECONDS)
        if readable:
            sys.stdin.readline()
            return
