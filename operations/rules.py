"""Rules by which alerts go to channels: added, tried on the alerts of the last days, and only then switched on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from alerts.routing.rules import Rule, parse_rule
from alerts.routing.zone import agency_zone
from operations.reasons import check_reason
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.events import Alert
from schemas.permissions import check_permitted
from schemas.settings import Settings
from storage.alerts.rules import RuleBook, StoredRule
from storage.database import Database

DAYS = 7
MOST_DAYS = 366
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would have sent: of `alerts` that were raised `numbers` are those it takes.

    `channels` are where each of them would have gone, `waiting` how many of them would have waited for the end of the
    quiet hours. The counts are by category, by day and by camera. `is_noted` says that it may be switched on now.
    """

    rule: str
    since: datetime
    alerts: int
    numbers: tuple[int, ...]
    channels: tuple[str, ...]
    waiting: int
    by_category: dict[str, int] = field(default_factory=dict)
    by_day: dict[str, int] = field(default_factory=dict)
    by_camera: dict[str, int] = field(default_factory=dict)
    is_noted: bool = False


def view_rules(actor: Actor, database: Database) -> list[StoredRule]:
    """Return every rule with what it says and whether it is on.

    Args:
        actor: Who looks.
        database: An open database.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    return RuleBook(database).all(AuditRecord(actor, Action.VIEW_RULES))


def add_rules(actor: Actor, database: Database, settings: Settings, rules: Sequence[Rule]) -> list[str]:
    """Store rules. One that says something else than before is off until it was tried and switched on.

    Args:
        actor: Who adds them.
        database: An open database.
        settings: The configuration; the rules' channels have to be in it.
        rules: The rules.

    Returns:
        The names of those that are new or say something new.

    Raises:
        InvalidInput: A channel is not configured.
        DatabaseUnavailable: The server is down.
    """
    for rule in rules:
        check_channels(rule, settings)
    said = {rule.name: (rule.document(), rule.digest) for rule in rules}
    record = AuditRecord(
        actor, Action.ADD_RULES, {"rules": {name: definition for name, (definition, _) in said.items()}}
    )
    return RuleBook(database).save(said, actor.name, datetime.now(UTC), record)


def try_rule(actor: Actor, database: Database, settings: Settings, rule: Rule | str, days: int = DAYS) -> Trial:
    """Return what a rule would have sent of the alerts of the last days. Nothing is sent.

    Args:
        actor: Who tries it.
        database: An open database.
        settings: The configuration; the agency's time zone counts.
        rule: A stored rule's name, or one that is not stored.
        days: How many days back.

    Raises:
        InvalidInput: There is no such rule, or the days do not fit.
        DatabaseUnavailable: The server is down.
    """
    check_permitted(actor, Action.TRY_RULE)
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"{days} days cannot be tried; give 1 to {MOST_DAYS}")
    book = RuleBook(database)
    is_stored = isinstance(rule, str)
    tried = _usable(_stored(book, rule)) if isinstance(rule, str) else rule
    now = datetime.now(UTC)
    trial = _trial(book, tried, settings, now - timedelta(days=days))
    record = AuditRecord(actor, Action.TRY_RULE, {"rule": tried.name, "days": days, "stored": is_stored})
    noted = book.note_trial(tried.name, tried.digest, actor.name, now, record, len(trial.numbers))
    return _with_note(trial, noted)


def switch_rule(
    actor: Actor, database: Database, settings: Settings, name: str, *, on: bool, untried: str | None = None
) -> None:
    """Switch a rule on or off; what it planned before is sent all the same.

    Args:
        actor: Who does.
        database: An open database.
        settings: The configuration; the rule's channels have to be in it.
        name: The rule.
        on: Whether it sends from now on.
        untried: Why it is switched on though what it says was never tried.

    Raises:
        InvalidInput: There is no such rule, it is that way already, it was never tried and nobody says why, or one of
            its channels is not configured.
        DatabaseUnavailable: The server is down.
    """
    check_permitted(actor, Action.SWITCH_RULE)
    book = RuleBook(database)
    stored = _stored(book, name)
    record = AuditRecord(actor, Action.SWITCH_RULE, {"rule": name, "on": on, "untried": untried})
    if on:
        check_channels(_usable(stored), settings)
        if stored.tried_at is None:
            if untried is None:
                raise InvalidInput(
                    f"rule '{name}' was never tried as it is now; see what it would have sent (platewatch rules try "
                    f"{name}), or say why it is switched on without (--untried REASON)"
                )
            check_reason(database, record, untried)
    reason = untried if on and stored.tried_at is None else None
    if not book.switch(name, on=on, by=actor.name, now=datetime.now(UTC), reason=reason, audit=record):
        raise InvalidInput(f"rule '{name}' is {'on' if on else 'off'} already; see platewatch rules list")


def remove_rule(actor: Actor, database: Database, name: str) -> None:
    """Delete a rule; what it planned before is sent still.

    Raises:
        InvalidInput: There is no such rule.
        DatabaseUnavailable: The server is down.
    """
    if not RuleBook(database).remove(name, AuditRecord(actor, Action.REMOVE_RULE, {"rule": name})):
        raise _absent(name)


def check_channels(rule: Rule, settings: Settings) -> None:
    """Make sure that a rule's channels are configured.

    Raises:
        InvalidInput: One is not; says which ones are.
    """
    known = [channel.name for channel in settings.alerts.channels]
    missing = [name for name in rule.channels if name not in known]
    if missing:
        raise InvalidInput(
            f"rule '{rule.name}' names the channel {', '.join(missing)}, and the configuration has "
            f"{', '.join(known) or 'none'}; add it as [[alerts.channels]]"
        )


def _trial(book: RuleBook, rule: Rule, settings: Settings, since: datetime) -> Trial:
    zone = agency_zone(settings.time_zone)
    numbers: list[int] = []
    counts: tuple[Counter[str], Counter[str], Counter[str]] = (Counter(), Counter(), Counter())
    asked = waiting = 0
    for number, payload in book.raised_since(since):
        asked += 1
        try:
            alert = Alert.model_validate(payload)
        except ValueError:
            continue
        if not rule.takes(alert, zone):
            continue
        numbers.append(number)
        waiting += rule.due_at(alert, alert.created_at, zone) > alert.created_at
        day = alert.created_at.astimezone(zone).date().isoformat()
        for count, key in zip(counts, (alert.entry.category.value, day, alert.read.camera_id), strict=True):
            count[key] += 1
    by_category, by_day, by_camera = (dict(sorted(count.items())) for count in counts)
    return Trial(rule.name, since, asked, tuple(numbers), rule.channels, waiting, by_category, by_day, by_camera)


def _with_note(trial: Trial, noted: bool) -> Trial:
    values = {name: getattr(trial, name) for name in Trial.__dataclass_fields__}
    return Trial(**(values | {"is_noted": noted}))


def _stored(book: RuleBook, name: str) -> StoredRule:
    found = next((rule for rule in book.all() if rule.name == name), None)
    if found is None:
        raise _absent(name)
    return found


def _usable(stored: StoredRule) -> Rule:
    return parse_rule(stored.definition, f"rule '{stored.name}'")


def _absent(name: str) -> InvalidInput:
    return InvalidInput(f"no rule '{name}'; see platewatch rules list")
