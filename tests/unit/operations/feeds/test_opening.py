"""From a feed's settings to what runs it, and how each feed is said to be."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from operations.currency import _counts
from operations.feeds import health, noting, opening
from operations.feeds.health import FeedHealth, feed_named, view_feeds
from operations.feeds.noting import FeedNotes
from operations.feeds.opening import open_feed
from operations.feeds.outcome import FeedOutcome, FeedResult
from schemas.audit import Action
from schemas.errors import ConfigurationError, InvalidInput
from schemas.settings import AgreementFeed, FolderFeed, KafkaSettings, NeighborSettings, Settings
from storage.hotlists.feeds import FeedState
from tests.unit.operations.feeds.test_given import FEED, NEIGHBOR, NOW

FOLDER = FolderFeed.model_validate({"name": "region", "source": "csv", "path": "/srv/drop"})
OURS, THEIRS = (KafkaSettings(bootstrap_servers=(f"192.0.2.{number}:9092",)) for number in (1, 2))
OTHER = NeighborSettings(id="other-pd", name="Other", agreement="other", kafka=KafkaSettings(local=False))


def site(*neighbors: NeighborSettings, kafka: KafkaSettings = OURS) -> Settings:
    settings = Settings(kafka=kafka)
    return settings.model_copy(update={"sharing": settings.sharing.model_copy(update={"neighbors": neighbors})})


def opened(monkeypatch: pytest.MonkeyPatch, feed: FolderFeed | AgreementFeed, settings: Settings) -> list[Any]:
    """Open a feed; return what each part of it was made with."""
    made: list[Any] = []
    for name in ("HotlistFeed", "GivenList", "GivenListFeed"):
        monkeypatch.setattr(
            opening, name, lambda *given, _name=name, **more: made.append((_name, given, more)) or made[-1]
        )
    stop, database, wait = threading.Event(), "database", len
    found = open_feed(feed, settings, database, stop=stop, wait=wait, now=max)  # type: ignore[arg-type]
    assert found == made[-1]
    more = {"stop": stop, "wait": wait, "now": max}
    assert (made[-1][1], {name: made[-1][2][name] for name in more}) == ((feed, settings, database), more)
    return made


def test_a_feed_is_run_by_what_its_kind_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    ((name, _, more),) = opened(monkeypatch, FOLDER, site())
    assert (name, len(more)) == ("HotlistFeed", 3)
    settings = site(OTHER, NEIGHBOR)
    given, (name, _, more) = opened(monkeypatch, FEED, settings)
    assert given == ("GivenList", (FEED, NEIGHBOR, settings, OURS, max), {})
    assert (name, more["given"], more["neighbor"]) == ("GivenListFeed", given, NEIGHBOR)
    # Its own broker, where it has one.
    near = NEIGHBOR.model_copy(update={"kafka": THEIRS})
    assert opened(monkeypatch, FEED, site(near))[0][1][3] == THEIRS


def test_a_feed_of_nobody_or_without_a_broker_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError) as fault:
        opened(monkeypatch, FEED, site(OTHER, OTHER.model_copy(update={"id": "third-pd"})))
    assert str(fault.value) == (
        "feed 'theirs': no neighbor 'suffolk-pd' is configured (there are: other-pd, third-pd); name it in "
        "[[sharing.neighbors]]"
    )
    with pytest.raises(ConfigurationError, match=r"\(there are: none\)"):
        opened(monkeypatch, FEED, site())
    with pytest.raises(ConfigurationError, match="neighbor 'suffolk-pd': its broker is not configured"):
        opened(monkeypatch, FEED, site(NEIGHBOR, kafka=KafkaSettings()))


STATE = FeedState("region", "csv", 24.0, NOW, NOW)


@pytest.mark.parametrize(
    ("outcome", "failures", "words", "is_well"),
    [
        (None, 0, "not run yet", True),
        ("imported", 0, "imported", True),
        ("failed", 1, "failed", False),
        ("failed", 2, "failed, 2 times in a row", False),
    ],
)
def test_how_a_feed_is_in_a_few_words(outcome: str | None, failures: int, words: str, is_well: bool) -> None:
    found = FeedHealth(FOLDER, replace(STATE, outcome=outcome, failures=failures))
    assert (found.words, found.is_well) == (words, is_well)
    assert (FeedHealth(FOLDER, None).words, FeedHealth(FOLDER, None).is_well) == ("not run yet", True)


def test_a_feed_that_no_run_had_for_two_days_does_not_count() -> None:
    for off, counts in ((0, True), (47.9, True), (48, False), (-47.9, True), (-48, False)):
        assert _counts(replace(STATE, seen_at=NOW - timedelta(hours=off)), NOW) is counts, off


@pytest.mark.parametrize(
    ("outcome", "transient", "failures", "said"),
    [
        # An outage may pass by itself: the third try in a row that fails is one. What a person has to mend is at once.
        (FeedOutcome.FAILED, True, 2, []),
        (FeedOutcome.FAILED, True, 3, ["raise feed_failed"]),
        (FeedOutcome.FAILED, False, 1, ["raise feed_failed"]),
        (FeedOutcome.REJECTED, False, 1, ["raise feed_failed"]),
        (FeedOutcome.ENDED, False, 1, ["raise feed_failed"]),
        (FeedOutcome.HELD, False, 0, ["raise held_list", "clear feed_failed"]),
        (FeedOutcome.IMPORTED, False, 0, ["clear held_list", "clear feed_failed"]),
        (FeedOutcome.UNCHANGED, False, 0, ["clear feed_failed"]),
    ],
)
def test_what_a_run_of_a_feed_raises_and_clears(
    outcome: FeedOutcome, transient: bool, failures: int, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    alarms = SimpleNamespace(
        raise_alarm=lambda kind, *_: done.append(f"raise {kind}"), clear=lambda kind, *_: done.append(f"clear {kind}")
    )
    monkeypatch.setattr(noting, "Alarms", lambda *_: alarms)
    database: Any = None
    notes = FeedNotes(FOLDER, Settings(), database, lambda: NOW)
    state = replace(STATE, outcome=outcome.value, failures=failures)
    notes._alarm(FeedResult("region", outcome, "why", transient), state, NOW)
    assert done == said


def test_feeds_are_shown_by_name_each_with_its_own_last_run(monkeypatch: pytest.MonkeyPatch) -> None:
    feeds = tuple(FOLDER.model_copy(update={"name": name}) for name in ("b", "c", "a"))
    settings = Settings()
    settings = settings.model_copy(update={"hotlists": settings.hotlists.model_copy(update={"feeds": feeds})})
    states = [replace(STATE, hotlist_id=name) for name in ("a", "b", "gone")]
    written: list[Any] = []

    class States:
        def __init__(self, database: str) -> None:
            assert database == "database"

        def states(self) -> list[FeedState]:
            return states

    monkeypatch.setattr(health, "FeedStates", States)
    monkeypatch.setattr(health, "AuditRecord", lambda *given: given)
    monkeypatch.setattr(health, "write_audit", lambda *given: written.append(given))
    actor: Any = "lee"
    found = view_feeds(actor, "database", settings)  # type: ignore[arg-type]
    assert found == [FeedHealth(feeds[2], states[0]), FeedHealth(feeds[0], states[1]), FeedHealth(feeds[1], None)]
    assert written == [("database", ("lee", Action.VIEW_LISTS, {"feeds": True}), 3)]
    assert feed_named(settings, "c") == feeds[1]
    for known, words in ((settings, "b, c, a"), (Settings(), r"none; add \[\[hotlists.feeds\]\]")):
        with pytest.raises(InvalidInput, match=rf"no feed is named 'd' \(configured: {words}"):
            feed_named(known, "d")
