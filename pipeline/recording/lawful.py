"""What the law lets be collected of a passing vehicle, before anything else is done with it."""

from __future__ import annotations

import dataclasses

from policy.collection import Attribute
from policy.decisions import Policy
from schemas.arrivals import Arrival, Pictures


def lawful(arrival: Arrival, policy: Policy) -> Arrival:
    """Return an arrival with what the law lets be collected, so that nothing else is used, stored or sent on.

    Args:
        arrival: As it came.
        policy: The law that holds here.
    """
    read = policy.kept(arrival.read)
    if policy.collection.permits(Attribute.PICTURES):
        return arrival.with_read(read)
    # Another machine may have kept some, under another law's profile.
    bare = dataclasses.replace(read, plate_image_key=None, context_image_key=None)
    return dataclasses.replace(arrival, read=bare, pictures=Pictures())
