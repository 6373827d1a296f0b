"""`platewatch relay`: publishes alerts, and does what else one process leads, beside other services."""

from __future__ import annotations

import typer

from cli.common import ConfigOption, DataDirOption, command_actor, command_database, errors
from cli.configuration import reloadable_settings
from cli.stopping import reload_on_hangup, stop_on_signals
from services.data_directory import run_alone
from services.service_manager import ServiceManager


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("relay", epilog="Example: platewatch relay --config platewatch.toml")(relay)


def relay(config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Publish stored alerts to Kafka, and do all else that one of several processes leads.

    That is numbering, sharing, rules and their channels, taking back, feeds, new entries against stored reads, and
    retention. It needs the database, and neither cameras nor models. Several on different machines stand by for one
    another: where the leader ends, another one goes on within seconds. SIGTERM or Ctrl-C ends it; SIGHUP has it take
    its configuration anew.
    """
    settings, load = reloadable_settings(config, data_dir)
    # Imported here: --help should not wait for it.
    from operations.settings import note_settings
    from pipeline.broker import open_broker
    from pipeline.reloading import Reload
    from pipeline.services.relay import NAME, RelayService, check_relay
    from pipeline.stages.deadline import ends_in_time

    check_relay(settings)
    manager = ServiceManager.of_environment()
    manager.status("starting")
    with (
        stop_on_signals() as stop,
        reload_on_hangup() as asked,
        run_alone(settings.data_dir, NAME),
        ends_in_time(stop),
        command_database(settings, create=True) as database,
    ):
        note_settings(command_actor(settings), database, settings, NAME)
        with open_broker(settings) as kafka:
            RelayService(settings, database, kafka, manager, Reload(asked, load)).run(stop)
    errors.print("stopped", markup=False)
