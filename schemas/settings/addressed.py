"""A device or a server that Platewatch connects to: where it is, who asks, and whom it trusts."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from schemas.settings.section import AbsolutePath, Section


class Addressed(Section):
    """Where something is that is connected to."""

    schemes: ClassVar[tuple[str, ...]]
    """What its `url` may begin with."""

    url: SecretStr
    """Where it is; user and password may stand in it, and are never shown."""
    user: str | None = None
    """User there, where none stands in the url."""
    password_file: AbsolutePath | None = None
    """File that holds the user's password."""
    ca_file: AbsolutePath | None = None
    """PEM file of the authorities to trust instead of the system's, or of the device's own certificate."""
    verify: bool = True
    """Whether its certificate is checked, where the connection is encrypted."""

    def address_problem(self) -> str | None:
        """Say what is wrong with the address or the login, in words without secrets; None: nothing."""
        expected = " or ".join(f"{scheme}://" for scheme in self.schemes)
        url = self.url.get_secret_value()
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            return (
                f"url is no URL, expected {expected}host:port/path; a password with special characters belongs into a "
                "password_file"
            )
        if parts.scheme not in self.schemes or not host or any(ord(character) <= 32 for character in url):
            return f"url has to begin with {expected} and a host"
        if parts.username and self.user is not None:
            return "url and user both name a user; set one"
        if self.user is not None and self.password_file is None:
            return "user needs password_file"
        if self.password_file is not None and parts.password is not None:
            return "url holds a password, and password_file is set; use one"
        if self.password_file is not None and self.user is None and not parts.username:
            return "password_file needs user"
        return None
