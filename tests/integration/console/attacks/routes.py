"""Every route that there is: what is added tomorrow is attacked tomorrow."""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, UploadFile
from fastapi.routing import APIRoute

from console.api.document import API, PREFIX, document
from console.app import PAGES
from tests.integration.console.site import Stage

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN = frozenset(
    {
        "/",
        "/assets/{digest}/{name:path}",
        "/begin/{secret}",
        "/enter/{secret}",
        "/favicon.ico",
        "/passkeys/made",
        "/passkeys/new",
        "/passkeys/use",
        "/passkeys/used",
        "/sign-in",
        "/sign-in/directory",
        "/sign-in/directory/back",
        "/sign-in/directory/leave",
        # Numbers alone, where the settings offer them to everybody.
        "/transparency",
        "/transparency/numbers.{form}",
    }
)
"""What somebody may ask who is not signed in: to sign in, and nothing else."""
STREAMS = frozenset({"/board/events", f"{PREFIX}/alerts/events"})
NOBODYS = str(uuid4())


@dataclass(frozen=True, slots=True)
class Route:
    """A path and a method, and what its function takes by name.

    `needs` is what it is not read without, by kind and name, with what it can be read of.
    """

    method: str
    path: str
    in_path: tuple[str, ...]
    in_query: tuple[str, ...]
    in_form: tuple[str, ...]
    needs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, hash=False)

    @property
    def is_api(self) -> bool:
        """Whether it is the API's."""
        return self.path.startswith("/api/")

    def at(self, values: Mapping[str, str]) -> str:
        """Return the path with values in it; what is not named gets something that there is none of."""

        def value(found: re.Match[str]) -> str:
            name, _, kind = found[1].partition(":")
            needed = self.needs.get("path", {}).get(name, NOBODYS)
            if needed not in (NOBODYS, "1"):
                return str(needed)  # one of a few words, whatever others call by that name
            return values.get(name, "1" if kind == "int" or name.endswith("number") else needed)

        return re.sub(r"\{([^}]+)\}", value, self.path)


def routes() -> list[Route]:
    """Return all routes, the pages' and the API's."""
    return [
        *(route for router in PAGES for route in _of(router, "")),
        *(route for router in API for route in _of(router, PREFIX)),
    ]


def _of(router: APIRouter, prefix: str) -> list[Route]:
    found = []
    for route in router.routes:
        assert isinstance(route, APIRoute), f"{route} is no route that the attacks' tests understand"
        takes = list(_all(route.dependant))
        names: list[Any] = [
            tuple(dict.fromkeys(one.alias for each in takes for one in getattr(each, f"{kind}_params")))
            for kind in ("path", "query", "body")
        ]
        needs = {
            kind: {
                one.alias: NOBODYS
                if kind == "path" and one.field_info.annotation is str
                else _fitting(one.field_info.annotation)
                for each in takes
                for one in getattr(each, f"{kind}_params")
                if one.field_info.is_required()
            }
            for kind in ("path", "query", "body")
        }
        found += [Route(method, f"{prefix}{route.path}", *names, needs) for method in sorted(route.methods)]
    return found


def _fitting(kind: Any) -> Any:
    """Return what a parameter of a kind can be read of."""
    if inspect.isclass(kind) and issubclass(kind, enum.Enum):
        return next(iter(kind)).value
    return {UUID: NOBODYS, UploadFile: ("a.txt", b"1")}.get(kind, "1")


def _all(dependant: Any) -> Iterator[Any]:
    yield dependant
    for one in dependant.dependencies:
        yield from _all(one)


def example(route: Route) -> dict[str, Any]:
    """Return what is sent to a route so that it is read: the document's own example of the API, a form of words."""
    if not route.is_api:
        return {"data": dict.fromkeys(route.in_form, "1")} if route.in_form else {}
    operation = document()["paths"][route.path.replace(":path", "")][route.method.lower()]
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
        return {"json": document()["components"]["schemas"][name]["examples"][0]}
    return {"content": b"plate\n", "headers": {"Content-Type": "text/csv"}} if content else {}


def needed(route: Route) -> dict[str, Any]:
    """Return what a route is not read without, so that it gets as far as asking who may."""
    if route.is_api:
        return {**example(route), "params": route.needs["query"]}
    body = route.needs["body"]
    files = {name: value for name, value in body.items() if isinstance(value, tuple)}
    return {
        "params": route.needs["query"],
        "data": {name: value for name, value in body.items() if name not in files} or None,
        "files": files or None,
    }


def known(stage: Stage) -> dict[str, str]:
    """Return the ids of things that there are, by the names that routes have for them."""
    return {**stage.world.known, "number": "1"}
