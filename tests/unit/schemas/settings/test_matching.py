"""What an operator may say of false alerts, by category."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from schemas.settings import MatchingSettings
from schemas.types import Category
from tests.conftest import REPOSITORY


def test_what_is_set_for_a_category_counts_before_its_default_and_before_the_general_number() -> None:
    plain = MatchingSettings(false_alerts_per_10k=7)
    assert plain.false_alerts_of(Category.STOLEN_VEHICLE) == 7
    assert plain.false_alerts_of(Category.CHILD_ABDUCTION) > 7 > plain.false_alerts_of(Category.EXPIRED_REGISTRATION)
    chosen = MatchingSettings(
        category_false_alerts_per_10k={Category.CHILD_ABDUCTION: 3, Category.STOLEN_VEHICLE: 4}, false_alerts_per_10k=7
    )
    assert chosen.false_alerts_of(Category.CHILD_ABDUCTION) == 3
    assert chosen.false_alerts_of(Category.STOLEN_VEHICLE) == 4
    assert chosen.false_alerts_of(Category.EXPIRED_REGISTRATION) == plain.false_alerts_of(Category.EXPIRED_REGISTRATION)


def test_each_category_tolerates_what_the_document_says_and_the_others_the_general_number() -> None:
    text = (REPOSITORY / "docs/configuration.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \| (\d+) \|$", text.partition("| false alerts per 10,000")[2], re.MULTILINE)
    told = {Category(name): float(number) for names, number in rows for name in re.findall(r"[a-z_]+", names)}
    assert len(told) == 11
    assert {one: MatchingSettings().false_alerts_of(one) for one in Category} == dict.fromkeys(Category, 5.0) | told


def test_shares_of_the_traffic_are_a_whole_at_most() -> None:
    assert MatchingSettings(traffic={"us-va": 0.7, "US-NC": 0.3}).traffic == {"US-VA": 0.7, "US-NC": 0.3}
    # Shares of whole percent that a computer adds up to a little more than 1.
    MatchingSettings(traffic={"US-VA": 0.33, "US-NC": 0.56, "US-MD": 0.11})
    with pytest.raises(ValidationError, match=r"sum up to 1\.01"):
        MatchingSettings(traffic={"US-VA": 0.7, "US-NC": 0.31})
