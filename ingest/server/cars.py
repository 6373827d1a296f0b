"""`/ingest/cars/CAR/...`: what patrol cars send and fetch. Each shows its token, and each thing has a handler."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from ingest.server.answers import OneLine, Refusal
from ingest.server.bodies import BodyLimits
from ingest.server.credentials import check_token
from ingest.server.known_cars import FindCar, KnownCar, KnownCars, SeeCar
from ingest.server.packed import unpacked
from schemas.errors import InvalidInput, NotPermitted, TransientError
from storage.reads.images import ImageStore

log = logging.getLogger(__name__)

T = TypeVar("T")

ALONE = (
    "this process takes other readers' messages alone and has no database, so it knows no cars (platewatch ingest); "
    "start platewatch run with the same data_dir, which takes them then"
)
REVOKED = "revoked"
"""What the answer to a car that was revoked has as its `code`: it deletes its lists, and sends nothing more."""
LATER = {"retry-after": "5"}
AT_ONCE = 8
"""Requests of cars that threads work on at a time."""
MOST_UNPACKED_BYTES = 32 << 20
"""Bytes that a packed body may hold, unless its route allows less."""


@dataclass(frozen=True, slots=True)
class CarRequest:
    """What a car asks: `rest` is what follows the route's name in the path, `body` is unpacked."""

    car: KnownCar
    method: str
    rest: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Return the body's JSON.

        Raises:
            InvalidInput: It is none.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise InvalidInput("the body is not JSON") from None


@dataclass(frozen=True, slots=True)
class CarReply:
    """What a car is answered: `body` as it is, or with `said` one line of JSON."""

    status: int = 200
    said: Mapping[str, Any] | None = None
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


CarHandler = Callable[[CarRequest], CarReply]
"""Works in a thread. InvalidInput is answered with 422, NotPermitted with 403, TransientError with 503."""


@dataclass(frozen=True, slots=True)
class CarRoute:
    """One thing that cars do: `handle` answers; None of it is reached without a token that holds."""

    handle: CarHandler
    methods: frozenset[str] = frozenset({"POST"})
    most_unpacked: int = MOST_UNPACKED_BYTES


AsyncHandler = Callable[[CarRequest], Awaitable[CarReply]]


@dataclass(frozen=True, slots=True)
class OwnRoute:
    """One thing that cars do here: `handle` works in the server's loop. With `keeps_pieces` a body that was cut off is
    handled as far as it came, and refused then."""

    handle: AsyncHandler
    methods: frozenset[str] = frozenset({"POST"})
    keeps_pieces: bool = False


@dataclass(frozen=True, slots=True)
class CarAccess:
    """What the server needs to know of cars, from whoever has the database.

    `find` and `seen` are as in `KnownCars`, `agency_id` is whose reads are taken, and `images` where pictures go.
    `routes` are further things that cars do, by name.
    """

    find: FindCar
    seen: SeeCar
    agency_id: str
    images: ImageStore
    routes: Mapping[str, CarRoute] = field(default_factory=dict)


class CarsDoor:
    """Answers cars.

    Args:
        access: Who may, and what else there is; None: this process has no database.
        limits: How large and slow bodies may be.
        own: What is handled in this server itself, by name.
    """

    def __init__(
        self,
        access: CarAccess | None,
        limits: BodyLimits,
        own: Mapping[str, OwnRoute] | None = None,
    ) -> None:
        self._known = None if access is None else KnownCars(access.find, access.seen)
        self._routes = {} if access is None else dict(access.routes)
        self._own = dict(own or {})
        self._limits = limits
        # Apart from other readers' threads: a database that hangs must not keep those from being answered.
        self._threads = ThreadPoolExecutor(AT_ONCE, "cars")

    async def answer(self, request: Request) -> Response:
        """Answer one request.

        Raises:
            Refusal: It is not what it should be, for the reason that stands there.
        """
        parameters = request.path_params
        car = await self._car(request, parameters["car"])
        name, rest = parameters["what"], parameters["rest"]
        route = self._route(name)
        if request.method not in route.methods:
            allowed = ", ".join(sorted(route.methods))
            raise Refusal(405, f"'{name}' takes {allowed}", {"allow": allowed})
        body, cut_off = await self._body(request, route)
        query = dict(request.query_params)
        query.pop("token", None)
        asked = CarRequest(car, request.method, rest, query, dict(request.headers), body)
        try:
            reply = await self._handled(route, asked)
        except NotPermitted as error:
            raise Refusal(403, str(error)) from None
        except InvalidInput as error:
            raise Refusal(422, str(error)) from None
        except TransientError as error:
            log.warning("car %s: %s is answered later: %s", car.car_id, name, error)
            raise Refusal(503, "it cannot be done now; send it later", LATER) from None
        if cut_off is not None:
            raise cut_off
        if self._known is not None:
            await self._in_thread(lambda: None if self._known is None else self._known.seen(car.car_id))
        if reply.said is not None:
            return OneLine(reply.status, reply.headers, **reply.said)
        return Response(reply.body, reply.status, {"cache-control": "no-store", **reply.headers})

    def close(self) -> None:
        """Take nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _car(self, request: Request, car_id: str) -> KnownCar:
        if self._known is None:
            raise Refusal(503, ALONE, {"retry-after": "30"})
        known = self._known
        try:
            car = await self._in_thread(lambda: known.get(car_id))
        except TransientError as error:
            raise Refusal(503, f"{error}; send it later", LATER) from None
        # Whether there is such a car is nobody's to find out. Of none, no digest of any token is.
        check_token(request, "" if car is None else car.token_sha256, whose="car")
        if car is None:
            raise Refusal(401, "there is no such car")
        if car.is_revoked:
            raise Refusal(403, "this car was revoked, and nothing is taken of it", code=REVOKED)
        return car

    def _route(self, name: str) -> OwnRoute | CarRoute:
        route = self._own.get(name) or self._routes.get(name)
        if route is None:
            raise Refusal(404, f"nothing is here; cars use {', '.join(sorted({*self._own, *self._routes}))}")
        return route

    async def _handled(self, route: OwnRoute | CarRoute, asked: CarRequest) -> CarReply:
        if isinstance(route, OwnRoute):
            return await route.handle(asked)
        return await self._in_thread(lambda: route.handle(asked))

    async def _body(self, request: Request, route: OwnRoute | CarRoute) -> tuple[bytes, Refusal | None]:
        """Return a request's body, and why it is not whole where pieces are kept."""
        if request.method in ("GET", "HEAD"):
            return b"", None
        if isinstance(route, OwnRoute) and route.keeps_pieces:
            return await self._pieces(request)
        body = await self._limits.read(request, packed=True)
        if request.headers.get("content-encoding", "identity").strip().lower() != "gzip":
            return body, None
        most = MOST_UNPACKED_BYTES if isinstance(route, OwnRoute) else route.most_unpacked
        return await self._in_thread(lambda: unpacked(body, most)), None

    async def _pieces(self, request: Request) -> tuple[bytes, Refusal | None]:
        came: list[bytes] = []

        async def keep(chunk: bytes) -> bool:
            came.append(chunk)
            return False

        try:
            await self._limits.follow(request, keep)
        except Refusal as refusal:
            if refusal.status not in (400, 408):
                raise
            return b"".join(came), refusal
        return b"".join(came), None

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
