"""A run that hangs after SIGTERM is broken off by its deadline, and says so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.integration.runs.site import folder_camera, write_site

REPOSITORY = Path(__file__).resolve().parents[3]
HANGING_RUN = """
import sys, threading, time
import pipeline.stages.deadline, pipeline.services.run
from cli.main import main
pipeline.stages.deadline.ends_in_time.__wrapped__.__defaults__ = (0.5,)
def run(self, stop, **_):
    print("at work", flush=True)
    stop.wait()
    threading.current_thread().name = "a share that does not answer"
    time.sleep(120)
pipeline.services.run.Service.run = run
sys.argv = ["platewatch", "run", "--config", sys.argv[1]]
main()
"""


def test_a_run_that_hangs_is_over_soon_after_it_was_told_to_end(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "drop").mkdir()
    site = write_site(tmp_path, folder_camera(tmp_path / "drop"), database=f'url = "{database_url}"')
    environment = {name: value for name, value in os.environ.items() if name != "PLATEWATCH_DATA_DIR"}
    argv = [sys.executable, "-c", HANGING_RUN, str(site.config)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(argv, **pipes, text=True, env=environment, cwd=REPOSITORY) as process:  # type: ignore[call-overload]
        try:
            assert process.stdout.readline() == "at work\n"
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=90)
        finally:
            process.kill()
    assert process.returncode == 75
    assert "did not end within" in err
    assert "a share that does not answer" in err
