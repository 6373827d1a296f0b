"""One client's connection: its requests, answered one after the other."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import struct
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.rtsp.clip import Clip
from services.rtsp.faults import Faults
from services.rtsp.login import Login
from services.rtsp.metadata import CONTROL, Metadata
from services.rtsp.player import Datagrams, Interleaved, Way, play, play_metadata

MOST_HEADER_BYTES = 16_384
SILENCE_SECONDS = 60.0
VIDEO = "video"
_METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN"
_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 455: "Method Not Valid in This State"}
_CLIENT_PORTS = re.compile(r"client_port=(\d{1,5})")
_CHANNELS = re.compile(r"interleaved=(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Request:
    """A request: what is asked for, of what, and its headers by lower case names."""

    method: str
    url: str
    headers: dict[str, str]


class Connection:
    """Serves one client until it leaves.

    Args:
        find: Gives a path's clip, or None; asked again for each round of playing.
        find_metadata: Gives a path's metadata, or None.
        login: Who may ask.
        faults: What goes wrong.
        loop: Whether clips begin again.
        reader: From the client.
        writer: To the client.
    """

    def __init__(
        self,
        find: Callable[[str], Clip | None],
        find_metadata: Callable[[str], Metadata | None],
        login: Login,
        faults: Faults,
        *,
        loop: bool,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._find = find
        self._find_metadata = find_metadata
        self._login = login
        self._faults = faults
        self._loop = loop
        self._reader = reader
        self._writer = writer
        self._session = secrets.token_hex(8)
        self._path = ""
        self._ways: dict[str, Way] = {}
        self._playing: list[asyncio.Task[None]] = []

    async def serve(self) -> None:
        """Answer requests until the client leaves, or the clip has been played to its end."""
        try:
            while (request := await self._next()) is not None:
                await asyncio.sleep(self._faults.answer_seconds)
                if not await self._answer_to(request):
                    break
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, ConnectionError, ValueError):
            pass  # the client left, or speaks something else
        finally:
            for task in self._playing:
                task.cancel()
            for way in self._ways.values():
                way.close()
            self._writer.close()

    async def _next(self) -> Request | None:
        """Return the next request, past what a client reports between them."""
        while True:
            async with asyncio.timeout(None if self._playing else SILENCE_SECONDS):
                first = await self._reader.read(1)
                if not first:
                    return None
                if first != b"$":
                    head = first + await self._reader.readuntil(b"\r\n\r\n")
                    break
                _, size = struct.unpack(">BH", await self._reader.readexactly(3))
                await self._reader.readexactly(size)
        lines = head.decode("latin-1").split("\r\n")
        method, url, _ = lines[0].split(" ", 2)
        fields = (line.partition(":") for line in lines[1:] if line)
        headers = {name.strip().lower(): value.strip() for name, _, value in fields}
        await self._reader.readexactly(min(int(headers.get("content-length", 0)), MOST_HEADER_BYTES))
        return Request(method, url, headers)

    async def _answer_to(self, request: Request) -> bool:
        """Answer a request; return whether there may be more."""
        if self._faults.refuse:
            await self._answer(request, self._faults.refuse)
        elif request.method == "OPTIONS":
            await self._answer(request, 200, {"Public": _METHODS})
        elif not self._login.permits(request.method, request.headers.get("authorization", "")):
            await self._answer(request, 401, {"WWW-Authenticate": self._login.challenge})
        elif request.method == "DESCRIBE":
            await self._describe(request)
        elif request.method == "SETUP":
            await self._set_up(request)
        elif request.method == "PLAY":
            await self._play(request)
        else:
            await self._answer(request, 200, {"Session": self._session})
        return request.method != "TEARDOWN"

    async def _describe(self, request: Request) -> None:
        self._path = urlsplit(request.url).path.strip("/")
        clip, metadata = self._find(self._path), self._find_metadata(self._path)
        host = self._writer.get_extra_info("sockname")[0]
        if clip is not None:
            description = clip.description(host)
        elif metadata is not None:
            description = metadata.session(host)
        else:
            await self._answer(request, 404)
            return
        if metadata is not None:
            description += metadata.description()
        headers = {"Content-Type": "application/sdp", "Content-Base": f"{request.url}/"}
        await self._answer(request, 200, headers, description)

    async def _set_up(self, request: Request) -> None:
        transport = request.headers.get("transport", "")
        track = CONTROL if request.url.rstrip("/").endswith(f"/{CONTROL}") else VIDEO
        if track in self._ways:
            self._ways.pop(track).close()
        if "/TCP" in transport:
            found = _CHANNELS.search(transport)
            first = int(found[1]) if found else 0
            self._ways[track] = Interleaved(self._writer, first)
            agreed = f"RTP/AVP/TCP;unicast;interleaved={first}-{first + 1}"
        elif (ports := _CLIENT_PORTS.search(transport)) is not None:
            client = int(ports[1])
            host = self._writer.get_extra_info("sockname")[0]
            datagrams = Datagrams(host, (self._writer.get_extra_info("peername")[0], client))
            self._ways[track] = datagrams
            own = "-".join(map(str, datagrams.ports))
            agreed = f"RTP/AVP;unicast;client_port={client}-{client + 1};server_port={own}"
        else:
            await self._answer(request, 400)
            return
        await self._answer(request, 200, {"Transport": agreed, "Session": f"{self._session};timeout=60"})

    async def _play(self, request: Request) -> None:
        clip, metadata = self._find(self._path), self._find_metadata(self._path)
        sendings: list[Coroutine[None, None, None]] = []
        if clip is not None and VIDEO in self._ways:
            sendings.append(self._send(clip, self._ways[VIDEO]))
        if metadata is not None and CONTROL in self._ways:
            sendings.append(self._send_metadata(metadata, self._ways[CONTROL]))
        if not sendings:
            await self._answer(request, 455)
            return
        await self._answer(request, 200, {"Session": self._session, "Range": "npt=0-"})
        if self._playing:
            for sending in sendings:
                sending.close()
        else:
            self._playing = [asyncio.create_task(sending) for sending in sendings]

    async def _send(self, clip: Clip, way: Way) -> None:
        with contextlib.suppress(ConnectionError):
            await play(lambda: self._find(self._path) or clip, way, self._faults, loop=self._loop)
        # As a camera that is switched off: the connection ends.
        self._writer.close()

    async def _send_metadata(self, metadata: Metadata, way: Way) -> None:
        with contextlib.suppress(ConnectionError):
            await play_metadata(metadata, way, self._faults, loop=self._loop)
        self._writer.close()

    async def _answer(
        self, request: Request, status: int, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> None:
        lines = [f"RTSP/1.0 {status} {_REASONS.get(status, 'Refused')}", f"CSeq: {request.headers.get('cseq', '0')}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        lines.append(f"Content-Length: {len(body)}")
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body)
        await self._writer.drain()
