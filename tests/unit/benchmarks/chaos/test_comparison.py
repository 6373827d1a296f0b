"""Books that differ are found out, whatever differs in them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

from benchmarks.chaos.books import Books
from benchmarks.chaos.comparison import (
    audit_faults,
    cited,
    differences,
    neighbor_faults,
    orphans,
    picture_faults,
    refusal_faults,
)
from benchmarks.chaos.installation.commands import Attempt
from benchmarks.chaos.installation.listener import Listener

HOST = "host, process "
RIGHT = Books(
    rows={
        "reads": Counter({"r1 ABC1234": 1, "r2 XYZ9876": 1}),
        "list versions": Counter({"regional regional-0000.csv import": 1, "regional single entries edit": 1}),
        "withdrawals": Counter({"e1": 1}),
    },
    leftovers={},
    alerts=frozenset({"a1", "a2"}),
    shared=frozenset({"a1"}),
    posted=0,
    audit=[
        ("settings_changed", HOST + "9", ""),
        ("import", HOST + "10", "regional-0000.csv"),
        ("withdraw", HOST + "11", ""),
    ],
    named_pictures=frozenset({"p1.jpg"}),
    kept_pictures=frozenset({"p1.jpg"}),
)
ATTEMPTS = [Attempt("import", 10, 0), Attempt("withdraw", 11, 0), Attempt("withdraw", 12, 75), Attempt("", 13, 0)]


def printed(*lives: tuple[list[str], bool]) -> Listener:
    listener = Listener()
    for alerts, was_killed in lives:
        for one in alerts:
            listener.take(json.dumps({"alert_id": one}))
        listener.note_end(was_killed)
    return listener


def test_equal_books_have_no_differences() -> None:
    assert differences(RIGHT, RIGHT) == {}
    assert picture_faults(RIGHT) == audit_faults(RIGHT, ATTEMPTS) == orphans(RIGHT) == []
    assert neighbor_faults(RIGHT.alerts, printed((["a1"], True), (["a2"], False))) == []


def test_a_missing_a_double_and_a_strange_row_are_named() -> None:
    struck = replace(RIGHT, rows=RIGHT.rows | {"reads": Counter({"r1 ABC1234": 2, "r3 NEW1111": 1})})
    assert differences(struck, RIGHT) == {
        "reads": [
            "missing: r2 XYZ9876",
            "not in the undisturbed run, or double: r1 ABC1234",
            "not in the undisturbed run, or double: r3 NEW1111",
        ]
    }


def test_what_should_be_empty_is_a_difference() -> None:
    assert differences(replace(RIGHT, leftovers={"outbox, not sent": ["a1"]}), RIGHT) == {"outbox, not sent": ["a1"]}


def test_a_picture_that_is_missing_and_one_that_no_row_names() -> None:
    struck = replace(RIGHT, kept_pictures=frozenset({"p2.jpg"}), unfinished_files=(".p3.jpg.part",))
    assert picture_faults(struck) == ["no such picture: p1.jpg"]
    assert orphans(struck) == [".p3.jpg.part", "p2.jpg"]


def test_an_audit_row_that_is_missing_or_double() -> None:
    settings, imported, withdrawn = RIGHT.audit
    without = replace(RIGHT, audit=[settings, withdrawn])
    assert audit_faults(without, ATTEMPTS) == [
        "import by process 10 (exit code 0): 0 audit rows",
        "list version of regional-0000.csv: no audit row",
    ]
    double = replace(RIGHT, audit=[settings, settings, imported, withdrawn, withdrawn])
    assert audit_faults(double, ATTEMPTS) == [
        "withdraw by process 11 (exit code 0): 2 audit rows",
        "2 audit rows of withdrawals, 1 withdrawals",
        "2 audit rows of the settings, expected 1",
    ]


def test_an_attempt_whose_answer_was_lost_may_stand_in_the_audit() -> None:
    settings, imported, _ = RIGHT.audit
    books = replace(RIGHT, audit=[settings, imported, ("withdraw", HOST + "12", "")])
    attempts = [Attempt("import", 10, 0), Attempt("withdraw", 12, -9), Attempt("withdraw", 14, 1)]
    assert audit_faults(books, attempts) == []


def test_a_neighbor_that_misses_repeats_or_invents_an_alert() -> None:
    faults = neighbor_faults(RIGHT.alerts, printed((["a1", "a3", "a1"], False)))
    assert faults == ["printed twice: a1", "not printed: a2", "printed, and not for it: a3"]


def test_only_the_alert_at_which_the_neighbor_was_killed_may_come_again() -> None:
    listener = printed((["a1", "a2"], True), (["a2"], False))
    assert (listener.doubles, listener.after_kill) == ([], ["a2"])
    assert neighbor_faults(RIGHT.alerts, listener) == []
    assert printed((["a1", "a2"], True), (["a1"], False)).doubles == ["a1"]
    assert printed((["a1", "a2"], False), (["a2"], False)).doubles == ["a2"]
    assert printed((["a1", "a2"], True), (["a2", "a2"], False)).doubles == ["a2"]


def test_few_of_many_are_cited() -> None:
    assert cited(["a", "b"]) == "a; b"
    assert cited(map(str, range(7))) == "0; 1; 2; 3; 4; and 2 more"


def test_machines_with_configurations_of_their_own_may_say_so_more_than_once() -> None:
    settings, imported, withdrawn = RIGHT.audit
    books = replace(RIGHT, audit=[settings, settings, imported, withdrawn])
    assert audit_faults(books, ATTEMPTS) == ["2 audit rows of the settings, expected 1"]
    assert audit_faults(books, ATTEMPTS, machines=5) == []


def test_a_partner_that_gets_what_its_agreement_refuses_or_nothing() -> None:
    listener = Listener()
    for one, camera in (("a1", "gate"), ("a2", "yard")):
        listener.take(json.dumps({"alert_id": one, "read": {"camera_id": camera}}))
    books = replace(RIGHT, rows=RIGHT.rows | {"outbox to the partner": Counter({"a1": 1})})
    assert refusal_faults(books, listener, "gate") == ["refused by the agreement, and delivered: a2"]
    nothing = replace(RIGHT, rows=RIGHT.rows | {"outbox to the partner": Counter()})
    assert refusal_faults(nothing, Listener(), "gate") == ["0 of 2 alerts were shared"]
