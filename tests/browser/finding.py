"""Chromium: one on the search path, else Playwright's own, else Debian's package where it may be installed.

`make test` runs this first (`python -m tests.browser.finding`), so that no test's time is spent on it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
HELP = (
    "no browser was found, and the tests of the console's pages need Chromium: install it (Debian: apt-get install "
    "chromium; elsewhere: .venv/bin/playwright install --with-deps chromium)"
)
_PACKAGE_SECONDS = 600


class NoBrowser(Exception):
    """There is none, and none may be installed; says what to do."""


def find_browser(*, install: bool = True) -> str:
    """Return the program.

    Args:
        install: Whether Debian's package may be installed, as root.

    Raises:
        NoBrowser: There is none.
    """
    found = _found()
    if found is None and install and os.geteuid() == 0 and shutil.which("apt-get"):
        # Two test processes must not both do it.
        with (Path(tempfile.gettempdir()) / "platewatch-browser.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if _found() is None:
                _install()
        found = _found()
    if found is None:
        raise NoBrowser(HELP)
    return found


def _found() -> str | None:
    for name in NAMES:
        if path := shutil.which(name):
            return path
    return _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _install() -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (
        ["apt-get", "-qq", "update"],
        ["apt-get", "-qq", "install", "--yes", "--no-install-recommends", "chromium"],
    ):
        ended = subprocess.run(
            arguments, env=environment, capture_output=True, text=True, timeout=_PACKAGE_SECONDS, check=False
        )
        if ended.returncode:
            print(f"{' '.join(arguments)}: {ended.stderr.strip()[-500:]}", file=sys.stderr)
            return


if __name__ == "__main__":
    try:
        find_browser()
    except NoBrowser as error:
        sys.exit(f"platewatch: {error}")
