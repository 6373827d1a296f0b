"""`platewatch hotlist pull`: run the configured feeds once, now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

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
from cli.terminal.times import shown_time
from schemas.errors import ConfigurationError, InvalidInput
from schemas.events import utc
from schemas.settings import FeedSettings, Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("pull", epilog="Example: platewatch hotlist pull ncic")(pull)
    app.command("feeds", epilog="Example: platewatch hotlist feeds")(feeds)


def pull(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Lists to run; default: every feed.")
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Fetch and import the lists that have a feed, now, whether they are due or not.

    Prints one line per feed; ends with exit code 1 when a feed failed or its file was rejected.
    """
    settings = command_settings(config, data_dir)
    feeds = _chosen(settings, names or [])
    # Imported here: the ways to fetch a list take a while to load, and --help should not.
    from operations.feeds.pulling import pull_feeds

    failed = False
    with command_database(settings, create=True) as database:
        for result in pull_feeds(command_actor(settings), database, settings, feeds):
            failed = failed or not result.is_good
            if as_json:
                print_json({"hotlist": result.name, "outcome": result.outcome.value, "message": result.message})
            else:
                console.print(f"{result.name}: {result.outcome.value}: {result.message}", markup=False, soft_wrap=True)
    if failed:
        raise typer.Exit(1)


def feeds(as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Show the configured feeds: when each ran last, what came of it, and what is wrong with it."""
    settings = command_settings(config, data_dir)
    from operations.feeds.health import view_feeds

    with command_database(settings) as database:
        found = view_feeds(command_actor(settings), database, settings)
    table = Table("list", "layout", "kind", "last run", "what came of it", "message")
    for one in found:
        state = one.state
        checked = None if state is None else state.checked_at
        if as_json:
            record = {
                "hotlist": one.feed.name,
                "source": one.feed.source,
                "kind": one.feed.kind,
                "checked_at": utc(checked) if checked else None,
                "outcome": None if state is None else state.outcome,
                "failures": 0 if state is None else state.failures,
                "message": "" if state is None else state.message,
            }
            print_json(record)
        cells = (one.feed.name, one.feed.source, one.feed.kind, shown_time(checked) if checked else "", one.words)
        table.add_row(*map(Text, cells), Text("" if state is None else state.message))
    if not as_json:
        console.print(table if found else "no feeds are configured; add [[hotlists.feeds]] with name, source and kind")


def _chosen(settings: Settings, names: Sequence[str]) -> list[FeedSettings]:
    feeds = {feed.name: feed for feed in settings.hotlists.feeds}
    if not feeds:
        raise ConfigurationError("no feeds are configured; add [[hotlists.feeds]] with name, source and kind")
    unknown = [name for name in names if name not in feeds]
    if unknown:
        raise InvalidInput(f"no feed is named '{unknown[0]}' (configured: {', '.join(feeds)})")
    return [feeds[name] for name in names] if names else list(feeds.values())
