"""A read that another machine published, by a topic or by the ingest port, as the arrival that it was there."""

from __future__ import annotations

import logging
from collections.abc import Callable

from schemas.arrivals import Arrival, Receipt
from schemas.convert import arrival_from_event
from schemas.errors import InvalidInput
from schemas.events import PublishedRead

log = logging.getLogger(__name__)


def arrival_of(understood: Callable[[], PublishedRead], receipt: Receipt) -> Arrival:
    """Return an arrival.

    Args:
        understood: Returns the event that a message holds.
        receipt: What is acknowledged once it is stored.

    Raises:
        InvalidInput: It holds none that can be used; says why, without what it holds.
    """
    try:
        return arrival_from_event(understood(), receipt)
    except InvalidInput:
        raise
    except Exception as error:
        # One message that is wrong in a way nobody thought of must not keep the others from being matched.
        log.debug("a message could not be read", exc_info=True)
        raise InvalidInput(
            f"could not be read for an unexpected reason ({type(error).__name__}); please report this"
        ) from error
