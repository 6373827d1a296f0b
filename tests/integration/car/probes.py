"""A car's process, which a test tells what drives past, and asks what it alerts on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from storage.car.alerts import CarAlerts
from storage.car.file import CAR_FILE
from tests.conftest import REPOSITORY
from tests.integration.runs.logged import LoggedRun
from tests.unit.alerts.samples import AGENCY

PASSWORD = "four dull words here"


class ProbedCar:
    """A car whose own lists come from a server. A context: its process runs, and is killed at the end.

    Args:
        folder: For all of it; what is there stays.
        home: Lines of [patrol] that say where its server is.
        law: The law profile that the car itself goes by.
    """

    def __init__(self, folder: Path, home: str, law: str = "virginia") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.data, self.config = folder / "data", folder / "car.toml"
        self.config.write_text(
            f'data_dir = "data"\nagency_id = "{AGENCY}"\n[patrol]\ncar = "unit-12"\n{home}'
            # Each pass is told of, whatever came before.
            f'[policy]\nprofile = "{law}"\n'
            '[repeats]\nwindow_minutes = 0\n[alerts]\nsecond_reader = "off"\n'
        )

    def __enter__(self) -> Self:
        inherited = {name: value for name, value in os.environ.items() if name != "PLATEWATCH_DATA_DIR"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.car.listed_car", str(self.config)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=inherited,
            cwd=REPOSITORY,
        )
        self.log = LoggedRun(self.process)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        with self.log:
            assert self.process.stdin is not None
            self.process.stdin.close()

    def tell(self, do: str, **command: str) -> dict[str, Any]:
        """Tell it something; return its answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, **command}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "".join(self.log.lines)
        answer = dict(json.loads(line))
        assert "failed" not in answer, answer
        return answer

    def sign_on(self, name: str = "kim") -> dict[str, Any]:
        """Have somebody sign on."""
        return self.tell("sign-on", name=name, password=PASSWORD)

    def alerts_on(self, plate: str, state: str = "US-VA") -> dict[str, str]:
        """Let a vehicle drive past; return what that raised by alert id, with why."""
        return dict(self.tell("pass", plate=plate, state=state)["alerts"])

    def canceled(self) -> set[str]:
        """Return the alerts that were taken back."""
        alerts = CarAlerts(self.data / CAR_FILE)
        try:
            return {str(UUID(str(one.alert.cancels))) for one in alerts.newest(0, 100_000) if one.alert.cancels}
        finally:
            alerts.close()
