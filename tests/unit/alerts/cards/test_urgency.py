"""The order of a board: what is to be done, what is most urgent, what is newest."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from alerts.cards.urgency import order_of, priority_of
from alerts.life.transitions import life_of
from schemas.settings.alerts import AlertSettings
from schemas.types import AlertOutcome, Category, DispositionKind, Life, Priority, Tier
from tests.unit.alerts.cards.made import alert, card, said
from tests.unit.alerts.samples import START


@pytest.mark.parametrize(
    ("category", "listed", "expected"),
    [
        (Category.CHILD_ABDUCTION, None, Priority.HIGH),
        (Category.STOLEN_VEHICLE, None, Priority.NORMAL),
        (Category.EXPIRED_REGISTRATION, None, Priority.LOW),
        (Category.EXPIRED_REGISTRATION, "HIGH ", Priority.HIGH),
        (Category.STOLEN_VEHICLE, "urgent", Priority.HIGH),
        # A list takes nothing away from what endangers people.
        (Category.OFFICER_SAFETY, "low", Priority.HIGH),
        # 1 is the highest with some lists and the lowest with others.
        (Category.STOLEN_VEHICLE, "1", Priority.NORMAL),
        (Category.STOLEN_VEHICLE, "", Priority.NORMAL),
    ],
)
def test_priority_is_the_categorys_and_a_list_may_raise_it(
    category: Category, listed: str | None, expected: Priority
) -> None:
    assert priority_of(category, listed) is expected


def test_every_category_is_as_urgent_as_the_document_says() -> None:
    document = (Path(__file__).parents[4] / "docs" / "configuration.md").read_text()
    said = document.partition("What is usual:")[2].partition("\n\n")[0]
    high, low = (
        {Category(name) for name in re.findall(r"`([a-z_]+)`", part)} for part in said.split("*high*")[1].split("*low*")
    )
    usual = {category: priority_of(category) for category in Category}
    assert {category for category, priority in usual.items() if priority is Priority.HIGH} == high
    assert {category for category, priority in usual.items() if priority is Priority.LOW} == low
    assert Category.STOLEN_VEHICLE not in high | low


def test_what_is_to_be_done_comes_before_what_is_done_whatever_the_priority() -> None:
    high = {"category": Category.OFFICER_SAFETY}
    later = {"captured_at": START + timedelta(hours=1)}
    wanted = [
        card(alert(entry=high, read=later)),
        card(alert(entry=high)),
        card(alert(entry=high, hit={"tier": Tier.PROBABLE}, read=later)),
        card(alert(entry=high, more={"historical": True}, read=later)),
        # Confirmed and not closed: somebody is after it.
        card(alert(read=later), said(DispositionKind.CONFIRMED)),
        card(alert()),
        card(alert(entry={"category": Category.UNINSURED}, read=later)),
        card(
            alert(entry=high, read=later),
            said(DispositionKind.CONFIRMED),
            said(DispositionKind.OUTCOME, 2, outcome=AlertOutcome.ARREST),
        ),
        card(alert(entry=high), canceled=True),
    ]
    assert sorted(one.order for one in wanted) == [one.order for one in wanted]
    assert len({one.order for one in wanted}) == len(wanted)


def test_the_order_is_text_that_a_browser_sorts_as_we_do() -> None:
    one = card()
    assert one.order.isascii()
    assert order_of(alert(), Life(), Priority.NORMAL) == one.order


def test_an_agency_sets_a_categorys_priority_and_a_list_raises_it_still() -> None:
    chosen = {Category.STOLEN_VEHICLE: Priority.HIGH, Category.OFFICER_SAFETY: Priority.LOW}
    assert priority_of(Category.STOLEN_VEHICLE, None, chosen) is Priority.HIGH
    assert priority_of(Category.STOLEN_VEHICLE, "low", chosen) is Priority.HIGH
    assert priority_of(Category.OFFICER_SAFETY, None, chosen) is Priority.LOW
    assert priority_of(Category.OFFICER_SAFETY, "urgent", chosen) is Priority.HIGH
    assert priority_of(Category.WATCH, None, chosen) is Priority.LOW


def test_what_is_set_says_the_order_on_the_board() -> None:
    chosen = AlertSettings.model_validate({"priorities": {"stolen_vehicle": "low"}}).priorities
    with pytest.raises(ValidationError):
        AlertSettings.model_validate({"priorities": {"stolen_vehicle": "loud"}})
    first = card(alert("AAA1111"), priorities=chosen)
    second = card(alert("BBB2222"))
    assert (first.priority, second.priority) == (Priority.LOW, Priority.NORMAL)
    assert second.order < first.order


def test_another_state_is_told_from_an_unknown_one() -> None:
    assert card(alert(read={"jurisdiction": "US-NC"})).is_other_state
    assert not card(alert(read={"jurisdiction": None})).is_other_state
    assert not card(alert()).is_other_state


def test_the_order_is_made_of_what_is_done_how_urgent_it_is_and_when_it_passed() -> None:
    def key(life: Life | None = None, priority: Priority = Priority.HIGH, **parts: Any) -> str:
        return order_of(alert(**parts), life or Life(), priority).split("-")[0]

    assert [key(priority=one) for one in (Priority.HIGH, Priority.NORMAL, Priority.LOW)] == ["0000", "0100", "0200"]
    assert [key(hit={"tier": one}) for one in (Tier.EXACT, Tier.PROBABLE, Tier.PARTIAL)] == ["0000", "0001", "0002"]
    assert key(more={"historical": True}) == "0010"
    closed = life_of([said(DispositionKind.OUTCOME, outcome=AlertOutcome.NO_ACTION)])
    rejected = life_of([said(DispositionKind.REJECTED)])
    for life in (closed, rejected, life_of([], is_canceled=True)):
        assert key(life) == "1000"
    for kind in (DispositionKind.SEEN, DispositionKind.ACKNOWLEDGED, DispositionKind.CONFIRMED):
        assert key(life_of([said(kind)])) == "0000"
    # By the millisecond, and of two at once in one order.
    moments = [
        order_of(alert(read={"captured_at": START + timedelta(milliseconds=n)}), Life(), Priority.HIGH)
        for n in range(3)
    ]
    assert moments == sorted(moments, reverse=True)
    assert order_of(alert(), Life(), Priority.HIGH).endswith(f"-{alert().read.read_id}")


def test_every_word_of_a_list_for_its_priority_is_known() -> None:
    """Of a category that is low by itself, so that a word for normal raises it, too."""
    raised = {
        Priority.HIGH: ("critical", "Emergency", "H", "high", "HIGHEST", "immediate", " urgent "),
        Priority.NORMAL: ("m", "medium", "normal", "Routine"),
        Priority.LOW: ("l", "low", "lowest", "", "1", "100", None, "soon"),
    }
    for expected, words in raised.items():
        assert [priority_of(Category.WATCH, word) for word in words] == [expected] * len(words)
