"""`platewatch ingest`: the server that other vendors' readers post to, tokens for them, and what is fetched."""

from __future__ import annotations

import typer

from cli.common import ConfigOption, DataDirOption, console, errors
from cli.configuration import reloadable_settings
from cli.ingest import check
from cli.stopping import reload_on_hangup, stop_on_signals
from services.service_manager import ServiceManager

ingest = typer.Typer(help="Take what other vendors' readers post, fetch what others have; make tokens, try sources.")


def register(parent: typer.Typer) -> None:
    """Add the command."""
    check.register(ingest)
    parent.add_typer(ingest, name="ingest", invoke_without_command=True)


@ingest.callback(epilog="Example: platewatch ingest --config platewatch.toml")
def serve(context: typer.Context, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Take what other vendors' readers post, fetch what others have, and store it for a run. No database is needed.

    It serves the data directory's inbox, which `platewatch run` with the same data_dir empties; either may be restarted
    alone. A run serves by itself where no such process does. SIGTERM or Ctrl-C ends it, SIGHUP has it take its
    configuration anew.
    """
    if context.invoked_subcommand is not None:
        return
    settings, load = reloadable_settings(config, data_dir)
    from pipeline.ingesting.alone import check_server, serve_alone
    from pipeline.reloading import Reload
    from services.data_directory import make_data_directory
    from services.private_files import private_umask

    check_server(settings)
    manager = ServiceManager.of_environment()
    manager.status("starting")
    with stop_on_signals() as stop, reload_on_hangup() as asked, private_umask():
        make_data_directory(settings.data_dir)
        serve_alone(settings, stop, manager, Reload(asked, load))
    errors.print("stopped", markup=False)


@ingest.command("token", epilog="Example: platewatch ingest token")
def token() -> None:
    """Make a token for one source, and the line that the configuration needs for it. It is shown this once."""
    from ingest.server.credentials import new_token, token_digest

    made = new_token()
    console.print(made, markup=False, highlight=False, soft_wrap=True)
    console.print(f'token_sha256 = "{token_digest(made)}"', markup=False, highlight=False, soft_wrap=True)
    errors.print(
        "the first line is for the reader (as bearer token, password, X-Api-Key or ?token=), the second one for the "
        "configuration; it cannot be shown again",
        markup=False,
    )
