"""What is kept of forms: for a quarter of an hour, one for each person, and never more than there is room for."""

from __future__ import annotations

from operations.people.kept import KeptForms

KEPT_SECONDS = 900
MOST = 200
MOST_BYTES_OF_ONE = 65_536

FIELDS = [("plate", "VNV4527"), ("camera", "elm-st"), ("camera", "main-st")]


def test_it_is_there_for_its_person_until_its_time() -> None:
    now = [1000.0]
    forms = KeptForms(lambda: now[0])
    cookie = forms.keep("lee", "/search", FIELDS)
    found = forms.find("lee", cookie)
    assert found is not None
    assert (found.path, found.fields, found.is_whole) == ("/search", FIELDS, True)
    assert forms.find("kim", cookie) is forms.find("lee", None) is forms.find("lee", "another") is None
    assert "VNV4527" not in repr(found)
    now[0] += KEPT_SECONDS
    assert forms.find("lee", cookie) is None
    now[0] -= KEPT_SECONDS  # it is gone, not hidden
    assert forms.find("lee", cookie) is None


def test_the_newest_of_a_person_counts() -> None:
    forms = KeptForms()
    first, second = (forms.keep("lee", path, FIELDS) for path in ("/search", "/audit"))
    assert forms.find("lee", first) is None
    found = forms.find("lee", second)
    assert found is not None
    assert found.path == "/audit"
    forms.forget("lee")
    assert forms.find("lee", second) is None


def test_there_is_room_for_so_many_and_for_so_much() -> None:
    forms = KeptForms()
    cookies = {name: forms.keep(name, "/search", FIELDS) for name in (f"p{number}" for number in range(MOST + 1))}
    assert [name for name, cookie in cookies.items() if forms.find(name, cookie) is None] == ["p0"]
    assert forms.keep("lee", "/search", [("area", "x" * MOST_BYTES_OF_ONE)]) is None


def test_what_is_secret_is_typed_anew() -> None:
    forms = KeptForms()
    found = forms.find("lee", forms.keep("lee", "/cameras/_new", [("camera_id", "gate"), ("password", "hunter2")]))
    assert found is not None
    assert (found.fields, found.is_whole) == ([("camera_id", "gate")], False)
