"""Requests made from the API's document, and what must not come of them: schemathesis against a server that runs.

Each operation gets requests that fit the document and some that do not. An answer that is an error of the server, has a
status, type, header or shape that the document does not say, or takes what the document forbids, is a failure.
"""

from __future__ import annotations

import copy
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

import schemathesis
import urllib3
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisDeprecationWarning
from requests import Session
from schemathesis import checks

ENDLESS: Final = ("alert_events",)
"""Streams: they are tested by themselves."""
_CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)


@dataclass(slots=True)
class Found:
    """What came of an operation's requests: how many there were, by status, how long they took, and what failed."""

    operation: str
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked: the server's address, tokens by scope, what is known for parameters of paths, requests for each
    operation, and where randomness begins."""

    url: str
    tokens: Mapping[str, str]
    known: Mapping[str, str]
    requests: int
    seed: int


def fuzz(document: dict[str, Any], target: Target, only: Sequence[str] = ()) -> Iterator[Found]:
    """Ask every operation of a document, and yield what came of each.

    Args:
        document: The API's document.
        target: Who is asked, and how much.
        only: Names of operations; none: all of them.
    """
    schema = schemathesis.openapi.from_dict(_by_token_alone(document))
    # Raises where the document is none.
    wanted: list[Any] = [one.ok() for one in cast("Iterable[Any]", schema.get_all_operations())]
    with Session() as session:
        session.trust_env = False
        for operation in wanted:
            name = operation.definition.raw["operationId"]
            if name not in ENDLESS and (not only or name in only):
                yield _fuzz_one(operation, name, target, session)


def _by_token_alone(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document without who asks: what changes something with a cookie needs a browser's word besides."""
    made = copy.deepcopy(document)
    del made["components"]["securitySchemes"]
    for operations in made["paths"].values():
        for operation in operations.values():
            # Every request gets its token, so that none is refused for want of it alone.
            operation["x-scopes"] = operation.pop("security")[0]["token"]
    return made


def _fuzz_one(operation: Any, name: str, target: Target, session: Session) -> Found:
    found = Found(name)
    scopes = operation.definition.raw["x-scopes"]
    token = target.tokens[scopes[0] if scopes else next(iter(target.tokens))]
    checked = [getattr(checks, one, None) or checks.CHECKS.get_one(one) for one in _CHECKS]
    began = time.monotonic()

    @seed(target.seed)
    @settings(
        max_examples=target.requests,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=_cases(operation, target.known))
    def ask(case: Any) -> None:
        response = case.call(
            base_url=target.url, session=session, headers={"Authorization": f"Bearer {token}"}, timeout=60, verify=False
        )
        found.statuses[response.status_code] += 1
        try:
            case.validate_response(response, checks=checked)
        except BaseExceptionGroup as group:
            failures = cast("Sequence[Any]", group.exceptions)
            found.failures.extend(f"{one.title}: {one.message}\n{case.as_curl_command()}" for one in failures)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
        # The server may be in this process, and its threads draw from `random` for their pauses meanwhile.
        warnings.filterwarnings("ignore", "Do not use the `random` module", HypothesisDeprecationWarning)
        ask()
    found.seconds = time.monotonic() - began
    return found


def _cases(operation: Any, known: Mapping[str, str]) -> st.SearchStrategy[Any]:
    """Return requests of both kinds; most that fit have ids that there are, so that they get behind the first door."""
    named = {one.name for one in operation.path_parameters}
    there = {name: known[name] for name in named & known.keys()}
    positive, negative = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
    reaching = operation.as_strategy(generation_mode=positive, path_parameters=there or None)
    strategies = [reaching, operation.as_strategy(generation_mode=positive)]
    for body in operation.body:
        for example in body.examples:
            strategies.append(
                operation.as_strategy(
                    generation_mode=positive, path_parameters=there or None, body=example, media_type=body.media_type
                )
            )
    takes_anything = not (operation.body or operation.query or operation.path_parameters or operation.headers)
    if not takes_anything:
        strategies.append(operation.as_strategy(generation_mode=negative))
    return st.one_of(strategies)
