"""What changes on the server counts in a car: processes, a line, an officer who signs on, and vehicles that pass."""

from __future__ import annotations

from pathlib import Path

from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.versions import HotlistVersions
from tests.integration.car.plain_lists import NAME, entry
from tests.integration.car.probes import ProbedCar
from tests.integration.car.test_officer import reached, server_with_kim
from tests.integration.hotlists.list_versions import import_version
from tests.unit.pipeline.patrol.way_home import until

GONE, KEPT = "ABC1234", "UKW4183"


def test_what_does_not_stand_any_more_raises_no_alert_in_a_car(database: Database, tmp_path: Path) -> None:
    server, edits = server_with_kim(tmp_path / "server", database), HotlistEdits(database)
    home = server.lines_for_a_car(tmp_path / "papers", server.port, server.add_car())
    import_version(database, [entry(GONE), entry(KEPT)], NAME)
    car = ProbedCar(tmp_path / "car", home)
    with reached(server):
        with car:
            assert car.alerts_on(GONE) == {}, "nobody has signed on"
            assert car.sign_on()["how"] == "server"
            until(lambda: bool(car.alerts_on(KEPT)))
            (alert, why), *_ = car.alerts_on(GONE).items()
            assert "LIST NOT CURRENT" in why, "its content is days old"
            edits.withdraw([entry(GONE).entry_id], by="a", reason="recovered")
            until(lambda: not car.alerts_on(GONE), every=0.5)
            until(lambda: alert in car.canceled())
            assert car.alerts_on(KEPT)
        # While the car was away another entry went, and this one came again.
        edits.restore([entry(GONE).entry_id], by="a", reason="entered anew")
        edits.withdraw([entry(KEPT).entry_id], by="a", reason="recovered")
        with car:
            car.sign_on()
            # On a machine that is too busy to ask in time an alert says that this is not known.
            until(
                lambda: all("is not known" in why for why in car.alerts_on(KEPT).values()) and bool(car.alerts_on(GONE))
            )
            assert car.alerts_on(KEPT) == {}
            alert, *_ = car.alerts_on(GONE)
            HotlistVersions(database).remove(NAME)
            until(lambda: not car.alerts_on(GONE), every=0.5)
            until(lambda: alert in car.canceled())
