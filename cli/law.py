"""`platewatch law`: what the law profile lets this agency notify, keep and share, and where that is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from cli.common import (
    ConfigOption,
    DataDirOption,
    JsonOption,
    command_actor,
    command_database,
    command_settings,
    console,
    print_json,
)
from cli.terminal.times import parse_moment
from policy.collection import CollectionRule
from policy.decisions import Policy, law_alone, open_policy, span_text
from policy.duties import AuditRule, ConfirmRule, PreservationRule
from policy.facts import Fact
from policy.loading import profiles
from policy.profile import KeepLimit, Profile
from policy.purposes import in_words
from policy.sharing import ReceiveRule, conditions_in_words
from schemas.types import Category

app = typer.Typer(no_args_is_help=True, help="What the law lets this agency notify, keep and share.")

HOUR = timedelta(hours=1)
_UNKNOWN = "nothing known"
_OWN = "this agency's own decision"


def register(parent: typer.Typer) -> None:
    """Add the command group."""
    parent.add_typer(app, name="law")


@app.command("list", epilog="Example: platewatch law list")
def list_profiles(as_json: JsonOption = False) -> None:
    """List the law profiles that ship with Platewatch."""
    table = _table("Profile", "State", "Notifies", "Reads kept", "Sure", "Law")
    for name in profiles():
        law = law_alone(name)
        reads = law.profile.retention.reads
        if as_json:
            print_json(
                {
                    "profile": name,
                    "jurisdiction": law.profile.jurisdiction,
                    "title": law.profile.title,
                    "closed_list": law.profile.notify.permitted != "any",
                    "reads_seconds": None if reads.longest is None else int(reads.longest.total_seconds()),
                    "confidence": reads.confidence.value,
                    "citation": reads.citation,
                }
            )
        notifies = "any but gated" if law.profile.notify.permitted == "any" else "closed list"
        kept = "no number" if reads.longest is None else span_text(reads.longest)
        _row(table, name, law.profile.jurisdiction, notifies, kept, reads.confidence.value, reads.citation)
    if not as_json:
        console.print(table)


@app.command("show", epilog="Example: platewatch law show new-hampshire")
def show(
    profile: Annotated[
        str | None,
        typer.Argument(
            help="Name or TOML file of a profile; default: policy.profile with what the agency itself decided.",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show what may notify, be collected and be asked, how long records are kept and who may receive them.

    Platewatch does not give legal advice: every line says where it comes from, as of when, and how sure that is.
    """
    policy = open_policy(command_settings(config)) if profile is None else law_alone(profile)
    if as_json:
        print_json(_record(policy))
        return
    console.print(Text(f"{policy.profile.jurisdiction}: {policy.profile.title}", style="bold"))
    table = _table("What", "Rule", "Source", "As of", "Sure")
    for what, rule, source in (*_notify_rules(policy), *_other_rules(policy)):
        if isinstance(source, Fact):
            _row(table, what, rule, source.citation, source.as_of.isoformat(), source.confidence.value)
        else:
            _row(table, what, rule, source or _UNKNOWN, "", "")
    console.print(table)
    for place, fact in policy.profile.facts().items():
        if fact.note:
            console.print(Text(f"{place}: {fact.note}"))


@app.command("report", epilog="Example: platewatch law report --since 2026-01-01 --until 2027-01-01")
def report(
    since: Annotated[
        datetime,
        typer.Option("--since", help="Begin of the span.", parser=parse_moment, metavar="ISO", show_default=False),
    ],
    until: Annotated[
        datetime,
        typer.Option("--until", help="Its end, exclusively.", parser=parse_moment, metavar="ISO", show_default=False),
    ],
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Count what the law's report has to say of a span of time; what no program counts is left to a person.

    Reads and hits end after the law's time: what a longer span lacks is said.
    """
    settings = command_settings(config, data_dir)
    since, until = since.astimezone(), until.astimezone()
    from operations.reporting import law_report

    with command_database(settings) as database:
        lines = law_report(command_actor(settings), database, settings, since, until, datetime.now(UTC))
    table = _table("What", "Counted", "Number")
    for line in lines:
        counted = [] if line.figures is None else list(line.figures)
        if as_json:
            named = {figure.label: figure.number for figure in counted}
            by_hand = line.figures is None
            print_json({"what": line.field.text, "figures": None if by_hand else named, "partial": line.is_partial})
            continue
        note = " (some of it has ended)" if line.is_partial else ""
        _row(
            table,
            line.field.text,
            "write it yourself" if line.figures is None else f"nothing{note}" * (not counted),
            "",
        )
        for figure in counted:
            _row(table, "", f"{figure.label}{note}", str(figure.number))
    if not as_json:
        console.print(table)


def _notify_rules(policy: Policy) -> Iterator[tuple[str, str, Fact | str | None]]:
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


def _other_rules(policy: Policy) -> Iterator[tuple[str, str, Fact | str | None]]:
    """Yield how long what is kept, what may be collected and asked, how old lists may be and who may receive."""
    law = policy.profile
    yield "reads kept", _kept(policy.retention.reads, law.retention.reads), law.retention.reads
    yield "audit kept", _kept(policy.retention.audit, law.retention.audit), law.retention.audit
    yield "findings kept", _kept(policy.retention.findings, law.retention.findings), law.retention.findings
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
    yield from _duties(law)


def _purpose_rules(policy: Policy) -> Iterator[tuple[str, str, Fact | str | None]]:
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


def _duties(law: Profile) -> Iterator[tuple[str, str, Fact | str | None]]:
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
        "the facts of the case": rule.specific_facts,
        f"a warrant for reads older than {rule.warrant_after_days} days": rule.warrant_after_days is not None,
    }
    return " and ".join(name for name, is_needed in named.items() if is_needed) or "no purpose or case number"


def _preservation(rule: PreservationRule) -> str:
    days = "" if rule.days is None else f", for {rule.days} days"
    renewable = ", renewable" if rule.renewable else ""
    needs = f", saying {', '.join(rule.needs)}" if rule.needs else ""
    return f"{rule.form} of {', '.join(rule.by)}{needs}{days}{renewable}"


def _confirm(rule: ConfirmRule) -> str:
    said = ["a person compares the plate"] if rule.visual else []
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


def _record(policy: Policy) -> dict[str, Any]:
    return {
        "profile": policy.own.profile,
        "jurisdiction": policy.profile.jurisdiction,
        "title": policy.profile.title,
        "categories": {
            category.value: {"notifies": policy.may_notify(category), "reason": policy.notify_reason(category)}
            for category in Category
        },
        "reads_seconds": int(policy.retention.reads.total_seconds()),
        "audit_seconds": int(policy.retention.audit.total_seconds()),
        "findings_seconds": int(policy.retention.findings.total_seconds()),
        "facts": {place: fact.model_dump(mode="json") for place, fact in policy.profile.facts().items()},
        "sharing": policy.sharing.model_dump(mode="json"),
        "search": policy.search.model_dump(mode="json"),
        "purposes": policy.purposes.model_dump(mode="json"),
        "collection": policy.collection.model_dump(mode="json"),
    }


def _names(categories: Iterable[Category]) -> str:
    return ", ".join(category.value for category in categories) or "nothing"


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold", ratio=3 if heading == "Rule" else None)
    return table


def _row(table: Table, *cells: str) -> None:
    table.add_row(*(Text(cell) for cell in cells))
