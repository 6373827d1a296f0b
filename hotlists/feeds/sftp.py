"""Fetching a list over SFTP from a server whose key is known."""

from __future__ import annotations

import contextlib
import fnmatch
import io
import posixpath
import socket
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import paramiko

from hotlists.feeds.credentials import secret
from hotlists.feeds.names import is_partial_name
from hotlists.feeds.transfer import PullContext, Pulled, check_size, receive
from schemas.errors import ConfigurationError, PlatewatchError, TransientError
from schemas.settings import SftpFeed

SSH_PORT = 22
REQUEST_BYTES = 32_768
"""Most that every SFTP server sends at once (draft-ietf-secsh-filexfer-02, section 3)."""
WINDOW_REQUESTS = 64
"""Requests under way at a time: two megabytes per round trip."""


@dataclass(frozen=True, slots=True)
class _RemoteFile:
    path: str
    size: int
    modified_at: int

    @property
    def remote(self) -> dict[str, str]:
        return {"path": self.path, "size": str(self.size), "mtime": str(self.modified_at)}


class _KnownHostsOnly(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]
    """A server that is not in known_hosts is refused."""

    def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:
        raise ConfigurationError(
            f"sftp server {hostname} is not in known_hosts (its key is {key.get_name()} {key.fingerprint}); compare "
            "that with its operator and add it"
        )


def pull_sftp(feed: SftpFeed, context: PullContext) -> Pulled | None:
    """Fetch a feed's file; see `hotlists.feeds.pull.pull`."""
    with _translated(feed), _session(feed) as sftp:
        found = _find(sftp, feed)
        if found.remote == dict(context.remote):
            return None
        check_size(feed, found.size)
        context.wait(feed.settle_seconds)
        _check_same(sftp, found, feed)
        with sftp.open(found.path, "rb") as file:
            path = receive(
                _blocks(file, found, feed), feed, context, name=found.path, modified_at=float(found.modified_at)
            )
        try:
            _check_same(sftp, found, feed)
        except TransientError:
            path.unlink()
            raise
        return Pulled(path, found.remote)


@contextlib.contextmanager
def _session(feed: SftpFeed) -> Iterator[Any]:
    parts = urlsplit(feed.url)
    with paramiko.SSHClient() as client:
        try:
            client.load_host_keys(str(feed.known_hosts))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"feed '{feed.name}': known_hosts {feed.known_hosts} cannot be read ({error})"
            ) from error
        client.set_missing_host_key_policy(_KnownHostsOnly())
        password = secret(feed, "password")
        client.connect(
            parts.hostname or "",
            port=parts.port or SSH_PORT,
            username=feed.username or unquote(parts.username or ""),
            password=password,
            pkey=_private_key(feed, password),
            allow_agent=False,
            look_for_keys=False,
            timeout=feed.timeout_seconds,
            banner_timeout=feed.timeout_seconds,
            auth_timeout=feed.timeout_seconds,
            channel_timeout=feed.timeout_seconds,
        )
        with client.open_sftp() as sftp:
            sftp.get_channel().settimeout(feed.timeout_seconds)
            yield sftp


def _private_key(feed: SftpFeed, passphrase: str | None) -> Any:
    text = secret(feed, "private_key")
    if text is None:
        return None
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text), password=passphrase)
        except paramiko.PasswordRequiredException as error:
            raise ConfigurationError(
                f"feed '{feed.name}': the private key needs a passphrase; give it as password_file or password_env"
            ) from error
        except (paramiko.SSHException, ValueError):
            continue
    raise ConfigurationError(
        f"feed '{feed.name}': the private key cannot be read: it is no Ed25519, ECDSA or RSA key, or the passphrase is "
        "wrong"
    )


def _find(sftp: Any, feed: SftpFeed) -> _RemoteFile:
    """Return the file that the URL names, or the newest one that fits in the folder that it names."""
    path = unquote(urlsplit(feed.url).path) or "."
    attributes = sftp.stat(path)
    if not stat.S_ISDIR(attributes.st_mode or 0):
        return _RemoteFile(path, attributes.st_size or 0, attributes.st_mtime or 0)
    fitting = [
        _RemoteFile(posixpath.join(path, entry.filename), entry.st_size or 0, entry.st_mtime or 0)
        for entry in sftp.listdir_attr(path)
        if stat.S_ISREG(entry.st_mode or 0)
        and fnmatch.fnmatchcase(entry.filename, feed.pattern)
        and not is_partial_name(entry.filename)
    ]
    if not fitting:
        raise TransientError(f"{_place(feed)}: no file there fits the pattern '{feed.pattern}'")
    return max(fitting, key=lambda file: (file.modified_at, file.path))


def _check_same(sftp: Any, found: _RemoteFile, feed: SftpFeed) -> None:
    now = sftp.stat(found.path)
    if (now.st_size or 0, now.st_mtime or 0) != (found.size, found.modified_at):
        raise TransientError(f"{_place(feed)}: the file is being written; it is fetched when that is done")


def _blocks(file: Any, found: _RemoteFile, feed: SftpFeed) -> Iterator[bytes]:
    """Yield the file, several requests under way at a time; fails when there are fewer bytes than announced."""
    for start in range(0, found.size, REQUEST_BYTES * WINDOW_REQUESTS):
        end = min(start + REQUEST_BYTES * WINDOW_REQUESTS, found.size)
        pieces = [(offset, min(REQUEST_BYTES, end - offset)) for offset in range(start, end, REQUEST_BYTES)]
        for (offset, size), block in zip(pieces, file.readv(pieces), strict=True):
            # At once: paramiko would wait for the rest until the time is over.
            if len(block) != size:
                ended = offset + len(block)
                raise TransientError(f"{_place(feed)}: the transfer ended after {ended} of {found.size} bytes")
            yield block


@contextlib.contextmanager
def _translated(feed: SftpFeed) -> Iterator[None]:
    try:
        yield
    except PlatewatchError:
        raise
    except paramiko.BadHostKeyException as error:
        raise ConfigurationError(
            f"{_place(feed)}: the server's key is not the one in known_hosts; somebody may be in between. Ask its "
            "operator before you change known_hosts"
        ) from error
    except paramiko.AuthenticationException as error:
        raise ConfigurationError(f"{_place(feed)}: the server refuses this login; correct user and key") from error
    except FileNotFoundError as error:
        raise ConfigurationError(f"{_place(feed)}: the server has no such file; correct the url") from error
    except PermissionError as error:
        raise ConfigurationError(f"{_place(feed)}: this user may not read the file") from error
    except TimeoutError as error:
        raise TransientError(f"{_place(feed)}: no answer within timeout_seconds ({feed.timeout_seconds:g})") from error
    except EOFError as error:
        raise TransientError(f"{_place(feed)}: the transfer ended early") from error
    except socket.gaierror as error:
        raise TransientError(f"{_place(feed)}: the host's name cannot be found") from error
    except (OSError, paramiko.SSHException) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise TransientError(f"{_place(feed)}: {reason}") from error


def _place(feed: SftpFeed) -> str:
    parts = urlsplit(feed.url)
    port = f":{parts.port}" if parts.port else ""
    return f"sftp://{parts.hostname}{port}{unquote(parts.path)}"
