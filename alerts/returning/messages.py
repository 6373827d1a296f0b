"""A disposition as the agency that gave the entry gets it, and back from a message."""

from __future__ import annotations

from pydantic import ValidationError

from schemas.errors import InvalidInput
from schemas.events import DispositionEvent, ReturnedDispositionEvent, ReturnedVerdictEvent, problems_in
from schemas.generate import RETURNED_CE_TYPE
from schemas.messages import Message, cloud_event_headers

LONGEST_NAME = 200
LONGEST_WORDS = 2000
LARGEST_BYTES = 64_000


def returned_event(said: DispositionEvent, member: str, version: int | None) -> ReturnedDispositionEvent:
    """Return what goes to the agency that gave the entry: what was said and by whom, and neither plate nor place.

    Args:
        said: The disposition; its entry was given by another agency.
        member: Our short name in the agreement.
        version: The agreement's version under which the list was given last; None: not known.

    Raises:
        ValueError: Its entry is our own.
    """
    owner, stands, check = said.entry.given_by, said.confirmation, said.record_check
    if owner is None:
        raise ValueError("the entry is our own; there is nobody to tell")
    return ReturnedDispositionEvent(
        disposition_id=said.disposition_id,
        agreement_id=owner.agreement_id,
        agreement_version=version,
        agency_id=member,
        hotlist_id=owner.hotlist_id,
        entry_id=owner.entry_id,
        alert_id=said.alert_id,
        number=said.number,
        kind=said.kind,
        at=said.at,
        by=said.by[:LONGEST_NAME],
        supersedes=said.supersedes,
        rejection=said.rejection,
        outcome=said.outcome,
        verdict=ReturnedVerdictEvent(
            standing=said.standing,
            confirmed=stands.status == "confirmed",
            rejection=stands.rejection,
            outcome=stands.outcome,
            record_answer=None if check is None else check.answer,
            canceled=said.canceled,
            words=stands.words[:LONGEST_WORDS],
        ),
    )


def returned_message(event: ReturnedDispositionEvent) -> Message:
    """Return the message. Those of one alert have one key, so that they keep their order."""
    return Message(
        message_id=event.disposition_id,
        key=str(event.alert_id),
        payload=event.model_dump_json().encode(),
        headers=cloud_event_headers(
            event.disposition_id, kind=RETURNED_CE_TYPE, agency_id=event.agency_id, moment=event.at
        ),
    )


def parse_returned(payload: bytes | None) -> ReturnedDispositionEvent:
    """Return what a message says.

    Raises:
        InvalidInput: It is no disposition; says why, without what it holds.
    """
    if payload is None or len(payload) > LARGEST_BYTES:
        size = "no content" if payload is None else f"{len(payload)} bytes"
        raise InvalidInput(f"the message has {size}; expected a disposition of at most {LARGEST_BYTES} bytes")
    try:
        return ReturnedDispositionEvent.model_validate_json(payload)
    except ValidationError as error:
        raise InvalidInput(f"it is no disposition: {problems_in(error)}") from error
