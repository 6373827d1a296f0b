"""Two installations ask one another over a real broker: two databases, one stage that answers, one person who asks."""

from __future__ import annotations

import contextlib
import itertools
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from alerts.asking.asker import Line
from alerts.asking.owner import Counter
from alerts.asking.reading import TopicReader
from alerts.asking.wire import Sender, answer_message, question_message
from cli.main import app
from operations.sharing.asking import Reply, Wanted, ask_neighbor, asked_by, fetch_answer
from operations.sharing.deciding import end_agreement
from pipeline.alerting import queries
from pipeline.alerting.queries import QueryStage
from policy.agreements.agreement import Agreement, answer_topic, query_topic
from schemas.actor import Actor, SignIn
from schemas.audit import Action
from schemas.errors import BrokerUnavailable, ConfigurationError, InvalidInput
from schemas.events import QueryAnswerEvent
from schemas.messages import Message
from schemas.settings import (
    DatabaseSettings,
    KafkaSettings,
    NeighborSettings,
    PolicySettings,
    Settings,
    SharingSettings,
)
from storage.audit.reader import audit_entries
from storage.database import Database, open_database
from storage.leadership import Leadership
from storage.sharing.disseminations import Dissemination, DisseminationFilter, disseminations
from tests.integration.conftest import TEMPLATE, DatabaseServer
from tests.integration.kafka.conftest import Broker, wait_until
from tests.integration.sharing.samples import KIM, SETTINGS, asked, current, in_force, pass_by, queries_grant, store
from tests.unit.policy.agreements.samples import NEIGHBOR, OWNER, THIRD

_numbers = itertools.count(1)
CHEN = Actor("d.chen", SignIn.LOCAL_USER, "desk-1, /dev/pts/4", NEIGHBOR)
ROE = Actor("m.roe", SignIn.LOCAL_USER, "desk-2, /dev/pts/5", NEIGHBOR)


@dataclass(frozen=True, slots=True)
class Asking:
    """The neighbor's installation: its own database, its own settings, and the way to the owner's broker."""

    database: Database
    settings: Settings
    kafka: KafkaSettings
    servers: list[str]

    @property
    def agreement(self) -> str:
        return self.settings.sharing.neighbors[0].agreement

    def line(self) -> Line:
        topics = query_topic(self.agreement, NEIGHBOR), answer_topic(self.agreement, NEIGHBOR)
        return Line(self.kafka, self.servers, *topics)

    def ask(self, pattern: str = "VNV4527", seconds: float = 30.0, actor: Actor = CHEN, **more: Any) -> Reply:
        why = {"purpose": "stolen vehicle, seen at Main Street", "case_number": "26-00117"} | more
        (neighbor,) = self.settings.sharing.neighbors
        with self.line() as line:
            return ask_neighbor(actor, self.database, self.settings, neighbor, Wanted(pattern, **why), line, seconds)

    def fetch(self, query_id: UUID, actor: Actor = CHEN, seconds: float = 30.0) -> Reply:
        asked = asked_by(actor, self.database, self.settings, query_id)
        with self.line() as line:
            return fetch_answer(actor, self.database, self.settings, asked, line, seconds)

    def actions(self) -> list[Action]:
        return [row.action for row in reversed(audit_entries(self.database))]


@pytest.fixture
def asking(database_server: DatabaseServer, kafka_broker: Broker, tmp_path: Path) -> Iterator[Asking]:
    name = f"asking_{next(_numbers)}"
    database_server.create(name, TEMPLATE)
    settings = Settings(
        agency_id=NEIGHBOR,
        data_dir=tmp_path / "suffolk",
        database=DatabaseSettings(url=SecretStr(database_server.application_url(name))),
        sharing=SharingSettings(
            ori="VA0000001",
            neighbors=(NeighborSettings(id=OWNER, name="Portsmouth Police", agreement=f"mou-{next(_numbers)}"),),
        ),
    )
    with open_database(settings) as database:
        yield Asking(database, settings, kafka_broker.settings, [kafka_broker.server])
    database_server.drop(name)


@contextlib.contextmanager
def answering(database: Database, broker: Broker, settings: Settings = SETTINGS) -> Iterator[QueryStage]:
    """The owner's stage, as a run has it."""
    kafka = broker.settings.model_copy(update={"bootstrap_servers": (broker.server,)})
    stop, leadership = threading.Event(), Leadership(database)
    stage = QueryStage(database, settings, lambda: kafka, leadership)
    thread = threading.Thread(target=stage.run, args=(stop,))
    thread.start()
    try:
        yield stage
    finally:
        stop.set()
        thread.join()
        leadership.close()


def shares(database: Database, asking: Asking, **grant: Any) -> Agreement:
    return in_force(database, current(id=asking.agreement, grants=[queries_grant(**grant)]))


def log_of(database: Database) -> list[Dissemination]:
    return list(disseminations(database, DisseminationFilter(asked=True), 1000))


def open_counter(asking: Asking) -> None:
    """Wait until the owner's topics are there."""

    def is_there() -> bool:
        with asking.line() as line, contextlib.suppress(ConfigurationError):
            line.listen()
            return True
        return False

    wait_until(is_there)


def test_a_neighbor_asks_and_is_answered_and_both_sides_have_it_in_writing(
    database: Database, asking: Asking, kafka_broker: Broker
) -> None:
    shares(database, asking)
    seen = pass_by(0)
    store(database, seen, pass_by(1, "tunnel"))
    with answering(database, kafka_broker):
        open_counter(asking)
        reply = asking.ask("VN?45*")
        began = time.monotonic()
        again = asking.ask()
        took = time.monotonic() - began
    assert [(read.read_id, read.camera_id, read.plate) for read in reply.reads] == [(seen.read_id, "gate-0", "VNV4527")]
    assert len(again.reads) == 1
    assert took < 30
    assert (reply.agreement_version, reply.more, reply.left_out) == (1, False, ())
    assert reply.reads[0].vehicle is None
    # The owner knows who asked what, by name; the asker has an own row before and after.
    row = log_of(database)[1]
    assert (row.asked_by, row.plate, row.results, row.case_number) == ("d.chen", "VN?45*", 1, "26-00117")
    assert row.item_id == reply.query_id
    assert asking.actions() == [Action.QUERY, Action.VIEW_ANSWER] * 2
    first, second = reversed(audit_entries(asking.database)[2:])
    assert first.details["query"] == second.details["query"] == str(reply.query_id)
    assert (first.details["pattern"], first.results, second.results) == ("VN?45*", None, 1)
    assert first.actor.name == second.actor.name == "d.chen"
    assert (second.purpose, second.case_number) == ("stolen vehicle, seen at Main Street", "26-00117")


def test_without_an_agreement_there_is_nobody_to_ask(database: Database, asking: Asking, kafka_broker: Broker) -> None:
    with answering(database, kafka_broker):
        time.sleep(1.0)
        with pytest.raises(ConfigurationError, match="no agreement there shares queries with us"):
            asking.ask()
    # Nothing left the house, so nothing is written down as asked.
    assert asking.actions() == []
    assert log_of(database) == []


def test_what_is_refused_says_why_on_both_sides(database: Database, asking: Asking, kafka_broker: Broker) -> None:
    agreement = shares(database, asking)
    store(database, pass_by(0))
    with answering(database, kafka_broker):
        open_counter(asking)
        with pytest.raises(InvalidInput, match=r"Portsmouth Police does not answer: purpose .* is not in the"):
            asking.ask(purpose="wanted person, felony warrant")
        end_agreement(KIM, database, agreement.id, "notice of last month")
        ended = time.monotonic()
        with pytest.raises(InvalidInput, match=r"Portsmouth Police does not answer: agreement .* was ended at"):
            asking.ask()
        assert time.monotonic() - ended < 30
    assert [row.outcome for row in log_of(database)] == ["refused", "refused"]
    assert asking.actions() == [Action.QUERY, Action.REFUSED] * 2


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ({"purpose": None}, "the purpose is missing"),
        ({"purpose": "test"}, "the purpose says nothing"),
        ({"case_number": None}, "the case or call number is missing"),
        ({"case_number": "000"}, "the case or call number says nothing"),
        ({"purpose": "immigration enforcement"}, "the purpose names immigration_enforcement"),
    ],
)
def test_our_own_law_is_asked_before_anything_leaves(
    database: Database, asking: Asking, why: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InvalidInput, match=reason):
        asking.ask(**why)
    assert asking.actions() == [Action.REFUSED]


def test_our_own_law_is_asked_again_on_receipt(database: Database, asking: Asking, kafka_broker: Broker) -> None:
    shares(database, asking, max_days=20, fields=["plate", "place", "pictures"])
    store(database, pass_by(0), pass_by(1, captured_at=datetime.now(UTC) - timedelta(days=15)))
    strict = asking.settings.model_copy(update={"policy": PolicySettings(profile="minnesota")})
    own = strict.model_copy(update={"retention": strict.retention.model_copy(update={"reads_days": 10})})
    with answering(database, kafka_broker):
        open_counter(asking)
        reply = Asking(asking.database, own, asking.kafka, asking.servers).ask(
            purpose="stolen vehicle, seen leaving Main Street at night"
        )
    (read,) = reply.reads
    assert (read.vehicle, read.second_reading) == (None, None)
    assert any("not of the 10 days" in text for text in reply.left_out)
    assert any("may not be collected here" in text for text in reply.left_out)


def test_a_late_answer_is_for_who_asked_and_for_nobody_else(
    database: Database, asking: Asking, kafka_broker: Broker
) -> None:
    shares(database, asking)
    store(database, pass_by(0))
    with answering(database, kafka_broker):
        open_counter(asking)
    with pytest.raises(BrokerUnavailable, match=r"no answer within \d+ s; it is answered as soon as") as caught:
        asking.ask(seconds=1.0)
    query_id = UUID(str(caught.value).rpartition("--answer ")[2].rstrip(")"))
    with pytest.raises(InvalidInput, match="somebody else asked it"):
        asking.fetch(query_id, ROE)
    with pytest.raises(InvalidInput, match="no such question was asked here"):
        asking.fetch(uuid4())
    with answering(database, kafka_broker):
        reply = asking.fetch(query_id)
        # Whoever asks meanwhile gets the own answer alone.
        other = asking.ask("ABC*", actor=ROE)
    assert len(reply.reads) == 1
    assert other.reads == []
    assert asking.actions() == [
        Action.QUERY,
        Action.REFUSED,
        Action.REFUSED,
        Action.VIEW_ANSWER,
        Action.QUERY,
        Action.VIEW_ANSWER,
    ]


def test_replays_forgeries_nonsense_and_a_flood(database: Database, asking: Asking, kafka_broker: Broker) -> None:
    agreement = shares(database, asking)
    store(database, pass_by(0))
    topic = query_topic(agreement.id, NEIGHBOR)
    settings = SETTINGS.model_copy(update={"sharing": SharingSettings(queries_per_hour=5)})
    question = asked(agreement)
    with answering(database, kafka_broker, settings):
        open_counter(asking)
        sender, reader = Sender(asking.kafka, asking.servers), TopicReader(asking.kafka, asking.servers)
        reader.follow([answer_topic(agreement.id, NEIGHBOR)], None)
        try:
            for _ in range(3):
                sender.send(topic, question_message(question))
            forged = question.model_copy(
                update={"query_id": uuid4(), "asker": question.asker.model_copy(update={"agency_id": THIRD})}
            )
            sender.send(topic, question_message(forged))
            sender.send(topic, Message(uuid4(), "x", b"\xff{not a question", ()))
            sender.send(topic, Message(uuid4(), "x", b"{" * 70_000, ()))
            wait_until(lambda: len(log_of(database)) >= 3)
            for _ in range(30):
                sender.send(topic, question_message(asked(agreement)))
            wait_until(lambda: sum(row.terms.get("questions", 1) for row in log_of(database)) >= 2 + 2 + 30)
            answers: list[QueryAnswerEvent] = []
            deadline = time.monotonic() + 2
            while time.monotonic() < deadline:
                answers += [QueryAnswerEvent.model_validate_json(one.payload or b"") for one in reader.poll(0.2)]
        finally:
            sender.close()
            reader.close()
    by_id = [answer.query_id for answer in answers]
    assert len(by_id) == len(set(by_id))
    given = {answer.query_id: answer for answer in answers}
    assert (given[question.query_id].status, len(given[question.query_id].reads)) == ("answered", 1)
    assert given[forged.query_id].reason == f"it names agency {THIRD}, and this is where {NEIGHBOR} asks"
    answered = [answer for answer in answers if answer.status == "answered"]
    # Refused and unreadable ones count, too.
    assert 1 <= len(answered) <= 5
    assert 5 <= len(answers) <= 10
    assert any("asked more than 5 times within an hour" in answer.reason for answer in answers)
    whys = {row.why for row in log_of(database)}
    assert any(why.startswith("no question: ") for why in whys)
    assert "far more than 5 questions within an hour" in whys
    assert {row.members[0]["id"] for row in log_of(database)} == {NEIGHBOR}


def test_an_answer_waits_for_the_broker_and_one_bad_question_for_nobody(
    database: Database, asking: Asking, kafka_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreement = shares(database, asking)
    store(database, pass_by(0))
    failures = iter([True, True])
    send, handle = Counter.send, queries.answer_query
    broken = asked(agreement, person="poison")

    def flaky(self: Counter, topic: str, message: Message) -> None:
        if next(failures, False):
            raise BrokerUnavailable("the broker is away")
        send(self, topic, message)

    def fragile(actor: Actor, *arguments: Any) -> Any:
        if actor.name == "poison":
            raise OverflowError("date value out of range")
        return handle(actor, *arguments)

    monkeypatch.setattr(Counter, "send", flaky)
    monkeypatch.setattr(queries, "answer_query", fragile)
    with answering(database, kafka_broker):
        open_counter(asking)
        sender = Sender(asking.kafka, asking.servers)
        sender.send(query_topic(agreement.id, NEIGHBOR), question_message(broken))
        sender.close()
        reply = asking.ask()
    assert len(reply.reads) == 1
    # Once in the log, however often it was sent.
    assert [row.asked_by for row in log_of(database) if row.outcome == "answered"] == ["d.chen"]
    assert any("it cannot be handled (OverflowError)" in row.why for row in log_of(database))


def test_an_answer_of_somebody_else_is_shown_to_nobody(
    database: Database, asking: Asking, kafka_broker: Broker
) -> None:
    """Whoever may write answers is the owner; one that names another agency is an error that is told."""
    agreement = shares(database, asking)
    with answering(database, kafka_broker):
        open_counter(asking)
    topics = query_topic(agreement.id, NEIGHBOR), answer_topic(agreement.id, NEIGHBOR)
    reader, sender = TopicReader(asking.kafka, asking.servers), Sender(asking.kafka, asking.servers)
    reader.follow([topics[0]], None)
    caught: list[Exception] = []

    def ask() -> None:
        try:
            asking.ask()
        except InvalidInput as error:
            caught.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        posted: list[Any] = []
        wait_until(lambda: posted or posted.extend(reader.poll(0.2)))
        query_id = json.loads(posted[0].payload)["query_id"]
        answer = QueryAnswerEvent.model_validate(
            {
                "query_id": query_id,
                "agreement_id": agreement.id,
                "owner": {"agency_id": THIRD, "name": "x", "ori": "x"},
                "answered_at": datetime.now(UTC),
                "status": "answered",
            }
        )
        sender.send(topics[1], answer_message(answer))
        thread.join()
    finally:
        reader.close()
        sender.close()
    assert "names another agency or agreement" in str(caught[0])
    assert asking.actions() == [Action.QUERY, Action.REFUSED]


def test_the_command_shows_whose_reads_they_are_and_under_which_terms(
    database: Database, asking: Asking, kafka_broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares(database, asking)
    store(database, pass_by(0, plate="VNV4527"), pass_by(1, camera="gate-1"))
    url = asking.settings.database.url
    assert url is not None
    config = tmp_path / "suffolk.toml"
    config.write_text(
        f"""
agency_id = "{NEIGHBOR}"
data_dir = "suffolk"
database.url = "{url.get_secret_value()}"
[sharing]
ori = "VA0000001"
[[sharing.neighbors]]
id = "{OWNER}"
name = "Portsmouth Police"
agreement = "{asking.agreement}"
kafka.bootstrap_servers = ["{kafka_broker.server}"]
kafka.options = {{ {", ".join(f"{name} = {json.dumps(value)}" for name, value in asking.kafka.options.items())} }}
"""
    )
    monkeypatch.setenv("COLUMNS", "300")
    why = ["--purpose", "stolen vehicle, seen at Main Street", "--case", "26-117", "--config", str(config)]
    with answering(database, kafka_broker):
        open_counter(asking)
        shown = CliRunner().invoke(app, ["query", "--agency", OWNER, "vnv 4527", *why])
        assert shown.exit_code == 0, (shown.output, shown.exception)
        printed = CliRunner().invoke(app, ["query", "--agency", "portsmouth police", "VNV*", "--json", *why])
        nothing = CliRunner().invoke(app, ["query", "--agency", OWNER, "QQQ1111", *why])
    assert shown.stdout.count("Portsmouth Police") == 2
    assert f"given by Portsmouth Police under agreement {asking.agreement}, version 1" in shown.stderr
    assert "never for immigration_enforcement; keep it for 7 days at most" in shown.stderr
    records = [json.loads(line) for line in printed.stdout.splitlines()]
    assert {record["agency"]["id"] for record in records} == {OWNER}
    assert {record["read"]["camera_id"] for record in records} == {"gate-0", "gate-1"}
    assert "Portsmouth Police has no such reads that it may show" in nothing.stderr
    unknown = CliRunner().invoke(app, ["query", "--agency", "norfolk-pd", "VNV4527", *why])
    assert "no neighbor 'norfolk-pd' is configured" in str(unknown.exception)
    assert CliRunner().invoke(app, ["query", "VNV4527", *why]).exit_code == 2
