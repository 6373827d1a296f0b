"""A question on its way out: what the neighbor is told of why it is asked, and what of its answer is shown here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from operations.sharing.asking import NotAnswered, Wanted, ask_neighbor, asked_by, fetch_answer
from schemas.audit import Action
from schemas.convert import read_to_event
from schemas.errors import BrokerUnavailable, ConfigurationError, InvalidInput
from schemas.events import OwnerEvent, QueryAnswerEvent, QueryEvent, QueryTermsEvent, utc
from schemas.settings import NeighborSettings, PolicySettings, Settings, SharingSettings
from schemas.types import Purpose
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.sharing.questions import AskedQuestion
from tests.integration.operations.audited import LEE, only_row
from tests.integration.storage.samples import START, sample_read

NEIGHBOR = NeighborSettings(id="suffolk-pd", name="Suffolk PD", agreement="hampton-roads")


class Silent:
    """A line on which nobody answers."""

    def __init__(self) -> None:
        self.asked: list[QueryEvent] = []

    def listen(self, since: datetime | None = None) -> None:
        pass

    def ask(self, query: QueryEvent) -> None:
        self.asked.append(query)

    def answer(self, query_id: UUID, seconds: float) -> QueryAnswerEvent | None:
        return None


@pytest.mark.parametrize("offense", ["240", None])
def test_the_offense_goes_along(database: Database, offense: str | None) -> None:
    line = Silent()
    settings = Settings(sharing=SharingSettings(ori="VA1234500", neighbors=(NEIGHBOR,)))
    wanted = Wanted("VNV4527", "stolen vehicle, seen at Main Street", "26-00117", offense=offense)
    with pytest.raises(BrokerUnavailable):
        ask_neighbor(LEE, database, settings, NEIGHBOR, wanted, line, 0.1)
    assert [query.offense for query in line.asked] == [offense]
    assert only_row(database, Action.QUERY).details["offense"] == ["240 motor vehicle theft"]


FULL = NeighborSettings(
    id="suffolk-pd", name="Suffolk PD", agreement="hampton-roads", agreement_version=3, member="portsmouth"
)
OURS = Settings(
    agency_id="portsmouth-pd",
    sharing=SharingSettings(name="Portsmouth Police", ori="VA1234500", neighbors=(FULL,)),
)
WANTED = Wanted(
    "vnv 4527",
    "stolen vehicle, seen at Main Street",
    "26-00117",
    since=START,
    until=START + timedelta(hours=1),
    limit=7,
    warrant="W-26-9",
    offense="240",
)
READ = sample_read(1, captured_at=datetime.now(UTC) - timedelta(hours=1))


class Answering(Silent):
    """A line on which one answer comes; it notes what was asked of it."""

    def __init__(self, **changes: Any) -> None:
        super().__init__()
        self.changes = changes
        self.listened: list[datetime | None] = []
        self.waited: list[float] = []

    def listen(self, since: datetime | None = None) -> None:
        self.listened.append(since)

    def answer(self, query_id: UUID, seconds: float) -> QueryAnswerEvent | None:
        self.waited.append(seconds)
        values: dict[str, Any] = {
            "query_id": query_id,
            "agreement_id": "hampton-roads",
            "agreement_version": 3,
            "owner": OwnerEvent(agency_id="suffolk-pd", name="Suffolk PD", ori="VA0000001"),
            "answered_at": datetime.now(UTC),
            "status": "answered",
            "reads": (read_to_event(READ),),
            "more": True,
            "terms": QueryTermsEvent(fields=("plate",), keep_days=7),
        }
        return QueryAnswerEvent(**(values | self.changes))


def test_all_that_is_asked_goes_out_and_stands_in_the_audit(database: Database) -> None:
    line, begun = Answering(), datetime.now(UTC)
    reply = ask_neighbor(LEE, database, OURS, FULL, WANTED, line, 9999.0)
    (query,) = line.asked
    assert query.model_dump(exclude={"query_id", "asked_at", "expires_at"}) == {
        "schema_version": "1",
        "agreement_id": "hampton-roads",
        "agreement_version": 3,
        "asker": {"agency_id": "portsmouth", "name": "Portsmouth Police", "ori": "VA1234500", "person": "lee"},
        "pattern": "vnv 4527",
        "since": START,
        "until": START + timedelta(hours=1),
        "limit": 7,
        "purpose": WANTED.purpose,
        "case_number": "26-00117",
        "warrant": "W-26-9",
        "offense": "240",
    }
    assert begun <= query.asked_at <= datetime.now(UTC)
    assert query.expires_at - query.asked_at == timedelta(minutes=15)
    assert (line.listened, line.waited) == ([None], [600.0])
    assert (reply.query_id, reply.neighbor, reply.more, reply.agreement_version) == (query.query_id, FULL, True, 3)
    assert [read.plate for read in reply.reads] == [READ.plate]
    assert (reply.terms, reply.left_out) == (QueryTermsEvent(fields=("plate",), keep_days=7), ())
    seen, asked = audit_entries(database)
    named = {"query": str(query.query_id), "neighbor": "suffolk-pd", "agreement": "hampton-roads"}
    for row, action, results, details in (
        (
            asked,
            Action.QUERY,
            None,
            named
            | {"pattern": "VNV4527", "since": utc(START), "until": utc(START + timedelta(hours=1))}
            | {"warrant": "W-26-9", "offense": ["240 motor vehicle theft"]},
        ),
        (seen, Action.VIEW_ANSWER, 1, named | {"version": 3}),
    ):
        assert (row.actor, row.action, row.purpose, row.case_number) == (LEE, action, WANTED.purpose, "26-00117")
        assert (row.results, row.details) == (results, details)


def test_who_says_no_more_of_itself_is_called_by_its_short_name(database: Database) -> None:
    line, settings = Silent(), Settings(agency_id="portsmouth-pd", sharing=SharingSettings(ori="VA1234500"))
    wanted = Wanted("VNV4527", WANTED.purpose, "26-00117")
    with pytest.raises(NotAnswered) as silent:
        ask_neighbor(LEE, database, settings, NEIGHBOR, wanted, line, 0.1)
    (query,) = line.asked
    assert silent.value.query_id == query.query_id
    assert (query.asker.agency_id, query.asker.name, query.agreement_version) == ("portsmouth-pd",) * 2 + (None,)
    assert (query.since, query.until, query.limit, query.warrant) == (None, None, 100, None)
    until = query.expires_at.astimezone().strftime("%H:%M:%S")
    assert f"it is answered as soon as their installation reads it, until {until} (" in str(silent.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"agreement_id": "another"}, "what came as the answer of Suffolk PD names another agency or agreement"),
        (
            {"owner": OwnerEvent(agency_id="norfolk-pd", name="Suffolk PD", ori="VA0000001")},
            "what came as the answer of Suffolk PD names another agency or agreement",
        ),
        ({"status": "refused", "reason": "the purpose is forbidden"}, "Suffolk PD does not answer: the purpose is"),
    ],
)
def test_what_shows_nothing_is_written_down_as_refused(database: Database, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        ask_neighbor(LEE, database, OURS, FULL, WANTED, Answering(**changes), 0.1)
    row = audit_entries(database)[0]
    assert (row.action, row.purpose, row.case_number) == (Action.REFUSED, WANTED.purpose, "26-00117")
    assert row.details["refused"] == "view_answer"
    assert said in row.details["why_refused"]
    assert (row.details["neighbor"], row.details["agreement"]) == ("suffolk-pd", "hampton-roads")


def test_what_our_law_does_not_let_in_is_left_out_and_said(database: Database) -> None:
    old = read_to_event(sample_read(2, captured_at=datetime.now(UTC) - timedelta(days=400)))
    reply = ask_neighbor(LEE, database, OURS, FULL, WANTED, Answering(reads=(read_to_event(READ), old)), 0.1)
    assert len(reply.reads) == len(reply.left_out) == 1
    row = audit_entries(database)[0]
    assert (row.results, row.details["left_out"]) == (1, list(reply.left_out))


@pytest.mark.parametrize(("hours", "fits"), [(-1, False), (0, False), (1, True)])
def test_a_span_begins_before_it_ends(database: Database, hours: int, fits: bool) -> None:
    wanted, line = replace(WANTED, until=START + timedelta(hours=hours)), Answering()
    if fits:
        ask_neighbor(LEE, database, OURS, FULL, wanted, line, 0.1)
    else:
        with pytest.raises(InvalidInput, match="the time from which you ask is not before the time until which"):
            ask_neighbor(LEE, database, OURS, FULL, wanted, line, 0.1)
        assert audit_entries(database) == []
    assert len(line.asked) == fits


def test_who_asked_looks_again_and_nobody_else(database: Database) -> None:
    line = Silent()
    with pytest.raises(NotAnswered):
        ask_neighbor(LEE, database, OURS, FULL, WANTED, line, 0.1)
    query = line.asked[0]
    kim = replace(LEE, name="kim")
    for actor, query_id, why in (
        (kim, query.query_id, "somebody else asked it"),
        (LEE, UUID(int=7), "no such question was asked here lately"),
    ):
        with pytest.raises(InvalidInput, match=why):
            asked_by(actor, database, OURS, query_id)
        row = audit_entries(database)[0]
        assert (row.actor, row.action) == (actor, Action.REFUSED)
        assert row.details == {"query": str(query_id), "refused": "view_answer", "why_refused": why}
    asked = asked_by(LEE, database, OURS, query.query_id)
    assert asked == AskedQuestion(
        query.query_id, "suffolk-pd", "lee", query.asked_at, query.expires_at, WANTED.purpose or "", "26-00117"
    )
    later = Answering()
    reply = fetch_answer(LEE, database, OURS, asked, later, 9999.0)
    assert (reply.query_id, len(reply.reads)) == (query.query_id, 1)
    assert (later.listened, later.waited) == ([query.asked_at - timedelta(minutes=1)], [600.0])
    assert audit_entries(database)[0].action is Action.VIEW_ANSWER
    # Our law may forbid by then what it let be asked.
    strict = OURS.model_copy(
        update={"policy": PolicySettings(never_purposes=(Purpose.CRIMINAL_INVESTIGATION, Purpose.STOLEN_VEHICLE))}
    )
    with pytest.raises(InvalidInput, match="the purpose "):
        fetch_answer(LEE, database, strict, asked, later, 0.1)
    assert audit_entries(database)[0].action is Action.REFUSED
    with pytest.raises(NotAnswered, match=r"did not answer question .*, and does not any more; ask again"):
        fetch_answer(LEE, database, OURS, replace(asked, expires_at=asked.asked_at), Silent(), 0.1)


def test_without_an_ori_nobody_is_asked(database: Database) -> None:
    line = Answering()
    with pytest.raises(ConfigurationError, match=r"without an ORI; set sharing\.ori"):
        ask_neighbor(LEE, database, Settings(), NEIGHBOR, WANTED, line, 0.1)
    assert (line.asked, audit_entries(database)) == ([], [])
