"""Whatever a server, or something before it, says that is no answer, a car has the lists that it had, and says so."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipeline.patrol.lists.server import ask_over_https
from schemas.errors import TransientError
from schemas.settings import PatrolSettings
from services.private_files import write_private
from storage.database import Database
from tests.integration.car.list_world import CarHere, World, some_entries
from tests.integration.hotlists.list_versions import import_version

MOST_BYTES = 32 << 20

ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "an error": (500, {}, b"<html>Internal Server Error</html>"),
    "away": (503, {"retry-after": "5"}, b"<html>Bad Gateway</html>"),
    "nothing there": (404, {}, b"<html>Not Found</html>"),
    "a page of a hotel's network": (200, {"content-type": "text/html"}, b"<html>Please accept our terms</html>"),
    "a way to elsewhere": (302, {"location": "http://127.0.0.1:9/"}, b""),
    "nothing at all": (200, {}, b""),
    "noise": (200, {}, bytes(range(256)) * 64),
    "JSON of something else": (200, {}, b'{"lists": [], "edition": 99}'),
    "too much": (200, {}, b"\0" * (MOST_BYTES + 1)),
    "less than it says": (200, {"content-length": "100000"}, b"short"),
}


class _Answering(BaseHTTPRequestHandler):
    """Answers every question with the same."""

    answer: tuple[int, dict[str, str], bytes] = (200, {}, b"")

    def do_GET(self) -> None:
        status, headers, body = self.answer
        self.send_response(status)
        for name, value in ({"content-length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_is_no_answer_changes_nothing(database: Database, tmp_path: Path, port: int) -> None:
    world = World(database, tmp_path)
    import_version(database, some_entries(range(5)))
    car = CarHere(world)
    car.unlock()
    car.fetch()
    before = car.has()
    assert before == world.wanted()
    import_version(database, some_entries(range(3, 9)))
    write_private(tmp_path / "token", b"token\n")
    whole = car.ask
    patrol = PatrolSettings(car="unit-12", server=f"http://127.0.0.1:{port}", token_file=tmp_path / "token")
    wrong = ask_over_https(patrol)
    for what, answer in ANSWERS.items():
        _Answering.answer = answer
        car.ask = wrong
        with contextlib.suppress(TransientError):
            car.fetch()
        assert car.has() == before, what
        assert car.gate.now().state == "offline", what
        assert car.lists.about.wiped_why is None, what
    # Also in the middle of an edition that was begun.
    car.ask = lambda query: whole(query) if "part" not in query else wrong(query)
    for what, answer in ANSWERS.items():
        _Answering.answer = answer
        with contextlib.suppress(TransientError):
            car.fetch()
        assert car.has() == before, what
    car.ask = whole
    car.fetch()
    assert car.has() == world.wanted()
    car.lists.close()
