"""`POST /ingest/reads/VENDOR/SOURCE`: a message is stored as it came, and understood later."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.requests import Request

from ingest.server.answers import OneLine, Refusal
from ingest.server.bodies import BodyLimits
from ingest.server.credentials import check_signatures, check_token
from ingest.server.inbox import Inbox
from ingest.server.sources import OpenSource, Sources
from ingest.vendors.adapter import Adapter, VendorMessage
from schemas.errors import InvalidInput
from storage.spool.messages import Message

OWN_VENDOR = "platewatch"
"""Reads in our own words: who sends them is told what is wrong with them."""
SUCCESS = {"verkada": 200}
"""Vendors whose documents name one success; others take 202, which says what is true."""
KEPT_HEADERS = frozenset({"user-agent", "date", "x-event-type", "x-event-name", "x-request-id", "x-device-id"})
"""What adapters may look at. Of all others nobody knows whether they are secrets."""
MOST_HEADER_CHARACTERS = 1000


class ReadsDoor:
    """Takes messages of sources.

    Args:
        sources: Who may post.
        inbox: Where messages are stored.
        limits: How large and slow they may be.
        adapters: By vendor; our own reads are parsed before they are stored.
    """

    def __init__(self, sources: Sources, inbox: Inbox, limits: BodyLimits, adapters: Mapping[str, Adapter]) -> None:
        self._sources = sources
        self._inbox = inbox
        self._limits = limits
        self._adapters = adapters

    async def look(self, request: Request) -> OneLine:
        """Answer who tries whether the URL is right; nothing is stored."""
        source = self._source(request)
        if source.settings.token_sha256 is not None:
            check_token(request, source.settings.token_sha256)
        return OneLine(200, ready=True)

    async def take(self, request: Request) -> OneLine:
        """Store a message.

        Raises:
            Refusal: It is not, for the reason that stands there.
        """
        source = self._source(request)
        settings = source.settings
        try:
            if settings.token_sha256 is not None:
                check_token(request, settings.token_sha256)
            body = await self._limits.read(request)
            if source.secrets:
                check_signatures(settings.vendor, request.headers, body, source.secrets)
            if not body:
                return OneLine(200, ready=True)  # how some try whether the URL is right
            message = _message(request, settings.id, body)
            if settings.vendor == OWN_VENDOR and settings.vendor in self._adapters:
                await asyncio.to_thread(self._make_sure, self._adapters[settings.vendor], message, source)
            await self._inbox.store(message, settings.max_waiting)
        except Refusal as refusal:
            self._sources.refused(settings.id, refusal.status, refusal.message)
            raise
        self._sources.came(settings.id)
        return OneLine(SUCCESS.get(settings.vendor, 202), stored=True)

    def _source(self, request: Request) -> OpenSource:
        vendor, source_id = request.path_params["vendor"], request.path_params["source"]
        source = self._sources.get(source_id)
        if source is None or source.settings.vendor != vendor:
            raise Refusal(404, "there is no such source of this vendor; compare the URL with [[ingest.sources]]")
        return source

    def _make_sure(self, adapter: Adapter, message: Message, source: OpenSource) -> None:
        """Make sure that a message of our own kind can be understood: its sender is a program that can be told."""
        asked = vendor_message(message)
        try:
            adapter.parse(asked, source.settings)
        except InvalidInput as error:
            raise Refusal(422, str(error)) from None


def vendor_message(message: Message) -> VendorMessage:
    """Return a stored message as adapters take it."""
    return VendorMessage(
        source_id=message.source,
        content_type=message.content_type,
        body=message.body,
        received_at=message.received_at,
        headers=message.headers,
        topic=message.headers.get("mqtt-topic", ""),
        path=message.path,
    )


def _message(request: Request, source_id: str, body: bytes) -> Message:
    headers = {name: value[:MOST_HEADER_CHARACTERS] for name, value in request.headers.items() if name in KEPT_HEADERS}
    return Message(
        source=source_id,
        received_at=datetime.now(UTC),
        body=body,
        content_type=request.headers.get("content-type", "")[:MOST_HEADER_CHARACTERS],
        headers=headers,
        path=request.path_params.get("rest", "")[:MOST_HEADER_CHARACTERS],
    )
