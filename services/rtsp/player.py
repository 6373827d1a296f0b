"""One client's stream: a clip's packets at their times, over and over or once."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import struct
import time
from collections.abc import Callable
from typing import Protocol

from services.rtsp.clip import Clip
from services.rtsp.faults import Faults
from services.rtsp.metadata import Metadata, MetadataPackets
from services.rtsp.packets import Packetizer

REPORT_SECONDS = 5.0


class Way(Protocol):
    """How packets reach a client."""

    async def send(self, channel: int, packet: bytes) -> None:
        """Send a packet: of the stream (0), or about it (1)."""
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...


class Interleaved:
    """Packets in the connection of the requests."""

    def __init__(self, writer: asyncio.StreamWriter, first_channel: int) -> None:
        self._writer = writer
        self._first = first_channel

    async def send(self, channel: int, packet: bytes) -> None:
        """Send a packet; waits for a client that is slow."""
        self._writer.write(struct.pack(">cBH", b"$", self._first + channel, len(packet)) + packet)
        await self._writer.drain()

    def close(self) -> None:
        """Let go of nothing: the connection is the requests'."""


class Datagrams:
    """Packets by UDP, to two ports of the client."""

    def __init__(self, host: str, client: tuple[str, int]) -> None:
        self._sockets: list[socket.socket] = []
        for offset in (0, 1):
            one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._sockets.append(one)
            one.setblocking(False)
            one.bind((host, 0))
            one.connect((client[0], client[1] + offset))

    @property
    def ports(self) -> tuple[int, int]:
        """The server's two ports."""
        return self._sockets[0].getsockname()[1], self._sockets[1].getsockname()[1]

    async def send(self, channel: int, packet: bytes) -> None:
        """Send a packet; one that does not fit into the system's buffer is lost, as UDP's are."""
        try:
            self._sockets[channel].send(packet)
        except OSError:
            return

    def close(self) -> None:
        """Close the sockets."""
        for one in self._sockets:
            one.close()


async def play(clip: Callable[[], Clip], way: Way, faults: Faults, *, loop: bool) -> None:
    """Send a clip from its beginning.

    Args:
        clip: Gives what is played; asked again for each round, so that a camera may change its resolution.
        way: To the client.
        faults: What goes wrong, looked at for each picture.
        loop: Begin again at its end, as a camera does not end.
    """
    packetizer = Packetizer(clip().codec)
    began, offset, reported = time.time(), 0.0, float("-inf")
    while True:
        current = clip()
        for unit in current.units:
            at = offset + unit.seconds
            await asyncio.sleep(max(began + at - time.time(), 0.0))
            while faults.stalled:
                await asyncio.sleep(0.02)
            if at - reported >= REPORT_SECONDS and not faults.silent_clock:
                reported = at
                await way.send(1, packetizer.sender_report(at, began + at + faults.clock_seconds))
            for packet in packetizer.packets(current.of_key(unit), at):
                if random.random() >= faults.loss:
                    await way.send(0, _damaged(packet) if random.random() < faults.damage else packet)
        offset += current.seconds
        if not loop:
            await asyncio.sleep(max(began + offset - time.time(), 0.0))
            return


async def play_metadata(track: Metadata, way: Way, faults: Faults, *, loop: bool) -> None:
    """Send a camera's metadata from its beginning.

    Args:
        track: What is sent.
        way: To the client.
        faults: What goes wrong, looked at for each document.
        loop: Begin again at its end.
    """
    packetizer = MetadataPackets(track)
    began, offset = time.time(), 0.0
    while True:
        for seconds, document in track.documents:
            await asyncio.sleep(max(began + offset + seconds - time.time(), 0.0))
            while faults.stalled:
                await asyncio.sleep(0.02)
            for packet in packetizer.packets(document, offset + seconds):
                if random.random() >= faults.loss:
                    await way.send(0, _damaged(packet) if random.random() < faults.damage else packet)
        offset += track.seconds
        await asyncio.sleep(max(began + offset - time.time(), 0.0))
        if not loop:
            return


def _damaged(packet: bytes) -> bytes:
    """Return a packet with a wrong byte behind its headers."""
    place = random.randrange(14, len(packet)) if len(packet) > 14 else len(packet) - 1
    return packet[:place] + os.urandom(1) + packet[place + 1 :]
