"""How long records are kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.settings.section import Section


class RetentionSettings(Section):
    """How long records are kept; never longer than the law of `policy.profile` allows."""

    reads_days: Annotated[int, Field(ge=1)] | None = None
    """Days after which reads, their pictures, hits and alerts are deleted; default: the law's time, or 30 days."""
    audit_days: Annotated[int, Field(ge=1)] | None = None
    """Days after which rows of the audit are deleted; default: the law's time, or 730 days."""
    findings_days: Annotated[int, Field(ge=1)] | None = None
    """Days after which what came of alerts, without plates or places, is deleted; default: the law's or the audit's."""
    stops_days: Annotated[int, Field(ge=1)] | None = None
    """Days after which what officers recorded of stops is deleted; default: the law's or the audit's."""
