"""Who may come in is asked of the database: each line of each question decides for somebody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from schemas.actor import SignIn
from schemas.roles import Role, Scope
from storage.database import Connection, Database
from storage.people import people as rows
from storage.people.attempts import answered, ask, forget_failures, locked_until, note_failure
from storage.people.people import Passkey, Person, add_person, people
from storage.people.sessions import (
    Session,
    Token,
    begin_session,
    end_sessions,
    end_tokens,
    find_session,
    find_token,
    forget_sessions,
    known_here,
    make_token,
    note_seen,
    note_used,
    open_sessions,
    tokens,
)

LATER = timedelta(hours=8)
IDLE = timedelta(minutes=30)


def somebody(on: Connection, name: str) -> int:
    found = add_person(
        on, name=name, full_name=name.title(), agency_id="local", roles=frozenset({Role.OFFICER}), added_by="root"
    )
    assert found is not None
    return found


def person(on: Connection, person_id: int) -> Person:
    (found,) = people(on, person_id=person_id)
    return found


def aged(on: Connection, table: str, column: str, by: timedelta, **where: object) -> None:
    conditions = " and ".join(f"{name} = %({name})s" for name in where)
    on.execute(f"update {table} set {column} = {column} - %(by)s where {conditions}".encode(), {"by": by, **where})


def session(on: Connection, digest: bytes, person_id: int, ends: timedelta = LATER) -> int:
    return begin_session(on, digest, person_id, SignIn.PASSWORD, "desk", datetime.now(UTC) + ends)


def token(on: Connection, digest: bytes, person_id: int, ends: timedelta = LATER) -> int:
    ends_at = datetime.now(UTC) + ends
    return make_token(on, digest, person_id, "board", frozenset({Scope.ALERTS}), "root", ends_at)


def idle_since() -> datetime:
    return datetime.now(UTC) - IDLE


def test_a_session_stands_until_it_ends_idles_or_its_person_may_come_no_more(database: Database) -> None:
    with database.transaction() as on:
        lee, kim = somebody(on, "lee"), somebody(on, "kim")
        first, second, third = (session(on, digest, lee) for digest in (b"1", b"2", b"3"))
        over = session(on, b"4", lee, ends=-timedelta(seconds=1))
        session(on, b"5", kim)
        found = find_session(on, b"1", idle_since())
        assert found is not None
        assert (found.session_id, found.name, found.person_id, found.roles) == (first, "lee", lee, {Role.OFFICER})
        assert find_session(on, b"?", idle_since()) is find_session(on, b"4", idle_since()) is None
        assert {one.session_id for one in open_sessions(on, idle_since(), lee)} == {first, second, third}
        assert len(open_sessions(on, idle_since())) == 4
        aged(on, "sessions", "seen_at", IDLE + timedelta(minutes=1), session_id=first)
        assert find_session(on, b"1", idle_since()) is None
        assert {one.session_id for one in open_sessions(on, idle_since(), lee)} == {second, third}
        note_seen(on, first)
        assert find_session(on, b"1", idle_since()) is not None
        # The one that was used last comes first.
        assert next(one.session_id for one in open_sessions(on, idle_since(), lee)) == first
        assert end_sessions(on, "lee", session_id=second) == 1
        assert end_sessions(on, "lee", session_id=second) == 0
        assert find_session(on, b"2", idle_since()) is None
        assert known_here(on, b"2") == known_here(on, b"4") == "lee"
        assert end_sessions(on, "root", person_id=lee) == 3
        assert open_sessions(on, idle_since(), lee) == []
        assert find_session(on, b"5", idle_since()) is not None
        forget_sessions(on, datetime.now(UTC))
        assert (known_here(on, b"4"), known_here(on, b"2")) == (None, "lee")
        assert over
        assert rows.disable_person(on, kim, "root", "left the agency")
        assert find_session(on, b"5", idle_since()) is known_here(on, b"5") is None


def test_nobody_s_sessions_or_tokens_are_ended_by_naming_nobody(database: Database) -> None:
    with database.transaction() as on:
        lee = somebody(on, "lee")
        session(on, b"1", lee)
        token(on, b"2", lee)
        with pytest.raises(ValueError, match="a session or a person"):
            end_sessions(on, "root")
        with pytest.raises(ValueError, match="a token or a person"):
            end_tokens(on, "root")
        assert len(open_sessions(on, idle_since())) == len(tokens(on)) == 1


def test_a_token_holds_until_it_ends_or_its_person_may_come_no_more(database: Database) -> None:
    with database.transaction() as on:
        lee, kim = somebody(on, "lee"), somebody(on, "kim")
        first, second = token(on, b"1", lee), token(on, b"2", lee)
        token(on, b"3", lee, ends=-timedelta(seconds=1))
        other = token(on, b"4", kim)
        found = find_token(on, b"1")
        assert found is not None
        assert (found.token_id, found.name, found.scopes, found.used_at) == (first, "lee", {Scope.ALERTS}, None)
        assert find_token(on, b"3") is find_token(on, b"?") is None
        assert [one.token_id for one in tokens(on, lee)] == [first, second]
        assert [one.token_id for one in tokens(on)] == [first, second, other]
        assert end_tokens(on, "lee", token_id=first) == 1
        assert end_tokens(on, "lee", token_id=first) == 0
        assert find_token(on, b"1") is None
        assert end_tokens(on, "root", person_id=lee) == 2
        assert [one.token_id for one in tokens(on)] == [other]
        assert rows.disable_person(on, kim, "root", "left the agency")
        assert find_token(on, b"4") is None


def test_the_use_of_a_token_is_noted_once_a_minute(database: Database) -> None:
    def used() -> datetime:
        with database.transaction() as on:
            note_used(on, number)
            found = find_token(on, b"1")
        assert found is not None
        assert found.used_at is not None
        return found.used_at

    with database.transaction() as on:
        number = token(on, b"1", somebody(on, "lee"))
    first = used()
    assert used() == first
    with database.transaction() as on:
        aged(on, "api_tokens", "used_at", timedelta(seconds=61), token_id=number)
    assert used() > first


def test_failures_lock_for_a_while_and_old_ones_do_not_count(database: Database) -> None:
    hour = timedelta(hours=1)
    with database.transaction() as on:
        assert [note_failure(on, "lee", 3, hour) for _ in range(2)] == [1, 2]
        assert locked_until(on, ["lee"]) is None
        assert note_failure(on, "lee", 3, hour) == 3
        until = locked_until(on, ["kim", "lee"])
        assert until is not None
        assert timedelta(minutes=59) < until - datetime.now(UTC) <= hour
        assert locked_until(on, ["kim"]) is None
        aged(on, "sign_in_failures", "locked_until", hour, subject="lee")
        assert locked_until(on, ["lee"]) is None
        aged(on, "sign_in_failures", "ends_at", hour, subject="lee")
        assert note_failure(on, "lee", 3, hour) == 1
        assert note_failure(on, "once", 1, hour) == 1
        assert locked_until(on, ["once"]) is not None
        note_failure(on, "old", 3, hour)
        note_failure(on, "young", 3, hour)
        aged(on, "sign_in_failures", "ends_at", timedelta(hours=26), subject="old")
        forget_failures(on, ["once"])
        left = on.execute(b"select subject from sign_in_failures order by subject").fetchall()
        assert [subject for (subject,) in left] == ["lee", "young"]


def test_a_question_is_answered_once_in_time_and_of_its_kind(database: Database) -> None:
    with database.transaction() as on:
        soon = datetime.now(UTC) + timedelta(minutes=5)
        ask(on, b"1", "passkey", {"challenge": "a"}, soon)
        ask(on, b"2", "passkey", {"challenge": "b"}, datetime.now(UTC) - timedelta(seconds=1))
        assert answered(on, b"1", "directory") is answered(on, b"2", "passkey") is None
        assert answered(on, b"1", "passkey") == {"challenge": "a"}
        assert answered(on, b"1", "passkey") is None
        ask(on, b"3", "passkey", {}, soon)
        left = on.execute(b"select digest from sign_in_questions").fetchall()
        assert [bytes(digest) for (digest,) in left] == [b"3"]


def test_a_code_is_good_once_and_an_earlier_one_is_not_good_any_more(database: Database) -> None:
    with database.transaction() as on:
        lee, kim = somebody(on, "lee"), somebody(on, "kim")
        assert [rows.use_step(on, lee, step) for step in (5, 5, 4, 6)] == [True, False, False, True]
        assert rows.use_step(on, kim, 5)


def test_a_link_is_used_once_and_a_new_one_ends_those_before(database: Database) -> None:
    with database.transaction() as on:
        lee, kim = somebody(on, "lee"), somebody(on, "kim")
        soon, past = datetime.now(UTC) + timedelta(hours=1), datetime.now(UTC) - timedelta(seconds=1)
        rows.make_link(on, b"1", lee, "secret1", "root", soon)
        rows.make_link(on, b"k", kim, "secret", "root", soon)
        rows.make_link(on, b"2", lee, "secret2", "root", soon)
        assert rows.find_link(on, b"1") is None
        assert not rows.use_link(on, b"1")
        assert rows.find_link(on, b"2") == (lee, "secret2")
        assert rows.use_link(on, b"2")
        assert not rows.use_link(on, b"2")
        assert rows.find_link(on, b"2") is None
        assert rows.find_link(on, b"k") == (kim, "secret")
        rows.make_link(on, b"3", kim, "secret", "root", past)
        assert rows.find_link(on, b"3") is None
        assert not rows.use_link(on, b"3")


def test_people_are_told_apart_changed_disabled_and_reset(database: Database) -> None:
    with database.transaction() as on:
        lee, kim, ann = (somebody(on, name) for name in ("lee", "kim", "ann"))
        assert [one.name for one in people(on)] == ["ann", "kim", "lee"]
        assert [one.person_id for one in people(on, name="kim")] == [kim]
        taken = {"full_name": "", "agency_id": "local", "roles": frozenset[Role](), "added_by": "root"}
        assert add_person(on, name="lee", **taken) is None  # type: ignore[arg-type]
        sub = add_person(on, name="sub", issuer="https://id", subject="7", **taken)  # type: ignore[arg-type]
        assert add_person(on, name="sub2", issuer="https://id", subject="7", **taken) is None  # type: ignore[arg-type]
        assert [one.person_id for one in people(on, issuer="https://id", subject="7")] == [sub]
        assert people(on, issuer="https://other", subject="7") == []
        rows.change_person(on, lee, full_name="L. Lee")
        rows.change_person(on, lee, roles=frozenset({Role.AUDITOR, Role.ANALYST}))
        changed = person(on, lee)
        assert (changed.full_name, changed.roles, changed.agency_id) == (
            "L. Lee",
            {Role.AUDITOR, Role.ANALYST},
            "local",
        )
        assert person(on, ann).roles == {Role.OFFICER}
        rows.set_password(on, lee, "hash", "secret", 4)
        rows.set_password(on, kim, "other", "secret", 4)
        assert rows.add_passkey(on, lee, b"key", b"public", 0, "phone")
        assert not rows.add_passkey(on, kim, b"key", b"public", 0, "phone")
        assert rows.add_passkey(on, kim, b"key2", b"public", 0, "phone")
        rows.use_passkey(on, b"key", 9)
        assert [(one.credential_id, one.sign_count) for one in rows.passkeys(on, person_id=lee)] == [(b"key", 9)]
        assert [one.person_id for one in rows.passkeys(on, credential_id=b"key2")] == [kim]
        assert rows.passkeys(on, credential_id=b"key2")[0].sign_count == 0
        rows.note_sign_in(on, kim)
        assert (person(on, lee).last_sign_in_at, person(on, kim).last_sign_in_at is None) == (None, False)
        assert rows.disable_person(on, lee, "root", "left")
        assert not rows.disable_person(on, lee, "someone", "again")
        gone = person(on, lee)
        assert (gone.disabled_by, gone.disabled_reason, person(on, kim).disabled_at) == ("root", "left", None)
        rows.make_link(on, b"1", lee, "secret1", "root", datetime.now(UTC) + LATER)
        rows.reset_person(on, lee)
        anew = person(on, lee)
        assert (anew.password_hash, anew.authenticator_secret, anew.authenticator_step) == (None, None, 0)
        assert (anew.disabled_at, anew.disabled_by, anew.disabled_reason, anew.passkeys) == (None, None, None, 0)
        assert not anew.can_sign_in
        assert rows.find_link(on, b"1") is None
        rows.rehash_password(on, kim, "stronger")
        stays = person(on, kim)
        assert (stays.password_hash, stays.authenticator_step, stays.passkeys) == ("stronger", 4, 1)


def test_people_and_what_they_come_in_with_are_said_whole(database: Database) -> None:
    began, ends = datetime.now(UTC), datetime.now(UTC) + LATER

    def since(moment: datetime | None) -> datetime:
        assert moment is not None
        assert began - LATER < moment < began + LATER
        return moment

    with database.transaction() as on:
        ann = somebody(on, "ann")
        roles = frozenset({Role.AUDITOR, Role.ANALYST})
        named = {"name": "lee\x00", "full_name": "L\x00", "agency_id": "suffolk", "added_by": "root\x00"}
        lee = add_person(on, roles=roles, issuer="https://id", subject="7\x00", **named)  # type: ignore[arg-type]
        assert lee is not None
        fresh = person(on, lee)
        assert fresh == Person(
            *(lee, "lee\\x00", "L\\x00", "suffolk", roles, "https://id", "7\\x00", since(fresh.added_at), "root\\x00"),
            *(None, None, None, None, None, 0, 0, None, None),
        )
        assert people(on, name="lee\x00") == people(on, issuer="https://id", subject="7\x00") == [fresh]
        rows.change_person(on, lee, full_name="Lee\x00", agency_id="local", last_training_on=date(2026, 5, 1))
        rows.set_password(on, lee, "hash", "secret", 4)
        rows.note_sign_in(on, lee)
        for key, count in ((b"b", 3), (b"a", 4)):
            assert rows.add_passkey(on, lee, key, b"public " + key, count, f"phone {count}\x00")
        rows.use_passkey(on, b"a", 9)
        rows.disable_person(on, lee, "kim\x00", "left\x00")
        # A role that an older or a newer version knows gives nothing.
        on.execute("update people set roles = roles || '{emperor}'")
        now = person(on, lee)
        assert now == Person(
            *(lee, "lee\\x00", "Lee\\x00", "local", roles, "https://id", "7\\x00", fresh.added_at, "root\\x00"),
            *(since(now.last_sign_in_at), date(2026, 5, 1), since(now.disabled_at), "kim\\x00", "left\\x00"),
            *(2, 4, "hash", "secret"),
        )
        keys = rows.passkeys(on, person_id=lee)
        assert keys == [
            Passkey(b"b", lee, b"public b", 3, "phone 3\\x00", since(keys[0].added_at), None),
            Passkey(b"a", lee, b"public a", 9, "phone 4\\x00", since(keys[1].added_at), since(keys[1].last_used_at)),
        ]
        assert "secret" not in repr(now) + repr(keys)
        assert "hash" not in repr(now)
        assert [one.can_sign_in for one in people(on)] == [False, True]

        on.execute("update people set disabled_at = null")
        number = begin_session(on, b"1", lee, SignIn.PASSKEY, "desk\x00", ends)
        other = begin_session(on, b"2", ann, SignIn.PASSWORD, "car", ends)
        aged(on, "sessions", "seen_at", timedelta(minutes=1), session_id=number)
        stands = find_session(on, b"1", idle_since())
        assert stands is not None
        assert stands == Session(
            *(number, lee, "lee\\x00", "Lee\\x00", "local", roles, SignIn.PASSKEY, "desk\\x00"),
            *(since(stands.began_at), since(stands.seen_at), ends),
        )
        assert stands.began_at > stands.seen_at
        standing = open_sessions(on, idle_since())
        assert ([one.session_id for one in standing], standing[1]) == ([other, number], stands)
        assert open_sessions(on, idle_since(), lee) == [stands]
        aged(on, "sessions", "ends_at", 2 * LATER, session_id=other)
        assert open_sessions(on, idle_since()) == [stands]

        scopes = frozenset({Scope.ALERTS, Scope.READS})
        number = make_token(on, b"3", lee, "board\x00", scopes, "kim\x00", ends)
        on.execute("update api_tokens set scopes = scopes || '{thrones}'")
        holds = find_token(on, b"3")
        assert holds is not None
        assert holds == Token(
            *(number, lee, "lee\\x00", "local", roles, "board\\x00", scopes, since(holds.made_at), ends, None)
        )
        assert tokens(on) == [holds]
        last = make_token(on, b"4", lee, "x", scopes, "kim", ends - 2 * LATER)
        assert tokens(on, lee) == [holds]
        end_sessions(on, "root\x00", person_id=ann)
        end_tokens(on, "root\x00", token_id=last)
        ended = on.execute(
            "select ended_by, ended_at, made_by from api_tokens where token_id = %s"
            " union all select ended_by, ended_at, 'kim' from sessions where session_id = %s",
            [last, other],
        ).fetchall()
        assert [(by, since(at) and made_by) for by, at, made_by in ended] == [("root\\x00", "kim")] * 2


def test_failures_of_each_subject_count_by_themselves_and_the_longest_lock_counts(database: Database) -> None:
    short, long = timedelta(minutes=5), timedelta(hours=2)
    with database.transaction() as on:
        for subject, locked in (("a\x00", short), ("b", long), ("c", short)):
            assert [note_failure(on, subject, 2, locked) for _ in range(3)] == [1, 2, 3]
        until = locked_until(on, ["a\x00", "b", "none"])
        assert until is not None
        assert long - short < until - datetime.now(UTC) <= long
        # Its time is over, and with it the lock: what follows is the first one again.
        aged(on, "sign_in_failures", "ends_at", long, subject="b")
        aged(on, "sign_in_failures", "first_at", long, subject="b")
        assert note_failure(on, "b", 2, long) == 1
        assert locked_until(on, ["b"]) is None
        (first_at,) = on.execute("select first_at from sign_in_failures where subject = 'b'").fetchone() or (None,)
        assert datetime.now(UTC) - first_at < short
        forget_failures(on, ["a\x00", "b"])
        assert locked_until(on, ["a\x00", "b"]) is None
        assert locked_until(on, ["c"]) is not None
        assert [note_failure(on, subject, 2, short) for subject in ("a\x00", "c")] == [1, 4]
