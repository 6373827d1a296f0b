"""`platewatch recognize`: a machine at the edge, which reads plates and hands its reads to others."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.common import ConfigOption, DataDirOption, JsonOption, errors, print_json
from cli.configuration import reloadable_settings
from cli.stopping import reload_on_hangup, stop_on_signals
from schemas.errors import ConfigurationError
from services.data_directory import run_alone
from services.private_files import private_umask
from services.service_manager import ServiceManager


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("recognize", epilog="Example: platewatch recognize --config platewatch.toml")(recognize)


def recognize(
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
    until_done: Annotated[
        bool, typer.Option("--until-done", help="End when every video and folder is read and its reads are published.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Read plates from the configured cameras, keep their pictures in the shared store, and publish the reads to Kafka.

    For a machine at the edge: it needs neither the database nor hotlists; platewatch matcher takes its reads from the
    topic. While the broker is away files wait, and reads of live cameras wait on this machine's disk. SIGTERM or Ctrl-C
    ends it within 15 seconds, and nothing is lost or doubled. SIGHUP has it take its configuration anew.
    """
    settings, load = reloadable_settings(config, data_dir)
    # Imported here: the engines behind them take a second to load, and --help should not.
    from pipeline.broker import open_broker
    from pipeline.reloading import Reload
    from pipeline.services.recognize import RecognizeService, check_recognize
    from pipeline.stages.deadline import ends_in_time

    check_recognize(settings)
    manager = ServiceManager.of_environment()
    manager.status("starting")
    with (
        stop_on_signals() as stop,
        reload_on_hangup() as asked,
        private_umask(),
        run_alone(settings.data_dir),
        ends_in_time(stop),
        open_broker(settings) as kafka,
    ):
        if kafka is None:
            raise ConfigurationError("no Kafka is configured; set kafka.bootstrap_servers")
        totals = RecognizeService(settings, kafka, manager, Reload(asked, load)).run(stop, until_done=until_done)
    if as_json:
        print_json(
            {
                "frames": totals.frames,
                "reads": totals.reads,
                "rejected_items": totals.rejected_items,
                "lost_pictures": totals.lost_pictures,
            }
        )
    else:
        errors.print(f"stopped: {totals.frames} frames, {totals.reads} reads published")
