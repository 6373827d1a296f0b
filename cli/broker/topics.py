"""`platewatch topics`: every topic of this installation, made, and compared with what it has to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from cli.broker.connecting import administered_broker
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
from cli.failures import OTHER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operations.broker.topics import TopicReport

app = typer.Typer(no_args_is_help=True, help="Topics at the broker: made, and held to the law.")


def register(parent: typer.Typer) -> None:
    """Add the command group."""
    parent.add_typer(app, name="topics")


@app.command("create", epilog="Example: platewatch topics create")
def create(as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Make the topics that are missing, and mend the settings of those that are there.

    How long they keep a message is bound to what the law and each agreement let be kept. Ends with exit code 1 where
    something is left for a person to do.
    """
    settings = command_settings(config, data_dir)
    from operations.broker.topics import create_topics

    # The database first: agreements have topics of their own.
    with command_database(settings, create=True) as database, administered_broker(settings) as kafka:
        found = create_topics(command_actor(settings), database, settings, kafka)
    _show(found, as_json)


@app.command("check", epilog="Example: platewatch topics check --json")
def check(as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Compare the topics at the broker with what they have to be, and say what to do.

    Retention above the law's, too few partitions, brokers or copies in sync, elections that lose messages, missing
    topics. Changes nothing. Ends with exit code 1 where anything differs.
    """
    settings = command_settings(config, data_dir)
    from operations.broker.topics import check_topics

    with command_database(settings, create=True) as database, administered_broker(settings) as kafka:
        found = check_topics(command_actor(settings), database, settings, kafka)
    _show(found, as_json)


def _show(found: Sequence[TopicReport], as_json: bool) -> None:
    for report in found:
        if as_json:
            print_json(_record(report))
        else:
            console.print(_text(report), markup=False, highlight=False, soft_wrap=True)
    wrong = sum(not report.is_right for report in found)
    if wrong:
        if not as_json:
            errors.print(f"{wrong} of {len(found)} topics are not as they have to be", markup=False)
        raise typer.Exit(OTHER)


def _text(report: TopicReport) -> str:
    done = "made" if report.made else f"changed {', '.join(report.changed)}" if report.changed else ""
    topic = report.topic
    # The name in one piece, for who copies it.
    lines = [f"{topic.name}: {done or ('ok' if report.is_right else 'differs')} ({topic.holds})"]
    lines += [f"  {drift.text}\n    {drift.advice}" for drift in report.drift]
    if report.refused is not None:
        lines.append(f"  refused by the broker: {report.refused}")
    return "\n".join(lines)


def _record(report: TopicReport) -> dict[str, Any]:
    topic = report.topic
    return {
        "topic": topic.name,
        "holds": topic.holds,
        "keep_days": topic.keep_days,
        "partitions": topic.partitions,
        "ok": report.is_right,
        "made": report.made,
        "changed": list(report.changed),
        "refused": report.refused,
        "drift": [{"kind": one.kind.value, "found": one.text, "advice": one.advice} for one in report.drift],
    }
