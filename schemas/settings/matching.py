"""When a read is a hit: how many false alerts an operator takes, by category."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field, field_validator

from schemas.settings.section import Section
from schemas.types import Category, PlateRead

Share = Annotated[float, Field(gt=0, le=1)]
FalseAlerts = Annotated[float, Field(gt=0, le=10_000)]

CATEGORY_FALSE_ALERTS: Final[Mapping[Category, float]] = MappingProxyType(
    {
        Category.CHILD_ABDUCTION: 50.0,
        Category.ENDANGERED_PERSON: 20.0,
        Category.MISSING_PERSON: 10.0,
        Category.HUMAN_TRAFFICKING: 10.0,
        Category.STOLEN_PLATE: 2.0,
        Category.LOST_PLATE: 2.0,
        Category.STOLEN_BOAT: 1.0,
        Category.SUSPENDED_REGISTRATION: 1.0,
        Category.EXPIRED_REGISTRATION: 1.0,
        Category.SUSPENDED_LICENSE: 1.0,
        Category.UNINSURED: 1.0,
    }
)
"""False alerts per 10,000 reads by category, where they differ: a look too many is worth a child's life, and no unpaid
registration is worth the stop of somebody else."""


class MatchingSettings(Section):
    """Read to Hit."""

    false_alerts_per_10k: FalseAlerts = 5.0
    """Probable and partial hits that 10,000 reads of vehicles on no list may raise; says how high a probable hit has to
    score, and how few vehicles a partial one may fit."""
    category_false_alerts_per_10k: dict[Category, FalseAlerts] = Field(default_factory=dict)
    """The same by category; what is named here takes the place of the defaults below."""
    traffic: dict[str, Share] = Field(default_factory=dict)
    """Shares of the passing vehicles by state, like {"US-VA" = 0.7, "US-NC" = 0.1}; other states have the rest. A state
    that hardly ever passes says much when a listed plate of it is read. Empty: half is of the law profile's state."""
    min_read_confidence: Annotated[float, Field(ge=0, le=1)] = 0.3
    """Reads below this confidence are stored but not matched; one whose reader gives none is matched in any case."""
    historical_days: Annotated[int, Field(ge=0)] = 7
    """Stored reads of so many days are matched with entries that come anew; never more than are kept; 0: none."""
    historical_max_entries: Annotated[int, Field(ge=1)] = 50_000
    """More new entries at a time are matched with stored reads by command only (`platewatch historical`)."""

    @field_validator("traffic")
    @classmethod
    def _no_more_than_all(cls, shares: dict[str, float]) -> dict[str, float]:
        total = sum(shares.values())
        if total > 1 + 1e-9:
            raise ValueError(f"the shares sum up to {total:.2f}; 1 is all vehicles")
        return {state.upper(): share for state, share in shares.items()}

    def is_sure_enough(self, read: PlateRead) -> bool:
        """Tell whether a read is matched; that its reader does not say how sure it is hides no listed vehicle."""
        # Written so that a confidence of NaN is not matched.
        return not read.confidence_is_known or read.confidence >= self.min_read_confidence

    def false_alerts_of(self, category: Category) -> float:
        """Return the false alerts per 10,000 reads that a category may raise."""
        chosen = {**CATEGORY_FALSE_ALERTS, **self.category_false_alerts_per_10k}
        return chosen.get(category, self.false_alerts_per_10k)
