"""`platewatch hotlist pull`: run the configured feeds once, now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

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
from schemas.errors import ConfigurationError, InvalidInput
from schemas.settings import FeedSettings, Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("pull", epilog="Example: platewatch hotlist pull ncic")(pull)


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


def _chosen(settings: Settings, names: Sequence[str]) -> list[FeedSettings]:
    feeds = {feed.name: feed for feed in settings.hotlists.feeds}
    if not feeds:
        raise ConfigurationError("no feeds are configured; add [[hotlists.feeds]] with name, source and kind")
    unknown = [name for name in names if name not in feeds]
    if unknown:
        raise InvalidInput(f"no feed is named '{unknown[0]}' (configured: {', '.join(feeds)})")
    return [feeds[name] for name in names] if names else list(feeds.values())
