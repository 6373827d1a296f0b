"""How a directory is asked: with TLS, the client's secret, the agency's own authority, and no longer than is set."""

from __future__ import annotations

from pathlib import Path

import pytest

from operations.people.provider import ALGORITHMS, Provider
from schemas.errors import ConfigurationError
from schemas.settings import SingleSignOn

ISSUER = "https://login.example.gov/pd"


def test_a_directory_is_asked_as_is_configured(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    secret.chmod(0o600)
    settings = SingleSignOn(issuer=ISSUER, client_id="alpr", client_secret_file=secret, seconds=7)
    with Provider(settings, "https://here/back")._client() as client:
        assert (client.client_id, client.client_secret) == ("alpr", "s3cret")
        assert (client.timeout.connect, client.timeout.read) == (7, 7)
        assert (client.follow_redirects, client.scope, client.redirect_uri) == (
            *(False, "openid profile"),
            "https://here/back",
        )
        assert client.token_endpoint_auth_method == "client_secret_basic"
        url, _ = client.create_authorization_url("https://login.example.gov/go", code_verifier="v" * 43)
        assert "code_challenge_method=S256" in url
    with Provider(SingleSignOn(issuer=ISSUER), "https://here/back")._client() as public:
        assert (public.client_secret, public.token_endpoint_auth_method) == (None, "none")


def test_an_authority_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text("no certificate\n")
    settings = SingleSignOn(issuer=ISSUER, ca_file=authority)
    provider = Provider(settings, "https://here/back")
    with pytest.raises(ConfigurationError, match=rf"ca_file {authority}: cannot be used"), provider._client():
        pass


@pytest.mark.parametrize(
    ("endpoint", "says"),
    [
        ("https://login.example.gov/token", None),
        ("http://127.0.0.1:7/token", None),
        ("http://login.example.gov/token", "would cross the network without TLS"),
        ("ftp://127.0.0.1/token", "would cross the network without TLS"),
        (None, "https://login.example.gov/pd: the provider has no token_endpoint"),
        (7, "the provider has no token_endpoint"),
    ],
)
def test_names_and_codes_cross_the_network_encrypted(endpoint: object, says: str | None) -> None:
    provider = Provider(SingleSignOn(issuer=ISSUER), "https://here/back")
    if says is None:
        assert provider._endpoint({"token_endpoint": endpoint}, "token_endpoint") == endpoint
        return
    with pytest.raises(ConfigurationError, match=says):
        provider._endpoint({"token_endpoint": endpoint}, "token_endpoint")


def test_no_secret_that_two_know_signs_for_a_person() -> None:
    """The client's secret, or none at all, would let whoever has it be anybody: key pairs alone are believed."""
    assert {name.rstrip("0123456789") for name in ALGORITHMS} == {"RS", "PS", "ES", "EdDSA"}
