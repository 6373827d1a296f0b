"""What every way to fetch a source's messages offers."""

from __future__ import annotations

from typing import Protocol

from ingest.pulling.outlet import Outlet


class Puller(Protocol):
    """One way to one source. It keeps nothing between two connections but what has to outlast them."""

    def pull(self, outlet: Outlet) -> None:
        """Connect, and store messages as they come, until the connection ends or the outlet is stopped.

        Args:
            outlet: Stores messages, and is told of the connection.

        Raises:
            StreamFailed: There is no connection, or none any more; why, in one line without secrets.
            Ended: The outlet was stopped.
        """
        ...
