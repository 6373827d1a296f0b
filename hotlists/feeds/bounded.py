"""A fetch that ends in time whatever the server does: one that dies, drips, or never finishes its answer."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable

from hotlists.feeds.transfer import PullCanceled, PullContext, Pulled
from schemas.errors import TransientError

_LOOK_SECONDS = 0.1
"""How often it is asked whether the run ends."""


def bounded(
    work: Callable[[PullContext], Pulled | None], context: PullContext, minutes: float, where: str
) -> Pulled | None:
    """Do a fetch in a thread of its own, and leave it behind when it takes too long or the run ends.

    A library's time limits hold for each wait, and a server that sends a byte now and then keeps within them for ever.
    What is left behind writes nothing more: its `canceled` is true from then on.

    Args:
        work: Fetches, given a context.
        context: What the fetch needs.
        minutes: How long it may take, from its first look at the server to the file on disk.
        where: The server in words.

    Returns:
        What `work` returns; what it raises is raised.

    Raises:
        TransientError: It takes longer.
        PullCanceled: The run ends.
    """
    left = threading.Event()
    outcome: list[Pulled | None] = []
    failure: list[BaseException] = []
    own = dataclasses.replace(context, canceled=lambda: left.is_set() or context.canceled())

    def fetch() -> None:
        try:
            outcome.append(work(own))
        except BaseException as error:  # noqa: BLE001 - raised again by who waits
            failure.append(error)

    thread = threading.Thread(target=fetch, name="fetch", daemon=True)
    deadline = time.monotonic() + minutes * 60
    thread.start()
    try:
        while thread.is_alive():
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TransientError(
                    f"{where}: the transfer took longer than transfer_minutes ({minutes:g}); it was given up"
                )
            thread.join(min(remaining, _LOOK_SECONDS))
            if thread.is_alive() and context.canceled():
                raise PullCanceled("the run ends; the list is fetched again at the next start")
    finally:
        left.set()
    if failure:
        raise failure[0]
    return outcome[0]
