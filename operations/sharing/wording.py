"""Agreements in words, as commands and pages show them."""

from __future__ import annotations

from policy.agreements.grants import Grant
from storage.sharing.agreements import StoredVersion


def state_of(version: StoredVersion) -> str:
    """Return what a version is, in a word."""
    if version.ended_at is not None:
        return "ended"
    if version.is_pending:
        return "waits for approval"
    return "in force" if version.is_active else "replaced"


def scope_of(grant: Grant) -> str:
    """Return how far a grant goes, in words."""
    cameras = "all cameras" if grant.cameras == "all" else f"cameras {', '.join(grant.cameras)}"
    parts = [
        cameras if grant.cameras else "",
        "" if grant.area is None else f"within {grant.area.model_dump()}",
        f"lists {', '.join(grant.lists)}" if grant.lists else "",
        ", ".join(grant.categories),
        ", ".join(grant.tiers),
        f"showing {', '.join(grant.fields)}",
        f"for {', '.join(grant.purposes)}",
        f"never for {', '.join(grant.purposes_forbidden)}" if grant.purposes_forbidden else "",
        f"with {', '.join(grant.attestations)} declared" if grant.attestations else "",
        f"kept for {grant.max_days} days at most",
        "with criminal-justice information" if grant.cji else "without criminal-justice information",
    ]
    return "; ".join(part for part in parts if part)
