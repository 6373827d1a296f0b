"""Who Platewatch is for a camera: from the URL, or from the settings and a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from ingest.streams.failures import StreamFailed, redacted, shown_address
from schemas.settings import Addressed


@dataclass(frozen=True, slots=True)
class Access:
    """Where a camera is, and who asks. `address` is what may be shown."""

    plain_url: str = field(repr=False)
    user: str | None = field(repr=False)
    password: str = field(repr=False)

    @property
    def address(self) -> str:
        """The URL as it may be shown."""
        return shown_address(self.plain_url)

    @property
    def url(self) -> str:
        """The URL with the login, as FFmpeg takes it."""
        if self.user is None:
            return self.plain_url
        parts = urlsplit(self.plain_url)
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc}"))

    def redacted(self, text: str) -> str:
        """Return a text without this login."""
        return redacted(text, "" if self.user is None else self.url, *self._spellings)

    @property
    def _spellings(self) -> tuple[str, ...]:
        # A short password would be replaced inside of other words; in URLs it is hidden anyway.
        return (self.password, quote(self.password, safe="")) if len(self.password) >= 4 else ()


def access_of(camera: Addressed) -> Access:
    """Return how to get at a camera, or what else is connected to; its password's file is read anew each time.

    Args:
        camera: Its settings.

    Raises:
        StreamFailed: The file cannot be read.
    """
    parts = urlsplit(camera.url.get_secret_value())
    plain = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    user = camera.user if camera.user is not None else (unquote(parts.username) if parts.username else None)
    password = unquote(parts.password or "")
    if camera.password_file is not None:
        try:
            password = camera.password_file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
            raise StreamFailed(
                f"password_file {camera.password_file} cannot be read ({reason})", is_login=True
            ) from None
    return Access(plain, user, password)
