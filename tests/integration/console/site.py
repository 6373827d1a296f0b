"""A console for a test: the real server with TLS, a person signed in, and pages of a real browser."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks.api.world import World
from console.serving.server import ConsoleServer
from console.visitors import COOKIE
from operations.people.accounts import add_person
from operations.people.letting_in import let_in
from schemas.actor import Actor, SignIn
from schemas.roles import Role
from schemas.settings import ConsoleSettings, HotlistSettings, Settings, SharingSettings
from storage.database import Database
from storage.people.people import people
from tests.browser.chromium import Watched, violations

AGENCY = "portsmouth-pd"
KEEPER = Actor("root", SignIn.LOCAL_USER, "a test", AGENCY)


def free_port() -> int:
    """Return a port that nobody listens at just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class ConsoleSite:
    """A console that runs."""

    settings: Settings
    database: Database
    server: ConsoleServer
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where it is; passkeys need its name rather than its address."""
        return self.settings.console.origin

    def client(self, cookie: str | None = None, **options: Any) -> httpx.Client:
        """Return a client without a browser. It says that it is none of another site's pages."""
        headers = {"Sec-Fetch-Site": "same-origin"} | options.pop("headers", {})
        if cookie is not None:
            headers["Cookie"] = f"{COOKIE}={cookie}"
        return httpx.Client(base_url=self.url, verify=False, headers=headers, timeout=30, **options)

    def person(self, name: str, *roles: Role, agency_id: str | None = None) -> str:
        """Add somebody and return the link that they get."""
        made = add_person(KEEPER, self.database, self.settings, name, roles, agency_id=agency_id)
        return "" if made is None else made.url

    def signed_in(self, name: str, *roles: Role, agency_id: str | None = None) -> str:
        """Add somebody who is signed in, and return the session's cookie."""
        if name not in self.cookies:
            self.person(name, *roles, agency_id=agency_id)
            person = people(self.database, name=name)[0]
            with self.database.transaction() as connection:
                begun = let_in(connection, self.settings, person, SignIn.PASSWORD, "127.0.0.1", None)
            self.cookies[name] = begun.cookie
        return self.cookies[name]

    def sign_in(self, watched: Watched, name: str, *roles: Role) -> None:
        """Have a browser signed in as somebody."""
        cookie = self.signed_in(name, *roles)
        watched.context.add_cookies(
            [{"name": COOKIE, "value": cookie, "url": self.url, "secure": True, "httpOnly": True, "sameSite": "Lax"}]
        )


@dataclass(frozen=True, slots=True)
class Stage:
    """A console, and what is in it."""

    site: ConsoleSite
    world: World

    def api(self, scope: str, **headers: str) -> httpx.Client:
        """Return a program's client, with the token for a scope."""
        bearer = {"Authorization": f"Bearer {self.world.tokens[scope]}"}
        return httpx.Client(
            base_url=f"{self.site.url}/api/v1", verify=False, headers=bearer | headers, timeout=60, trust_env=False
        )


@contextmanager
def running_console(
    database: Database,
    data_dir: Path,
    *,
    hotlists: HotlistSettings | None = None,
    sharing: SharingSettings | None = None,
    agency_id: str = AGENCY,
    beside: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Iterator[ConsoleSite]:
    """Run a console at a free port.

    Args:
        database: An open database.
        data_dir: Where its certificate is kept.
        hotlists: How lists become active, with their feeds.
        sharing: The section sharing.
        agency_id: Whose console it is.
        beside: Other sections of the configuration, by name.
        changes: Settings of the section console.
    """
    port = free_port()
    console = ConsoleSettings(listen=f"127.0.0.1:{port}", **changes)
    sections = {"console": console, "sharing": sharing or SharingSettings(), "hotlists": hotlists or HotlistSettings()}
    settings = Settings(data_dir=data_dir, agency_id=agency_id, **sections, **(beside or {}))
    server = ConsoleServer(settings, database)
    server.start()
    try:
        yield ConsoleSite(settings, database, server)
    finally:
        server.stop()


__all__ = ["AGENCY", "KEEPER", "ConsoleSite", "running_console", "violations"]
