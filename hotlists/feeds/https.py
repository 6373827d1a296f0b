"""Fetching a list over HTTPS: verified, bounded, and only when it changed."""

from __future__ import annotations

import contextlib
import email.utils
import ssl
from collections.abc import Iterator
from urllib.parse import unquote

import httpx

from hotlists.feeds.credentials import secret
from hotlists.feeds.transfer import PullContext, Pulled, check_size, receive
from schemas.errors import ConfigurationError, InvalidInput, PlatewatchError, TransientError
from schemas.settings import HttpsFeed
from services.http.deadline import Deadline

MOST_REDIRECTS = 5
VALIDATORS = ("etag", "last-modified")
_REDIRECTS = (301, 302, 303, 307, 308)
_BUSY = (408, 425, 429)


def pull_https(feed: HttpsFeed, context: PullContext) -> Pulled | None:
    """Fetch a feed's URL; see `hotlists.feeds.pull.pull`.

    Source:
        RFC 9110, sections 8.8 (validators), 13.1 (conditional requests) and 15.4 (redirects).
    """
    headers = {"accept-encoding": "identity", "user-agent": "platewatch"}
    headers |= _conditions(context)
    # Nobody waits so long for a dripping server, but a thread would be left behind for it at each fetch.
    with _translated(feed), _client(feed) as client, Deadline(client).within(feed.transfer_minutes * 60):
        url = httpx.URL(feed.url)
        for _ in range(MOST_REDIRECTS + 1):
            with client.stream("GET", url, headers=headers) as response:
                if response.status_code not in _REDIRECTS:
                    return _take(client, response, feed, context)
                url = _next(url, response, feed)
    raise ConfigurationError(f"{_place(feed)}: more than {MOST_REDIRECTS} redirects; correct the url")


def _client(feed: HttpsFeed) -> httpx.Client:
    try:
        verify = ssl.create_default_context(cafile=None if feed.ca_file is None else str(feed.ca_file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"feed '{feed.name}': ca_file {feed.ca_file} cannot be used ({_reason(error)})"
        ) from error
    token, password = secret(feed, "token"), secret(feed, "password")
    auth = httpx.BasicAuth(feed.username, password) if feed.username is not None and password is not None else None
    if token is not None and not (token.isascii() and token.isprintable()):
        raise ConfigurationError(f"feed '{feed.name}': the token holds a character that cannot be sent")
    headers = {"authorization": f"Bearer {token}"} if token is not None else {}
    return httpx.Client(verify=verify, timeout=feed.timeout_seconds, auth=auth, headers=headers, follow_redirects=False)


def _conditions(context: PullContext) -> dict[str, str]:
    asked = {"etag": "if-none-match", "last-modified": "if-modified-since"}
    return {asked[name]: context.remote[name] for name in VALIDATORS if name in context.remote}


def _next(url: httpx.URL, response: httpx.Response, feed: HttpsFeed) -> httpx.URL:
    """Return where a redirect leads; the login must not go to another server, nor anything over plain HTTP."""
    target = url.join(response.headers.get("location", ""))
    if target.scheme != "https":
        raise ConfigurationError(f"{_place(feed)}: the server redirects to {target.scheme}; only https is followed")
    if (target.host, target.port) != (url.host, url.port):
        raise ConfigurationError(
            f"{_place(feed)}: the server redirects to another host ({target.host}); if that is right, put it into url"
        )
    return target


def _take(client: httpx.Client, response: httpx.Response, feed: HttpsFeed, context: PullContext) -> Pulled | None:
    if response.status_code == httpx.codes.NOT_MODIFIED and context.remote:
        return None
    _check_status(response.status_code, feed)
    headers = response.headers
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise InvalidInput(f"{_place(feed)}: the server compressed the file though it was asked not to")
    length = _length(response, feed)
    modified = _timestamp(headers.get("last-modified"))
    name = unquote(response.url.path)
    received = 0

    def blocks() -> Iterator[bytes]:
        nonlocal received
        # As it arrives: gathered into larger blocks, a dripping server would pass no look at the clock.
        for block in response.iter_raw():
            received += len(block)
            yield block
        if length is not None and received != length:
            raise TransientError(f"{_place(feed)}: the transfer ended after {received} of {length} bytes")

    path = receive(blocks(), feed, context, name=name, modified_at=modified)
    remote = {key: headers[key] for key in VALIDATORS if key in headers}
    if _changed_meanwhile(client, response, remote, received):
        path.unlink()
        raise TransientError(f"{_place(feed)}: the file changed while it was fetched")
    return Pulled(path, remote)


def _check_status(status: int, feed: HttpsFeed) -> None:
    if status == httpx.codes.OK:
        return
    if status in (401, 403):
        raise ConfigurationError(f"{_place(feed)}: the server refuses this login ({status}); correct it")
    if status in (404, 410):
        raise ConfigurationError(f"{_place(feed)}: the server has no such file ({status}); correct the url")
    if status in _BUSY or status >= 500:
        raise TransientError(f"{_place(feed)}: the server answered {status}")
    raise ConfigurationError(f"{_place(feed)}: the server answered {status} instead of the file; correct the url")


def _length(response: httpx.Response, feed: HttpsFeed) -> int | None:
    """Return the announced size; None for a chunked body, whose end is marked by itself."""
    text = response.headers.get("content-length")
    if text is None:
        if "chunked" in response.headers.get("transfer-encoding", "").lower() or response.http_version == "HTTP/2":
            return None
        raise ConfigurationError(
            f"{_place(feed)}: the server does not say how long the file is, so that a broken transfer would look like "
            "a whole one; have it send Content-Length"
        )
    check_size(feed, int(text))
    return int(text)


def _changed_meanwhile(client: httpx.Client, response: httpx.Response, remote: dict[str, str], received: int) -> bool:
    """Ask once more what the file is; servers that answer HEAD with an error have no say."""
    head = client.head(response.url, headers={"accept-encoding": "identity"})
    if head.status_code != httpx.codes.OK:
        return False
    size = head.headers.get("content-length", str(received))
    return size != str(received) or any(head.headers.get(key, value) != value for key, value in remote.items())


def _timestamp(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


@contextlib.contextmanager
def _translated(feed: HttpsFeed) -> Iterator[None]:
    try:
        yield
    except PlatewatchError:
        raise
    except httpx.TimeoutException as error:
        raise TransientError(f"{_place(feed)}: no answer within timeout_seconds ({feed.timeout_seconds:g})") from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise _problem(error, feed) from error


def _problem(error: Exception, feed: HttpsFeed) -> PlatewatchError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return ConfigurationError(
                f"{_place(feed)}: the server's certificate is not valid ({cause.verify_message}); correct url or "
                "ca_file"
            )
        if isinstance(cause, ssl.SSLError):
            return TransientError(f"{_place(feed)}: TLS failed ({_reason(cause)})")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, (httpx.LocalProtocolError, httpx.InvalidURL, httpx.UnsupportedProtocol)):
        # Not the library's words: they may quote a header, and so the login.
        return ConfigurationError(f"{_place(feed)}: the url holds a character that cannot be sent")
    return TransientError(f"{_place(feed)}: {_reason(error)}")


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _place(feed: HttpsFeed) -> str:
    """Return the URL without its query, which may hold a key."""
    return feed.url.partition("?")[0]
