"""What every wire model is made of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

CITED_PROBLEMS = 3

Probability = Annotated[float, Field(ge=0.0, le=1.0)]


class WireModel(BaseModel):
    """Base of wire models: frozen. Unknown fields are ignored, so that a publisher may add some within a version."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def utc(moment: datetime) -> str:
    """Return an aware time as ISO 8601 text in UTC with a `Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def problems_in(error: ValidationError) -> str:
    """Return what is wrong with a message in one line, without its values: they may be personal data."""
    problems = error.errors(include_input=False, include_url=False, include_context=False)
    cited = [
        f"{'.'.join(str(part) for part in problem['loc']) or 'message'}: {problem['msg'].lower()}"
        for problem in problems[:CITED_PROBLEMS]
    ]
    more = f"; and {len(problems) - CITED_PROBLEMS} more" if len(problems) > CITED_PROBLEMS else ""
    return "; ".join(cited) + more
