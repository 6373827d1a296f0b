"""Pictures of pages for docs/images, made by the tests that look at the pages: `make screenshots`."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page

FOLDER = "SCREENSHOTS_FOLDER"
"""The environment's variable with the folder; without it nothing is made. No setting of ours: those begin otherwise."""


def take(page: Page, name: str, *, whole: bool = False) -> None:
    """Make a picture of a page as it is now.

    Args:
        page: The page.
        name: The file's name, without its suffix.
        whole: The whole page in place of what is on the screen.
    """
    folder = os.environ.get(FOLDER)
    if folder is not None:
        page.screenshot(path=Path(folder) / f"{name}.jpg", quality=70, full_page=whole, animations="disabled")
