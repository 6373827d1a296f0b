"""Who gets which rights at the broker: what an agreement grants, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as settings_of_examples

from policy.agreements.agreement import Agreement, shared_reads_topic
from policy.agreements.grants import Shares
from schemas.errors import ConfigurationError
from schemas.settings import KafkaSettings, Settings
from services.kafka.rights import Operation, Resource, Right
from sharing.access.rules import AccessRules, access_rules
from sharing.access.wanted import agreement_topics
from tests.unit.policy.agreements.samples import (
    NEIGHBOR,
    OWNER,
    THIRD,
    agreement,
    agreements,
    alerts_grant,
    member,
    signer,
)

OF_A_MEMBER = ("queries", "answers", "dispositions")
SHARED = "platewatch.shared.suffolk.v1"
ALERTS = "platewatch.alerts.portsmouth-pd.v1"
READ, DESCRIBE, WRITE, ALL = Operation.READ, Operation.DESCRIBE, Operation.WRITE, Operation.ALL


def settings(**rights: Any) -> Settings:
    options = {"sasl_plain_username": "platewatch", "sasl_mechanism": "SCRAM-SHA-256"}
    return Settings(agency_id=OWNER, kafka=KafkaSettings(options=options, rights=rights))


def rules(
    *standing: Agreement, ever: tuple[Agreement, ...] = (), only: str | None = None, **rights: Any
) -> AccessRules:
    topics = [ALERTS, "platewatch.reads.v1", *(one.topic for one in standing)]
    return access_rules(settings(**rights), standing, (*standing, *ever), topics, only)


def topic(user: str, name: str, *operations: Operation, is_prefix: bool = False, host: str = "*") -> set[Right]:
    return {Right(user, Resource.TOPIC, name, one, is_prefix, host) for one in operations}


def group(user: str, name: str, *, is_prefix: bool = True) -> set[Right]:
    return {Right(user, Resource.GROUP, name, READ, is_prefix)}


def of(user: str, found: Any) -> set[Right]:
    return {right for right in found if right.user == user}


def test_a_member_reads_its_topic_in_groups_of_its_own_and_nothing_else() -> None:
    found = rules(agreement()).wanted
    assert of(NEIGHBOR, found) == topic(NEIGHBOR, SHARED, READ, DESCRIBE) | group(NEIGHBOR, f"{NEIGHBOR}-")
    assert of(THIRD, found) == set()  # a member to whom nothing is granted
    assert of(OWNER, found) == set()


def test_a_member_that_asks_writes_its_own_questions_and_reads_its_own_answers() -> None:
    queries = {"shares": "queries", "to": [THIRD], "cameras": "all", "purposes": ["wanted_person"], "max_days": 7}
    found = rules(agreement(grants=[alerts_grant(), queries])).wanted
    asking = topic(THIRD, f"platewatch.queries.suffolk.{THIRD}.v1", WRITE, DESCRIBE)
    answered = topic(THIRD, f"platewatch.answers.suffolk.{THIRD}.v1", READ, DESCRIBE)
    assert of(THIRD, found) == asking | answered
    assert topic("platewatch", f"platewatch.answers.suffolk.{THIRD}.v1", WRITE) <= found
    assert not topic("platewatch", f"platewatch.queries.suffolk.{THIRD}.v1", WRITE) & found


def test_who_gets_hotlists_reads_them_without_a_group_and_no_alerts() -> None:
    lists = {"shares": "hotlists", "to": [THIRD], "lists": ["stolen"], "categories": ["stolen_vehicle"]}
    grants = [alerts_grant(), lists | {"purposes": ["stolen_vehicle"], "max_days": 7}]
    name = "platewatch.shared.suffolk.lists.v1"
    found = rules(agreement(grants=grants)).wanted
    own = f"platewatch.dispositions.suffolk.{THIRD}.v1"
    assert of(THIRD, found) == topic(THIRD, name, READ, DESCRIBE) | topic(THIRD, own, WRITE, DESCRIBE)
    assert not of(NEIGHBOR, found) & topic(NEIGHBOR, name, READ, DESCRIBE)
    # What became of alerts is read by our services, which never write it.
    assert topic("platewatch", own, READ) <= found
    assert not topic("platewatch", own, WRITE) & found
    gone = rules(ever=(agreement(grants=grants),)).former
    assert topic(THIRD, name, READ, DESCRIBE) | topic(THIRD, own, WRITE) <= set(gone)


def test_who_gets_reads_reads_them_and_no_alerts() -> None:
    reads = {"shares": "reads", "to": [THIRD], "cameras": "all", "purposes": ["wanted_person"], "max_days": 7}
    found = rules(agreement(grants=[alerts_grant(), reads])).wanted
    name = "platewatch.shared.suffolk.reads.v1"
    assert of(THIRD, found) == topic(THIRD, name, READ, DESCRIBE) | group(THIRD, f"{THIRD}-")
    assert of(NEIGHBOR, found) == topic(NEIGHBOR, SHARED, READ, DESCRIBE) | group(NEIGHBOR, f"{NEIGHBOR}-")
    # Taken away once nothing is granted any more.
    gone = rules(ever=(agreement(grants=[reads]),)).former
    assert topic(THIRD, name, READ, DESCRIBE) <= gone


@given(agreements())
@settings_of_examples(max_examples=25)
def test_nobody_but_who_is_named_in_a_grant_reads_what_it_gives(one: Agreement) -> None:
    found = rules(one).wanted
    for shares, topic in ((Shares.ALERTS, one.topic), (Shares.READS, shared_reads_topic(one.id))):
        granted = one.grant(shares)
        readers = {right.user for right in found if right.covers(Resource.TOPIC, topic)} - {"platewatch"}
        assert readers == set(granted.to if granted else ())
    for right in found:
        if right.user != "platewatch" and right.resource is Resource.TOPIC:
            assert not right.is_prefix
            assert right.operation in (READ, DESCRIBE, WRITE)
            assert not right.covers(Resource.TOPIC, ALERTS)


def test_every_topic_that_an_agreement_may_have_had_is_ours_whatever_it_grants_now() -> None:
    own = {f"platewatch.{kind}.suffolk.{name}.v1" for kind in OF_A_MEMBER for name in (OWNER, NEIGHBOR, THIRD)}
    assert agreement_topics(agreement()) == own | {
        SHARED,
        "platewatch.shared.suffolk.reads.v1",
        "platewatch.shared.suffolk.lists.v1",
    }
    assert rules(ever=(agreement(),)).topics == {ALERTS, "platewatch.reads.v1", *agreement_topics(agreement())}


def test_machines_with_users_of_their_own_publish_reads_alone() -> None:
    found = rules(agreement(), recognizer_users=["car-12"], matcher_users=["matcher"]).wanted
    assert {right.name for right in of("car-12", found)} == {"platewatch.reads.v1"}
    assert READ not in {right.operation for right in of("car-12", found)}
    assert topic("matcher", "platewatch.reads.v1", READ) <= found
    assert topic("platewatch", ALERTS, WRITE) <= found
    assert not topic("platewatch", "platewatch.reads.v1", READ, WRITE) & found


def test_a_name_that_begins_anothers_gets_one_group_alone() -> None:
    names = (OWNER, "suffolk", "suffolk-pd")
    one = agreement(
        members=[member(n, name, "neighbor" if n else "owner") for n, name in enumerate(names)],
        signers=[signer(name) for name in names],
        grants=[alerts_grant(to=["suffolk", "suffolk-pd"])],
    )
    found = rules(one).wanted
    assert group("suffolk", "suffolk-subscriber", is_prefix=False) <= found
    assert group("suffolk-pd", "suffolk-pd-") <= found
    for right in of("suffolk", found):
        assert not right.covers(Resource.GROUP, "suffolk-pd-subscriber")


@pytest.mark.parametrize(
    "users",
    [{NEIGHBOR: "platewatch"}, {NEIGHBOR: THIRD}, {NEIGHBOR: "ANONYMOUS"}],
)
def test_who_would_log_in_as_somebody_else_is_refused(users: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=r"kafka\.rights\.member_users"):
        rules(agreement(), member_users=users)


def test_a_member_under_another_name_keeps_its_groups() -> None:
    found = rules(agreement(), member_users={NEIGHBOR: "region.suffolk"}).wanted
    assert of("region.suffolk", found) == topic("region.suffolk", SHARED, READ, DESCRIBE) | group(
        "region.suffolk", f"{NEIGHBOR}-"
    )


def test_what_is_there_is_left_and_what_is_not_is_given() -> None:
    one = rules(agreement())
    assert set(one.difference([]).missing) == one.wanted
    left = one.difference(one.wanted)
    assert (left.missing, left.surplus, left.gone, left.wider) == ((), (), (), ())


def test_a_right_that_somebody_bound_to_a_host_stays() -> None:
    one = rules(agreement())
    tight = topic(NEIGHBOR, SHARED, READ, DESCRIBE, host="192.0.2.7") | group(NEIGHBOR, f"{NEIGHBOR}-")
    difference = one.difference(tight)
    assert of(NEIGHBOR, difference.missing) == set()
    assert difference.surplus == ()


def test_more_than_an_agreement_gives_is_taken() -> None:
    more = topic(NEIGHBOR, ALERTS, READ) | topic(NEIGHBOR, SHARED, WRITE, ALL)
    one = rules(agreement())
    assert set(one.difference(one.wanted | more).surplus) == more


def test_what_ended_is_taken_with_the_login_where_nothing_is_left() -> None:
    ended = agreement()
    before = of(NEIGHBOR, rules(ended).wanted)
    one = rules(ever=(ended,))
    difference = one.difference(before)
    assert (set(difference.surplus), difference.gone) == (before, (NEIGHBOR,))
    # Another installation of the region shares with the same member.
    others = topic(NEIGHBOR, "platewatch.shared.norfolk.v1", READ)
    difference = one.difference(before | others)
    assert (set(difference.surplus), difference.gone) == (topic(NEIGHBOR, SHARED, READ, DESCRIBE), ())


def test_who_left_one_of_two_agreements_keeps_the_other() -> None:
    stays, ended = agreement(), agreement(id="river")
    both = of(NEIGHBOR, rules(stays, ended).wanted)
    difference = rules(stays, ever=(ended,)).difference(both)
    assert set(difference.surplus) == topic(NEIGHBOR, "platewatch.shared.river.v1", READ, DESCRIBE)
    assert difference.gone == ()


def test_a_user_who_is_only_called_like_a_member_keeps_the_login() -> None:
    """An administrator of the broker has no rights by name: nothing shows that the login is ours to end."""
    difference = rules(ever=(agreement(),)).difference(topic(NEIGHBOR, "records", READ))
    assert (difference.surplus, difference.gone) == ((), ())


@pytest.mark.parametrize(
    "right",
    [
        topic("analyst", SHARED, READ),
        topic("*", "*", READ),
        topic("analyst", "platewatch.", READ, is_prefix=True),
        topic(NEIGHBOR, "platewatch.", READ, is_prefix=True),
        topic(NEIGHBOR, ALERTS, READ, is_prefix=True),  # and whatever begins so
    ],
)
def test_what_reaches_our_topics_otherwise_is_shown_and_not_taken(right: set[Right]) -> None:
    one = rules(agreement())
    difference = one.difference(one.wanted | right)
    assert (set(difference.wider), difference.surplus) == (right, ())


def test_others_and_their_topics_are_no_concern() -> None:
    one = rules(agreement())
    others = topic("analyst", "records", READ) | topic("platewatch", "platewatch.", ALL, is_prefix=True)
    difference = one.difference(one.wanted | others)
    assert (difference.wider, difference.surplus) == ((), ())


def test_one_agreement_is_looked_at_alone() -> None:
    suffolk, river = agreement(), agreement(id="river", grants=[alerts_grant(to=[THIRD])])
    one = rules(suffolk, river, only="river")
    difference = one.difference(topic(NEIGHBOR, ALERTS, READ))
    assert {right.user for right in difference.missing} == {THIRD, "platewatch"}
    assert {right.name for right in difference.missing} == {"platewatch.shared.river.v1", f"{THIRD}-"}
    assert difference.surplus == ()
    assert one.logins() == {THIRD}
    # Of others, and of what its members had, what reaches its topics, and of groups those of its own receivers.
    river_topic = "platewatch.shared.river.v1"
    reach, elsewhere = topic("analyst", river_topic, READ), topic("analyst", SHARED, READ)
    more = topic(THIRD, river_topic, WRITE)
    found = one.difference(reach | elsewhere | more | topic(NEIGHBOR, SHARED, WRITE))
    assert (set(found.wider), set(found.surplus), found.gone) == (reach, more, ())
    assert rules(suffolk, river).logins() == {NEIGHBOR, THIRD}
    over = rules(suffolk, ever=(river,), only="river")
    gone = over.difference(topic(THIRD, river_topic, READ) | group(THIRD, f"{THIRD}-"))
    assert (gone.gone, set(gone.surplus)) == ((THIRD,), topic(THIRD, river_topic, READ) | group(THIRD, f"{THIRD}-"))
    other = rules(river, ever=(suffolk,), only="river").difference(topic(NEIGHBOR, SHARED, READ))
    assert (other.gone, other.surplus) == ((), ())


def test_all_of_it_is_known_without_a_broker() -> None:
    ended = agreement(id="river", grants=[alerts_grant(to=[THIRD])])
    one = rules(agreement(), ever=(ended,))
    everything = one.everything()
    assert set(everything.missing) == one.wanted
    assert everything.gone == (THIRD,)
    two = rules(ever=(agreement(grants=[alerts_grant(to=[NEIGHBOR, THIRD])]),)).everything()
    assert two.gone == (THIRD, NEIGHBOR)
    # People compare it with what it was before.
    assert [*everything.missing] == sorted(everything.missing)
    assert [*everything.surplus] == sorted(everything.surplus)
    assert of(THIRD, everything.surplus) == topic(THIRD, "platewatch.shared.river.v1", READ, DESCRIBE) | group(
        THIRD, f"{THIRD}-"
    )


QUERIES = {"shares": "queries", "to": [THIRD], "cameras": "all", "purposes": ["wanted_person"], "max_days": 7}
HOTLISTS = {
    "shares": "hotlists",
    "to": [THIRD],
    "lists": ["stolen"],
    "categories": ["stolen_vehicle"],
    "purposes": ["stolen_vehicle"],
    "max_days": 7,
}


def test_each_of_our_own_services_has_what_it_needs_and_nothing_else() -> None:
    """All of it, as it is given: what is one too many here is what somebody else's program may do."""
    found = rules(
        agreement(grants=[alerts_grant(), QUERIES, HOTLISTS]),
        relay_users=["relay"],
        recognizer_users=["car-12"],
        matcher_users=["matcher"],
    ).wanted
    by_name = {
        name: {right.operation for right in of("relay", found) if right.name == name}
        for name in {right.name for right in of("relay", found)}
    }
    questions, answers, dispositions = (
        f"platewatch.{kind}.suffolk.{THIRD}.v1" for kind in ("queries", "answers", "dispositions")
    )
    # A topic is made, and held to how long it may keep a message, by whoever reads or writes it here.
    keeping = {DESCRIBE, Operation.CREATE, Operation.DESCRIBE_CONFIGS, Operation.ALTER_CONFIGS}
    assert by_name == {
        ALERTS: keeping | {READ, WRITE},
        SHARED: keeping | {WRITE},
        answers: keeping | {WRITE},
        questions: keeping | {READ},
        dispositions: keeping | {READ},
        f"{OWNER}-": {READ},
    }
    assert of("car-12", found) == topic("car-12", settings().kafka.reads_topic, WRITE, *keeping)
    assert group("relay", f"{OWNER}-") <= found
    kafka = settings().kafka
    matcher: dict[str, set[Operation]] = {}
    for right in of("matcher", found):
        matcher.setdefault(right.name, set()).add(right.operation)
    assert matcher.keys() == {kafka.reads_topic, kafka.dead_reads_topic, kafka.matcher_group}
    assert matcher[kafka.reads_topic] == {READ, DESCRIBE}
    assert matcher[kafka.dead_reads_topic] == keeping | {WRITE}
    assert group("matcher", kafka.matcher_group, is_prefix=False) <= found
    assert {right.user for right in found} == {"relay", "car-12", "matcher", NEIGHBOR, THIRD}
    # Everything is about one topic by its name, but for the groups of who consumes.
    assert not any(right.is_prefix for right in found if right.resource is Resource.TOPIC)


def test_who_only_asks_and_is_given_lists_needs_no_group() -> None:
    found = rules(agreement(grants=[QUERIES, HOTLISTS])).wanted
    assert {right.resource for right in of(THIRD, found)} == {Resource.TOPIC}


def test_what_is_taken_without_a_broker_leaves_the_groups_of_who_stays() -> None:
    """A member of two agreements of which one is over keeps its group; one of none loses all."""
    stays = agreement()
    ended = agreement(id="river", grants=[alerts_grant(to=[NEIGHBOR, THIRD])])
    everything = rules(stays, ever=(ended,)).everything()
    river = "platewatch.shared.river.v1"
    assert set(everything.surplus) == (
        topic(NEIGHBOR, river, READ, DESCRIBE) | topic(THIRD, river, READ, DESCRIBE) | group(THIRD, f"{THIRD}-")
    )
    assert everything.gone == (THIRD,)
    # Looked at alone: who was in it, and no other agreement's topics.
    alone = rules(stays, ever=(ended,), only="suffolk").everything()
    assert (alone.surplus, alone.gone) == ((), ())
    other = rules(stays, ever=(ended,), only="river").everything()
    assert set(other.surplus) == set(everything.surplus)
    assert other.gone == (THIRD,)
