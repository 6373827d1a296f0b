"""Cameras by RTSP over TLS: whom they are is checked, unless a person says otherwise."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from schemas.settings import RtspCamera
from services.rtsp.clip import Clip
from services.rtsp.server import RtspServer
from tests.unit.ingest.streams.cameras import frames_of, reading, until
from tests.unit.ingest.streams.tls_front import tls_front


@contextlib.contextmanager
def tls_camera(clips: dict[str, Clip], authority: trustme.CA, name: str) -> Iterator[str]:
    """Run a camera that speaks TLS alone; yield its URL.

    Args:
        clips: What it plays.
        authority: Who signs its certificate.
        name: Whom the certificate names.
    """
    with RtspServer(clips) as server, tls_front(server.port, authority, name) as port:
        yield f"rtsps://127.0.0.1:{port}/h264"


@pytest.mark.parametrize(
    ("names", "trusted", "verify", "is_seen"),
    [
        ("127.0.0.1", True, True, True),
        ("127.0.0.1", False, True, False),
        ("another.example", True, True, False),
        ("another.example", False, False, True),
    ],
)
def test_who_the_camera_is_is_checked(
    clips: dict[str, Clip], tmp_path: Path, names: str, trusted: bool, verify: bool, is_seen: bool
) -> None:
    signer = trustme.CA()
    authority = tmp_path / "authority.pem"
    (signer if trusted else trustme.CA()).cert_pem.write_to_path(str(authority))
    with tls_camera(clips, signer, names) as url:
        settings = {"id": "pole", "url": url, "stall_seconds": 2.0, "ca_file": authority, "verify": verify}
        with reading(RtspCamera.model_validate(settings)) as reader:
            if is_seen:
                assert frames_of(reader, 2)
                return
            until(lambda: reader.state.problem is not None)
            assert "certificate is not trusted" in str(reader.state.problem)
            assert reader.state.connections == 0
