"""A console for each test, and one browser for all tests of a process.

A test of a page asks for `console` and `browser`, and looks at pages of `browser.new_page()`. At its end the fixture
makes sure that no page wrote an error to its console, a violation of the content security policy among them, and that
axe finds nothing wrong with any page that is still open.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, expect, sync_playwright
from pydantic import SecretStr

from benchmarks.api.world import make_world
from operations.people import secrets
from schemas.settings import DatabaseSettings, Settings
from storage.access import access
from storage.database import Database
from tests.browser.chromium import Watched, running_chromium, violations
from tests.browser.finding import NoBrowser, find_browser
from tests.integration.conftest import TEMPLATE, DatabaseServer
from tests.integration.console.site import ConsoleSite, Stage, running_console

_stages = itertools.count(1)

# A loaded machine takes its time; what never comes still fails.
expect.set_options(timeout=60_000)
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="session")
def chromium() -> Iterator[str]:
    """Chromium, for all tests of this process."""
    try:
        program = find_browser()
    except NoBrowser as error:
        pytest.fail(str(error), pytrace=False)
    with running_chromium(program) as address:
        yield address


@pytest.fixture(scope="module")
def driver(chromium: str) -> Iterator[Browser]:
    """Playwright at that Chromium. A module's, for while it is there no other test could run a loop of its own."""
    with sync_playwright() as playwright:
        yield playwright.chromium.connect_over_cdp(chromium)


@pytest.fixture(scope="session")
def console_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory for the consoles' certificate: making one each time is not what is tested."""
    return tmp_path_factory.mktemp("console")


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with less memory and time than in earnest, which a unit test has a look at."""
    monkeypatch.setattr(secrets, "_hasher", PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))
    secrets._nobodys.cache_clear()


@pytest.fixture
def console(database: Database, console_folder: Path) -> Iterator[ConsoleSite]:
    """A console with a fresh database."""
    with running_console(database, console_folder) as site:
        yield site


@pytest.fixture(scope="module")
def stage(database_server: DatabaseServer, console_folder: Path) -> Iterator[Stage]:
    """A console with something of everything in it, one for a whole module: whatever one test says, the next finds."""
    name = f"stage_{next(_stages)}"
    database_server.create(name, TEMPLATE)
    try:
        url = SecretStr(database_server.application_url(name))
        with access(Settings(database=DatabaseSettings(url=url))) as ways:
            opened = Database(ways.application, ways.where, owner_connection_string=database_server.owner_url(name))
            with contextlib.closing(opened):
                opened.open()
                with running_console(opened, console_folder) as site:
                    yield Stage(site, make_world(opened, site.settings))
    finally:
        database_server.drop(name)


@pytest.fixture
def browser(driver: Browser, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A browser without cookies; a phone's with `@pytest.mark.parametrize("browser", [PHONE], indirect=True)`."""
    options = getattr(request, "param", {})
    context = driver.new_context(ignore_https_errors=True, locale="en-US", **options)
    watched = Watched(context)
    try:
        yield watched
        for page in context.pages:
            if page.url.startswith("https:"):
                watched.problems += violations(page)
        assert watched.problems == []
    finally:
        context.close()
