"""Who may post: each place where a token can stand, each digest that holds, and signatures that are fresh enough."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from starlette.requests import Request

from ingest.server.answers import Refusal
from ingest.server.credentials import check_signatures, check_token, new_token, token_digest

TOKEN, BEFORE = "the-token", "the-token-before"
KNOWN = f"{token_digest(BEFORE)}, {token_digest(TOKEN)}"
SECRETS = ("new-secret", "old-secret")
BODY = b'{"webhook_type": "lpr"}'
NOW = 1_800_000_000


def request(*headers: tuple[str, str], query: str = "") -> Request:
    named = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": named, "query_string": query.encode()})


def basic(pair: str) -> tuple[str, str]:
    return ("authorization", f"Basic {base64.b64encode(pair.encode()).decode()}")


def bearer(token: str) -> tuple[str, str]:
    return ("authorization", f"Bearer {token}")


@pytest.mark.parametrize("token", [TOKEN, BEFORE])
@pytest.mark.parametrize("place", ["bearer", "basic", "x-api-key", "x-token", "query", "second", "beside"])
def test_a_token_is_found_wherever_it_stands(place: str, token: str) -> None:
    check_token(
        {
            "bearer": request(("authorization", f" bearer  {token} ")),
            "basic": request(basic(f"admin:{token}")),
            "x-api-key": request(("x-api-key", f" {token} ")),
            "x-token": request(("x-token", token)),
            "query": request(query=f"a=1&token={token}"),
            "second": request(bearer("another"), bearer(token)),
            "beside": request(bearer("another"), basic("admin:another"), ("x-api-key", token), query="token=another"),
        }[place],
        KNOWN,
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (request(), "no token"),
        (request(("authorization", "Basic !!!")), "no token"),
        (request(("authorization", f"Digest {TOKEN}")), "no token"),
        (request(basic(f"{TOKEN}:another")), "another token than this car's"),
        (request(bearer("another")), "another token than this car's"),
        (request(bearer("another"), bearer("a third"), bearer(TOKEN)), "another token than this car's"),
        (request(bearer(token_digest(TOKEN))), "another token than this car's"),
        (request(bearer(TOKEN.upper())), "another token than this car's"),
        (request(query="token="), "another token than this car's"),
    ],
)
def test_any_other_is_refused_with_what_to_send(asked: Request, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_token(asked, KNOWN, whose="car")
    assert (refused.value.status, refused.value.headers) == (
        401,
        {"www-authenticate": 'Basic realm="platewatch", charset="UTF-8"'},
    )
    assert refused.value.message == f"{said}; send the car's as a bearer token, password, X-Api-Key or ?token="


@pytest.mark.parametrize(("length", "is_taken"), [(1024, True), (1025, False)])
def test_a_token_is_no_longer_than_one_is(length: int, is_taken: bool) -> None:
    token = "x" * length
    if is_taken:
        check_token(request(bearer(token)), token_digest(token))
        return
    with pytest.raises(Refusal, match="another token than this source's"):
        check_token(request(bearer(token)), token_digest(token))


def test_where_there_is_no_digest_no_token_fits() -> None:
    for token in ("", "x", token_digest("")):
        with pytest.raises(Refusal):
            check_token(request(bearer(token)), "")


def test_a_new_token_is_one_of_many() -> None:
    made = {new_token() for _ in range(50)}
    assert len(made) == 50
    assert min(map(len, made)) >= 43  # 256 bits


def signed(stamp: str, key: str = "new-secret", text: bytes = BODY) -> dict[str, str]:
    made = hmac.new(key.encode(), text + b"|" + stamp.encode(), hashlib.sha256).hexdigest()
    return {"verkada-signature": f"{stamp}|{made}"}


@pytest.mark.parametrize("seconds", [0, 300, -300])
@pytest.mark.parametrize("secret", SECRETS)
def test_what_was_signed_a_moment_ago_is_taken(secret: str, seconds: int) -> None:
    check_signatures("verkada", signed(str(NOW - seconds), secret), BODY, SECRETS, NOW)
    stamp, _, made = signed(str(NOW - seconds), secret)["verkada-signature"].partition("|")
    check_signatures("verkada", {"verkada-signature": f" {stamp} | {made.upper()} "}, BODY, SECRETS, NOW)


@pytest.mark.parametrize(
    ("vendor", "headers", "said"),
    [
        ("rekor", signed(str(NOW)), "rekor signs nothing that could be checked"),
        ("verkada", {}, "no signature; expected the header"),
        ("verkada", {"verkada-signature": f"{NOW}|"}, "no signature"),
        ("verkada", {"verkada-signature": str(NOW)}, "no signature"),
        ("verkada", signed("now"), "no signature"),
        ("verkada", signed("\u0661\u0662"), "no signature"),
        ("verkada", {"verkada-signature": f"{NOW}|\xff"}, "no signature"),
        ("verkada", signed("1" * 16), "no signature"),
        ("verkada", signed("1" * 15), "it was signed "),
        ("verkada", signed(str(NOW), "older"), "the signature does not fit"),
        ("verkada", signed(str(NOW), text=b"{}"), "the signature does not fit"),
        ("verkada", signed(str(NOW - 301)), "it was signed 301 seconds from now, at most 300 are taken"),
        ("verkada", signed(str(NOW + 301)), "it was signed 301 seconds from now, at most 300 are taken"),
    ],
)
def test_any_other_signature_is_refused(vendor: str, headers: dict[str, str], said: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_signatures(vendor, headers, BODY, SECRETS, NOW)
    assert refused.value.status == 401
    assert refused.value.message.startswith(said)
