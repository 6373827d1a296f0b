"""A Keycloak that runs for the tests, its administrator, and a browser's way through its pages without a browser."""

from __future__ import annotations

import html
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx

from services.child import RunAs, launched
from tests.directory.distribution import environment, keycloak_home, server_command
from tests.integration.console.site import free_port

REALM, CLIENT, SECRET, PASSWORD = "pd", "platewatch", "s3cret", "correct horse"
OTHER = "another-program"
START_SECONDS = 600


def _mapper(name: str, kind: str, claim: str, *, in_token: bool, **config: str) -> dict[str, Any]:
    return {
        "name": name,
        "protocol": "openid-connect",
        "protocolMapper": kind,
        "config": {
            "claim.name": claim,
            "multivalued": "true",
            "jsonType.label": "String",
            "id.token.claim": str(in_token).lower(),
            "userinfo.token.claim": "true",
            "access.token.claim": "false",
            **config,
        },
    }


MAPPERS = [
    _mapper("realm roles here", "oidc-usermodel-realm-role-mapper", "work.roles", in_token=True),
    _mapper(
        "client roles here",
        "oidc-usermodel-client-role-mapper",
        "client_roles",
        in_token=True,
        **{"usermodel.clientRoleMapping.clientId": CLIENT},
    ),
    # As whoever leaves "Add to ID token" out.
    _mapper("groups here", "oidc-group-membership-mapper", "groups", in_token=False, **{"full.path": "true"}),
]


def _client(name: str) -> dict[str, Any]:
    return {
        "clientId": name,
        "secret": SECRET,
        "standardFlowEnabled": True,
        "redirectUris": [],
        "attributes": {"pkce.code.challenge.method": "S256"},
        "protocolMappers": MAPPERS,
    }


def _user(name: str, *, realm: tuple[str, ...] = (), client: tuple[str, ...] = (), groups: tuple[str, ...] = ()) -> Any:
    return {
        **{"username": name, "enabled": True, "email": f"{name}@example.gov", "emailVerified": True},
        **{"firstName": name.title(), "lastName": "Doe", "realmRoles": list(realm), "groups": list(groups)},
        "clientRoles": {CLIENT: list(client)},
        "credentials": [{"type": "password", "value": PASSWORD}],
    }


REALM_DOCUMENT = {
    **{"realm": REALM, "enabled": True, "sslRequired": "none"},
    "roles": {"realm": [{"name": "alpr-officers"}], "client": {CLIENT: [{"name": "alpr-analysts"}]}},
    "groups": [{"name": "alpr-auditors"}],
    "clients": [_client(CLIENT), _client(OTHER)],
    "users": [
        _user("olga", realm=("alpr-officers",)),
        _user("anna", client=("alpr-analysts",)),
        _user("gus", groups=("/alpr-auditors",)),
        _user("nobody"),
    ],
}


@dataclass
class Keycloak:
    """One that runs, and its administrator."""

    url: str
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60))

    @property
    def issuer(self) -> str:
        """The realm's name for itself."""
        return f"{self.url}/realms/{REALM}"

    def admin(self, method: str, path: str, **values: Any) -> httpx.Response:
        """Ask as the administrator."""
        said = self.client.post(
            f"{self.url}/realms/master/protocol/openid-connect/token",
            data={"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": "admin"},
        )
        headers = {"Authorization": f"Bearer {said.raise_for_status().json()['access_token']}"}
        return self.client.request(method, f"{self.url}/admin{path}", headers=headers, **values).raise_for_status()

    def admit(self, origin: str) -> None:
        """Have it send browsers back to a console."""
        for one in self.admin("GET", f"/realms/{REALM}/clients").json():
            if one["clientId"] in (CLIENT, OTHER):
                one["redirectUris"] = [f"{origin}/sign-in/directory/back"]
                one["attributes"]["post.logout.redirect.uris"] = f"{origin}/sign-in"
                self.admin("PUT", f"/realms/{REALM}/clients/{one['id']}", json=one)

    def set_enabled(self, name: str, *, enabled: bool) -> None:
        """Disable somebody, or let them in again."""
        (user,) = self.admin("GET", f"/realms/{REALM}/users", params={"username": name, "exact": "true"}).json()
        self.admin("PUT", f"/realms/{REALM}/users/{user['id']}", json=user | {"enabled": enabled})

    def rotate_keys(self) -> None:
        """Sign with another key from now on, and forget the one of before."""
        path = f"/realms/{REALM}/components"
        kind = "org.keycloak.keys.KeyProvider"
        before = [
            one for one in self.admin("GET", path, params={"type": kind}).json() if one["providerId"] == "rsa-generated"
        ]
        realm = self.admin("GET", f"/realms/{REALM}").json()["id"]
        new = {"name": f"rsa-{time.time_ns()}", "providerId": "rsa-generated", "providerType": kind, "parentId": realm}
        self.admin("POST", path, json=new | {"config": {"priority": ["200"]}})
        for one in before:
            self.admin("DELETE", f"{path}/{one['id']}")


@contextmanager
def running_keycloak(folder: Path) -> Iterator[Keycloak]:
    """Run one with the tests' realm, in memory alone.

    Args:
        folder: Where its log goes.
    """
    home, port = keycloak_home(), free_port()
    keycloak = Keycloak(f"http://127.0.0.1:{port}")
    arguments = [
        *("start", "--optimized", "--http-enabled=true", f"--hostname={keycloak.url}", "--http-host=127.0.0.1"),
        *(f"--http-port={port}", "--log-level=warn"),
    ]
    log = folder / "keycloak.log"
    first = {"KC_BOOTSTRAP_ADMIN_USERNAME": "admin", "KC_BOOTSTRAP_ADMIN_PASSWORD": "admin"}
    with log.open("w") as output:
        process = subprocess.Popen(
            launched(server_command(home, *arguments), RunAs()),
            env=environment() | first,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
    try:
        _wait(keycloak, process, log)
        keycloak.admin("POST", "/realms", json=REALM_DOCUMENT)
        yield keycloak
    finally:
        process.kill()
        process.wait()
        keycloak.client.close()


def _wait(keycloak: Keycloak, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            keycloak.client.get(f"{keycloak.url}/realms/master").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"Keycloak did not start (exit code {process.poll()}): {log.read_text()[-2000:]}")


@dataclass
class Visit:
    """A browser at Keycloak, without a browser: it carries cookies that are for TLS alone, which is not spoken here."""

    client: httpx.Client
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, url: str, **values: Any) -> httpx.Response:
        """Ask, with the cookies that came before."""
        said = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.client.cookies.clear()
        answer = self.client.request(method, url, headers={"Cookie": said} if said else {}, **values)
        for given in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(given).items():
                self.cookies[name] = morsel.value
        return answer

    def sign_in(self, url: str, name: str, password: str = PASSWORD) -> httpx.Response:
        """Fill in the form that a console sent the browser to; return what comes of it: a redirect if it is right."""
        form = self.ask("GET", url)
        if form.status_code != httpx.codes.OK:
            return form  # who is signed in already is sent back at once
        action = re.search(r'<form[^>]*action="([^"]+)"', form.text)
        assert action is not None, form.text[:1000]
        return self.ask("POST", html.unescape(action[1]), data={"username": name, "password": password})
