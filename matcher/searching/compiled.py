"""How the matcher's inner loops are compiled: kept on disk where there is a place for it, else anew at each start."""

from __future__ import annotations

import logging
from functools import partial
from typing import Final

from numba import njit

log = logging.getLogger(__name__)


def _nothing() -> None:
    """Stand for the functions to compile."""


def _can_be_kept() -> bool:
    """Tell whether compiled code can be written beside these files or into the user's cache folder.

    A service may run as a user who may write neither.
    """
    try:
        njit(cache=True)(_nothing)
    except RuntimeError:
        log.warning(
            "compiled code cannot be kept, so that each start compiles for some seconds; set NUMBA_CACHE_DIR to a "
            "folder that this user may write"
        )
        return False
    return True


compiled: Final = partial(njit, cache=_can_be_kept(), nogil=True)
"""Decorate a function: numbers and arrays only. Python's other threads go on while it works."""
