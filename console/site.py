"""What all pages work with: the configuration, the database, and what draws them."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field

from fastapi import Request

from console.drawing import Drawing
from console.live_boards import LiveBoards
from console.works import Works
from operations.cameras.watching import LiveViews
from operations.people.kept import KeptForms
from operations.reports.public import PublicNumbers
from schemas.settings import Settings
from storage.database import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Site:
    """One console. It is `request.app.state.site`; pages get it with their visitor."""

    settings: Settings
    database: Database
    drawing: Drawing
    board: LiveBoards
    views: LiveViews
    """Who sees what a camera sees now."""
    works: Works = field(default_factory=Works)
    """What takes longer than an answer may, like the import of a long list."""
    numbers: PublicNumbers = field(default_factory=PublicNumbers)
    kept: KeptForms = field(default_factory=KeptForms)
    """What people sent when their session had ended."""
    closing: threading.Event = field(default_factory=threading.Event)
    """Set when the server ends: whatever streams has to end, too."""

    @classmethod
    def of(cls, request: Request) -> Site:
        """Return the site that a request came to."""
        site: Site = request.app.state.site
        return site


def address_of(request: Request) -> str:
    """Return where a request comes from, for the audit and the lockout."""
    return request.client.host if request.client is not None else "unknown"
