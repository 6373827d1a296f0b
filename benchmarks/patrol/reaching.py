"""How long it takes until a car does what changed on its server: a car's process, a server, and vehicles that pass."""

from __future__ import annotations

import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from operations.cars.cars import renew_token, revoke_car
from schemas.settings import PolicySettings, Settings
from schemas.types import Category
from storage.database import Database, open_database
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.versions import HotlistVersions
from tests.integration.car.plain_lists import NAME, entry
from tests.integration.car.probes import ProbedCar
from tests.integration.car.servers import CLERK, CarServer
from tests.integration.car.test_officer import reached, server_with_kim
from tests.integration.hotlists.list_versions import import_version

ASKED_SECONDS = 60.0
PROBE_SECONDS = 0.25
PATIENCE_SECONDS = 300.0
OTHER, SILENCED = "UKW4183", "LMT5306"
TURNED = "ABC1234"
OPEN, STRICT = "nebraska", "virginia"
"""Of two laws the second has some vehicles stay silent that the first lets notify."""


class _Watch:
    """Changes the server, and counts until the car does it.

    Args:
        car: The car's process; somebody has signed on.
        rng: When in the car's rhythm a change comes.
    """

    def __init__(self, car: ProbedCar, rng: random.Random) -> None:
        self._car, self._rng = car, rng
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)

    def until(self, plate: str, *, alerts: bool, what: str | None = None, change: Callable[[], object] = int) -> None:
        """Make a change, and wait until a plate is alerted on, or not any more."""
        if what is not None:
            time.sleep(self._rng.uniform(0.0, 15.0))
        change()
        began = time.monotonic()
        while bool(self._car.alerts_on(plate)) is not alerts:
            if time.monotonic() - began > PATIENCE_SECONDS:
                raise SystemExit(f"{what or plate}: did not reach the car within {PATIENCE_SECONDS:g} s")
            time.sleep(PROBE_SECONDS)
        if what is not None:
            self.seconds[what].append(time.monotonic() - began)
            print(f"  {what}: {self.seconds[what][-1]:.1f} s", flush=True)


def reaching(folder: Path, rounds: int) -> list[str]:
    """Change what counts on a server, again and again; return lines for people.

    Args:
        folder: For server and car.
        rounds: How often each change is made.
    """
    with open_database(Settings(data_dir=folder / "database")) as database:
        server = server_with_kim(folder / "server", database)
        token = server.add_car()
        server.settings = server.settings.model_copy(update={"policy": PolicySettings(profile=OPEN)})
        home = server.lines_for_a_car(folder / "papers", server.port, token)
        with ProbedCar(folder / "car", home, OPEN) as car:
            watch = _Watch(car, random.Random(rounds))
            with reached(server):
                car.sign_on()
                for _ in range(rounds):
                    _lists(watch, database)
            _law(watch, server, database, rounds)
            with reached(server):
                for _ in range(rounds):
                    _revoked(watch, car, server, folder / "papers" / "token")
    return [_words(what, seconds) for what, seconds in watch.seconds.items()]


def _words(what: str, seconds: list[float]) -> str:
    worst = max(seconds)
    held = "within" if worst <= ASKED_SECONDS else "OVER"
    middle = statistics.median(seconds)
    return f"{what}: {len(seconds)} times, median {middle:.1f} s, worst {worst:.1f} s ({held} {ASKED_SECONDS:g} s)"


def _lists(watch: _Watch, database: Database) -> None:
    edits, versions = HotlistEdits(database), HotlistVersions(database)
    one = entry(TURNED).entry_id
    import_version(database, [entry(OTHER)], NAME)
    watch.until(OTHER, alerts=True)
    watch.until(TURNED, alerts=False)
    watch.until(
        TURNED,
        alerts=True,
        what="an entry that a new version adds",
        change=lambda: import_version(database, [entry(OTHER), entry(TURNED)], NAME),
    )
    watch.until(
        TURNED,
        alerts=False,
        what="an entry that is withdrawn",
        change=lambda: edits.withdraw([one], by="bench", reason="recovered"),
    )
    watch.until(
        TURNED,
        alerts=True,
        what="an entry that comes in force again",
        change=lambda: edits.restore([one], by="bench", reason="entered anew"),
    )
    import_version(database, [entry(OTHER)], NAME)
    watch.until(TURNED, alerts=False)
    import_version(database, [entry(OTHER), entry(TURNED)], NAME)
    watch.until(TURNED, alerts=True)
    watch.until(
        TURNED,
        alerts=False,
        what="a list that is rolled back",
        change=lambda: versions.rollback(NAME, made_by="bench", reason="truncated"),
    )
    watch.until(OTHER, alerts=False, what="a list that is removed", change=lambda: versions.remove(NAME))


def _law(watch: _Watch, server: CarServer, database: Database, rounds: int) -> None:
    """Let the server begin under a law that has a category stay silent, which it does by a start alone."""
    entries = [entry(OTHER), entry(SILENCED)._replace(category=Category.FELONY_VEHICLE)]
    import_version(database, entries, NAME)
    usual = server.settings
    silent = usual.model_copy(update={"policy": PolicySettings(profile=STRICT)})
    for _ in range(rounds):
        server.settings = usual
        with reached(server):
            watch.until(SILENCED, alerts=True)
        server.settings = silent
        with reached(server):
            watch.until(SILENCED, alerts=False, what="a category that the law does not let notify any more")
    server.settings = usual


def _revoked(watch: _Watch, car: ProbedCar, server: CarServer, token_file: Path) -> None:
    watch.until(OTHER, alerts=True)
    watch.until(
        OTHER,
        alerts=False,
        what="a car that is revoked (its lists are wiped)",
        change=lambda: revoke_car(CLERK, server.database, "unit-12", "stolen"),
    )
    while car.tell("lists")["is_unlocked"]:
        time.sleep(PROBE_SECONDS)
    if "revoked" not in (car.tell("lists")["wiped_why"] or ""):
        raise SystemExit("a revoked car's lists were not wiped")
    token_file.write_text(renew_token(CLERK, server.database, "unit-12").token + "\n")
    while "refused" in car.sign_on():
        time.sleep(1.0)
