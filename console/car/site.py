"""What the pages of a car work with."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from fastapi import Request

from console.drawing import Drawing
from operations.patrol.desk import Desk
from schemas.settings import Settings


@dataclass(frozen=True, slots=True)
class CarSite:
    """A car's page; it is `request.app.state.car`. `is_secure`: it is served over TLS, so the cookie asks for that."""

    settings: Settings
    drawing: Drawing
    desk: Desk
    is_secure: bool = False
    closing: threading.Event = field(default_factory=threading.Event)
    """Set when the server ends: whatever streams has to end, too."""

    @classmethod
    def of(cls, request: Request) -> CarSite:
        """Return the site that a request came to."""
        site: CarSite = request.app.state.car
        return site
