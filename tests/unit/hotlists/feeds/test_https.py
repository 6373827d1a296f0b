"""Fetching over HTTPS from a real server: what arrives, what is refused, and how each failure reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hotlists.feeds.transfer import PullCanceled
from schemas.errors import ConfigurationError, TransientError
from schemas.settings import HttpsFeed
from tests.unit.hotlists.feeds.pulling import BODY, fetch, refused
from tests.unit.hotlists.feeds.servers import (
    PASSWORD,
    TOKEN,
    USER,
    HttpsServer,
    https_server,
    make_certificate,
)


@pytest.fixture
def https(tmp_path: Path) -> Iterator[HttpsServer]:
    with https_server(tmp_path) as server:
        server.body = BODY
        yield server


def https_feed(server: HttpsServer, **changes: object) -> HttpsFeed:
    values = {"name": "ncic", "source": "ncic", "kind": "https", "url": server.url, "ca_file": server.ca_file}
    return HttpsFeed.model_validate(values | {"timeout_seconds": 5} | changes)


class TestHttps:
    def test_brings_the_file_with_its_time_and_not_a_second_time(self, https: HttpsServer, tmp_path: Path) -> None:
        pulled = fetch(https_feed(https), tmp_path)
        assert pulled is not None
        assert (pulled.path.name, pulled.path.read_bytes()) == ("VEHEXTRT.txt", BODY)
        assert pulled.path.stat().st_mtime == https.modified
        assert fetch(https_feed(https), tmp_path, remote=pulled.remote) is None
        assert https.requests[-1] == ("GET", 304)
        https.etag = '"2"'
        assert fetch(https_feed(https), tmp_path, remote=pulled.remote) is not None

    def test_logs_in_with_a_token_or_a_password(
        self, https: HttpsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        secret = tmp_path / "token"
        secret.write_text(f"{TOKEN}\n")
        https.authorization = f"Bearer {TOKEN}"
        assert fetch(https_feed(https, token_file=secret), tmp_path) is not None
        https.authorization = "Basic bHByOnMzY3JldA=="
        monkeypatch.setenv("LIST_PASSWORD", PASSWORD)
        assert fetch(https_feed(https, username=USER, password_env="LIST_PASSWORD"), tmp_path) is not None

    def test_a_wrong_login_is_said(self, https: HttpsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        https.authorization = "Bearer other"
        monkeypatch.setenv("LIST_TOKEN", TOKEN)
        refused(https_feed(https, token_env="LIST_TOKEN"), tmp_path, ConfigurationError, r"refuses this login \(401\)")
        monkeypatch.setenv("LIST_TOKEN", f"{TOKEN}\nX-Evil: 1")
        refused(https_feed(https, token_env="LIST_TOKEN"), tmp_path, ConfigurationError, "the token holds a char")
        monkeypatch.setenv("LIST_TOKEN", f"{TOKEN}\u00fc")
        refused(https_feed(https, token_env="LIST_TOKEN"), tmp_path, ConfigurationError, "the token holds a char")
        monkeypatch.delenv("LIST_TOKEN")
        refused(https_feed(https, token_env="LIST_TOKEN"), tmp_path, ConfigurationError, "LIST_TOKEN .* is not set")

    def test_a_transfer_that_ends_early(self, https: HttpsServer, tmp_path: Path) -> None:
        https.cut_after = 100_000
        refused(https_feed(https), tmp_path, TransientError, "100000|closed|incomplete|early")

    @pytest.mark.parametrize(
        ("target", "words"),
        [
            ("http://127.0.0.1/list", "redirects to http; only https"),
            ("https://127.0.0.2/list", r"redirects to another host \(127\.0\.0\.2\)"),
            ("https://127.0.0.1:1/list", r"redirects to another host \(127\.0\.0\.1\)"),  # another program's port
            ("/lists/other.txt", "more than 5 redirects"),
        ],
    )
    def test_redirects_stay_on_the_host_and_on_https(
        self, https: HttpsServer, tmp_path: Path, target: str, words: str
    ) -> None:
        https.redirect = target
        refused(https_feed(https), tmp_path, ConfigurationError, words)

    def test_a_certificate_that_nobody_vouches_for(self, https: HttpsServer, tmp_path: Path) -> None:
        refused(https_feed(https, ca_file=None), tmp_path, ConfigurationError, "certificate is not valid")
        other, _ = make_certificate(tmp_path, "other")
        refused(https_feed(https, ca_file=other), tmp_path, ConfigurationError, "certificate is not valid")
        refused(https_feed(https, ca_file=tmp_path / "none.pem"), tmp_path, ConfigurationError, "ca_file .* cannot be")

    def test_a_file_that_is_replaced_while_it_is_fetched(self, https: HttpsServer, tmp_path: Path) -> None:
        def replace() -> None:
            https.etag = '"2"'

        https.on_sent = replace
        refused(https_feed(https), tmp_path, TransientError, "changed while it was fetched")

    def test_a_server_that_is_silent_or_gone(self, https: HttpsServer, tmp_path: Path) -> None:
        https.silent = True
        refused(https_feed(https, timeout_seconds=0.2), tmp_path, TransientError, "no answer within timeout_seconds")
        gone = https_feed(https, url="https://127.0.0.1:1/list")
        refused(gone, tmp_path, TransientError, "https://127.0.0.1:1/list: .*refused")

    def test_a_transfer_ends_with_the_run_and_with_its_time(self, https: HttpsServer, tmp_path: Path) -> None:
        refused(https_feed(https), tmp_path, PullCanceled, "run ends", canceled=lambda: True)
        ticks = iter(range(0, 10_000_000, 4000))
        refused(https_feed(https), tmp_path, TransientError, "transfer_minutes", clock=lambda: float(next(ticks)))
