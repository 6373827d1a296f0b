"""`platewatch patrol`: a patrol car, whole, on one machine and without a network."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.common import ConfigOption, DataDirOption, JsonOption, command_settings, errors, print_json
from cli.stopping import stop_on_signals
from services.data_directory import run_alone
from services.private_files import private_umask
from services.service_manager import ServiceManager


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("patrol", epilog="Example: platewatch patrol --config car.toml")(patrol)


def patrol(
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
    until_done: Annotated[
        bool, typer.Option("--until-done", help="End when every video and folder is read and recorded.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run a patrol car: cameras, GPS, lists and matching, the officer's page, and the way home.

    Nothing of it needs a network: what is read is matched here, alerts are on the page of patrol.display, and reads,
    answers and pictures wait on this disk until the server has them. SIGTERM or Ctrl-C ends it within 15 seconds;
    neither that nor a power cut loses or doubles anything that was stored.
    """
    settings = command_settings(config, data_dir)
    # Imported here: the engines behind them take a second to load, and --help should not.
    from console.car.stage import DisplayStage
    from operations.patrol.desk import open_desk
    from pipeline.patrol.answer_outcomes import OutcomeStage
    from pipeline.patrol.around import around
    from pipeline.patrol.car import open_car
    from pipeline.patrol.reporting import ReportStage
    from pipeline.patrol.state_stage import StateStage
    from pipeline.services.patrol import PatrolService, check_patrol
    from pipeline.stages.deadline import ends_in_time
    from pipeline.stages.stage import SteppedStage
    from schemas.types.list_keys import ListsKey
    from services.http.home import Home

    check_patrol(settings)
    manager = ServiceManager.of_environment()
    manager.status("starting")
    with (
        stop_on_signals() as stop,
        private_umask(),
        run_alone(settings.data_dir),
        ends_in_time(stop),
        open_car(settings) as car,
    ):

        def unlock(key: ListsKey) -> None:
            if car.sealed is not None:
                car.sealed.unlock(key)

        states = StateStage(car, lambda what, words: desk.note_state(what, words))
        surroundings = around(car, states.states)
        desk = open_desk(settings, car.alerts, car.uploads, surroundings, unlock)
        display = DisplayStage(settings, desk)
        serving: list[SteppedStage] = [display, states]
        if car.patrol.server is not None:
            serving.append(ReportStage(car, Home(car.patrol), surroundings, desk.shift.current))
            serving.append(OutcomeStage(Home(car.patrol), car.uploads, desk.outcomes))
        for stage in serving:
            stage.board = car.board
        service = PatrolService(car, manager, serving=serving, revoked=lambda _: desk.revoked())
        totals = service.run(stop, until_done=until_done)
        left = car.outgoing()
    if as_json:
        print_json(
            {
                "frames": totals.frames,
                "reads": totals.reads,
                "new_reads": totals.new_reads,
                "hits": totals.hits,
                "alerts": totals.alerts,
                "rejected_items": totals.rejected_items,
                "lost_pictures": totals.lost_pictures,
                "waiting": left.waiting,
            }
        )
    else:
        errors.print(
            f"stopped: {totals.frames} frames, {totals.reads} reads ({totals.new_reads} new), {totals.alerts} new "
            f"alerts; {left.waiting} records wait for the server"
        )
