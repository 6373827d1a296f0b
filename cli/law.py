"""`platewatch law`: what the law profile lets this agency notify, keep and share, and where that is written."""

from __future__ import annotations

from datetime import UTC, datetime
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
    errors,
    print_json,
)
from cli.legal.rules import rules
from cli.terminal.times import parse_moment
from policy.decisions import Policy, law_alone, open_policy, span_text
from policy.facts import Fact
from policy.loading import profiles
from policy.offenses import offense_types
from schemas.types import Category

app = typer.Typer(no_args_is_help=True, help="What the law lets this agency notify, keep and share.")

_UNKNOWN = "nothing known"


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
    for what, rule, source in rules(policy):
        if isinstance(source, Fact):
            _row(table, what, rule, source.citation, source.as_of.isoformat(), source.confidence.value)
        else:
            _row(table, what, rule, source or _UNKNOWN, "", "")
    console.print(table)
    for place, fact in policy.profile.facts().items():
        if fact.note:
            console.print(Text(f"{place}: {fact.note}"))


@app.command("categories", epilog="Example: platewatch law categories")
def categories(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """Show every category: how much it presses, whether it notifies here or stays silent, why, and how sure that is."""
    settings = command_settings(config)
    from operations.hotlists.taxonomy import taxonomy

    table = _table("Category", "Priority", "Alerts", "Decided by", "Why", "As of", "Sure")
    for rule in taxonomy(settings):
        sure, as_of = rule.law.confidence.value, rule.law.as_of.isoformat()
        if as_json:
            print_json(
                {
                    "category": rule.category.value,
                    "priority": rule.priority.value,
                    "own_priority": rule.is_own_priority,
                    "notifies": rule.notifies,
                    "decided_by": rule.decided_by,
                    "reason": rule.reason,
                    "citation": rule.law.citation,
                    "as_of": as_of,
                    "confidence": sure,
                }
            )
        alerts = "yes" if rule.notifies else "silent"
        _row(table, rule.words, rule.priority.value, alerts, rule.decided_by, rule.reason, as_of, sure)
    if not as_json:
        console.print(table)


@app.command("offenses", epilog="Example: platewatch law offenses")
def offenses(as_json: JsonOption = False) -> None:
    """List the types of offenses, by the FBI's codes: what --offense takes, and the audit keeps."""
    table = _table("Code", "Offense")
    for one in offense_types():
        if as_json:
            print_json({"code": one.code, "name": one.name})
        _row(table, one.code, one.name)
    if not as_json:
        console.print(table)


@app.command("audited", epilog="Example: platewatch law audited --findings '40 of 812 searches, all with a case'")
def audited(
    findings: Annotated[
        str, typer.Option("--findings", help="What was looked at and found.", show_default=False, prompt="Findings")
    ],
    by: Annotated[
        str | None, typer.Option("--by", help="Who audited, where that is not you.", show_default=False)
    ] = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Note that the use of the system was audited, as the law asks again and again; the note stands in the audit."""
    settings = command_settings(config, data_dir)
    from operations.duties.audits import note_audit

    with command_database(settings, create=False) as database:
        rhythm = note_audit(command_actor(settings), database, settings, by, findings)
    if rhythm is not None:
        errors.print(f"noted; the next one is due by {rhythm.due_at:%Y-%m-%d}", markup=False)


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
    from operations.reports.counting import law_report

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
        "stops_seconds": int(policy.retention.stops.total_seconds()),
        "facts": {place: fact.model_dump(mode="json") for place, fact in policy.profile.facts().items()},
        "sharing": policy.sharing.model_dump(mode="json"),
        "search": policy.search.model_dump(mode="json"),
        "purposes": policy.purposes.model_dump(mode="json"),
        "collection": policy.collection.model_dump(mode="json"),
    }


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold", ratio=3 if heading == "Rule" else None)
    return table


def _row(table: Table, *cells: str) -> None:
    table.add_row(*(Text(cell) for cell in cells))
