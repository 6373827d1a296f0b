"""How old each of a car's lists is, and which of them are red: by the car's limit, the list's own, and the law's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from operations.currency import last_renewal
from policy.decisions import open_policy
from schemas.settings import PatrolSettings, Settings
from schemas.wording import age_text
from storage.car.lists.lists import CarLists
from storage.car.lists.standing import ListHere


@dataclass(frozen=True, slots=True)
class ListAgeHere:
    """A list as the page shows it. `dated` is the date of its content, or, of one that people keep by hand, when the
    server last said that nothing is newer. `why_red` is None while it is as current as it has to be.
    """

    hotlist_id: str
    dated: datetime | None
    age_seconds: float | None
    why_red: str | None

    @property
    def is_red(self) -> bool:
        """Whether it is older than it may be."""
        return self.why_red is not None

    @property
    def words(self) -> str:
        """Its age, for people."""
        return age_text(self.age_seconds)


class ListAges:
    """Says how old the lists are.

    Args:
        settings: The configuration: the car's limit, the law, and when shifts begin.
        car: The car's section.
        lists: The car's lists.
        now: The time, aware.

    Raises:
        ConfigurationError: The profile of the law cannot be used.
    """

    def __init__(
        self,
        settings: Settings,
        car: PatrolSettings,
        lists: CarLists,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings, self._lists, self._now = settings, lists, now
        law = open_policy(settings).max_list_age
        self._limit = min(timedelta(hours=car.list_red_hours), timedelta.max if law is None else law)

    def all(self) -> dict[str, ListAgeHere]:
        """Return the age of every list that is here, by name."""
        here, synced_at = self._lists.here(), self._lists.synced_at
        renewal = last_renewal(self._settings, self._now())
        due = None if renewal is None or synced_at is None else renewal.due_of(synced_at)
        return {name: self._age(name, one, synced_at, due) for name, one in sorted(here.items())}

    def red(self) -> Mapping[str, str]:
        """Return why lists are red, by name; of those that are not nothing is said."""
        return {name: age.why_red for name, age in self.all().items() if age.why_red is not None}

    def _age(self, name: str, here: ListHere, synced_at: datetime | None, due: datetime | None) -> ListAgeHere:
        # A clock that was set back makes no list younger than the car has run with it.
        now, said = max(self._now(), self._lists.moment()), here.said
        dated = said.content_date or synced_at
        age = None if dated is None else max((now - dated).total_seconds(), 0.0)
        limit = min(self._limit, timedelta(hours=said.max_age_hours) if said.max_age_hours else self._limit)
        why = None
        if age is None or age > limit.total_seconds():
            hours = limit.total_seconds() / 3600
            why = f"its content is {age_text(age)} and may be {hours:g} h old"
        elif due is not None and now > due:
            why = f"not renewed since {due:%Y-%m-%d %H:%M} UTC, when the law asks for it"
        return ListAgeHere(name, dated, age, why)
