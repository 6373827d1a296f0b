"""A rule's way: it is added, tried as it says, switched, and off and untried again once it says something new."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from storage.alerts.rules import RuleBook, StoredRule
from storage.database import Database
from tests.integration.storage.samples import START

LOOK = AuditRecord(Actor("lee", SignIn.LOCAL_USER, "desk", "local"), Action.VIEW_RULES)
MINUTE = timedelta(minutes=1)


def test_a_rule_is_what_was_said_of_it_last_and_no_other_rule_is(database: Database) -> None:
    book = RuleBook(database)
    said = {name: ({"name": name, "channels": ["log"]}, f"digest of {name}") for name in ("night", "day")}
    assert book.save(said, "lee", START, LOOK) == ["night", "day"]
    day, night = book.all()
    assert (day, night) == tuple(
        StoredRule(name, *said[name], START, "lee", None, None, False, None, None, None) for name in ("day", "night")
    )
    # What is tried is what a rule says by now, and nothing that it said before.
    assert not book.note_trial("night", "digest of day", "kim", START + MINUTE, LOOK, 3)
    assert not book.note_trial("dusk", "digest of night", "kim", START + MINUTE, LOOK, 3)
    assert book.all() == [day, night]
    assert book.note_trial("night", "digest of night", "kim", START + MINUTE, LOOK, 3)
    night = replace(night, tried_at=START + MINUTE, tried_by="kim")
    assert book.all() == [day, night]
    assert book.switch("night", on=True, by="ann", now=START + 2 * MINUTE, reason=None, audit=LOOK)
    assert book.switch("day", on=True, by="ann", now=START + 2 * MINUTE, reason="a missing child", audit=LOOK)
    assert not book.switch("day", on=True, by="bob", now=START + 3 * MINUTE, reason="again", audit=LOOK)
    assert not book.switch("dusk", on=True, by="bob", now=START + 3 * MINUTE, reason=None, audit=LOOK)
    night = replace(night, is_on=True, switched_at=START + 2 * MINUTE, switched_by="ann")
    day = replace(day, is_on=True, switched_at=START + 2 * MINUTE, switched_by="ann", untried_reason="a missing child")
    assert book.all() == [day, night]
    # One that says the same stays as it is; one that says something else begins anew.
    said["night"] = ({"name": "night", "channels": ["desk"]}, "another digest")
    assert book.save(said, "bob", START + 4 * MINUTE, LOOK) == ["night"]
    night = StoredRule("night", *said["night"], START + 4 * MINUTE, "bob", None, None, False, None, None, None)
    assert book.all() == [day, night]
    assert book.switch("day", on=False, by="bob", now=START + 5 * MINUTE, reason=None, audit=LOOK)
    day = replace(day, is_on=False, switched_at=START + 5 * MINUTE, switched_by="bob", untried_reason=None)
    assert book.all() == [day, night]
    assert not book.remove("dusk", LOOK)
    assert book.remove("day", LOOK)
    assert book.all() == [night]
