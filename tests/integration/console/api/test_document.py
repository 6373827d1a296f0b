"""The API and its document say the same: in the repository, and over the network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from benchmarks.api.fuzzing import Target, fuzz
from console.api.document import FILE, document, text
from schemas.permissions import PERMISSIONS
from schemas.roles import Scope
from tests.integration.console.site import Stage

REQUESTS = 4
"""For each operation: the long run is `python -m benchmarks.api`."""


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_file_in_the_repository_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run python -m console.api.document"


def test_the_server_tells_the_same(stage: Stage) -> None:
    with stage.site.client() as nobody:
        told = nobody.get("/api/v1/openapi.json")
    assert told.json() == document()
    assert told.json()["openapi"].startswith("3.1")


def test_every_operation_says_who_may_what_fails_and_how_it_is_asked() -> None:
    schemas = document()["components"]["schemas"]
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names))
    for path, method, operation in operations():
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["description"], where
        (token, session) = operation["security"]
        assert session == {"session": []}, where
        assert path == "/api/v1/me" or (set(token["token"]) <= set(Scope) and token["token"]), where
        for status in ("401", "403", "413", "422", "503"):
            assert "application/problem+json" in operation["responses"][status]["content"], where
        if "{" in path and "{hotlist_id}" not in path:
            assert "404" in operation["responses"], where
        for kind, body in operation.get("requestBody", {}).get("content", {}).items():
            if kind == "application/json":
                assert "415" in operation["responses"], where
                schema = schemas[body["schema"]["$ref"].rpartition("/")[2]]
                assert schema["examples"], where
                for example in schema["examples"]:
                    Draft202012Validator({**schema, "components": document()["components"]}).validate(example)


def test_there_is_an_operation_for_what_tokens_may() -> None:
    scopes = {scope for permission in PERMISSIONS.values() if (scope := permission.scope) is not None}
    named = {scope for _, _, operation in operations() for scope in operation["security"][0]["token"]}
    assert named == {scope.value for scope in scopes}


@pytest.mark.parametrize("method", ["DELETE", "PUT", "TRACE", "OPTIONS", "BREW"])
def test_what_cannot_be_done_is_said_as_a_problem(stage: Stage, method: str) -> None:
    with stage.api("alerts") as api:
        for path in {re.sub(r"\{\w+\}", "1", path) for path, _, _ in operations()}:
            refused = api.request(method, path.removeprefix("/api/v1"))
            assert refused.status_code == 405, path
            assert refused.headers["content-type"] == "application/problem+json"
            assert refused.headers["allow"]
        assert api.get("/nothing").json()["status"] == 404


def test_no_request_that_fits_the_document_or_does_not_gets_an_answer_that_it_does_not_say(stage: Stage) -> None:
    target = Target(stage.site.url, stage.world.tokens, stage.world.known, REQUESTS, seed=16)
    found = list(fuzz(document(), target))
    assert [failure for one in found for failure in one.failures] == []
    assert len(found) == len(list(operations())) - 1
    # Most were asked so that they did something: else this would test refusals alone.
    does_nothing = [one.operation for one in found if not any(status < 300 for status in one.statuses)]
    assert len(does_nothing) < len(found) / 3, does_nothing
