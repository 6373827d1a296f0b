"""A real server of the S3 API, in memory, which a test can stop and start again at its port with what it held."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

logging.getLogger("werkzeug").setLevel(logging.ERROR)

KEY, SECRET, BUCKET = "AKIAPLATEWATCH", "not-a-real-secret", "pictures"


class S3Server:
    """The server; `url` is its endpoint."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._application = DomainDispatcherApplication(create_backend_app)
        self._server: object = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Answer, with what was stored before."""
        self._server = make_server("127.0.0.1", self._port, self._application, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        """Answer no more; connections are refused."""
        if self._thread is not None:
            self._server.shutdown()  # type: ignore[attr-defined]
            self._thread.join()
            self._server.server_close()  # type: ignore[attr-defined]
            self._thread = None

    def keys(self) -> list[str]:
        """What the bucket holds."""
        listed = self.client().list_objects_v2(Bucket=BUCKET)
        return sorted(one["Key"] for one in listed.get("Contents", []))

    def client(self) -> object:
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
        )

    def section(self) -> str:
        """The section `images` of a configuration that keeps pictures there."""
        return (
            f'url = "s3://{BUCKET}/gate"\n[images.options]\nkey = "{KEY}"\nsecret = "{SECRET}"\n'
            f'client_kwargs = {{ endpoint_url = "{self.url}", region_name = "us-east-1" }}\n'
            "config_kwargs = { retries = { max_attempts = 0 } }\n"
        )


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Run a server with an empty bucket."""
    server = S3Server()
    server.start()
    try:
        server.client().create_bucket(Bucket=BUCKET)  # type: ignore[attr-defined]
        yield server
    finally:
        server.stop()
