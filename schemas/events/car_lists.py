"""What a server answers a patrol car that asks for its lists; signed as a whole, with its payload's digest in it."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from schemas.events.wire import WireModel

MOST_LISTS = 2000
"""Most lists of one car."""
MOST_WITHDRAWN = 2000
"""Most withdrawals of one answer; the others come with the next one."""

_Name = Annotated[str, StringConstraints(max_length=200)]
_Number = Annotated[int, Field(ge=0)]


class CarListEvent(WireModel):
    """One list that a car is to have.

    `version` is the server's, `scope` tells what of it the law lets go to a car. `as_of` is the date of its content as
    hits say it, `content_date` the newest one that its source has confirmed, `max_age_hours` how old that may be; None:
    people keep the list by hand. `use_until` is when the car may not use it any more without word from the server.

    `action` says how an edition comes to have it: the list stays as it is, it changes, or it comes whole.
    """

    hotlist_id: _Name
    version: _Number
    scope: _Name
    as_of: AwareDatetime | None = None
    content_date: AwareDatetime | None = None
    max_age_hours: Annotated[float, Field(gt=0)] | None = None
    use_until: AwareDatetime | None = None
    action: Literal["keep", "change", "whole"] = "keep"


class CarListsAnswer(WireModel):
    """What a car is told.

    `current`: it has edition `base`, and that is the newest one. `edition`: edition `edition` is to be made of what it
    has, edition `base` (0: nothing), by the parts that it fetches next. `part`: one of them; its rows are the payload.

    `public_key` is that of `key_id`, for a car that was given none and takes the first one that it meets. `nonce` is
    what the car asked with, so that no earlier answer is taken for this one. `lists` are all lists of the edition by
    name; those that are not named are dropped. Withdrawals count at once, whatever edition the car has: `withdrawn` are
    the entries that people took out of force after number `withdrawn_after` up to `withdrawn_number`.

    `after` is where the next part begins. `counts` are with the last part: how many entries each list that changed has
    then.
    """

    format: Literal["platewatch car lists 1"] = "platewatch car lists 1"
    car_id: _Name
    agency_id: _Name
    key_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    public_key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    nonce: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    made_at: AwareDatetime
    kind: Literal["current", "edition", "part"]
    edition: _Number
    base: _Number
    lists: Annotated[tuple[CarListEvent, ...], Field(max_length=MOST_LISTS)] = ()
    withdrawn_after: _Number = 0
    withdrawn_number: _Number = 0
    withdrawn: Annotated[tuple[UUID, ...], Field(max_length=MOST_WITHDRAWN)] = ()
    has_more_withdrawn: bool = False
    part: _Number = 0
    is_last: bool = False
    after: _Name = ""
    counts: dict[str, int] = Field(default_factory=dict)
    payload_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
