"""One Chromium for a test process, and pages in it that tell what was wrong with them."""

from __future__ import annotations

import importlib.resources
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Page

START_SECONDS = 60
_STATUS = re.compile(r"status of (\d{3})")


@contextmanager
def running_chromium(program: str) -> Iterator[str]:
    """Run a headless Chromium and yield the address by which tests reach it."""
    with tempfile.TemporaryDirectory(prefix="platewatch-browser-", ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [
                program,
                "--headless",
                # As root it runs without; nothing from elsewhere is loaded here.
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--autoplay-policy=no-user-gesture-required",
                f"--user-data-dir={folder}",
                "--remote-debugging-port=0",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield f"http://127.0.0.1:{_port(Path(folder), process)}"
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _port(folder: Path, process: subprocess.Popen[bytes]) -> int:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return int((folder / "DevToolsActivePort").read_text().splitlines()[0])
        except (OSError, IndexError, ValueError):
            time.sleep(0.05)
    raise RuntimeError(f"Chromium did not start (exit code {process.poll()})")


@dataclass
class Watched:
    """A browser context whose pages are watched: nothing may go wrong in them that a test does not expect."""

    context: BrowserContext
    expected_statuses: set[int] = field(default_factory=set)
    """Statuses that a page may get; any other than 2xx and 3xx is a problem."""
    expected_words: set[str] = field(default_factory=set)
    """What else a page may say, like `ERR_CONNECTION_REFUSED` where a test ends its server."""
    problems: list[str] = field(default_factory=list)

    def new_page(self) -> Page:
        """Open a page."""
        page = self.context.new_page()
        page.set_default_timeout(60_000)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        return page

    def _said(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        if any(words in message.text for words in self.expected_words):
            return
        status = _STATUS.search(message.text)
        if status is None or int(status[1]) not in self.expected_statuses:
            self.problems.append(f"{message.text} ({message.location.get('url', '')})")


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong with a page as it is now, in words. WCAG 2.2 A and AA, and best practices."""
    session = page.context.new_cdp_session(page)
    # Not as a script of the page, which its policy forbids.
    session.send("Runtime.evaluate", {"expression": _axe()})
    session.detach()
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {node['html'][:200]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def _axe() -> str:
    return (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
