"""Pages from templates: everything that goes into one is escaped, and a name that is missing is an error."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from alerts.routing.zone import agency_zone
from console.asset_files import assets
from console.navigation import Entry
from console.wording import in_words
from schemas.actor import Actor
from schemas.roles import Role
from schemas.settings import Settings

FOLDER = Path(__file__).parent / "templates"
_ERRORS = ("detail", "problem")
"""What templates call an error's words."""


class Drawing:
    """Draws pages.

    Args:
        settings: The configuration.
    """

    def __init__(self, settings: Settings) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            asset=lambda name: assets()[name].url,
            agency=settings.agency_id,
            version=importlib.metadata.version("platewatch"),
        )
        self._zone = agency_zone(settings.time_zone)
        self._environment.filters.update(moment=self._moment, roles=_roles, megabytes=_megabytes, said=in_words)

    def text(self, template: str, **values: Any) -> str:
        """Return a template's text, like a card that is sent to a page that is open.

        Args:
            template: Its file in templates/.
            values: What it names. `detail` and `problem` are words of errors, without what is for the command line.
        """
        values |= {name: in_words(text) for name in _ERRORS if isinstance(text := values.get(name), str)}
        return self._environment.get_template(template).render(**values)

    def page(
        self,
        template: str,
        *,
        actor: Actor | None,
        navigation: Iterable[Entry] = (),
        path: str = "",
        status: int = 200,
        **values: Any,
    ) -> HTMLResponse:
        """Return a whole page.

        Args:
            template: Its file in templates/; it extends base.html.
            actor: Who looks; None: nobody is signed in.
            navigation: Where they may go.
            path: Where they are.
            status: The HTTP status.
            values: What it names.
        """
        here = max((entry.path for entry in navigation if path.startswith(entry.path)), key=len, default="")
        text = self.text(template, actor=actor, navigation=list(navigation), here=here, **values)
        return HTMLResponse(text, status)

    def _moment(self, value: datetime | None, unknown: str = "never") -> str:
        """Return a time as it is shown everywhere: in the agency's zone, to the second."""
        return unknown if value is None else value.astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S %Z")


def _megabytes(value: int) -> str:
    """Return a size in bytes as people read it."""
    return f"{value / 1e9:,.1f} GB" if value >= 1e9 else f"{value / 1e6:,.1f} MB"


def _roles(value: Iterable[Role]) -> str:
    return ", ".join(sorted(role.words for role in value))
