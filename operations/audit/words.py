"""What a look at the whole audit came to, in words."""

from __future__ import annotations

from operations.audit.walking import Verification


def problem_lines(found: Verification) -> list[str]:
    """Return what is not as it was sealed, a line each."""
    return [f"{one.kind.upper().replace('_', ' ')}: {one.what}" for one in found.problems]


def verification_lines(found: Verification) -> list[str]:
    """Return what was checked, and whether all of it is as it was written.

    Args:
        found: What was found.
    """
    purged = f"; purged by law: {', '.join(found.purged)}" if found.purged else ""
    lines = [
        f"{found.rows} rows checked, {found.ended} have ended, {found.waiting} wait to be sealed; {found.checkpoints} "
        f"signatures{purged}"
    ]
    if found.head is None:
        return [*lines, "nothing was sealed yet: a run does it"]
    return lines if found.problems else [*lines, f"all of it is as it was written, up to {found.head['sealed_at']}"]
