"""`platewatch law`: what the law profile lets this agency notify, keep and share, and where that is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from cli.common import ConfigOption, JsonOption, command_settings, console, print_json
from policy.decisions import Policy, law_alone, open_policy, span_text
from policy.facts import Fact
from policy.loading import profiles
from policy.profile import KeepLimit
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
    """Show what may notify, how long records are kept, who may receive them, with citation, date and confidence.

    Platewatch does not give legal advice: every line says where it comes from and how sure that is.
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
    """Yield how long what is kept, how old lists may be, who may receive and what is reported."""
    law = policy.profile
    yield "reads kept", _kept(policy.retention.reads, law.retention.reads), law.retention.reads
    yield "audit kept", _kept(policy.retention.audit, law.retention.audit), law.retention.audit
    yield "findings kept", _kept(policy.retention.findings, law.retention.findings), law.retention.findings
    age = policy.max_list_age
    yield "age of lists", "no number" if age is None else f"{age // HOUR} hours at most", law.hotlists
    sharing = policy.sharing
    kinds = ", ".join(kind.value.replace("_", " ") for kind in sharing.kinds)
    default = "" if law.sharing is not None else " (Platewatch's default)"
    yield "shared with", f"{kinds} of {', '.join(sharing.jurisdictions)}{default}", law.sharing
    needed = [name for name, is_needed in _needed(policy).items() if is_needed]
    yield "searches need", " and ".join(needed) or "no purpose or case number", law.search
    if law.report is not None:
        yield "report", f"{law.report.due}: {'; '.join(law.report.contents)}", law.report


def _needed(policy: Policy) -> dict[str, bool]:
    return {"a purpose": policy.search.purpose, "a case or call number": policy.search.case_number}


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
