"""What a monitoring system on this machine may ask of a run."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from schemas.settings.section import FilePath, Section


def address_of(text: str) -> tuple[str, int]:
    """Return host and port of `host:port`, an IPv6 address in brackets.

    Raises:
        ValueError: It is none.
    """
    host, mark, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not mark or not host or not port.isdecimal() or not 0 <= int(port) <= 65_535 or (":" in host and not bracketed):
        raise ValueError(f"'{text}' is no address, expected host:port like 127.0.0.1:9464")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _address(text: str) -> str:
    address_of(text)
    return text


class MetricsSettings(Section):
    """Where a run answers Prometheus (/metrics) and whoever asks whether it lives (/live) and works (/ready)."""

    listen: Annotated[str, AfterValidator(_address)] | None = None
    """Address of this machine's loopback interface, like 127.0.0.1:9464; none: it does not answer."""
    token_file: FilePath | None = None
    """File with the bearer token to ask for /metrics with; with it `listen` may be an address for other machines."""
