"""Cameras by RTSP over TLS: whom they are is checked, unless a person says otherwise."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from schemas.settings import RtspCamera
from services.rtsp.clip import Clip
from services.rtsp.server import RtspServer
from tests.unit.ingest.streams.cameras import frames_of, reading, until


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def tls_camera(clips: dict[str, Clip], authority: trustme.CA, name: str) -> Iterator[str]:
    """Run a camera that speaks TLS alone; yield its URL.

    Args:
        clips: What it plays.
        authority: Who signs its certificate.
        name: Whom the certificate names.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    with RtspServer(clips) as server, socket.create_server(("127.0.0.1", 0)) as listener:
        behind = int(server.url("h264").split(":")[2].split("/")[0])

        def serve(client: socket.socket) -> None:
            with (
                contextlib.suppress(OSError),
                context.wrap_socket(client, server_side=True) as secured,
                socket.create_connection(("127.0.0.1", behind)) as plain,
            ):
                back = threading.Thread(target=_pump, args=(plain, secured), daemon=True)
                back.start()
                _pump(secured, plain)
                back.join(5.0)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"rtsps://127.0.0.1:{listener.getsockname()[1]}/h264"
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


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
