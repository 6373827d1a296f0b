"""Programs of ours that do something on their own."""

from __future__ import annotations

import os
import socket

from schemas.actor import Actor, SignIn
from schemas.settings import Settings


def service_actor(name: str, settings: Settings) -> Actor:
    """Return a program as somebody who does something.

    Args:
        name: What it is called.
        settings: The configuration; it says for which agency.
    """
    return Actor(name, SignIn.SERVICE, f"{socket.gethostname()}, process {os.getpid()}", settings.agency_id)
