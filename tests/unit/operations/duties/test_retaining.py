"""How long each kind of records is said to be kept, and by whose decision: the law's, the agency's, or ours."""

from __future__ import annotations

from typing import Any

import pytest

from operations.duties.preserving import _days
from operations.duties.retaining import kinds_of
from policy.decisions import Policy, _retention
from policy.duties import PreservationRule
from schemas.errors import InvalidInput
from schemas.settings import RetentionSettings, Settings
from tests.unit.policy.test_made_laws import FACT, SOURCE, law

ASKED = FACT | {"by": ("counsel",), "form": "letter"}
UNKNOWN = "no law's number is known; Platewatch's default"
KINDS = ("reads", "findings", "stops", "audit", "replaced list entries", "reads that a request preserves")
ALSO = (
    "pictures, revisions, corrections, hits, alerts and their messages, deliveries, results of analyses, messages of "
    "other readers; topics keep them as long",
    "what came of alerts: no plate, no place",
    "what officers recorded of stops: no plate",
    "with its seals by whole months, the log of what was given to others, alarms that are over, and questions about "
    "many vehicles without what they found",
    "rejected rows of lists",
    "apart from the others; they end with their request",
)


def kept(keep: dict[str, Any], own: dict[str, int], **sections: Any) -> list[tuple[str, str]]:
    profile, retention = law(keep=keep, **sections), RetentionSettings(**own)
    kinds = kinds_of(Policy(profile, retention=_retention(profile, retention)), Settings(retention=retention))
    assert [one.what for one in kinds] == list(KINDS)
    assert [one.also for one in kinds] == list(ALSO)
    return [(one.span, one.why) for one in kinds]


def test_where_the_law_says_nothing_it_is_ours() -> None:
    at_least = "as long as reads, 21 days at least, so that an earlier version can be brought back"
    assert kept({}, {}) == [
        ("30 days", f"{SOURCE}, which has no number that is known"),
        *[("730 days", UNKNOWN)] * 3,
        ("30 days", at_least),
        ("as each request says", "no rule is known"),
    ]


def test_the_law_and_the_agency_within_it_are_named() -> None:
    keep = {"reads": {"days": 10}, "audit": {"forever": True}, "stops": {"days": 50}, "findings": {"days": 60}}
    rule = PreservationRule(**ASKED, days=90, renewable=True)
    found = kept(keep, {"reads_days": 7, "stops_days": 40}, preservation=rule)
    assert found[:4] == [
        ("7 days", f"this agency's retention.reads_days, within: {SOURCE}"),
        ("60 days", SOURCE),
        ("40 days", f"this agency's retention.stops_days, within: {SOURCE}"),
        ("for good", SOURCE),
    ]
    # Entries of lists outlive reads that go sooner.
    assert [span for span, _ in found[4:]] == ["21 days", "90 days at most, renewable"]
    assert found[5][1] == SOURCE
    open_rule = kept({}, {}, preservation=PreservationRule(**ASKED, renewable=False))
    assert open_rule[5] == ("as each request says", SOURCE)


@pytest.mark.parametrize(
    ("law_days", "asked", "kept_for"),
    [
        (90, None, 90),
        (90, 1, 1),
        (90, 90, 90),
        (90, 91, f"91 days are longer than the 90 that the law lets them be kept: {SOURCE}"),
        (None, None, "the law has no number of days that is known; say for how many they are kept (--days)"),
        (None, 3650, 3650),
        (None, 3651, 3650),
    ],
)
def test_reads_are_preserved_as_asked_within_the_law(
    law_days: int | None, asked: int | None, kept_for: int | str
) -> None:
    rule = PreservationRule(**ASKED, days=law_days)
    if isinstance(kept_for, int):
        assert _days(rule, asked) == kept_for
        return
    with pytest.raises(InvalidInput) as refused:
        _days(rule, asked)
    assert str(refused.value) == kept_for
