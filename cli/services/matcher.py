"""`platewatch matcher`: match, settle and store what other machines read."""

from __future__ import annotations

import typer

from cli.common import (
    ConfigOption,
    DataDirOption,
    JsonOption,
    command_actor,
    command_database,
    errors,
    print_json,
)
from cli.configuration import reloadable_settings
from cli.stopping import reload_on_hangup, stop_on_signals
from services.data_directory import run_alone
from services.service_manager import ServiceManager


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("matcher", epilog="Example: platewatch matcher --config platewatch.toml")(matcher)


def matcher(config: ConfigOption = None, data_dir: DataDirOption = None, as_json: JsonOption = False) -> None:
    """Take the reads that other machines publish, match them, and store them with their alerts.

    As many as there is work for share one database, one topic and its group; each has all hotlists, and a data
    directory of its own. Alerts are published by `platewatch relay`. SIGTERM or Ctrl-C ends it, within 15 seconds;
    nothing is lost or doubled. SIGHUP has one without a terminal take its configuration anew.
    """
    settings, load = reloadable_settings(config, data_dir)
    # Imported here: the engines behind them take a second to load, and --help should not.
    from operations.settings import note_settings
    from pipeline.broker import open_broker
    from pipeline.reloading import Reload
    from pipeline.services.matcher import NAME, MatcherService, check_matcher
    from pipeline.stages.deadline import ends_in_time

    check_matcher(settings)
    manager = ServiceManager.of_environment()
    manager.status("starting")
    with (
        stop_on_signals() as stop,
        reload_on_hangup() as asked,
        run_alone(settings.data_dir, NAME),
        ends_in_time(stop),
        command_database(settings, create=True) as database,
        open_broker(settings) as kafka,
    ):
        assert kafka is not None, "it was checked"  # noqa: S101
        note_settings(command_actor(settings), database, settings, NAME)
        totals = MatcherService(settings, database, kafka, manager, Reload(asked, load)).run(stop)
    if as_json:
        print_json(
            {
                "reads": totals.reads,
                "new_reads": totals.new_reads,
                "hits": totals.hits,
                "alerts": totals.alerts,
                "silent_hits": totals.silent_hits,
                "dead_letters": totals.dead_letters,
                "missing_pictures": totals.missing_pictures,
                "unmatched_reads": totals.unmatched_reads,
            }
        )
    else:
        errors.print(
            f"stopped: {totals.reads} reads ({totals.new_reads} new), {sum(totals.hits.values())} hits, "
            f"{totals.alerts} new alerts, {totals.dead_letters} messages that could not be used"
        )
