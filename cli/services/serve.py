"""`platewatch serve`: the console, in a process of its own."""

from __future__ import annotations

import typer

from cli.common import ConfigOption, DataDirOption, command_database, errors
from cli.configuration import reloadable_settings
from cli.stopping import reload_on_hangup, stop_on_signals
from services.service_manager import ServiceManager


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve", epilog="Example: platewatch serve --config platewatch.toml")(serve)


def serve(config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Serve the console: pages for people, and the API for programs.

    A run serves it by itself with console.enabled, unless this command does. It listens at console.listen, with TLS.
    `platewatch users add` makes the first administrator. SIGTERM or Ctrl-C ends it, SIGHUP has it take its
    configuration anew.
    """
    settings, load = reloadable_settings(config, data_dir)
    # The web framework takes a while to import: `platewatch --help` need not wait for it.
    from console.serving.alone import serve_alone
    from pipeline.reloading import Reload
    from pipeline.stages.deadline import ends_in_time

    manager = ServiceManager.of_environment()
    manager.status("starting")
    with (
        stop_on_signals() as stop,
        reload_on_hangup() as asked,
        ends_in_time(stop),
        command_database(settings, create=True) as database,
    ):
        serve_alone(settings, database, stop, manager, Reload(asked, load))
    errors.print("stopped", markup=False)
