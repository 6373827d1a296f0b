"""A run of a list that another agency gives: what it withdrew goes at once, what it ended is taken out of force."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from hotlists.importing.importer import ImportOptions
from operations.feeds import agreement as module
from operations.feeds.agreement import GivenListFeed
from operations.feeds.feed import ACTOR, HotlistFeed
from operations.feeds.outcome import FeedOutcome, FeedResult
from schemas.ids import entry_id
from schemas.settings import Settings
from storage.hotlists.feeds import FeedState
from storage.spool.received_list import ListStanding
from tests.unit.operations.feeds.test_given import FEED, NEIGHBOR, NOW, STANDING

STATE = FeedState("theirs", "shared", 24.0, NOW, NOW)


def local(entry: str) -> UUID:
    return entry_id("theirs", "shared", entry)


@dataclass
class Given:
    """What the other agency gives, and its memory in one; `looks` says for each look whether all was read."""

    stands: ListStanding = STANDING
    looks: list[bool] = field(default_factory=lambda: [True])
    gone: list[str] = field(default_factory=list)
    here: list[str] = field(default_factory=list)
    closed: int = 0

    @property
    def received(self) -> Given:
        return self

    def look(self, canceled: Any) -> bool:
        return self.looks.pop(0)

    def standing(self) -> ListStanding:
        return self.stands

    def withdrawn(self) -> list[str]:
        return self.gone

    def deal_with_withdrawn(self) -> None:
        self.gone = []

    def entries(self) -> list[tuple[str, str]]:
        return [(one, "{}") for one in self.here]

    def remote(self, standing: ListStanding) -> dict[str, str]:
        return {"mark": f"{standing.edition}"}

    def file(self, context: object) -> None:
        raise AssertionError

    def close(self) -> None:
        self.closed += 1


@dataclass
class World:
    feed: GivenListFeed
    given: Given
    done: list[tuple[Any, ...]]
    outcome: FeedOutcome = FeedOutcome.IMPORTED
    out: tuple[UUID, ...] = ()
    digest: str | None = "abc"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    given, done = Given(), []  # type: ignore[var-annotated]
    feed = GivenListFeed(
        FEED,
        Settings(data_dir=tmp_path),
        None,  # type: ignore[arg-type]
        given=given,  # type: ignore[arg-type]
        neighbor=NEIGHBOR,
        stop=threading.Event(),
    )
    made = World(feed, given, done)

    def imported(_: object, state: Any, anyhow: bool) -> tuple[FeedResult, Any]:
        done.append(("imported", feed.options().force, anyhow))
        return FeedResult("theirs", made.outcome, "x"), replace(state, remote={"agreement_version": "3"})

    class Edits:
        def __init__(self, _: object) -> None:
            pass

        def withdrawn_by(self, hotlist_id: str, by: str) -> tuple[UUID, ...]:
            assert (hotlist_id, by) == ("theirs", ACTOR)
            return made.out

    def withdrawn(actor: Any, _: Any, __: Any, wanted: Any, ids: Any, reason: str) -> None:
        done.append(("withdrawn", actor.name, wanted.hotlist_id, list(ids), reason))

    def restored(actor: Any, _: Any, wanted: Any, ids: Any, reason: str) -> None:
        done.append(("restored", actor.name, wanted.hotlist_id, wanted.withdrawn, list(ids), reason))

    def removed(actor: Any, _: Any, __: Any, hotlist_id: str, reason: str) -> None:
        done.append(("removed", actor.name, hotlist_id, reason))

    monkeypatch.setattr(HotlistFeed, "_run", imported)
    monkeypatch.setattr(HotlistFeed, "options", lambda _: ImportOptions(hotlist_id="theirs"))
    monkeypatch.setattr(module, "HotlistEdits", Edits)
    monkeypatch.setattr(module, "withdraw_entries", withdrawn)
    monkeypatch.setattr(module, "restore_entries", restored)
    monkeypatch.setattr(module, "remove_list", removed)
    monkeypatch.setattr(feed._notes, "active_digest", lambda: made.digest)
    return made


def test_what_was_withdrawn_goes_before_the_list_is_taken_in(world: World) -> None:
    world.given.gone, world.given.here, world.out = ["a", "b"], ["c", "d"], (local("d"), local("x"))
    result, state = world.feed._run(STATE, anyhow=False)
    assert (result.outcome, state.remote) == (FeedOutcome.IMPORTED, {"agreement_version": "3"})
    by = "Suffolk Police, agreement hampton"
    assert world.done == [
        ("withdrawn", ACTOR, "theirs", [local("a"), local("b")], f"withdrawn by {by}"),
        ("restored", ACTOR, "theirs", True, [local("d")], f"given anew by {by}"),
        ("imported", None, False),
    ]
    world.done.clear()
    world.out, world.given.looks = (), [True]
    world.feed._run(STATE, anyhow=False)
    assert world.done == [("imported", None, False)]  # what was withdrawn is dealt with
    world.feed.close()
    assert world.given.closed == 1


@pytest.mark.parametrize(
    ("before", "force"),
    [
        ({}, None),
        ({"agreement_version": "3"}, None),
        ({"agreement_version": "2"}, "agreement hampton, version 3, gives other entries than the one before"),
    ],
)
def test_other_terms_are_no_reason_to_hold_a_list(world: World, before: dict[str, str], force: str | None) -> None:
    world.feed._run(replace(STATE, remote=before), anyhow=True)
    assert world.done == [("imported", force, True)]


def test_a_rejected_list_is_not_tried_again_until_something_comes(world: World) -> None:
    world.outcome = FeedOutcome.REJECTED
    _, state = world.feed._run(STATE, anyhow=False)
    assert state.remote == {"mark": "5"}


@pytest.mark.parametrize(
    ("anyhow", "looks", "is_imported"),
    [(False, [False, True], False), (True, [False, False, True], True), (False, [True], True)],
)
def test_nothing_is_taken_in_before_all_was_read(
    world: World, anyhow: bool, looks: list[bool], is_imported: bool
) -> None:
    world.given.looks, world.given.gone = list(looks), ["a"]
    result, _ = world.feed._run(STATE, anyhow=anyhow)
    assert bool(world.done) is is_imported
    if not is_imported:
        assert (result.outcome, result.message) == (FeedOutcome.NOTHING, "nothing new from Suffolk Police")


def test_before_the_first_edition_nothing_is_there(world: World) -> None:
    world.given.stands = replace(STANDING, edition=None)
    result, state = world.feed._run(STATE, anyhow=False)
    assert (result.outcome, state, world.done) == (FeedOutcome.NOTHING, STATE, [])


def test_a_run_that_ends_looks_no_more(world: World) -> None:
    world.given.looks = [False]
    world.feed._stop.set()
    assert world.feed._run(STATE, anyhow=True)[0].outcome is FeedOutcome.NOTHING


@pytest.mark.parametrize("in_force", [True, False])
def test_a_list_that_is_given_no_more_is_taken_out_of_force(world: World, in_force: bool) -> None:
    world.given.stands, world.given.gone = replace(STANDING, ended="it was ended"), ["a"]
    world.digest = "abc" if in_force else None
    result, state = world.feed._run(replace(STATE, remote={"mark": "5"}), anyhow=False)
    said = "Suffolk Police gives it no more under agreement hampton: it was ended"
    assert state.remote == {}
    if in_force:
        assert (result.outcome, result.message) == (FeedOutcome.ENDED, f"out of force: {said}")
        assert world.done == [("removed", ACTOR, "theirs", said)]
    else:
        assert (result.outcome, result.message, world.done) == (FeedOutcome.NOTHING, said, [])
