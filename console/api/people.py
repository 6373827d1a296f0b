"""Who may sign in, and as what."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import ConfigDict, Field

from console.api.answers import ABSENT, BODY, STANDS, errors, takes_json
from console.api.wire import Asked, Told, Word
from console.visitors import ApiCaller
from operations.people.accounts import (
    Invitation,
    Person,
    add_person,
    change_person,
    disable_person,
    reset_person,
)
from operations.people.review import Reviewed, review_access
from schemas.roles import Role

router = APIRouter(tags=["people"])
Name = Annotated[str, Path(max_length=64, description="What the person signs in as.")]
Roles = Annotated[list[Role], Field(min_length=1, max_length=len(Role))]


class PersonTold(Told):
    """Somebody who may sign in, or might once; secrets are never told."""

    name: str
    full_name: str
    agency_id: str
    roles: list[Role]
    added_at: datetime
    added_by: str
    last_sign_in_at: datetime | None
    last_training_on: date | None
    disabled_at: datetime | None
    disabled_by: str | None
    disabled_reason: str | None
    passkeys: int

    @classmethod
    def of(cls, person: Person) -> PersonTold:
        """Return somebody as they are told."""
        names = cls.model_fields.keys() - {"roles"}
        return cls(roles=sorted(person.roles), **{name: getattr(person, name) for name in names})


class ReviewedTold(PersonTold):
    """The same for the access review: what is open of theirs, and what has to be looked at."""

    sessions: int
    tokens: int
    findings: list[str]

    @classmethod
    def of_review(cls, one: Reviewed) -> ReviewedTold:
        """Return somebody as they are told."""
        told = PersonTold.of(one.person).model_dump()
        return cls(**told, sessions=one.sessions, tokens=one.tokens, findings=list(one.findings))


class PeopleTold(Told):
    """Everybody by name."""

    items: list[ReviewedTold]


class InvitationTold(Told):
    """A link that works once, told this once; null where none is needed: a program gets tokens."""

    name: str
    url: str | None
    ends_at: datetime | None

    @classmethod
    def of(cls, name: str, made: Invitation | None) -> InvitationTold:
        """Return it as it is told."""
        if made is None:
            return cls(name=name, url=None, ends_at=None)
        return cls(name=made.name, url=made.url, ends_at=made.ends_at)


class PersonAsked(Asked):
    """Somebody to be added."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "jlee", "full_name": "Jamie Lee", "roles": ["officer"]}]}
    )

    name: Word
    roles: Roles
    full_name: Word = ""
    agency_id: Annotated[Word, Field(min_length=1)] | None = None
    last_training_on: date | None = None


class PersonChange(Asked):
    """What is to be otherwise; null stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"last_training_on": "2026-01-31"}]})

    roles: Roles | None = None
    full_name: Word | None = None
    agency_id: Annotated[Word, Field(min_length=1)] | None = None
    last_training_on: date | None = None


class DisableAsked(Asked):
    """Why somebody is let in no more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "left the department"}]})

    reason: Word


class Disabled(Told):
    """How many sessions and tokens were ended."""

    ended: int


@router.get("/people")
def people(caller: ApiCaller) -> PeopleTold:
    """Return everybody, with what an access review asks for."""
    found = review_access(caller.actor, caller.site.database, caller.site.settings)
    return PeopleTold(items=[ReviewedTold.of_review(one) for one in found])


@router.post("/people", status_code=201, responses={**errors(409), **BODY}, dependencies=[Depends(takes_json)])
def add_somebody(caller: ApiCaller, asked: PersonAsked) -> InvitationTold:
    """Add somebody, and make the link by which they choose how to sign in. A name is given once (409)."""
    site = caller.site
    made = add_person(
        caller.actor,
        site.database,
        site.settings,
        asked.name,
        asked.roles,
        full_name=asked.full_name,
        agency_id=asked.agency_id,
        last_training_on=asked.last_training_on,
    )
    return InvitationTold.of(asked.name, made)


@router.patch("/people/{name}", responses={**ABSENT, **BODY}, dependencies=[Depends(takes_json)])
def change_somebody(caller: ApiCaller, name: Name, asked: PersonChange) -> PersonTold:
    """Change what somebody is; whoever loses a role loses it at the next request."""
    done = change_person(
        caller.actor,
        caller.site.database,
        name,
        roles=asked.roles,
        full_name=asked.full_name,
        agency_id=asked.agency_id,
        last_training_on=asked.last_training_on,
    )
    return PersonTold.of(done)


@router.post("/people/{name}/disabling", responses={**STANDS, **BODY}, dependencies=[Depends(takes_json)])
def disable_somebody(caller: ApiCaller, name: Name, asked: DisableAsked) -> Disabled:
    """Let somebody in no more; their sessions and tokens end at once."""
    return Disabled(ended=disable_person(caller.actor, caller.site.database, name, asked.reason))


@router.post("/people/{name}/reset", responses=ABSENT)
def reset_somebody(caller: ApiCaller, name: Name) -> InvitationTold:
    """Forget how somebody signs in, end their sessions and tokens, and make a new link."""
    return InvitationTold.of(name, reset_person(caller.actor, caller.site.database, caller.site.settings, name))
