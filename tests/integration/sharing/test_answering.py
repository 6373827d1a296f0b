"""What another agency asks is judged, answered once, cut, and written down before anything is sent."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from operations.sharing.answering import NOBODY, Outcome, answer_query, foreign_actor, note_flood
from operations.sharing.deciding import end_agreement
from policy.agreements.agreement import Agreement
from policy.decisions import law_alone
from schemas.actor import Actor, SignIn
from schemas.audit import Action
from schemas.errors import PlatewatchError
from schemas.events import QueryEvent, utc
from schemas.settings import KafkaSettings, Settings, SharingSettings
from schemas.types import Location
from sharing.book import AgreementBook
from sharing.questions import Desk, desks_of
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.sharing.disseminations import DisseminationFilter, disseminations
from tests.integration.operations.audited import close_audit
from tests.integration.sharing.samples import KIM, SETTINGS, asked, current, in_force, pass_by, queries_grant, store
from tests.integration.storage.samples import START
from tests.unit.policy.agreements.samples import NEIGHBOR, THIRD, attestation

VIRGINIA = law_alone("virginia")


def shares(database: Database, more: dict[str, Any] | None = None, **grant: Any) -> tuple[Agreement, Desk]:
    agreement = in_force(database, current(grants=[queries_grant(**grant)], **(more or {})))
    return agreement, desk_of(database)


def desk_of(database: Database, member: str = NEIGHBOR) -> Desk:
    (gate,) = AgreementBook(database, VIRGINIA, UTC).gates()
    return next(desk for desk in desks_of(gate) if desk.member.id == member)


def ask(database: Database, desk: Desk, query: QueryEvent, settings: Settings = SETTINGS, **how: Any) -> Outcome:
    now = how.get("now", datetime.now(UTC))
    return answer_query(foreign_actor(query, desk), database, settings, how.get("policy", VIRGINIA), desk, query, now)


def log_of(database: Database) -> list[Any]:
    return list(disseminations(database, DisseminationFilter(asked=True), 100))


def refused(database: Database, desk: Desk, query: QueryEvent, **how: Any) -> str:
    """The reason for which a question is refused, in the answer, the log and the audit alike."""
    outcome = ask(database, desk, query, **how)
    assert outcome.answer is not None
    assert (outcome.answer.status, outcome.answer.reads) == ("refused", ())
    row, audited = log_of(database)[0], audit_entries(database)[0]
    assert (row.outcome, row.item_id, row.results, row.asked_by) == (
        "refused",
        query.query_id,
        None,
        query.asker.person,
    )
    assert audited.action == Action.REFUSED
    assert outcome.answer.reason == row.why == audited.details["why_refused"]
    return row.why


def test_a_question_is_answered_with_what_the_grant_shows_and_written_down(database: Database) -> None:
    agreement, desk = shares(database)
    seen = pass_by(0)
    store(
        database,
        seen,
        pass_by(1, "tunnel"),
        pass_by(2, plate="ABC1234"),
        pass_by(3, captured_at=datetime.now(UTC) - timedelta(days=8)),
    )
    query = asked(agreement)
    answer = ask(database, desk, query).answer
    assert answer is not None
    assert (answer.status, answer.more, answer.agreement_version) == ("answered", False, 1)
    assert (answer.query_id, answer.owner.agency_id, answer.owner.ori) == (query.query_id, "portsmouth-pd", "VA0000000")
    (read,) = answer.reads
    assert (read.read_id, read.camera_id, read.plate) == (seen.read_id, "gate-0", "VNV4527")
    assert read.location is not None
    assert (read.vehicle, read.plate_image_key, read.context_image_key) == (None, None, None)
    assert answer.terms is not None
    assert (answer.terms.fields, answer.terms.keep_days) == (("place", "plate"), 7)
    assert answer.terms.purposes_forbidden == ("immigration_enforcement",)
    (row,) = log_of(database)
    assert (row.kind, row.outcome, row.agreement_id, row.version) == ("query", "answered", agreement.id, 1)
    assert row.members == [{"id": NEIGHBOR, "name": "Suffolk-Pd of Virginia", "ori": "VA0000001"}]
    assert (row.asked_by, row.plate, row.results) == ("d.chen", "VNV4527", 1)
    assert (row.purpose, row.case_number) == (query.purpose, "26-00117")
    assert row.terms == {"fields": ["place", "plate"], "reads": [str(seen.read_id)], "more": False}
    assert row.why == "within the scope of agreement suffolk"
    audited = audit_entries(database)[0]
    assert audited.details == {
        "query": str(query.query_id),
        "agreement": "suffolk",
        "version": 1,
        "ori": "VA0000001",
        "pattern": "VNV4527",
        "more": False,
    }
    # All that was asked, as it was asked for, with the plate as it is looked for.
    asked_for = {"since": START, "until": START + timedelta(hours=1), "warrant": "W-26-9", "offense": "240"}
    ask(database, desk, asked(agreement, pattern="vn? 4*", **asked_for))
    whole = {name: utc(value) if isinstance(value, datetime) else value for name, value in asked_for.items()}
    last = audit_entries(database)[0]
    assert last.details == audited.details | whole | {"query": last.details["query"], "pattern": "VN?4*"}
    assert log_of(database)[0].plate == "VN?4*"
    assert (audited.action, audited.results) == (Action.ANSWER_QUERY, 1)
    assert (audited.actor.name, audited.actor.agency_id, audited.actor.via) == ("d.chen", NEIGHBOR, SignIn.AGREEMENT)
    assert (audited.purpose, audited.case_number) == (query.purpose, "26-00117")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [("vnv 4527", 1), ("VN?45*", 1), ("*27", 1), ("VNV452", 0), ("8O0", 2), ("800", 2)],
)
def test_patterns_are_those_of_a_search(database: Database, pattern: str, found: int) -> None:
    agreement, desk = shares(database)
    store(database, pass_by(0), pass_by(1, plate="8O0"), pass_by(2, plate="800"))
    answer = ask(database, desk, asked(agreement, pattern=pattern)).answer
    assert answer is not None
    assert len(answer.reads) == found


def test_who_asked_for_a_plate_is_found_also_where_it_was_asked_for_in_part(database: Database) -> None:
    agreement, desk = shares(database)
    for pattern in ("VN?4527", "VN*", "ABC1234", "VNV45"):
        ask(database, desk, asked(agreement, pattern=pattern))
    rows = disseminations(database, DisseminationFilter(plate="VNV4527"), 10)
    assert {row.plate for row in rows} == {"VN?4527", "VN*"}


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"purpose": "immigration enforcement, a detainer"}, "purpose immigration_enforcement is forbidden"),
        ({"purpose": "stolen vehicle; also immigration enforcement"}, "immigration_enforcement is forbidden"),
        ({"purpose": "reproductive care and a stolen vehicle"}, "reproductive_care is not in the agreement's scope"),
        ({"purpose": "wanted person, felony warrant"}, "is not in the agreement's scope, which is stolen_vehicle"),
        ({"purpose": "asdf"}, "a purpose that is not known"),
        ({"purpose": "stolen vehicle", "case_number": "n/a"}, "the case or call number has no digit"),
        ({"purpose": "stolen vehicle", "case_number": "0000"}, "the case or call number says nothing"),
        ({"agreement_id": "norfolk"}, "it names agreement norfolk, and this is where suffolk asks"),
        ({"agreement_version": 7}, "asked under version 7 of the agreement, and version 1 is in force"),
        ({"person": "12345"}, "it does not say who asks, by name"),
        ({"pattern": "V*"}, "has 1 known characters; at least 2 are needed"),
        ({"pattern": "V'; drop table reads; --"}, "use letters, digits"),
        (
            {"since": datetime(2026, 2, 1, tzinfo=UTC), "until": datetime(2026, 1, 1, tzinfo=UTC)},
            "the time from which it asks is not before",
        ),
    ],
)
def test_what_may_not_be_asked_is_refused_with_the_reason(
    database: Database, more: dict[str, Any], reason: str
) -> None:
    agreement, desk = shares(database)
    store(database, pass_by(0))
    assert reason in refused(database, desk, asked(agreement, **more))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"agency_id": THIRD}, f"it names agency {THIRD}, and this is where {NEIGHBOR} asks"),
        ({"agency_id": "portsmouth-pd"}, "it names agency portsmouth-pd"),
        ({"ori": "VA9999999"}, "it names ORI VA9999999, and this is where VA0000001 asks"),
    ],
)
def test_who_asks_is_whose_topic_it_is_whatever_the_question_says(
    database: Database, said: dict[str, str], reason: str
) -> None:
    agreement, desk = shares(database, to=[NEIGHBOR, THIRD])
    query = asked(agreement)
    assert reason in refused(database, desk, query.model_copy(update={"asker": query.asker.model_copy(update=said)}))
    # It is the topic's member that is written down and counted.
    assert log_of(database)[0].members[0]["id"] == audit_entries(database)[0].actor.agency_id == NEIGHBOR


def test_what_was_ended_or_has_expired_answers_no_more(database: Database) -> None:
    yesterday = date.today() - timedelta(days=1)
    attested = {"attestations": [attestation(NEIGHBOR, expires_on=yesterday)]}
    agreement, desk = shares(database, attested, attestations=["no_immigration_use"])
    assert "no valid attestation 'no_immigration_use'" in refused(database, desk, asked(agreement))
    end_agreement(KIM, database, agreement.id, "notice of last month")
    assert "was ended at" in refused(database, desk_of(database), asked(agreement))


def test_one_member_s_missing_attestation_keeps_another_one_from_nothing(database: Database) -> None:
    attested = {"attestations": [attestation(NEIGHBOR)]}
    agreement, desk = shares(database, attested, to=[NEIGHBOR, THIRD], attestations=["no_immigration_use"])
    assert ask(database, desk, asked(agreement)).answer.status == "answered"  # type: ignore[union-attr]
    other = desk_of(database, THIRD)
    assert "no valid attestation" in refused(database, other, asked(agreement, THIRD))


def test_the_owner_s_law_is_asked_too(database: Database) -> None:
    agreement, desk = shares(database, purposes=["stolen_vehicle", "traffic_enforcement"])
    ticket = asked(agreement, purpose="traffic enforcement: parking tickets downtown")
    assert "names traffic_enforcement; permitted are" in refused(database, desk, ticket)


def test_the_offense_goes_along_where_the_purpose_does_not_name_it(database: Database) -> None:
    agreement, desk = shares(database, purposes=["criminal_investigation"])
    why = "criminal_investigation: seen near the warehouse at 21:40"
    assert "the type of offense is missing" in refused(database, desk, asked(agreement, purpose=why))
    assert "none of the FBI's" in refused(database, desk, asked(agreement, purpose=why, offense="jaywalking"))
    outcome = ask(database, desk, asked(agreement, purpose=why, offense="240"))
    assert outcome.answer is not None
    assert outcome.answer.status == "answered"
    row = audit_entries(database)[0]
    assert (row.action, row.details["offense"]) == (Action.ANSWER_QUERY, "240")


def test_a_question_is_answered_once(database: Database) -> None:
    agreement, desk = shares(database)
    query = asked(agreement)
    assert ask(database, desk, query).answer is not None
    again = ask(database, desk, query)
    assert (again.answer, again.is_replay) == (None, True)
    # Also where it was refused, and where another question of the same number says something else.
    bad = asked(agreement, case_number="x")
    refused(database, desk, bad)
    assert ask(database, desk, bad.model_copy(update={"case_number": "26-117"})).is_replay
    assert len(log_of(database)) == 2


@pytest.mark.parametrize("claimed", [timedelta(minutes=-1), timedelta(days=300)])
def test_a_question_that_is_over_gets_no_answer_and_is_written_down(database: Database, claimed: timedelta) -> None:
    agreement, desk = shares(database)
    long_ago = datetime.now(UTC) - timedelta(hours=2)
    query = asked(agreement, asked_at=long_ago, expires_at=datetime.now(UTC) + claimed)
    assert ask(database, desk, query).answer is None
    (row,) = log_of(database)
    assert (row.outcome, row.why.startswith("it expired at")) == ("refused", True)


def test_a_question_of_the_future_is_refused(database: Database) -> None:
    agreement, desk = shares(database)
    later = datetime.now(UTC) + timedelta(hours=3)
    assert "set the clocks" in refused(
        database, desk, asked(agreement, asked_at=later, expires_at=later + timedelta(minutes=15))
    )


def test_many_questions_are_refused_and_far_too_many_are_counted_alone(database: Database) -> None:
    agreement, desk = shares(database, to=[NEIGHBOR, THIRD])
    settings = SETTINGS.model_copy(update={"sharing": SharingSettings(queries_per_hour=2)})
    outcomes = [ask(database, desk, asked(agreement), settings) for _ in range(6)]
    said = [None if one.answer is None else one.answer.status for one in outcomes]
    assert said == ["answered", "answered", "refused", "refused", None, None]
    assert [one.is_flood for one in outcomes] == [False] * 4 + [True] * 2
    assert "asked more than 2 times within an hour" in outcomes[2].answer.reason  # type: ignore[union-attr]
    note_flood(database, settings, desk, 2, "far more than 2 questions within an hour")
    row, audited, why = log_of(database)[0], audit_entries(database)[0], "far more than 2 questions within an hour"
    assert (row.asked_by, row.terms, row.outcome, row.why) == (NOBODY, {"questions": 2}, "refused", why)
    assert (row.agreement_id, row.version, row.plate, row.item_id) == ("suffolk", 1, None, None)
    assert row.members == [{"id": NEIGHBOR, "name": "Suffolk-Pd of Virginia", "ori": "VA0000001"}]
    named = Actor(NOBODY, SignIn.AGREEMENT, "Suffolk-Pd of Virginia, agreement suffolk", NEIGHBOR)
    assert (audited.actor, audited.action) == (named, Action.REFUSED)
    assert audited.details == {"refused": "query", "why_refused": why, "questions": 2, "agreement": "suffolk"}
    # Another agency asks undisturbed.
    other = ask(database, desk_of(database, THIRD), asked(agreement, THIRD), settings)
    assert other.answer is not None
    assert other.answer.status == "answered"


def test_where_no_question_is_answered_each_is_told_so_until_there_are_far_too_many(database: Database) -> None:
    agreement, desk = shares(database)
    settings = SETTINGS.model_copy(update={"sharing": SharingSettings(queries_per_hour=0)})
    outcomes = [ask(database, desk, asked(agreement), settings) for _ in range(3)]
    said = [None if one.answer is None else one.answer.reason for one in outcomes]
    assert said == [f"{NEIGHBOR} asked more than 0 times within an hour; ask again later"] * 2 + [None]


def test_that_there_may_be_more_is_said_where_not_all_was_looked_at(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operations.sharing.answering.MOST_LOOKED_AT", 3)
    agreement, desk = shares(database, area={"latitude": 36.83, "longitude": -76.3, "radius_km": 2})
    for number, more in ((0, False), (1, False), (2, True), (3, True)):
        place = Location(36.83, -76.3) if number == 0 else Location(37.5, -76.3)
        store(database, pass_by(9 - number, location=place))
        answer = ask(database, desk, asked(agreement)).answer
        assert answer is not None
        assert (len(answer.reads), answer.more) == (1 if number < 3 else 0, more)


def test_rows_are_bounded_and_the_newest_come_first(database: Database) -> None:
    agreement, desk = shares(database)
    store(database, *(pass_by(number) for number in range(8)))
    settings = SETTINGS.model_copy(update={"sharing": SharingSettings(query_rows=5)})
    answer = ask(database, desk, asked(agreement, limit=1000), settings).answer
    assert answer is not None
    assert (len(answer.reads), answer.more) == (5, True)
    times = [read.captured_at for read in answer.reads]
    assert times == sorted(times, reverse=True)
    few = ask(database, desk, asked(agreement, limit=2), settings).answer
    assert few is not None
    assert (len(few.reads), few.more) == (2, True)


def test_an_answer_fits_into_one_message(database: Database) -> None:
    agreement, desk = shares(database)
    store(database, *(pass_by(number) for number in range(40)))
    settings = SETTINGS.model_copy(update={"kafka": KafkaSettings(max_message_bytes=30_000)})
    answer = ask(database, desk, asked(agreement), settings).answer
    assert answer is not None
    assert 0 < len(answer.reads) < 40
    assert answer.more
    assert len(answer.model_dump_json()) < 30_000


def test_an_area_and_a_time_bound_what_is_found(database: Database) -> None:
    area = {"latitude": 36.83, "longitude": -76.3, "radius_km": 2}
    agreement, desk = shares(database, cameras="all", area=area)
    inside, outside = Location(36.831, -76.301), Location(37.5, -76.3)
    store(
        database,
        pass_by(0, location=inside),
        pass_by(1, location=outside),
        pass_by(2, location=None),
        pass_by(90, location=inside),
    )
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    for bounds, found in (({}, 2), ({"since": hour_ago}, 1), ({"until": hour_ago}, 1)):
        answer = ask(database, desk, asked(agreement, **bounds)).answer
        assert answer is not None
        assert len(answer.reads) == found


def test_a_search_that_takes_too_long_is_refused(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    agreement, desk = shares(database)
    store(database, *(pass_by(number) for number in range(3)))
    slow = b"select *, pg_sleep(5) from reads where canonical = any(%(plates)s)"
    monkeypatch.setitem(__import__("storage.reads.search", fromlist=["_SQL"])._SQL, "reads_of_plates", slow)
    settings = SETTINGS.model_copy(update={"sharing": SharingSettings(query_timeout_seconds=0.2)})
    assert "the search took longer than 0.2 s" in refused(database, desk, asked(agreement), settings=settings)


def test_nothing_is_answered_that_cannot_be_written_down(database: Database) -> None:
    agreement, desk = shares(database)
    store(database, pass_by(0))
    close_audit(database)
    with pytest.raises(PlatewatchError):
        ask(database, desk, asked(agreement))
    assert log_of(database) == []


def test_what_is_asked_leaves_no_plate_in_the_log_of_the_program(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    agreement, desk = shares(database)
    caplog.set_level("INFO")
    refused(database, desk, asked(agreement, purpose="wanted person"))
    ask(database, desk, asked(agreement))
    assert "VNV4527" not in caplog.text
    assert f"a question of {NEIGHBOR} is refused" in caplog.text


def test_fields_are_cut_to_the_grant(database: Database) -> None:
    agreement, desk = shares(database, fields=["plate"])
    store(database, dataclasses.replace(pass_by(0, "gate-1"), location=Location(36.8, -76.3)))
    answer = ask(database, desk, asked(agreement)).answer
    assert answer is not None
    text = json.dumps(answer.model_dump(mode="json"))
    assert '"camera_id": "not shared"' in text
    assert not any(hidden in text for hidden in ("gate-1", "36.8", "-76.3", "YAMA", ".jpg"))
