"""No password in anything that is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ingest.streams.failures import redacted, shown_address
from ingest.streams.login import access_of
from schemas.settings import RtspCamera


@pytest.mark.parametrize(
    "text",
    [
        "failed: 'rtsp://admin:hidden@10.0.0.5:554/live'",
        "rtsp://admin:hid@hidden@10.0.0.5/live and more",
        "rtsp://admin:hidden/x@10.0.0.5/live",
        "http://10.0.0.5/video.cgi?user=admin&pwd=hidden&resolution=4",
        "http://10.0.0.5/video.cgi?loginuse=admin&loginpas=hidden",
        "rtsp://10.0.0.5:554/user=admin_password=hidden_channel=1_stream=0.sdp",
        "redirect to https://u:hidden@b?x=hidden",
    ],
)
def test_logins_are_hidden(text: str) -> None:
    assert "hidden" not in redacted(text)
    assert "10.0.0.5" in redacted(text) or "b?" in redacted(text)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=4, max_size=20))
def test_a_given_password_is_hidden_in_any_spelling(password: str) -> None:
    from urllib.parse import quote

    url = f"rtsp://alpr:{quote(password, safe='')}@10.0.0.5/Streaming"
    access = access_of(RtspCamera.model_validate({"id": "pole", "url": url}))
    assert access.password == password
    assert access.url == url
    assert quote(password, safe="") not in access.redacted(f"error at {url}: {password}").replace("10.0.0.5", "")
    assert access.address == "rtsp://10.0.0.5/Streaming"


def test_an_address_shows_where_and_not_how() -> None:
    assert shown_address("http://u:p@10.0.0.5:8080/a?token=abc") == "http://10.0.0.5:8080/a"


@pytest.mark.parametrize("url", ["http://a:hidden@b/", "rtsp://u:hid[den@b", "rtsp://u:hidden@h:port/", "hidden", ""])
def test_settings_that_do_not_fit_are_named_without_the_password(url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        RtspCamera.model_validate({"id": "pole", "url": url})
    text = str(caught.value.errors(include_input=False, include_url=False, include_context=False))
    assert "hidden" not in text
    assert "rtsp" in text
