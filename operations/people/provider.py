"""A provider of OpenID Connect: authorization code with PKCE, and an ID token whose signature is checked."""

from __future__ import annotations

import contextlib
import ssl
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from schemas.errors import ConfigurationError, InvalidInput, TransientError
from schemas.settings import SingleSignOn
from services.http.deadline import Deadline
from services.loopback import is_loopback
from services.private_files import read_secret

with warnings.catch_warnings():
    # It says that httpx's successor is coming, each time it is imported, and has its own way to have that shown.
    import authlib.deprecate  # noqa: F401

    warnings.simplefilter("ignore")
    from authlib.integrations.httpx_client import OAuth2Client

MOST_BYTES = 1 << 20
"""Of one answer of the provider."""
MOST_ANSWERS = 4
"""What is asked of it for one sign-in: where its places are, the token, its keys, the person."""
CLOCK_SECONDS = 60
"""How far the provider's clock may be off."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a key pair alone: the client's secret, or none at all, is no signature."""


@dataclass(frozen=True, slots=True)
class Started:
    """A sign-in that has begun: where the browser goes, and what has to fit when it comes back."""

    url: str
    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


class Provider:
    """Asks a provider.

    Args:
        settings: Which one.
        back: Where it sends browsers back to.

    Raises:
        ConfigurationError: It would be asked without TLS, or a file cannot be read.
    """

    def __init__(self, settings: SingleSignOn, back: str) -> None:
        self._settings = settings
        self._back = back
        _check_encrypted(settings.issuer)

    def start(self) -> Started:
        """Return how a sign-in begins.

        Raises:
            TransientError: The provider does not answer.
            ConfigurationError: What it says does not fit.
        """
        nonce, verifier = generate_token(43), generate_token(64)
        with self._client() as client:
            found = self._discover(client)
            url, state = client.create_authorization_url(
                self._endpoint(found, "authorization_endpoint"), nonce=nonce, code_verifier=verifier
            )
        return Started(url, state, nonce, verifier)

    def finish(self, code: str, verifier: str, nonce: str, needed: Sequence[str] = ()) -> dict[str, Any]:
        """Take the code that a browser brought back, and return what the ID token says.

        Args:
            code: What the browser brought back.
            verifier: What was kept when it left.
            nonce: As well.
            needed: Claims; where the ID token lacks one, the provider is asked for what else it says of the person.

        Raises:
            InvalidInput: The code or the token is not good.
            TransientError: The provider does not answer.
            ConfigurationError: What it says does not fit.
        """
        with self._client() as client:
            found = self._discover(client)
            try:
                token = client.fetch_token(self._endpoint(found, "token_endpoint"), code=code, code_verifier=verifier)
            except AuthlibBaseError as error:
                raise InvalidInput(f"the directory did not take its own code ({error.error}); try again") from error
            except (httpx.HTTPError, ValueError) as error:
                raise self._away(error) from error
            keys = self._get(client, self._endpoint(found, "jwks_uri"))
            claims = self._checked(str(token.get("id_token", "")), keys, nonce)
            if any(name.partition(".")[0] not in claims and name not in claims for name in needed):
                claims = self._user_info(client, found, token, claims["sub"]) | claims
        return claims

    def leave(self, to: str) -> str | None:
        """Return where a browser signs out of the provider itself; None: it has no such place.

        Args:
            to: Where it sends the browser afterwards.

        Raises:
            TransientError: The provider does not answer.
            ConfigurationError: What it says does not fit.
        """
        with self._client() as client:
            found = self._discover(client)
        if "end_session_endpoint" not in found:
            return None
        place = self._endpoint(found, "end_session_endpoint")
        query = urlencode({"client_id": self._settings.client_id, "post_logout_redirect_uri": to})
        return f"{place}{'&' if urlsplit(place).query else '?'}{query}"

    def _checked(self, id_token: str, keys: dict[str, Any], nonce: str) -> dict[str, Any]:
        settings = self._settings
        registry = jwt.JWTClaimsRegistry(
            now=int(time.time()),
            leeway=CLOCK_SECONDS,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.client_id},
            sub={"essential": True},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            decoded = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
            registry.validate(decoded.claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise InvalidInput(
                f"what the directory said cannot be trusted ({type(error).__name__}); look at console.single_sign_on"
            ) from error
        audience, party = decoded.claims["aud"], decoded.claims.get("azp")
        if isinstance(audience, list) and len(audience) > 1 and party != settings.client_id:
            raise InvalidInput("what the directory said is for another program")
        return dict(decoded.claims)

    def _user_info(self, client: Any, found: dict[str, Any], token: Any, subject: str) -> dict[str, Any]:
        """Return what the provider says of a person besides the ID token; some give roles and groups there alone."""
        if "userinfo_endpoint" not in found or not token.get("access_token"):
            return {}
        said = self._get(client, self._endpoint(found, "userinfo_endpoint"), withhold_token=False)
        if said.get("sub") != subject:
            raise InvalidInput("what the directory said besides is of another person")
        return said

    @contextlib.contextmanager
    def _client(self) -> Iterator[Any]:
        settings = self._settings
        secret = None
        if settings.client_secret_file is not None:
            secret = read_secret(settings.client_secret_file, "console.single_sign_on.client_secret_file")
        verify: ssl.SSLContext | bool = True
        if settings.ca_file is not None:
            try:
                verify = ssl.create_default_context(cafile=str(settings.ca_file))
            except (OSError, ssl.SSLError) as error:
                raise ConfigurationError(
                    f"console.single_sign_on.ca_file {settings.ca_file}: cannot be used ({error}); correct it"
                ) from error
        with (
            OAuth2Client(
                settings.client_id,
                secret,
                token_endpoint_auth_method="client_secret_basic" if secret is not None else "none",
                scope="openid profile",
                redirect_uri=self._back,
                code_challenge_method="S256",
                timeout=settings.seconds,
                verify=verify,
                follow_redirects=False,
            ) as client,
            Deadline(client).within(MOST_ANSWERS * settings.seconds),
        ):
            yield client

    def _discover(self, client: Any) -> dict[str, Any]:
        issuer = self._settings.issuer
        found = self._get(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != issuer:
            raise ConfigurationError(
                f"console.single_sign_on.issuer is {issuer}, and the provider there calls itself otherwise; write it "
                "as the provider does"
            )
        return found

    def _endpoint(self, found: dict[str, Any], name: str) -> str:
        url = found.get(name)
        if not isinstance(url, str):
            raise ConfigurationError(f"{self._settings.issuer}: the provider has no {name}")
        _check_encrypted(url)
        return url

    def _get(self, client: Any, url: str, *, withhold_token: bool = True) -> dict[str, Any]:
        body = b""
        try:
            with client.stream("GET", url, withhold_token=withhold_token) as response:
                response.raise_for_status()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > MOST_BYTES:
                        raise ConfigurationError(f"{url}: the answer is larger than {MOST_BYTES} bytes")
            content = httpx.Response(200, content=body).json()
        except (httpx.HTTPError, ValueError) as error:
            raise self._away(error) from error
        if not isinstance(content, dict):
            raise ConfigurationError(f"{url}: the answer is no JSON object")
        return content

    def _away(self, error: Exception) -> TransientError:
        return TransientError(
            f"{self._settings.issuer}: the directory does not answer as expected ({type(error).__name__}); try again "
            "later, or sign in with a password"
        )


def _check_encrypted(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise ConfigurationError(f"{url}: people's names and codes would cross the network without TLS; use https://")
