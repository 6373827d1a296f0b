"""What a jurisdiction's law and an agency's own settings together decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from policy.analysis import AnalysisRule
from policy.collection import CollectionRule
from policy.facts import Confidence
from policy.loading import load_profile
from policy.profile import FOREVER, KeepLimit, Profile, SearchRule
from policy.purposes import PurposeRule, PurposeVerdict, purposes_in
from policy.sharing import AgencyKind, AgencyRef, ReceiveVerdict, Sharing, receive_verdict
from schemas.errors import ConfigurationError
from schemas.settings import PolicySettings, RetentionSettings, Settings
from schemas.types import Category, PlateRead

DEFAULT_READS = timedelta(days=30)
"""How long reads are kept where the law has no number: near the shortest that other states set, 21 to 60 days."""

DEFAULT_AUDIT = timedelta(days=730)
"""How long the audit is kept where the law has no number: Virginia's two years, above the year that CJIS asks for."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept here."""

    reads: timedelta = timedelta(days=21)
    audit: timedelta = DEFAULT_AUDIT
    findings: timedelta = DEFAULT_AUDIT
    """What came of alerts, without plates and places."""
    stops: timedelta = DEFAULT_AUDIT
    """What officers recorded of stops."""

    @property
    def topic_days(self) -> float:
        """Days that a topic may keep alerts: as long as reads."""
        return self.reads / timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a category notifies, and why."""

    notifies: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Policy:
    """The law that holds here, and what the agency decided within it. Make it with `open_policy`."""

    profile: Profile
    own: PolicySettings = field(default_factory=PolicySettings)
    retention: Retention = field(default_factory=Retention)
    _verdicts: Mapping[Category, Verdict] = field(init=False, repr=False, compare=False)
    _collection: CollectionRule = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Asked for every read: where the law is not known, a rule is made once.
        rule = self.profile.collection or CollectionRule(**_unknown(self.profile))
        object.__setattr__(self, "_collection", rule)
        verdicts = {category: _decide(category, self.profile, self.own) for category in Category}
        object.__setattr__(self, "_verdicts", MappingProxyType(verdicts))

    def may_notify(self, category: Category) -> bool:
        """Return whether a hit of this category raises an alert."""
        return self._verdicts[category].notifies

    def notify_reason(self, category: Category) -> str:
        """Return why a category notifies or does not, with the law's citation and date."""
        return self._verdicts[category].reason

    @property
    def max_list_age(self) -> timedelta | None:
        """How old a list's content may be by law; None where the law has no number that we know of."""
        rule = self.profile.hotlists
        return None if rule is None or rule.max_age_hours is None else timedelta(hours=rule.max_age_hours)

    @property
    def search(self) -> SearchRule:
        """What has to be said of a search; where nothing is known, purpose and case number are required."""
        return self.profile.search or SearchRule(**_unknown(self.profile))

    @property
    def analysis(self) -> AnalysisRule:
        """How far questions about many vehicles may go; where nothing is known, as far as our own limits."""
        return self.profile.analysis or AnalysisRule(**_unknown(self.profile))

    @property
    def purposes(self) -> PurposeRule:
        """What stored reads may be searched for; where nothing is known, whatever is said in words."""
        return self.profile.purposes or PurposeRule(**_unknown(self.profile))

    def judge_purpose(self, text: str) -> PurposeVerdict:
        """Return whether stored reads may be searched for a purpose, by the law and the agency's own decisions.

        Args:
            text: The purpose as a person gave it.
        """
        return self.purposes.verdict(purposes_in(text), self.own.also_purposes, self.own.never_purposes)

    @property
    def collection(self) -> CollectionRule:
        """What may be stored of a passing vehicle; where nothing is known, whatever its reader gives."""
        return self._collection

    def kept(self, read: PlateRead) -> PlateRead:
        """Return a read with what the law lets be stored of it.

        Args:
            read: As its reader gave it.
        """
        return self.collection.kept(read)

    @property
    def sharing(self) -> Sharing:
        """Who may receive reads and alerts; where nothing is known, police and prosecutors of the same state."""
        return self.profile.sharing or _default_sharing(self.profile)

    def may_receive(self, recipient: AgencyRef) -> bool:
        """Return whether reads and alerts may go to a recipient without conditions."""
        return self.sharing.allows(recipient)

    def receives(self, recipient: AgencyRef) -> ReceiveVerdict:
        """Return whether reads and alerts may go to a recipient, and what has to be there for it."""
        return receive_verdict(recipient, self.sharing, self.profile.receive)

    @property
    def audit_every(self) -> timedelta | None:
        """Most time between two audits by law; None where the law has no number that we know of."""
        return None if self.profile.audits is None else self.profile.audits.every


def open_policy(settings: Settings) -> Policy:
    """Load the profile that the settings name and check what they set against it.

    Args:
        settings: The configuration.

    Returns:
        What holds here.

    Raises:
        ConfigurationError: The profile cannot be used, or a retention is longer than the law's.
    """
    profile = load_profile(settings.policy.profile)
    _check_opened(profile, settings.policy)
    return Policy(profile, settings.policy, _retention(profile, settings.retention))


def law_alone(name_or_path: str) -> Policy:
    """Return what a profile decides where an agency sets nothing itself.

    Args:
        name_or_path: As `load_profile` takes it.

    Raises:
        ConfigurationError: The profile cannot be used.
    """
    profile = load_profile(name_or_path)
    return Policy(profile, PolicySettings(profile=name_or_path), _retention(profile, RetentionSettings()))


def effective_retention(settings: Settings) -> Retention:
    """Return how long what is kept: the settings' times, or else the law's, or else the documented defaults.

    Raises:
        ConfigurationError: As `open_policy`.
    """
    return open_policy(settings).retention


def _decide(category: Category, profile: Profile, own: PolicySettings) -> Verdict:
    rule = profile.notify
    if category in own.never_notify:
        return Verdict(False, "not notified: this agency's policy.never_notify")
    if rule.permits(category):
        if rule.permitted == "any":
            return Verdict(True, f"may notify: no closed list of purposes known: {rule.source}")
        return Verdict(True, f"permitted to notify: {rule.source}")
    if category in own.also_notify:
        return Verdict(True, f"notifies by this agency's policy.also_notify: {own.also_notify_reason}")
    if rule.permitted == "any":
        return Verdict(False, f"not notified until policy.also_notify opens it: {rule.source}")
    return Verdict(False, f"not permitted to notify: {rule.source}")


def _check_opened(profile: Profile, own: PolicySettings) -> None:
    """Let nobody open what the law forbids by name."""
    law = profile.purposes
    forbidden = [] if law is None else [one for one in own.also_purposes if one in law.forbidden]
    if law is not None and forbidden:
        raise ConfigurationError(
            f"'policy.also_purposes': {', '.join(forbidden)} is forbidden by {law.source}; remove it"
        )


def _retention(profile: Profile, own: RetentionSettings) -> Retention:
    rules = profile.retention
    audit = _shorter("retention.audit_days", own.audit_days, rules.audit, DEFAULT_AUDIT)
    return Retention(
        reads=_shorter("retention.reads_days", own.reads_days, rules.reads, DEFAULT_READS),
        audit=audit,
        findings=_shorter("retention.findings_days", own.findings_days, rules.findings, audit),
        stops=_shorter("retention.stops_days", own.stops_days, rules.stops, audit),
    )


def _shorter(key: str, own_days: int | None, law: KeepLimit | None, default: timedelta) -> timedelta:
    longest = None if law is None else law.longest
    if own_days is None:
        return default if longest is None else longest
    own = timedelta(days=own_days)
    if law is not None and law.forever:
        raise ConfigurationError(
            f"'{key}': {own_days} days are fewer than {law.source} asks for: for good; leave the key out"
        )
    if law is not None and longest is not None and own > longest:
        raise ConfigurationError(
            f"'{key}': {own_days} days are longer than the {span_text(longest)} of {law.source}; leave the key out or"
            " give fewer days"
        )
    return own


def _default_sharing(profile: Profile) -> Sharing:
    return Sharing(
        **_unknown(profile),
        kinds=(AgencyKind.LAW_ENFORCEMENT, AgencyKind.PROSECUTOR),
        jurisdictions=(profile.jurisdiction,),
    )


def _unknown(profile: Profile) -> dict[str, Any]:
    """Return the source of what Platewatch does where nothing is known."""
    return {
        "citation": f"no rule known for {profile.jurisdiction}; Platewatch's default",
        "as_of": profile.notify.as_of,
        "confidence": Confidence.UNCONFIRMED,
    }


def span_text(span: timedelta) -> str:
    """Return a time span in words: `21 days`, `3 minutes`, `90 seconds`, `for good`."""
    if span >= FOREVER:
        return "for good"
    seconds = int(span.total_seconds())
    for unit, length in (("day", 86_400), ("minute", 60), ("second", 1)):
        if seconds % length == 0:
            count = seconds // length
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    raise AssertionError("a second divides every whole number of seconds")
