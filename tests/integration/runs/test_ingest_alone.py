"""`platewatch ingest` as a service runs it: no terminal, SIGHUP, SIGTERM, and how it is in a file."""

from __future__ import annotations

import hashlib
import json
import signal
from pathlib import Path

import httpx

from services.run_state import INGEST_FILE_NAME, read_run_health
from tests.integration.pipeline.ingesting.test_posted import free_port, until
from tests.integration.runs.logged import LoggedRun
from tests.integration.runs.site import Site, write_site

TOKEN, OTHER = "the-token", "another-one"


def sources(*named: tuple[str, str]) -> str:
    tables = (
        f'[[ingest.sources]]\nid = "{name}"\nvendor = "rekor"\n'
        f'token_sha256 = "{hashlib.sha256(token.encode()).hexdigest()}"\n'
        for name, token in named
    )
    return "".join(tables)


def test_the_server_alone_takes_its_configuration_anew_says_how_it_is_and_ends_in_order(tmp_path: Path) -> None:
    port = free_port()
    ingest = f'listen = "127.0.0.1:{port}"'
    site = write_site(tmp_path, sources(("gate", TOKEN)), ingest=ingest)
    data = tmp_path / "data"

    def post(source: str, token: str) -> int:
        url = f"http://127.0.0.1:{port}/ingest/reads/rekor/{source}"
        return httpx.post(url, content=b"{}", headers={"x-api-key": token}, trust_env=False).status_code

    def health(site: Site) -> dict[str, object]:
        done = site.run("health", "--json")
        return {"code": done.returncode, **json.loads(done.stdout)}

    with LoggedRun(site.start("ingest", detached=True)) as run:
        run.wait_for("listening at")
        assert post("gate", TOKEN) == 202
        assert post("gate", OTHER) == 401
        # Another source, another token: counted at once, and nothing that came is lost.
        write_site(tmp_path, sources(("gate", OTHER), ("bridge", TOKEN)), ingest=ingest)
        run.process.send_signal(signal.SIGHUP)
        run.wait_for("the configuration was taken anew")
        until(lambda: post("gate", OTHER) == 202)
        assert (post("gate", TOKEN), post("bridge", TOKEN)) == (401, 202)
        # One that does not fit changes nothing.
        write_site(tmp_path, sources(("gate", TOKEN)).replace("rekor", "nobody"), ingest=ingest)
        run.process.send_signal(signal.SIGHUP)
        run.wait_for("is not taken over")
        assert post("gate", OTHER) == 202
        write_site(tmp_path, sources(("gate", OTHER)), ingest=ingest)

        def told() -> dict[str, tuple[int, bool, int]]:
            found = read_run_health(data, INGEST_FILE_NAME)
            assert found is not None
            return {one.source_id: (one.received, one.refused >= 2, one.waiting) for one in found.sources}

        until(lambda: told() == {"gate": (3, True, 3), "bridge": (1, False, 1)})
        found = health(site)
        assert found["code"] == 1
        assert "wait" in str(found["problems"])
        assert len(found["sources"]) == 2  # type: ignore[arg-type]
        run.process.send_signal(signal.SIGTERM)
        assert run.process.wait(timeout=90) == 0
    assert not (data / INGEST_FILE_NAME).exists()
    assert not any(TOKEN in line or OTHER in line for line in run.lines)
