"""Whether one version of an agreement grants anybody more than another."""

from __future__ import annotations

from collections.abc import Iterator

from policy.agreements.agreement import Agreement
from policy.agreements.grants import Grant
from policy.agreements.parties import Attestation


def widening(before: Agreement | None, after: Agreement) -> tuple[str, ...]:
    """Return in words what a version grants that the one before did not; empty: nothing to anybody, at any time.

    Where it is not plain that something is no wider, it counts as wider: then a second person looks.

    Args:
        before: The version in force; None: there is none.
        after: The version that is proposed.
    """
    if before is None:
        return ("it is a new agreement",)
    return tuple(dict.fromkeys(_wider(before, after)))


def _wider(before: Agreement, after: Agreement) -> Iterator[str]:
    if after.valid_from < before.valid_from:
        yield f"begins on {after.valid_from}, before {before.valid_from}"
    if after.valid_until > before.valid_until:
        yield f"is valid until {after.valid_until}, after {before.valid_until}"
    if after.audit_every_days > before.audit_every_days:
        yield f"is audited every {after.audit_every_days} days, before every {before.audit_every_days}"
    if after.owner != before.owner:
        yield "its owner is described otherwise"
    yield from _attested(before, after)
    for grant in after.grants:
        old = before.grant(grant.shares)
        if old is None:
            yield f"shares {grant.shares.value}, which it did not"
        else:
            yield from _wider_grant(before, after, old, grant)


def _attested(before: Agreement, after: Agreement) -> Iterator[str]:
    """Yield attestations that count when none did before."""
    for one in after.attestations:
        if not any(_covers(known, one) for known in before.attestations):
            yield f"{one.member} declares {one.declares} until {one.expires_on}"


def _covers(known: Attestation, one: Attestation) -> bool:
    same = (known.member, known.declares) == (one.member, one.declares)
    return same and known.signed_on <= one.signed_on and one.expires_on <= known.expires_on


def _wider_grant(before: Agreement, after: Agreement, old: Grant, new: Grant) -> Iterator[str]:
    what = new.shares.value
    for receiver in new.to:
        if receiver not in old.to:
            yield f"{what}: {receiver} receives them, too"
        elif before.member(receiver) != after.member(receiver):
            yield f"{what}: {receiver} is described otherwise"
    if old.cameras != "all" and (new.cameras == "all" or set(new.cameras) - set(old.cameras)):
        more = "all" if new.cameras == "all" else ", ".join(sorted(set(new.cameras) - set(old.cameras)))
        yield f"{what}: more cameras: {more}"
    if old.area is not None and (new.area is None or not new.area.is_within(old.area)):
        yield f"{what}: another area"
    for name in ("categories", "tiers", "lists", "fields", "purposes"):
        more_values = [str(value) for value in getattr(new, name) if value not in getattr(old, name)]
        if more_values:
            yield f"{what}: more {name}: {', '.join(more_values)}"
    for name in ("purposes_forbidden", "attestations"):
        fewer = [str(value) for value in getattr(old, name) if value not in getattr(new, name)]
        if fewer:
            yield f"{what}: fewer {name}: without {', '.join(fewer)}"
    if new.max_days > old.max_days:
        yield f"{what}: kept for {new.max_days} days, before {old.max_days}"
    if new.cji and not old.cji:
        yield f"{what}: criminal-justice information, too"
