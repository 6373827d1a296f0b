"""Areas as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.searches.areas import area_text, parse_area
from operations.searches.query import parse_key, state_of
from policy.agreements.area import Circle, Polygon
from schemas.errors import InvalidInput


def test_a_circle_and_a_polygon_are_told_apart() -> None:
    assert parse_area("36.83,-76.29,1.5") == Circle(latitude=36.83, longitude=-76.29, radius_km=1.5)
    assert parse_area(" 36.83, -76.29, 2 km ") == Circle(latitude=36.83, longitude=-76.29, radius_km=2)
    corners = ((36.8, -76.3), (36.9, -76.3), (36.9, -76.2))
    assert parse_area("36.8,-76.3 36.9,-76.3; 36.9,-76.2") == Polygon(polygon=corners)
    assert parse_area(area_text(Polygon(polygon=corners))) == Polygon(polygon=corners)


@pytest.mark.parametrize(
    "text",
    ["", "here", "36.8", "36.8,-76.3", "36.8,-76.3 36.9,-76.3", "91,0,1", "0,181,1", "0,0,0", "0,0,2000", "1e1,0,1"],
)
def test_what_is_no_area_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="no area"):
        parse_area(text)


@given(st.text(alphabet="0123456789.,-+ ;km\x00e\u0661", max_size=60))
def test_any_text_is_an_area_or_refused(text: str) -> None:
    try:
        area = parse_area(text)
    except InvalidInput:
        return
    assert isinstance(area, Circle | Polygon)


@given(st.text(max_size=80))
def test_any_text_is_a_page_or_refused(text: str) -> None:
    try:
        assert parse_key(text).captured_at.tzinfo is not None
    except InvalidInput:
        return


def test_a_state_is_written_in_either_way() -> None:
    assert state_of("va") == state_of(" US-VA ") == "US-VA"
    with pytest.raises(InvalidInput, match="no state"):
        state_of("Virginia")
