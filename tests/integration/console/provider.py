"""A provider of OpenID Connect for tests: it says who it was told to, and can be made to lie."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

OWN_KEY = RSAKey.generate_key(2048, {"kid": "own"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "own"})


@dataclass
class FakeProvider:
    """What it says next.

    `claims` are put over the right ones; `signing` is own, other (a stranger's key), none or hmac.
    """

    url: str
    claims: dict[str, Any] = field(default_factory=dict)
    signing: str = "own"
    denies: bool = False
    issuer: str | None = None
    besides: dict[str, Any] | None = None
    """What its userinfo says; None: it has none."""
    says_goodbye: bool = True
    """Whether it has a place to sign out at."""
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)

    def authorize(self, query: dict[str, str]) -> str:
        """Return where the browser is sent back to."""
        if self.denies:
            return query["redirect_uri"] + "?" + urlencode({"error": "access_denied", "state": query["state"]})
        code = f"code-{len(self.asked)}"
        self.asked[code] = query
        return query["redirect_uri"] + "?" + urlencode({"code": code, "state": query["state"]})

    def token(self, sent: dict[str, str], authorization: str) -> dict[str, Any]:
        """Answer for a code, once."""
        self.secrets.append(authorization)
        asked = self.asked.pop(sent.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        if asked is None or asked["code_challenge"] != challenge.decode().rstrip("="):
            return {"error": "invalid_grant"}
        now = int(time.time())
        right = {"iss": self.url, "aud": asked["client_id"], "sub": "4711", "exp": now + 300, "iat": now}
        claims = {**right, "nonce": asked["nonce"], **self.claims}
        return {"access_token": "x", "token_type": "Bearer", "id_token": self._signed(claims)}

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.signing in ("none", "hmac"):
            header = {"alg": "none" if self.signing == "none" else "HS256", "kid": "own"}
            text = f"{_part(json.dumps(header).encode())}.{_part(json.dumps(claims).encode())}"
            # With the public key as the secret, as a careless program would check it.
            mark = hmac.digest(OWN_KEY.as_pem(private=False), text.encode(), "sha256")
            return f"{text}.{'' if self.signing == 'none' else _part(mark)}"
        key = OWN_KEY if self.signing == "own" else OTHER_KEY
        return jwt.encode({"alg": "RS256", "kid": "own"}, claims, key)


def _part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


@contextmanager
def running_provider() -> Iterator[FakeProvider]:
    """Run a provider on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(303)
                self.send_header("Location", provider.authorize(query))
                self.end_headers()
            elif parts.path == "/keys":
                self._answer({"keys": [OWN_KEY.as_dict(private=False)]})
            elif parts.path == "/userinfo":
                is_ours = self.headers.get("authorization") == "Bearer x"
                self._answer(provider.besides or {}, 200 if is_ours else 401)
            else:
                places = {f"{name}_endpoint": f"{provider.url}/{name}" for name in ("authorization", "token")}
                if provider.besides is not None:
                    places["userinfo_endpoint"] = f"{provider.url}/userinfo"
                if provider.says_goodbye:
                    places["end_session_endpoint"] = f"{provider.url}/goodbye?a=b"
                places["authorization_endpoint"] = f"{provider.url}/authorize"
                self._answer({"issuer": provider.issuer or provider.url, "jwks_uri": f"{provider.url}/keys", **places})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            sent = {name: values[0] for name, values in parse_qs(body).items()}
            said = provider.token(sent, self.headers.get("authorization", ""))
            self._answer(said, 400 if "error" in said else 200)

        def _answer(self, said: dict[str, Any], status: int = 200) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider = FakeProvider(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
