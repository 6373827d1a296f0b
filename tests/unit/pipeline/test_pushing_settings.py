"""What a run refuses to start with, or to take over, of cameras that push."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingest.streams.pushing.feed import PushFeed
from pipeline.fitting import check, check_sources
from pipeline.health.board import HealthBoard
from pipeline.ingesting.pushed import PushedFrames
from pipeline.reloading import difference
from pipeline.running.takeover import TakeOver
from schemas.errors import ConfigurationError
from schemas.settings import IngestSettings, PushCamera, Settings

DIGEST = "0" * 64


def settings(tmp_path: Path, listen: str | None, *cameras: PushCamera, **ingest: Any) -> Settings:
    return Settings(data_dir=tmp_path, ingest=IngestSettings(listen=listen, **ingest), cameras=cameras)


@pytest.mark.parametrize(
    ("listen", "token", "problem"),
    [
        (None, DIGEST, "set ingest.listen"),
        ("0.0.0.0:8443", None, "anybody who reaches 0.0.0.0:8443"),
        ("10.1.2.3:8443", None, "set token_sha256"),
    ],
)
def test_a_camera_that_nobody_serves_or_anybody_could_be_is_refused(
    tmp_path: Path, listen: str | None, token: str | None, problem: str
) -> None:
    with pytest.raises(ConfigurationError, match=problem) as caught:
        check(settings(tmp_path, listen, PushCamera(id="pole", token_sha256=token), allow_unencrypted=True))
    assert "'pole'" in str(caught.value)


def test_a_token_is_only_needed_where_others_reach_the_server(tmp_path: Path) -> None:
    check(settings(tmp_path, "127.0.0.1:8480", PushCamera(id="pole")))
    camera = PushCamera(id="pole", token_sha256=DIGEST)
    check(settings(tmp_path, "10.1.2.3:8480", camera, allow_unencrypted=True))
    with pytest.raises(ConfigurationError, match="TLS"):
        check(settings(tmp_path, "10.1.2.3:8480", camera))


def test_a_reload_cannot_bring_a_camera_for_which_no_server_was_started(tmp_path: Path) -> None:
    before = settings(tmp_path, "127.0.0.1:8480")
    camera = PushCamera(id="pole")
    assert difference(before, settings(tmp_path, "127.0.0.1:8480", camera)).cameras == (camera,)
    unheard = settings(tmp_path, None, PushCamera(id="other"))
    board, loaded = HealthBoard("here"), settings(tmp_path, "127.0.0.1:8480", camera)
    takeover = TakeOver(unheard, board, fits=check, accept=check_sources)
    assert not takeover.take_anew(lambda: loaded, [])
    assert takeover.settings is unheard
    change = board.next_change()
    assert change is not None
    assert "set ingest.listen" in (change.message or "")


def test_cameras_that_are_gone_are_taken_no_more(tmp_path: Path) -> None:
    pushed = PushedFrames()
    for name in ("pole", "gate"):
        pushed.connect(PushCamera(id=name))
    first = pushed.takers()["pole"]
    assert isinstance(first, PushFeed)
    pushed.connect(PushCamera(id="pole", token_sha256=DIGEST))
    assert pushed.takers()["pole"].token_sha256 == DIGEST
    pushed.keep(settings(tmp_path, None, PushCamera(id="pole")))
    assert set(pushed.takers()) == {"pole"}
