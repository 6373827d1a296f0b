"""`platewatch run`: every stage for the configured cameras."""

from __future__ import annotations

from typing import Annotated

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
from schemas.settings import Settings
from services.data_directory import run_alone
from services.service_manager import ServiceManager


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)


def run(
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
    until_done: Annotated[
        bool, typer.Option("--until-done", help="End when every video and folder is read, instead of watching on.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Read plates from the configured cameras, match them, raise and publish alerts, and keep the hotlists current.

    Runs until SIGTERM or Ctrl-C, and ends within 15 seconds then. A restart goes on where the last run stopped;
    nothing is lost or doubled. SIGHUP has a run without a terminal take its configuration anew.

    Example: platewatch run --config platewatch.toml
    """
    settings, load = reloadable_settings(config, data_dir)
    # Imported here: the engines behind them take a second to load, and --help should not.
    from operations.added.cameras import added_cameras
    from operations.settings import note_settings
    from pipeline.broker import open_broker
    from pipeline.fitting import check, has_work
    from pipeline.reloading import Reload
    from pipeline.services.run import Service
    from pipeline.stages.deadline import ends_in_time

    if has_work(settings) or not _may_hold_cameras(settings):
        check(settings)
    manager = ServiceManager.of_environment()
    manager.status("starting")
    with (
        stop_on_signals() as stop,
        reload_on_hangup() as asked,
        run_alone(settings.data_dir),
        ends_in_time(stop),
        command_database(settings, create=True) as database,
    ):
        if not has_work(settings) and not added_cameras(database):
            check(settings)
        note_settings(command_actor(settings), database, settings)
        with open_broker(settings) as kafka:
            serving = []
            if settings.console.enabled and not until_done:
                from console.serving.stage import ConsoleStage

                serving.append(ConsoleStage(settings, database))
            reload = Reload(asked, load)
            service = Service(settings, database, kafka, manager=manager, reload=reload, serving=serving)
            totals = service.run(stop, until_done=until_done)
    if as_json:
        print_json(
            {
                "frames": totals.frames,
                "reads": totals.reads,
                "new_reads": totals.new_reads,
                "hits": totals.hits,
                "alerts": totals.alerts,
                "silent_hits": totals.silent_hits,
                "rejected_items": totals.rejected_items,
                "lost_pictures": totals.lost_pictures,
                "unmatched_reads": totals.unmatched_reads,
            }
        )
    else:
        errors.print(
            f"stopped: {totals.frames} frames, {totals.reads} reads ({totals.new_reads} new), "
            f"{sum(totals.hits.values())} hits, {totals.alerts} new alerts"
        )


def _may_hold_cameras(settings: Settings) -> bool:
    """Return whether there is a database that may hold cameras which were added."""
    return settings.database.url is not None or (settings.data_dir / "postgres").exists()
