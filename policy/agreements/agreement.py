"""An agreement: one document, as it is signed, stored and enforced."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from policy.agreements.grants import Grant, Shares
from policy.agreements.parties import Attestation, Member, MemberId, Role, Signer
from policy.duties import Days
from policy.facts import ProfileSection, Text

AgreementId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
"""Short name of an agreement; part of its topic's name."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Agreement(ProfileSection):
    """What agencies have signed, in the terms that are enforced. Of each thing there is one grant at most."""

    id: AgreementId
    title: Text
    authority: Text
    """The law that lets the agencies agree."""
    paper_sha256: Sha256
    """Digest of the signed paper's file: the paper and what is enforced are one thing."""
    valid_from: date
    valid_until: date
    """The last day."""
    notice_days: Annotated[int, Field(ge=0, le=3650)]
    """Days between saying that one leaves and leaving, for people: ending it here works at once."""
    audit_every_days: Days
    """Most days between two looks of the owner at what was given."""
    members: Annotated[tuple[Member, ...], Field(min_length=2)]
    signers: Annotated[tuple[Signer, ...], Field(min_length=1)]
    attestations: tuple[Attestation, ...] = ()
    grants: Annotated[tuple[Grant, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.valid_until < self.valid_from:
            raise ValueError(f"is valid until {self.valid_until}, before it begins on {self.valid_from}")
        _once("member", [member.id for member in self.members])
        _once("grant of", [grant.shares.value for grant in self.grants])
        owners = [member.id for member in self.members if member.role is Role.OWNER]
        if len(owners) != 1:
            raise ValueError(f'has {len(owners)} owners; one member has role = "owner": whose installation this is')
        known = {member.id for member in self.members}
        named = {
            "grants": {to for grant in self.grants for to in grant.to},
            "signers": {signer.member for signer in self.signers},
            "attestations": {one.member for one in self.attestations},
        }
        for place, ids in named.items():
            if ids - known:
                raise ValueError(f"'{place}' names {', '.join(sorted(ids - known))}, which is no member")
        if owners[0] in named["grants"]:
            raise ValueError(f"a grant is to its owner {owners[0]}; name who receives")
        unsigned = (named["grants"] | {owners[0]}) - named["signers"]
        if unsigned:
            raise ValueError(f"nobody signed for {', '.join(sorted(unsigned))}")
        return self

    @property
    def owner(self) -> Member:
        """The member whose installation this is."""
        return next(member for member in self.members if member.role is Role.OWNER)

    def member(self, member_id: MemberId) -> Member:
        """Return a member by its short name.

        Raises:
            KeyError: There is none.
        """
        for member in self.members:
            if member.id == member_id:
                return member
        raise KeyError(member_id)

    def grant(self, shares: Shares) -> Grant | None:
        """Return the grant of one thing, or None where it is not shared."""
        return next((grant for grant in self.grants if grant.shares is shares), None)

    @property
    def topic(self) -> str:
        """The topic that its alerts go to."""
        return shared_topic(self.id)

    @property
    def topics(self) -> list[tuple[str, str]]:
        """What its grants need at the broker: of what, and the topic's name."""
        found = []
        if self.grant(Shares.ALERTS) is not None:
            found.append(("alerts", self.topic))
        if self.grant(Shares.READS) is not None:
            found.append(("reads", shared_reads_topic(self.id)))
        lists = self.grant(Shares.HOTLISTS)
        if lists is not None:
            found.append(("hotlists", shared_lists_topic(self.id)))
            found += [(f"dispositions of {to}", disposition_topic(self.id, to)) for to in lists.to]
        queries = self.grant(Shares.QUERIES)
        for to in () if queries is None else queries.to:
            found += [(f"questions of {to}", query_topic(self.id, to)), (f"answers to {to}", answer_topic(self.id, to))]
        return found


SHARED_PREFIX = "platewatch.shared."


def shared_topic(agreement_id: str) -> str:
    """Return the topic of an agreement's alerts, by its short name."""
    return f"{SHARED_PREFIX}{agreement_id}.v1"


def shared_reads_topic(agreement_id: str) -> str:
    """Return the topic of an agreement's reads: who receives them need not be who receives its alerts."""
    return f"{SHARED_PREFIX}{agreement_id}.reads.v1"


def shared_lists_topic(agreement_id: str) -> str:
    """Return the topic of an agreement's hotlists: who receives them need not be who receives its alerts."""
    return f"{SHARED_PREFIX}{agreement_id}.lists.v1"


def is_reads_topic(topic: str) -> bool:
    """Return whether a topic is one of reads that an agreement shares."""
    named = topic.removeprefix(SHARED_PREFIX)
    # The alerts of an agreement that is called reads are none.
    return named != topic and named.endswith(".reads.v1")


def agreement_of_topic(topic: str) -> str | None:
    """Return the agreement whose topic it is, or None where it is none's."""
    named = topic.removeprefix(SHARED_PREFIX)
    if named == topic or not named.endswith(".v1"):
        return None
    return named.removesuffix(".v1").removesuffix(".reads").removesuffix(".lists") or None


DISPOSITIONS_PREFIX = "platewatch.dispositions."


def disposition_topic(agreement_id: str, member_id: str) -> str:
    """Return the topic on which one member says what became of alerts on entries that it was given.

    Each has its own: who may write there is whose people said it, whatever a message itself says.
    """
    return f"{DISPOSITIONS_PREFIX}{agreement_id}.{member_id}.v1"


QUERIES_PREFIX = "platewatch.queries."
ANSWERS_PREFIX = "platewatch.answers."


def query_topic(agreement_id: str, member_id: str) -> str:
    """Return the topic on which one member asks under an agreement.

    Each has its own: who may write there is whoever a question comes from, whatever the question itself says.
    """
    return f"{QUERIES_PREFIX}{agreement_id}.{member_id}.v1"


def answer_topic(agreement_id: str, member_id: str) -> str:
    """Return the topic on which one member is answered: no other member reads what it asked."""
    return f"{ANSWERS_PREFIX}{agreement_id}.{member_id}.v1"


def _once(what: str, names: list[str]) -> None:
    doubled = sorted(name for name, count in Counter(names).items() if count > 1)
    if doubled:
        raise ValueError(f"{what} {', '.join(doubled)} stands there more than once; write it once")
