"""What holds for every route that there is, and for the next one."""

from __future__ import annotations

from collections import Counter

import httpx
import pytest

from console.api.document import API
from console.app import PAGES
from console.visitors import COOKIE
from schemas.roles import Role
from tests.integration.console.attacks.routes import NOBODYS, OPEN, SAFE, STREAMS, Route, example, known, routes
from tests.integration.console.site import ConsoleSite, Stage

EVERYTHING = tuple(role for role in Role if role is not Role.AGENCY_SERVICE)
OF_ONESELF = frozenset(
    {
        "/",
        "/account",
        "/account/tokens",
        "/account/sessions/end",
        "/api/v1/me",
        "/sign-in/again",
        "/sign-in/again/leave",
        "/sign-out",
    }
)
"""What everybody may do with what is theirs, somebody of another agency, too."""
CHANGING = [route for route in routes() if route.method not in SAFE]
PLATES = ("VNV4527", "VNV4S27", "ABC1234", "XYZ4321")


def asked(client: httpx.Client, route: Route, stage: Stage, **options: object) -> httpx.Response:
    """Ask a route for something that is there; the beginning of a stream is enough."""
    path = route.at(known(stage))
    with client.stream(route.method, path, **options) as answer:  # type: ignore[arg-type]
        if route.path in STREAMS and answer.status_code == 200:
            # Its first bytes, for it has no end.
            answer._content = next(answer.iter_bytes())
        else:
            answer.read()
        return answer


def test_they_are_all_of_the_application(stage: Stage) -> None:
    """No router is put into the application but those that are looked at here."""
    included = [one for one in stage.site.server._app.routes if hasattr(one, "original_router")]
    assert Counter(id(one.original_router) for one in included) == Counter(id(one) for one in (*PAGES, *API))
    assert [one.path for one in stage.site.server._app.routes if one not in included] == ["/api/v1/openapi.json"]
    assert len(routes()) > 60


def test_nothing_is_changed_that_another_site_has_a_browser_send(stage: Stage) -> None:
    """CSRF: with the cookie of somebody who may everything."""
    cookie = stage.site.signed_in("every-role", *EVERYTHING)
    origins = ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"})
    origins += ({"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {})
    with httpx.Client(base_url=stage.site.url, verify=False, cookies={COOKIE: cookie}, timeout=60) as client:
        for route in CHANGING:
            for headers in origins:
                answer = asked(client, route, stage, headers=headers, data={"x": "1"})
                assert answer.status_code == 403, (route, headers)
                assert "another site" in answer.text, route


def test_nobody_signed_in_gets_anything(stage: Stage) -> None:
    with stage.site.client() as client:
        for route in routes():
            if route.path in OPEN:
                continue
            answer = asked(client, route, stage)
            if route.is_api:
                assert answer.status_code == 401, route
                assert answer.headers["content-type"] == "application/problem+json", route
            else:
                assert answer.status_code == 303, route
                assert answer.headers["location"].startswith("/sign-in"), route
            assert not any(plate in answer.text for plate in PLATES), route


def test_somebody_of_another_agency_gets_nothing_of_ours_whatever_their_roles(stage: Stage) -> None:
    cookie = stage.site.signed_in("gordon", *EVERYTHING, agency_id="gotham-pd")
    with stage.site.client(cookie) as client:
        for route in routes():
            if route.path in OPEN | OF_ONESELF:
                continue
            answer = asked(client, route, stage, **example(route))
            # 422: it could not be read; 404: it is not told from what is not there.
            assert answer.status_code in (403, 404, 422), (route, answer.status_code)
            assert not route.is_api or answer.status_code != 422 or route.in_query, (route, answer.text)
            assert not any(plate in answer.text for plate in PLATES), route
            assert stage.site.settings.agency_id not in answer.text or answer.status_code != 200, route


def test_no_answer_may_be_framed_kept_or_taken_for_something_else(stage: Stage) -> None:
    cookie = stage.site.signed_in("every-role", *EVERYTHING)
    with stage.site.client(cookie) as client:
        for route in routes():
            if route.path == "/sign-out":
                continue  # it would be the last
            answer = asked(client, route, stage)
            headers = answer.headers
            assert headers["x-frame-options"] == "DENY", route
            assert "frame-ancestors 'none'" in headers["content-security-policy"], route
            assert headers["x-content-type-options"] == "nosniff", route
            assert headers["referrer-policy"] in ("same-origin", "no-referrer"), route
            if route.path not in ("/assets/{digest}/{name:path}", "/favicon.ico"):
                assert "no-store" in headers["cache-control"], route
            assert answer.status_code != 500, route


@pytest.mark.parametrize("place", ["path", "query"])
def test_no_route_fails_over_ids_that_are_none(stage: Stage, place: str) -> None:
    evil = ["../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%00", "%ff%fe", "'", "%27%20or%201=1--", "9" * 40]
    evil += ["-1", "%0d%0aSet-Cookie:%20a=b", "\u0661", "x" * 3000]
    cookie = stage.site.signed_in("every-role", *EVERYTHING)
    with stage.site.client(cookie) as client:
        for route in routes():
            names = route.in_path if place == "path" else route.in_query
            if not names or route.path in STREAMS:
                continue
            for text in evil:
                if place == "path":
                    path = route.at(
                        dict.fromkeys(names, text) if len(names) == 1 else {**known(stage), names[-1]: text}
                    )
                else:
                    path = route.at(known(stage)) + "?" + "&".join(f"{name}={text}" for name in names)
                answer = client.request(route.method, path)
                assert answer.status_code < 500, (route, text, answer.text)
                assert "root:" not in answer.text, (route, text)
                assert "set-cookie" not in answer.headers or route.path in OPEN, (route, text)


def test_nothing_is_said_to_be_done_to_what_is_not_there(stage: Stage) -> None:
    """A refusal that a page swallows looks like a success to whoever sent its form."""
    done = {}
    with stage.site.client(stage.site.signed_in("every-role", *EVERYTHING)) as client:
        for route in CHANGING:
            if not route.in_path or route.path in OPEN:
                continue
            absent = {name: "987654" if "number" in name else NOBODYS for name in route.in_path}
            answer = client.request(route.method, route.at(absent), **example(route))
            if answer.status_code < 400:
                done[f"{route.method} {route.path}"] = answer.status_code
    # A list of one's own begins with its first entry.
    assert done == {"POST /api/v1/lists/{hotlist_id}/entries": 200}


def test_what_has_a_slash_too_many_leads_nowhere(stage: Stage) -> None:
    """A redirect would go to whatever host the request names."""
    with stage.site.client(stage.site.signed_in("every-role", *EVERYTHING)) as client:
        for route in routes():
            if route.path == "/sign-out":
                continue
            answer = client.request(route.method, route.at(known(stage)) + "/", headers={"Host": "elsewhere.example"})
            assert "elsewhere" not in str(answer.headers), route
            assert answer.status_code not in (301, 302, 307, 308), route


def test_no_answer_names_the_host_that_the_request_names(stage: Stage) -> None:
    evil = {"Host": "elsewhere.example", "X-Forwarded-Host": "elsewhere.example", "Forwarded": "host=elsewhere.example"}
    with stage.site.client() as client:
        for route in routes():
            answer = asked(client, route, stage, headers=evil)
            assert "elsewhere.example" not in answer.text + str(answer.headers), route


def test_a_session_has_no_power_on_another_console(console: ConsoleSite, stage: Stage) -> None:
    """What one installation gave is worth nothing at the next one."""
    with console.client(stage.site.signed_in("every-role", *EVERYTHING)) as client:
        assert client.get("/account").status_code == 303
    with console.client(headers={"Authorization": f"Bearer {stage.world.tokens['alerts']}"}) as client:
        assert client.get("/api/v1/me").status_code == 401
