"""Whether one member of an agreement may receive at all: the law, and what it declared."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from policy.agreements.agreement import Agreement
from policy.agreements.days import day_begins, day_ends
from policy.agreements.grants import Grant
from policy.agreements.parties import Member
from policy.decisions import Policy
from policy.sharing import Condition


class Receiver:
    """One member that receives, with what the law and the grant ask of it."""

    def __init__(self, agreement: Agreement, grant: Grant, member: Member, policy: Policy, zone: tzinfo | None) -> None:
        self.member = member
        verdict = policy.receives(member.ref)
        self._unlawful = None if verdict.is_standing else verdict.reason
        needed = set(grant.attestations)
        if Condition.ATTESTATION in verdict.requires and policy.profile.attestation is not None:
            needed.add(policy.profile.attestation.declares)
        if self._unlawful is None and Condition.WRITTEN_REQUEST in verdict.requires:
            signed = any(signer.member == member.id for signer in agreement.signers)
            self._unlawful = None if signed else f"{member.name} signed nothing: {verdict.reason}"
        self._spans = {
            declares: tuple(
                (day_begins(one.signed_on, zone), day_ends(one.expires_on, zone))
                for one in agreement.attestations
                if one.member == member.id and one.declares == declares
            )
            for declares in sorted(needed)
        }

    def clear_until(self, now: datetime) -> datetime:
        """Return when the first of its attestations ends that count now."""
        current = [max((end for start, end in spans if start <= now), default=now) for spans in self._spans.values()]
        return min(current, default=datetime.max.replace(tzinfo=UTC))

    def blocked(self, now: datetime) -> str | None:
        """Return why nothing at all may go to the member now, or None."""
        if self._unlawful is not None:
            return self._unlawful
        for declares, spans in self._spans.items():
            if not any(start <= now < end for start, end in spans):
                last = max((end for _, end in spans), default=None)
                how = "never made" if last is None else "not made yet" if now < last else "expired"
                return f"no valid attestation '{declares}' of {self.member.name} ({how})"
        return None
