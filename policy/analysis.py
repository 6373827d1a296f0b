"""How far questions about many vehicles may go: who passes together, who was at several places."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from policy.facts import Fact


class AnalysisRule(Fact):
    """Limits of convoy, multi-geo and stakeout questions; a law that names none leaves ours."""

    permitted: bool = True
    """Whether such questions may be asked at all."""
    window_seconds: Annotated[int, Field(ge=1, le=300)] = 300
    """Longest time between two vehicles that pass together."""
    least_cameras: Annotated[int, Field(ge=3)] = 3
    """Fewest different cameras that two pass together."""
    most_days: Annotated[int, Field(ge=1, le=31)] = 7
    """Longest period that is looked through."""
    most_square_km: Annotated[float, Field(gt=0, le=10_000)] = 25.0
    """Largest area."""
    second_person: bool = True
    """Whether a second person approves a question that names no plate."""
