"""Devices by TLS: whom they are is checked before a password is sent, unless a person says otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from schemas.settings import IngestSource
from services.rtsp.server import RtspServer
from tests.unit.ingest.pulling.device import PASSWORD, USER, Asked, Device, hikvision_event, part, stream_head
from tests.unit.ingest.pulling.pulled import pulling, source_of, until
from tests.unit.ingest.pulling.test_rtsp import LOGIN, USERS, track
from tests.unit.ingest.streams.tls_front import tls_front

CASES = pytest.mark.parametrize(
    ("name", "trusted", "verify", "works"),
    [
        ("127.0.0.1", True, True, True),
        ("127.0.0.1", False, True, False),
        ("another.example", True, True, False),
        ("another.example", False, False, True),
    ],
)


@pytest.fixture
def authority(tmp_path: Path) -> Callable[[trustme.CA, bool], dict[str, Any]]:
    def made(signer: trustme.CA, trusted: bool) -> dict[str, Any]:
        path = tmp_path / "authority.pem"
        (signer if trusted else trustme.CA()).cert_pem.write_to_path(str(path))
        return {"ca_file": str(path)}

    return made


def goes_as(source: IngestSource, folder: Path, *, works: bool) -> None:
    with pulling(source, folder) as reader:
        until(lambda: reader.state.received or reader.state.problem)
        assert bool(reader.state.received) == works
        if not works:
            assert "is not trusted" in str(reader.state.problem)


@CASES
def test_a_device_by_https(tmp_path: Path, authority: Any, name: str, trusted: bool, verify: bool, works: bool) -> None:
    def answer(_: Asked, send: Callable[[bytes], None]) -> None:
        send(stream_head() + part(hikvision_event("ABC1234", pictures=0)))
        device.wait(20)

    signer = trustme.CA()
    (tmp_path / "pw").write_text(PASSWORD)
    with Device(answer) as device, tls_front(device.port, signer, name) as port:
        pull = {"kind": "hikvision_stream", "url": f"https://127.0.0.1:{port}", "user": USER, "verify": verify}
        more = {"password_file": str(tmp_path / "pw"), **authority(signer, trusted)}
        goes_as(source_of("hikvision", pull | more), tmp_path, works=works)
        assert bool(device.refused) == works


@CASES
def test_metadata_by_rtsps(tmp_path: Path, authority: Any, name: str, trusted: bool, verify: bool, works: bool) -> None:
    signer = trustme.CA()
    with (
        RtspServer({}, metadata={"cam": track("ABC1234")}, users=USERS) as server,
        tls_front(server.port, signer, name) as port,
    ):
        pull = {"kind": "rtsp", "url": f"rtsps://{LOGIN}@127.0.0.1:{port}/cam", "verify": verify}
        goes_as(source_of("onvif", pull | authority(signer, trusted)), tmp_path, works=works)
        assert bool(server.connections) == works
