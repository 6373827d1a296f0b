"""What a law profile and an agency's own decisions say, rule by rule, in words for a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from policy.collection import CollectionRule
from policy.decisions import Policy, span_text
from policy.duties import AuditRule, ConfirmRule, PreservationRule
from policy.facts import Fact
from policy.profile import KeepLimit, Profile
from policy.purposes import in_words
from policy.sharing import ReceiveRule, conditions_in_words
from schemas.types import Category

HOUR = timedelta(hours=1)
_OWN = "this agency's own decision"

Rule = tuple[str, str, Fact | str | None]
"""What it is about, what it says, and its source: a text of the agency's own, or None where nothing is known."""


def rules(policy: Policy) -> Iterator[Rule]:
    """Yield every rule that holds.

    Args:
        policy: The law, and what the agency decided.
    """
    yield from _notify_rules(policy)
    yield from _other_rules(policy)


def _notify_rules(policy: Policy) -> Iterator[Rule]:
    """Yield which categories notify and which do not, and the fact behind it."""
    law, own = policy.profile.notify, policy.own
    opened = [category for category in own.also_notify if not law.permits(category)]
    notifying = [category for category in Category if policy.may_notify(category)]
    silent = [category for category in Category if not policy.may_notify(category)]
    yield "notifies", _names(category for category in notifying if category not in opened), law
    if opened:
        yield "notifies too", f"{_names(opened)}: {own.also_notify_reason}", _OWN
    yield "stays silent", _names(category for category in silent if category not in own.never_notify), law
    if own.never_notify:
        yield "silent too", _names(own.never_notify), _OWN


def _other_rules(policy: Policy) -> Iterator[Rule]:
    """Yield how long what is kept, what may be collected and asked, how old lists may be and who may receive."""
    law = policy.profile
    yield "reads kept", _kept(policy.retention.reads, law.retention.reads), law.retention.reads
    yield "audit kept", _kept(policy.retention.audit, law.retention.audit), law.retention.audit
    yield "findings kept", _kept(policy.retention.findings, law.retention.findings), law.retention.findings
    yield "stops kept", _kept(policy.retention.stops, law.retention.stops), law.retention.stops
    if law.collection is not None:
        yield "collected", _collected(law.collection), law.collection
    yield from _purpose_rules(policy)
    yield "age of lists", _currency(policy), law.hotlists
    if law.hotlists is not None and law.hotlists.databases:
        yield "compared with", "; ".join(law.hotlists.databases), law.hotlists
    sharing = policy.sharing
    kinds = ", ".join(kind.value.replace("_", " ") for kind in sharing.kinds)
    named = f" ({', '.join(sharing.names)})" if sharing.names else ""
    default = "" if law.sharing is not None else " (Platewatch's default)"
    yield "shared with", f"{kinds} of {', '.join(sharing.jurisdictions)}{named}{default}", law.sharing
    for rule in () if law.receive is None else law.receive.rules:
        yield "may receive", _receivers(rule), law.receive
    if law.attestation is not None:
        yield "attestation", f"{law.attestation.declares}: {law.attestation.text}", law.attestation
    yield "searches need", _search_needs(policy), law.search
    yield "questions about many vehicles", _analysis(policy), law.analysis
    yield from _duties(law)


def _purpose_rules(policy: Policy) -> Iterator[Rule]:
    law, own = policy.profile.purposes, policy.own
    if law is not None:
        any_purpose = "no closed list of purposes known"
        yield "searches for", any_purpose if law.permitted == "any" else in_words(law.permitted), law
        if law.forbidden:
            yield "forbidden", in_words(law.forbidden), law
    if own.also_purposes:
        yield "searches for too", f"{in_words(own.also_purposes)}: {own.also_purposes_reason}", _OWN
    if own.never_purposes:
        yield "forbidden too", in_words(own.never_purposes), _OWN


def _duties(law: Profile) -> Iterator[Rule]:
    """Yield what is asked of the agency besides."""
    if law.preservation is not None:
        yield "preservation", _preservation(law.preservation), law.preservation
    if law.confirm is not None:
        yield "before a stop", _confirm(law.confirm), law.confirm
    if law.audits is not None:
        yield "audited", _audits(law.audits), law.audits
    if law.report is not None:
        yield "report", f"{law.report.due}: {'; '.join(field.text for field in law.report.fields)}", law.report
    for duty in law.duties:
        yield "duty", duty.what, duty


def _collected(rule: CollectionRule) -> str:
    what = "whatever a reader gives" if rule.attributes == "any" else f"{', '.join(rule.attributes)}; nothing else"
    return f"{what}; nothing at {', '.join(rule.not_at)}" if rule.not_at else what


def _currency(policy: Policy) -> str:
    age, rule = policy.max_list_age, policy.profile.hotlists
    said = "no number" if age is None else f"{age // HOUR} hours at most"
    refresh = None if rule is None else rule.refresh
    when = {"daily": "renewed every day", "shift_start": "renewed at the start of each shift"}
    return said if refresh is None else f"{said}, {when[refresh]}"


def _receivers(rule: ReceiveRule) -> str:
    kinds = ", ".join(kind.value.replace("_", " ") for kind in rule.kinds)
    where = "any state" if rule.jurisdictions == "any" else ", ".join(rule.jurisdictions)
    return f"{kinds} of {where}: {conditions_in_words(rule.requires)}"


def _search_needs(policy: Policy) -> str:
    rule = policy.search
    named = {
        "a purpose": rule.purpose,
        "a case or call number": rule.case_number,
        "the type of the offense": rule.offense,
        "the facts of the case": rule.specific_facts,
        f"a warrant for reads older than {rule.warrant_after_days} days": rule.warrant_after_days is not None,
    }
    return " and ".join(name for name, is_needed in named.items() if is_needed) or "no purpose or case number"


def _analysis(policy: Policy) -> str:
    rule = policy.analysis
    if not rule.permitted:
        return "none"
    second = ", approved by a second person where no plate is named" if rule.second_person else ""
    return (
        f"at most {rule.most_days} days, {rule.most_square_km:g} square kilometers, {rule.window_seconds} s between "
        f"two, {rule.least_cameras} cameras or more{second}"
    )


def _preservation(rule: PreservationRule) -> str:
    days = "" if rule.days is None else f", for {rule.days} days"
    renewable = ", renewable" if rule.renewable else ""
    needs = f", saying {', '.join(rule.needs)}" if rule.needs else ""
    return f"{rule.form} of {', '.join(rule.by)}{needs}{days}{renewable}"


def _confirm(rule: ConfirmRule) -> str:
    said = ["a person compares the plate"] if rule.visual else []
    if rule.record:
        said.append("the entering agency is asked")
    if rule.is_suspicion is not None:
        said.append("a match alone is " + ("reason enough" if rule.is_suspicion else "no reason for a stop"))
    return "; ".join(said) or "nothing known"


def _audits(rule: AuditRule) -> str:
    who = "independently, " if rule.independent else ""
    what = f": {'; '.join(rule.contents)}" if rule.contents else ""
    return f"{who}every {rule.every_days} days{what}"


def _kept(kept: timedelta, law: KeepLimit | None) -> str:
    """Return a time span in words, with where it comes from unless it is the law's."""
    longest = None if law is None else law.longest
    if kept == longest:
        return span_text(kept)
    said = "the law has no number that is known" if longest is None else f"the law's limit: {span_text(longest)}"
    return f"{span_text(kept)} ({said})"


def _names(categories: Iterable[Category]) -> str:
    return ", ".join(category.value for category in categories) or "nothing"
