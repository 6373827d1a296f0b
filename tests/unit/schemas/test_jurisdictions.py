"""States and provinces in every spelling."""

from __future__ import annotations

import tomllib

import pytest

from schemas.jurisdictions import jurisdiction_codes, jurisdiction_key, jurisdiction_name, parse_jurisdiction


@pytest.mark.parametrize(
    ("text", "jurisdiction"),
    [
        ("VA", "US-VA"),
        ("us-va", "US-VA"),
        ("USVA", "US-VA"),
        ("Virginia", "US-VA"),
        (" north carolina ", "US-NC"),
        ("0H", "US-OH"),
        ("ON", "CA-ON"),
        ("Newfoundland and Labrador", "CA-NL"),
        ("ca-qc", "CA-QC"),
        ("CA", "US-CA"),
        ("", None),
        ("?", None),
        ("Atlantis", None),
    ],
)
def test_every_spelling_names_its_jurisdiction(text: str, jurisdiction: str | None) -> None:
    assert parse_jurisdiction(text) == jurisdiction


def test_the_united_states_and_canada_share_no_code_or_name() -> None:
    # Otherwise one of the two would be told by the order in which they are looked at.
    codes = tomllib.loads(jurisdiction_codes().decode())
    keys = [
        {jurisdiction_key(spelling) for code, name in codes[country].items() for spelling in (code, name)}
        for country in ("US", "CA")
    ]
    assert keys[0] & keys[1] == set()


STATES = (
    "AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut, DE Delaware, "
    "DC District of Columbia, FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, IN Indiana, IA Iowa, "
    "KS Kansas, KY Kentucky, LA Louisiana, ME Maine, MD Maryland, MA Massachusetts, MI Michigan, MN Minnesota, "
    "MS Mississippi, MO Missouri, MT Montana, NE Nebraska, NV Nevada, NH New Hampshire, NJ New Jersey, NM New Mexico, "
    "NY New York, NC North Carolina, ND North Dakota, OH Ohio, OK Oklahoma, OR Oregon, PA Pennsylvania, "
    "RI Rhode Island, SC South Carolina, SD South Dakota, TN Tennessee, TX Texas, UT Utah, VT Vermont, VA Virginia, "
    "WA Washington, WV West Virginia, WI Wisconsin, WY Wyoming, AS American Samoa, GU Guam, "
    "MP Northern Mariana Islands, PR Puerto Rico, VI Virgin Islands"
)
PROVINCES = (
    "AB Alberta, BC British Columbia, MB Manitoba, NB New Brunswick, NL Newfoundland and Labrador, NS Nova Scotia, "
    "NT Northwest Territories, NU Nunavut, ON Ontario, PE Prince Edward Island, QC Quebec, SK Saskatchewan, YT Yukon"
)


@pytest.mark.parametrize(("country", "places"), [("US", STATES), ("CA", PROVINCES)])
def test_every_state_and_province_is_known_by_its_postal_code_and_its_name(country: str, places: str) -> None:
    named = dict(place.split(" ", 1) for place in places.split(", "))
    for code, name in named.items():
        assert parse_jurisdiction(name) == parse_jurisdiction(f"{country}-{code}") == f"{country}-{code}"
        assert jurisdiction_name(f"{country}-{code}") == name
    assert set(tomllib.loads(jurisdiction_codes().decode())[country]) == set(named)
