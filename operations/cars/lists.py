"""What patrol cars are told of the lists: whole at first, then changes, and withdrawals at once; all of it signed.

A program asks here, by a car's token, as the matcher of this machine follows the lists; nobody's name stands behind it.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hotlists.feeds.freshness import ListAge
from operations.cars.list_parts import Plan, action_of, filled, plans_of
from operations.currency import current_ages
from policy.decisions import Policy, open_policy
from policy.purposes import purpose_of_category
from schemas.convert.car_entries import segments_bytes
from schemas.errors import InvalidInput
from schemas.events.car_lists import MOST_WITHDRAWN, CarListEvent, CarListsAnswer
from schemas.settings import Settings
from schemas.types import RECEIVED_LAYOUT, Category
from services.signed_envelope import signed_envelope
from services.signing import SigningKey, SigningKeys, document_bytes
from storage.cars.list_editions import Edition, ListAt, ListInForce, ListTelling
from storage.database import Database

CHANGES_FOR = timedelta(days=14)
"""A car that was away for longer is told everything anew: retention may have ended entries that went meanwhile."""
GIVEN_FOR = timedelta(hours=24)
"""A list that another agency gives may end at any time: a car uses it for so long without word from the server."""
AGES_SECONDS = 10.0
"""How old the lists are is looked at anew after so long; hundreds of cars ask."""
MOST_COUNTS = 1000
_NONCE = re.compile(r"[0-9a-f]{32}")
_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a car asks: it has edition `have` and was told withdrawals up to `withdrawn`; `part` of `edition` is next.

    That is to hold at most `entries` (0: as many as usual).

    `anew` asks for everything, `keys` for the statements by which one signing key named the next, and nothing else.
    """

    car_id: str
    nonce: str
    have: int
    withdrawn: int
    edition: int
    part: int
    entries: int
    after: str
    anew: bool
    keys: bool

    @classmethod
    def of(cls, car_id: str, query: Mapping[str, str]) -> _Asked:
        nonce = query.get("nonce", "")
        if not _NONCE.fullmatch(nonce):
            raise InvalidInput("'nonce' is no number of 32 hexadecimal digits")
        numbers = {name: query.get(name, "0") for name in ("have", "withdrawn", "edition", "part", "entries")}
        for name, text in numbers.items():
            if not _NUMBER.fullmatch(text):
                raise InvalidInput(f"'{name}' is no number")
        found = {name: int(text) for name, text in numbers.items()}
        return cls(
            car_id,
            nonce,
            **found,
            after=query.get("after", ""),
            anew=query.get("anew") == "1",
            keys=query.get("keys") == "1",
        )


class CarListFeed:
    """Answers cars. Threads share it.

    Args:
        settings: The configuration: the law, the agency, and where the signing key is.
        database: The open database.
        now: The time, aware.
    """

    def __init__(
        self, settings: Settings, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._settings, self._database, self._now = settings, database, now
        policy = open_policy(settings)
        self._own, self._given = _may_go(policy), _may_go(policy, is_given=True)
        self._lock = threading.Lock()
        self._ages: tuple[float, dict[str, ListAge]] = (float("-inf"), {})
        self._counts: dict[tuple[str, ListAt, int, int], int] = {}

    def answer(self, car_id: str, query: Mapping[str, str]) -> bytes:
        """Return what a car is told, signed.

        Args:
            car_id: The car, whose token was checked.
            query: What it asks: `have`, `withdrawn` and `nonce`; for a part `edition`, `part` and `after` besides.

        Raises:
            InvalidInput: It asks for what is not there, or not to be understood.
            DatabaseUnavailable: The database is away.
            ConfigurationError: There is no signing key, and none can be made.
        """
        asked = _Asked.of(car_id, query)
        keys = SigningKeys(self._settings.data_dir)
        key = keys.current()
        if asked.keys:
            # By which a car that knows an earlier key learns of this one.
            return document_bytes({"successions": keys.successions()})
        return self._part(asked, key) if asked.part else self._head(asked, key)

    def _head(self, asked: _Asked, key: SigningKey) -> bytes:
        now = self._now()
        ages = self._current_ages(now)
        with ListTelling.telling(self._database, asked.car_id) as telling:
            lists = telling.lists()
            target = {one.hotlist_id: ListAt(one.version, self._scope(one.layout)) for one in lists}
            editions = telling.editions(asked.car_id)
            known = editions.get(asked.have)
            # A copy of the database that came back gives other withdrawals the numbers that the car knows.
            told_up_to = max([telling.last_withdrawal(), *(one.withdrawn_number for one in editions.values())])
            is_known = asked.withdrawn <= told_up_to
            if asked.anew or not is_known or _is_old(known, now):
                known = None
            if known is not None and known.standing == target:
                telling.keep(asked.car_id, [asked.have])
                edition = known
            else:
                edition = self._next(telling, asked, editions, known, target, now)
            is_first = asked.have == 0 and asked.withdrawn == 0
            told = self._withdrawn(telling, telling.last_withdrawal() if is_first or not is_known else asked.withdrawn)
            telling.told_withdrawals(asked.car_id, told["withdrawn_number"])
        base = {} if known is None else known.standing
        is_current = known is not None and edition is known
        said = CarListsAnswer(
            **self._said(asked, key, now),
            kind="current" if is_current else "edition",
            edition=edition.edition,
            base=edition.edition if is_current else edition.base,
            lists=tuple(_event(one, target[one.hotlist_id], base, ages, now) for one in _in_order(lists)),
            **told,
        )
        return signed_envelope(said.model_dump(mode="json"), b"", key)

    def _next(
        self,
        telling: ListTelling,
        asked: _Asked,
        editions: Mapping[int, Edition],
        known: Edition | None,
        target: Mapping[str, ListAt],
        now: datetime,
    ) -> Edition:
        """Return the edition that the car fetches: the one that was begun where it still fits, or a new one."""
        base = 0 if known is None else known.edition
        newest = max(editions, default=0)
        pending = editions.get(newest)
        if pending is not None and newest > asked.have and pending.base == base and pending.standing == target:
            fresh = now - pending.made_at < CHANGES_FOR
            if fresh and not asked.anew:
                return pending
        made = Edition(max(newest, asked.have) + 1, base, target, now)
        telling.put(asked.car_id, made, [base] if base else [])
        return made

    def _part(self, asked: _Asked, key: SigningKey) -> bytes:
        now = self._now()
        with ListTelling.reading(self._database) as telling:
            editions = telling.editions(asked.car_id)
            edition = editions.get(asked.edition)
            base = None if edition is None else editions.get(edition.base)
            if edition is None or (edition.base and base is None):
                raise InvalidInput(f"edition {asked.edition} is not told any more; ask what is new")
            plans = plans_of({} if base is None else base.standing, edition.standing, self._categories)
            part = filled(telling, plans, asked.after, asked.entries)
            told = self._withdrawn(telling, asked.withdrawn)
            counts = {}
            if part.after is None and not told["has_more_withdrawn"]:
                counts = self._counted(telling, plans, edition, asked)
        payload = segments_bytes(part.segments)
        said = CarListsAnswer(
            **{**self._said(asked, key, now), "payload_sha256": hashlib.sha256(payload).hexdigest()},
            kind="part",
            edition=edition.edition,
            base=edition.base,
            part=asked.part,
            is_last=part.after is None,
            after=part.after or "",
            counts=counts,
            **told,
        )
        return signed_envelope(said.model_dump(mode="json"), payload, key)

    def _said(self, asked: _Asked, key: SigningKey, now: datetime) -> dict[str, Any]:
        return {
            "car_id": asked.car_id,
            "agency_id": self._settings.agency_id,
            "key_id": key.key_id,
            "public_key": key.public.raw.hex(),
            "nonce": asked.nonce,
            "made_at": now,
            "payload_sha256": hashlib.sha256(b"").hexdigest(),
        }

    def _withdrawn(self, telling: ListTelling, begins: int) -> dict[str, Any]:
        # Asked before: what is withdrawn meanwhile is told the next time.
        last = max(begins, telling.last_withdrawal())
        found = telling.withdrawn(begins, [*dict.fromkeys((*self._own, *self._given))], MOST_WITHDRAWN)
        is_full = len(found) == MOST_WITHDRAWN
        return {
            "withdrawn_after": begins,
            "withdrawn_number": found[-1][0] if is_full else last,
            "withdrawn": tuple(entry_id for _, entry_id in found),
            "has_more_withdrawn": is_full,
        }

    def _counted(self, telling: ListTelling, plans: Sequence[Plan], edition: Edition, asked: _Asked) -> dict[str, int]:
        """Return how many entries the lists that changed have, counted once for all cars that are told the same."""
        last, standing = telling.last_withdrawal(), telling.standing_withdrawals()
        found = {}
        for plan in plans:
            name = plan.rows.hotlist_id
            at = (name, edition.standing[name], last, standing)
            with self._lock:
                known = self._counts.get(at)
            found[name] = telling.count(plan.rows) if known is None else known
            with self._lock:
                if len(self._counts) >= MOST_COUNTS:
                    self._counts.clear()
                self._counts[at] = found[name]
        return found

    def _current_ages(self, now: datetime) -> dict[str, ListAge]:
        looked_at, ages = self._ages
        if time.monotonic() - looked_at >= AGES_SECONDS:
            ages = {age.hotlist_id: age for age in current_ages(self._database, self._settings, now)}
            self._ages = (time.monotonic(), ages)
        return ages

    def _scope(self, layout: str) -> str:
        is_given = layout == RECEIVED_LAYOUT
        categories = self._given if is_given else self._own
        return f"{'given' if is_given else 'own'}:{','.join(categories)}"

    @staticmethod
    def _categories(scope: str) -> list[str]:
        return [name for name in scope.partition(":")[2].split(",") if name]


def _may_go(policy: Policy, *, is_given: bool = False) -> tuple[str, ...]:
    """Return the categories whose entries go to cars: what does not notify has no business there.

    Of a list that another agency gives what our own law forbids to take in does not go either.
    """
    forbidden = (*policy.purposes.forbidden, *policy.own.never_purposes) if is_given else ()
    return tuple(
        category.value
        for category in Category
        if policy.may_notify(category) and purpose_of_category(category) not in forbidden
    )


def _in_order(lists: Sequence[ListInForce]) -> list[ListInForce]:
    # A part's rows name their list by its place, and the database may order names otherwise.
    return sorted(lists, key=lambda one: one.hotlist_id)


def _is_old(edition: Edition | None, now: datetime) -> bool:
    # One of a time to come is of a clock that was wrong.
    return edition is not None and not timedelta(days=-1) < now - edition.made_at < CHANGES_FOR


def _event(
    one: ListInForce, at: ListAt, base: Mapping[str, ListAt], ages: Mapping[str, ListAge], now: datetime
) -> CarListEvent:
    age = ages.get(one.hotlist_id)
    return CarListEvent(
        hotlist_id=one.hotlist_id,
        version=at.version,
        scope=hashlib.sha256(at.scope.encode()).hexdigest()[:16],
        as_of=one.as_of,
        content_date=None if age is None else age.content_date,
        max_age_hours=None if age is None else age.max_age_hours,
        use_until=now + GIVEN_FOR if one.layout == RECEIVED_LAYOUT else None,
        action=action_of(base.get(one.hotlist_id), at),
    )
