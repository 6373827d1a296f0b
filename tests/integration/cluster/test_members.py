"""What members of agreements may do on a real secured cluster, by the commands that people use."""

from __future__ import annotations

import contextlib
import json
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr

from alerts.asking.asker import Line
from alerts.asking.wire import Sender
from alerts.returning.messages import returned_message
from alerts.topics.existing import alter
from operations.sharing.deciding import end_agreement
from pipeline.alerting.hearing import HearingStage
from pipeline.alerting.queries import QueryStage
from pipeline.alerting.rights import RightsStage
from pipeline.alerting.sharing import SharingStage
from policy.agreements.agreement import answer_topic, disposition_topic, query_topic
from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.settings import DatabaseSettings, Settings
from services.kafka.client import (
    TopicPartition,
    forbidden_topics,
    kafka_errors,
    open_admin,
    open_consumer,
    open_producer,
)
from services.kafka.rights import existing_rights, take_rights
from services.kafka.users import drop_user, existing_users, set_password
from storage.alerts.outbox import pending
from storage.audit.reader import audit_entries
from storage.database import Database, open_database
from storage.leadership import Leadership
from storage.sharing.disseminations import DisseminationFilter, disseminations
from storage.sharing.foreign import heard
from tests.integration.cluster.shared import Cluster, as_the_owner, wait_until
from tests.integration.cluster.site import SERVICE, SERVICE_PASSWORD, Done, command, member_site, owner_site
from tests.integration.conftest import TEMPLATE, DatabaseServer
from tests.integration.kafka.given_lists import entries, put
from tests.integration.runs.site import Site
from tests.integration.sharing.samples import (
    KIM,
    SETTINGS,
    asked,
    current,
    in_force,
    lists_grant,
    pass_by,
    queries_grant,
    returned,
    store,
)
from tests.unit.alerts.samples import sample_alert
from tests.unit.policy.agreements.samples import NEIGHBOR, THIRD, alerts_grant

SHARED, OTHER, ALERTS = (
    "platewatch.shared.suffolk.v1",
    "platewatch.shared.chesapeake.v1",
    "platewatch.alerts.portsmouth-pd.v1",
)


@dataclass(frozen=True)
class Region:
    """An owner with two agreements, each with another member."""

    cluster: Cluster
    owner: Site
    folder: Path
    database: Database
    url: str = field(repr=False)

    def acl(self, *arguments: str) -> list[dict[str, Any]]:
        done = command(self.owner, "agreements", "acl", *arguments, "--json")
        assert done.code == 0, done.said
        return done.records

    def password(self, member: str) -> str:
        return (self.owner.settings.data_dir / "broker-passwords" / f"{member}.password").read_text().strip()

    def subscriber(self, member: str = NEIGHBOR, password: str | None = None, **options: Any) -> Site:
        """The member's installation, with its own data directory."""
        return member_site(self.folder / member, self.cluster, member, password or self.password(member), **options)

    def read(self, site: Site, topic: str, *more: str) -> Done:
        """`platewatch subscribe` as the member runs it."""
        return command(site, "subscribe", "--topic", topic, "--json", "--timeout", "40", *more)

    def publish(self, topic: str, number: int) -> str:
        """An alert on a topic, written by our own service; return its id."""
        alert = sample_alert(number)
        agreement = topic.split(".")[2]
        producer = open_producer(self.cluster.settings(SERVICE, SERVICE_PASSWORD), self.cluster.servers, acks="all")
        headers = [("ce_agreement", agreement.encode())] if ".shared." in topic else []
        try:
            producer.send(topic, alert.model_dump_json().encode(), headers=headers).get(timeout=20)
        finally:
            producer.close(timeout=1)
        return str(alert.alert_id)


@pytest.fixture(scope="module")
def region(
    cluster: Cluster, database_server: DatabaseServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Region]:
    with as_the_owner(cluster.root):
        yield from _region(cluster, database_server, tmp_path_factory.mktemp("region"))


def _region(cluster: Cluster, database_server: DatabaseServer, folder: Path) -> Iterator[Region]:
    database_server.create("region_members", TEMPLATE)
    url = database_server.application_url("region_members")
    cluster.add_user(SERVICE, SERVICE_PASSWORD)
    with open_database(Settings(database=DatabaseSettings(url=SecretStr(url)))) as database:
        in_force(database, current())
        in_force(database, current(id="chesapeake", grants=[alerts_grant(to=[THIRD], max_days=3650)]))
        site = owner_site(folder / "owner", cluster, url)
        made = command(site, "topics", "create", "--json")
        assert made.code == 0, made
        assert {SHARED, OTHER} <= {topic["topic"] for topic in made.records if topic["made"]}
        found = Region(cluster, site, folder, database, url)
        found.acl("--apply")
        yield found
    database_server.drop("region_members")
    # Another process may take this module's other tests, and begins as this one did.
    with cluster.admin() as admin:
        here = [name for name in admin.list_topics() if name.startswith("platewatch.") and "struck" not in name]
        admin.delete_topics(here)
        take_rights(admin, [right for right in existing_rights(admin) if right.user in (NEIGHBOR, THIRD)])
        for member, mechanisms in existing_users(admin, (NEIGHBOR, THIRD)).items():
            drop_user(admin, member, mechanisms)
        wait_until(lambda: not set(here) & set(admin.list_topics()))


def test_topics_are_as_they_have_to_be_and_drift_is_found(region: Region) -> None:
    right = command(region.owner, "topics", "check")
    assert (right.code, right.said.count("topics are not")) == (0, 0), right
    assert f"{SHARED}: ok" in right.printed
    with region.cluster.admin() as admin:
        (kept,) = admin.describe_topics([SHARED])
        assert [len(one["replica_nodes"]) for one in kept["partitions"]] == [3, 3, 3]
        admin.delete_topics(["platewatch.dispositions.v1"])
        wrong = {"retention.ms": "-1", "min.insync.replicas": "1", "unclean.leader.election.enable": "true"}
        assert alter(admin, SHARED, wrong) is None
    checked = command(region.owner, "topics", "check", "--json")
    found = {one["topic"]: one for one in checked.records if not one["ok"]}
    drift = {name: {one["kind"] for one in topic["drift"]} for name, topic in found.items()}
    assert (checked.code, drift) == (
        1,
        {SHARED: {"retention", "min_in_sync", "unclean_election"}, "platewatch.dispositions.v1": {"missing"}},
    )
    assert {one["advice"] for topic in found.values() for one in topic["drift"]} == {"run: platewatch topics create"}
    mended = command(region.owner, "topics", "create")
    assert mended.code == 0, mended
    assert "platewatch.dispositions.v1: made" in mended.printed
    assert f"{SHARED}: changed min.insync.replicas, retention.ms, unclean.leader.election.enable" in mended.printed
    assert command(region.owner, "topics", "check").code == 0


def test_a_member_reads_its_topic_and_nothing_else(region: Region) -> None:
    expected, _, _ = (region.publish(topic, number) for number, topic in enumerate((SHARED, OTHER, ALERTS)))
    member = region.subscriber()
    path = region.owner.settings.data_dir / "broker-passwords" / f"{NEIGHBOR}.password"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    done = member.run("subscribe", "--topic", SHARED, "--json", "--limit", "1", "--timeout", "40")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["alert_id"] == expected
    for topic in (OTHER, ALERTS):
        read = region.read(member, topic)
        assert (read.code, read.printed) == (1, ""), read
        assert f"topic {topic}, group suffolk-pd-subscriber: not permitted to read" in read.said
        assert "ask the publishing agency for access" in read.said
    read = region.read(member, SHARED, "--group", "chesapeake-pd-subscriber")
    assert (read.code, read.printed) == (1, ""), read
    assert "group chesapeake-pd-subscriber: not permitted to read" in read.said


def test_a_member_neither_writes_nor_makes_topics_nor_looks_around(region: Region) -> None:
    settings, servers = region.cluster.settings(NEIGHBOR, region.password(NEIGHBOR)), region.cluster.servers
    producer = open_producer(settings, servers, acks="all", enable_idempotence=False)
    try:
        for topic in (SHARED, ALERTS):
            with pytest.raises(kafka_errors.TopicAuthorizationFailedError):
                producer.send(topic, b"{}").get(timeout=10)
    finally:
        producer.close(timeout=1)
    admin = open_admin(settings, servers)
    try:
        with pytest.raises(kafka_errors.AuthorizationError):
            admin.create_topics({"platewatch.shared.mine.v1": {"num_partitions": 1, "replication_factor": 1}})
        with pytest.raises(kafka_errors.AuthorizationError):
            admin.delete_topics([SHARED])
        with pytest.raises(kafka_errors.AuthorizationError):
            existing_rights(admin)
        with pytest.raises(kafka_errors.AuthorizationError):
            set_password(admin, THIRD, "mine", "SCRAM-SHA-256")
        assert {name for name in admin.list_topics() if name.startswith("platewatch.")} == {SHARED}
    finally:
        admin.close()
    # Nor does it read by partitions, without a group.
    consumer = open_consumer(settings, servers, group_id=None, auto_offset_reset="earliest")
    try:
        consumer.assign([TopicPartition(OTHER, 0)])
        wait_until(lambda: consumer.poll(200) or forbidden_topics(consumer))
        assert forbidden_topics(consumer) == {OTHER}
    finally:
        consumer.close()


def test_a_member_asks_on_its_own_topic_and_no_other_member_does(region: Region) -> None:
    """What proves who asks is the right to write there: another member can neither ask in its name nor see answers."""
    in_force(region.database, current(id="asking", grants=[queries_grant(to=[THIRD])]))
    made = command(region.owner, "topics", "create")
    assert made.code == 0, made
    region.acl("--apply")
    seen = pass_by(0)
    store(region.database, seen)
    questions, answers = query_topic("asking", THIRD), answer_topic("asking", THIRD)
    service = region.cluster.settings(SERVICE, SERVICE_PASSWORD)
    kafka = service.model_copy(update={"bootstrap_servers": tuple(region.cluster.servers)})
    stop, leadership = threading.Event(), Leadership(region.database)
    stage = QueryStage(region.database, SETTINGS, lambda: kafka, leadership)
    thread = threading.Thread(target=stage.run, args=(stop,))
    thread.start()
    try:
        asker = region.cluster.settings(THIRD, region.password(THIRD))
        question = asked(current(id="asking"), THIRD)
        with Line(asker, region.cluster.servers, questions, answers) as line:
            line.listen()
            line.ask(question)
            answer = line.answer(question.query_id, 40)
        assert answer is not None
        assert [read.read_id for read in answer.reads] == [seen.read_id]
        other = region.cluster.settings(NEIGHBOR, region.password(NEIGHBOR))
        with Line(other, region.cluster.servers, questions, answers) as line:
            with pytest.raises(ConfigurationError, match="shows us no topic"):
                line.listen()
            with pytest.raises(ConfigurationError, match="not permitted to write"):
                line.ask(asked(current(id="asking"), THIRD))
    finally:
        stop.set()
        thread.join()
        leadership.close()
    # Once it is over, the member can ask no more, and is told so.
    end_agreement(KIM, region.database, "asking", "notice of last month")
    region.acl("--apply")
    with Line(asker, region.cluster.servers, questions, answers) as line:
        with pytest.raises(ConfigurationError, match="shows us no topic"):
            line.listen()
        with pytest.raises(ConfigurationError, match="not permitted to write"):
            line.ask(question)


def test_a_member_says_what_became_of_alerts_on_its_own_topic_and_no_other_member_does(region: Region) -> None:
    """The right to write there proves whose people said it; who is given no lists has no such topic."""
    in_force(region.database, current(id="listing", grants=[lists_grant(to=[THIRD])]))
    put(region.database, entries(1))
    made = command(region.owner, "topics", "create")
    assert made.code == 0, made
    region.acl("--apply")
    topic = disposition_topic("listing", THIRD)
    service = region.cluster.settings(SERVICE, SERVICE_PASSWORD)
    kafka = service.model_copy(update={"bootstrap_servers": tuple(region.cluster.servers)})
    stop, leadership = threading.Event(), Leadership(region.database)
    stages = (
        SharingStage(region.database, SETTINGS, leadership),
        HearingStage(region.database, SETTINGS, lambda: kafka, leadership),
    )
    threads = [threading.Thread(target=stage.run, args=(stop,)) for stage in stages]
    for thread in threads:
        thread.start()
    said = returned(agreement_id="listing", agency_id=THIRD, entry_id=entries(1)[0].entry_id)

    def say(member: str) -> None:
        settings = region.cluster.settings(member, region.password(member))
        with contextlib.closing(Sender(settings, region.cluster.servers)) as sender:
            sender.send(topic, returned_message(said))

    def is_given() -> bool:
        found = disseminations(region.database, DisseminationFilter(agreement_id="listing"), 9)
        return bool(found) or bool(pending(region.database))

    try:
        wait_until(is_given)
        say(THIRD)
        wait_until(lambda: heard(region.database, 9))
        with pytest.raises((ConfigurationError, BrokerUnavailable)):
            say(NEIGHBOR)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        leadership.close()
    (one,) = heard(region.database, 9)
    assert (one.member_id, one.person, one.disposition_id) == (THIRD, said.by, said.disposition_id)
    end_agreement(KIM, region.database, "listing", "notice of last month")
    region.acl("--apply")
    with pytest.raises((ConfigurationError, BrokerUnavailable)):
        say(THIRD)


def taken(database: Database) -> list[Any]:
    """The agreements whose rights the stage took, the newest first."""
    return [row.details["agreement"] for row in audit_entries(database) if row.actor.name == "rights"]


def test_what_is_over_by_its_date_loses_its_rights_without_a_person(
    region: Region, database_server: DatabaseServer
) -> None:
    # One that a person ended stands beside it.
    in_force(region.database, current(id="spring", grants=[lists_grant(to=[THIRD])]))
    end_agreement(KIM, region.database, "spring", "notice of last month")
    in_force(region.database, current(id="autumn", grants=[lists_grant(to=[THIRD])]))
    region.acl("autumn", "--apply")
    topic = "platewatch.shared.autumn.lists.v1"

    def of_the_member() -> set[str]:
        with region.cluster.admin() as admin:
            found = existing_rights(admin)
        return {right.operation.value for right in found if (right.user, right.name) == (THIRD, topic)}

    # Every broker learns of it in its own time.
    wait_until(lambda: len(of_the_member()) == 2)
    settings = owner_site(region.folder / "running", region.cluster, region.url, rights="apply = true").settings
    with contextlib.closing(Leadership(region.database)) as leadership:
        stage = RightsStage(region.database, settings, lambda: settings.kafka, leadership)
        stage.step(threading.Event())
        assert len(of_the_member()) == 2
        before = taken(region.database)
        assert "spring" in before
        with psycopg.connect(database_server.url("region_members")) as connection:
            # Its last day is over: nobody else could change what was approved.
            connection.execute("set session_replication_role = replica")
            connection.execute("update agreement_versions set ends_at = now() where agreement_id = 'autumn'")
        stage.step(threading.Event())
        wait_until(lambda: not of_the_member())
        assert taken(region.database) == ["autumn", *before]
        # Once: there is nothing to do the next time.
        stage.step(threading.Event())
        assert taken(region.database) == ["autumn", *before]
    assert region.acl("chesapeake") == []


def test_what_is_wrong_with_a_connection_is_named(region: Region) -> None:
    server = region.cluster.servers[0]
    for options, password, expected in (
        ({}, "wrong", "the login does not: check the user ('suffolk-pd'), the password"),
        ({"ssl_cafile": None}, None, f"the certificate of {server} is not trusted by the system's authorities"),
        (
            {"security_protocol": "SASL_PLAINTEXT"},
            None,
            f"{server} speaks TLS, and security_protocol is 'SASL_PLAINTEXT'; set it to SASL_SSL",
        ),
    ):
        read = region.read(region.subscriber(password=password, **options), SHARED)
        assert (read.code, read.printed) == (75, ""), read
        assert expected in read.said
        assert region.password(NEIGHBOR) not in read.said


def test_another_password_and_the_end_of_an_agreement(region: Region) -> None:
    """Last of all: it takes the agreement away that the others look at."""
    before = region.password(NEIGHBOR)
    renewed = command(region.owner, "agreements", "acl", "--new-password", NEIGHBOR, "--show-passwords")
    name, _, shown = renewed.printed.strip().partition(": ")
    assert (renewed.code, name) == (0, NEIGHBOR), renewed
    assert shown != before
    assert shown not in renewed.said
    assert "the login does not" in region.read(region.subscriber(), SHARED).said
    region.publish(SHARED, 11)
    site = region.subscriber(password=shown)
    assert region.read(site, SHARED, "--limit", "1").code == 0
    assert region.acl() == []

    ended = command(region.owner, "agreements", "end", "suffolk", "--reason", "notice of last month")
    assert ended.code == 0, ended
    assert "platewatch agreements acl suffolk --apply" in ended.said
    planned = command(region.owner, "agreements", "acl", "suffolk").printed.splitlines()
    assert any("--remove --force" in line and "--operation Read" in line and SHARED in line for line in planned)
    assert any(f"--entity-name {NEIGHBOR} --delete-config SCRAM-SHA-256" in line for line in planned)
    changed = region.acl("suffolk", "--apply")
    assert {(one["do"], one["user"]) for one in changed} == {("take", NEIGHBOR), ("drop_user", NEIGHBOR)}
    assert "the login does not" in region.read(site, SHARED).said
    assert region.acl() == []
    rows = [json.dumps(dict(row.details), default=str) for row in audit_entries(region.database)]
    assert rows
    assert not [row for row in rows if shown in row or before in row]


def test_an_agreement_that_ends_cuts_its_member_off_at_once_where_that_is_set(region: Region) -> None:
    """After the others: it takes the second agreement away."""
    region.publish(OTHER, 12)
    applying = owner_site(region.folder / "applying", region.cluster, region.url, rights="apply = true")
    member = region.cluster.settings(THIRD, region.password(THIRD))
    # Without a group: on a busy machine kafka-python may stay in one without partitions.
    consumer = open_consumer(member, region.cluster.servers, group_id=None, auto_offset_reset="earliest")
    try:
        consumer.assign([TopicPartition(OTHER, number) for number in range(3)])
        wait_until(lambda: consumer.poll(200))
        ended = command(applying, "agreements", "end", "chesapeake", "--reason", "notice of last month")
        assert ended.code == 0, ended
        assert "its members' rights at the broker are taken away: 3" in ended.said
        begun = time.monotonic()
        last = region.publish(OTHER, 13)
        received: list[Any] = []

        def is_cut_off() -> bool:
            try:
                received.extend(record.value for records in consumer.poll(200).values() for record in records)
            except kafka_errors.AuthorizationError:
                return True
            return OTHER in forbidden_topics(consumer)

        wait_until(is_cut_off)
        assert time.monotonic() - begun < 60
        assert not [value for value in received if last.encode() in value]
    finally:
        consumer.close(autocommit=False, timeout_ms=1000)
    assert region.acl() == []
