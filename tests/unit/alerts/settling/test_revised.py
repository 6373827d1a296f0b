"""What a newer revision of a read tells: what it does not fit is taken back, and what is new is said once."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from alerts.settling.found import Found, Recorded
from alerts.settling.recording import SettledReads
from alerts.settling.revised import what_changed
from schemas import ids
from schemas.events import Alert, ConfirmationEvent
from schemas.settings import RepeatSettings, Settings
from schemas.settling import Outcome
from schemas.types import PlateRead, Tier
from tests.integration.alerts.samples import BRIDGE, VIRGINIA, found, passing
from tests.unit.alerts.samples import START, sample_alert, sample_entry
from tests.unit.alerts.settling.memory import Memory
from tests.unit.alerts.settling.test_repeats import after, hit, opened

OTHER = sample_entry("ABC1284")
FITS = {"ABC1234": (VIRGINIA,), "ABC1284": (OTHER,), "ABC12?4": (VIRGINIA, OTHER)}
SAID = ConfirmationEvent(status="confirmed", by="kim", at=START, agency_id="local")


def revision(read: PlateRead, number: int, plate: str = "ABC1234", *, final: bool = False, **how: object) -> Found:
    """A revision of a pass with the hits of its text."""
    fields = {name: how.pop(name) for name in ("location", "plate_image_key", "jurisdiction") if name in how}
    changed = dataclasses.replace(read, revision=number, is_final=final, plate=plate, characters=(), **fields)  # type: ignore[arg-type]
    return found(changed, *FITS[plate], **how) if plate in FITS else Found(changed)  # type: ignore[arg-type]


def settle(memory: Memory, *some: Found) -> Recorded:
    return SettledReads(memory, Settings()).record(some)


def outcomes(memory: Memory) -> list[str]:
    return sorted(one.outcome.value for one in memory.hits.values())


def told(recorded: Recorded) -> list[tuple[str, str | None]]:
    return [(alert.type.value, alert.reason) for alert in recorded.sent[0]]


PICTURE = "with a picture of the plate"


@pytest.mark.parametrize(
    ("plate", "state", "had", "has", "score", "words"),
    [
        ("ABC1234", "US-VA", True, True, 20.0, ""),
        ("ABC1284", "US-MD", False, True, 23.0, "the plate is read as ABC1284 now"),
        ("ABC1234", "US-MD", False, True, 23.0, "the plate's state is US-MD now"),
        ("ABC1234", None, True, True, 20.0, ""),
        ("ABC1234", None, False, True, 23.0, PICTURE),
        ("ABC1234", "US-VA", False, True, 1.0, PICTURE),
        ("ABC1234", "US-VA", False, False, 20.0, ""),
        ("ABC1234", "US-VA", True, True, 23.0, "the plate agrees more clearly"),
    ],
)
def test_the_first_thing_that_is_new_is_said(
    plate: str, state: str | None, had: bool, has: bool, score: float, words: str
) -> None:
    alert = sample_alert(plate="ABC1234")
    own = opened(after(0), hit(), has_picture=had)
    read = dataclasses.replace(after(4, plate), jurisdiction=state)
    assert what_changed(hit(score=score), read, own, alert, RepeatSettings(), has_picture=has) == words


def test_where_nobody_knows_what_was_told_last_text_and_state_are_no_news() -> None:
    own = opened(after(0), hit(), has_picture=False)
    read = dataclasses.replace(after(4, "ABC1284"), jurisdiction="US-MD")
    assert what_changed(hit(), read, own, None, RepeatSettings(), has_picture=True) == PICTURE
    assert what_changed(hit(), read, own, None, RepeatSettings(), has_picture=False) == ""


def test_the_letter_o_that_becomes_a_zero_is_the_same_text() -> None:
    alert = sample_alert(plate="ABC1O34")
    read = dataclasses.replace(after(4, "ABC1034"), jurisdiction="US-VA")
    own = opened(after(0, "ABC1O34"), hit())
    assert what_changed(hit(), read, own, alert, RepeatSettings(), has_picture=True) == ""


def test_what_is_taken_back_says_what_the_read_is_now_and_who_had_confirmed_it() -> None:
    for plate, words in (("ABC1284", "ABC1284"), ("", "without a text")):
        memory, read = Memory(), passing(0)
        (first,) = settle(memory, revision(read, 1)).sent[0]
        memory.chains[first.alert_id] = dataclasses.replace(memory.chains[first.alert_id], confirmation=SAID)
        cancel, *others = settle(memory, revision(read, 2, plate)).sent[0]
        assert cancel == first.model_copy(
            update={
                "alert_id": ids.alert_id(first.hit.hit_id, "cancel"),
                "type": "cancel",
                "status": "closed",
                "created_at": cancel.created_at,
                "plate_picture": None,
                "cancels": first.alert_id,
                "reason": f"the read was revised: now {words}",
                "confirmation": SAID,
            }
        )
        assert cancel.created_at > first.created_at
        assert [(alert.type.value, alert.entry.plate) for alert in others] == [
            ("alert", "ABC1284") for _ in FITS.get(plate, ())
        ]
        assert memory.closed == {first.alert_id}
        assert outcomes(memory) == (["alerted", "revised"] if plate else ["revised"])
        # It is taken back once, whatever the read becomes, and its plate was locked for it.
        assert "ABC1234" in memory.locked[-1]
        assert told(settle(memory, revision(read, 3, "XYZ9"))) == (
            [("cancel", "the read was revised: now XYZ9")] if plate else []
        )
        assert [alert.cancels for alert in sent(memory)].count(first.alert_id) == 1


def sent(memory: Memory) -> list[Alert]:
    return [Alert.model_validate_json(message.payload) for message in memory.messages.values()]


def test_a_picture_that_comes_with_a_later_revision_is_told_once() -> None:
    memory, read = Memory(), passing(0, plate_image_key=None)
    (first,) = settle(memory, revision(read, 1, picture=None)).sent[0]
    memory.chains[first.alert_id] = dataclasses.replace(memory.chains[first.alert_id], confirmation=SAID)
    assert told(settle(memory, revision(read, 2, picture=None))) == []
    (update,) = settle(memory, revision(read, 3, picture=None, plate_image_key="a.jpg")).sent[0]
    assert (update.type.value, update.updates, update.reason) == ("update", first.alert_id, PICTURE)
    assert (update.confirmation, update.read.plate_image_key) == (SAID, "a.jpg")
    assert update.alert_id == ids.alert_id(first.hit.hit_id, "update 3")
    assert told(settle(memory, revision(read, 4, picture=b"jpeg"))) == []
    assert told(settle(memory, revision(read, 4, picture=b"jpeg", final=True))) == []
    assert outcomes(memory) == ["alerted"]
    assert memory.chains[first.alert_id].has_picture


def test_a_clearer_final_revision_is_told_under_its_name_and_remembered() -> None:
    memory, read = Memory(), passing(0)
    settle(memory, revision(read, 5, tier=Tier.PROBABLE, score=12.0))
    (update,) = settle(memory, revision(read, 5, final=True, score=30.0)).sent[0]
    assert (update.reason, update.alert_id) == (
        "exact instead of probable",
        ids.alert_id(update.hit.hit_id, "update final 5"),
    )
    (chain,) = memory.chains.values()
    assert (chain.tier, chain.score) == (Tier.EXACT, 30.0)


def test_nobody_looks_any_more_for_what_was_closed() -> None:
    memory, read = Memory(), passing(0)
    (first,) = settle(memory, revision(read, 1, tier=Tier.PROBABLE)).sent[0]
    memory.closed.add(first.alert_id)
    recorded = settle(memory, revision(read, 2, score=40.0))
    assert (told(recorded), recorded.hits, recorded.alerts) == ([], 0, 0)
    (kept,) = memory.hits.values()
    assert (kept.outcome, kept.alert_id) == (Outcome.ALERTED, first.alert_id)
    # Nor is taken back what is closed already.
    assert told(settle(memory, revision(read, 3, "XYZ9"))) == []
    assert outcomes(memory) == ["revised"]


def test_a_hit_that_nobody_is_told_of_any_more_is_taken_back_and_stays_silent() -> None:
    memory, read = Memory(), passing(0)
    settle(memory, revision(read, 1))
    recorded = settle(memory, revision(read, 2, notify=False))
    assert told(recorded) == [("cancel", "the read was revised: now ABC1234")]
    assert (recorded.hits, outcomes(memory)) == (0, ["silent"])
    (kept,) = memory.hits.values()
    assert kept.alert_id is None


def test_a_hit_that_nobody_was_told_of_alerts_when_a_later_revision_may() -> None:
    memory, read = Memory(), passing(0)
    assert settle(memory, revision(read, 1, notify=False)).hits == 1
    recorded = settle(memory, revision(read, 2))
    assert told(recorded) == [("alert", None)]
    assert (recorded.reads, recorded.hits, recorded.alerts) == (0, 0, 1)
    assert recorded.sent[0][0].alert_id == ids.alert_id(recorded.sent[0][0].hit.hit_id, "alert")
    assert outcomes(memory) == ["alerted"]


def test_a_text_that_fits_one_more_entry_alerts_for_it() -> None:
    memory, read = Memory(), passing(0)
    settle(memory, revision(read, 1))
    recorded = settle(memory, revision(read, 2, "ABC12?4"))
    assert (recorded.reads, recorded.hits, recorded.alerts) == (0, 1, 1)
    assert told(recorded) == [("update", "the plate is read as ABC12?4 now"), ("alert", None)]


def test_what_fits_again_is_raised_anew_by_the_revision_s_name() -> None:
    memory, read = Memory(), passing(0)
    (first,) = settle(memory, revision(read, 1)).sent[0]
    settle(memory, revision(read, 2, "XYZ9"))
    (again,) = settle(memory, revision(read, 3)).sent[0]
    assert again.alert_id == ids.alert_id(first.hit.hit_id, "alert 3")
    assert told(settle(memory, revision(read, 4))) == []
    (cancel,) = settle(memory, revision(read, 5, "XYZ9")).sent[0]
    assert (cancel.cancels, memory.closed) == (again.alert_id, {first.alert_id, again.alert_id})


@pytest.mark.parametrize("together", [True, False])
def test_an_alert_stands_as_long_as_one_read_of_the_vehicle_does(together: bool) -> None:
    """Of its two repeats one is revised, then the read that raised it, then the last one."""
    memory = Memory()
    reads = [passing(seconds) for seconds in (0, 20, 40)]
    (first,) = settle(memory, revision(reads[0], 1)).sent[0]
    memory.chains[first.alert_id] = dataclasses.replace(memory.chains[first.alert_id], confirmation=SAID)
    settle(memory, *(revision(read, 1) for read in reads[1:]))
    assert outcomes(memory) == ["alerted", "suppressed", "suppressed"]
    wrong = [revision(reads[number], 2, "XYZ9") for number in (1, 0, 2)]
    recorded = settle(memory, *wrong).sent if together else [settle(memory, one).sent[0] for one in wrong]
    assert recorded[0] == ()
    (update,), (cancel,) = recorded[1:]
    assert update == first.model_copy(
        update={
            "alert_id": ids.alert_id(first.hit.hit_id, "update 2"),
            "type": "update",
            "updates": first.alert_id,
            "reason": "the read was revised: now XYZ9; another read of the vehicle stands",
            "confirmation": SAID,
        }
    )
    assert (cancel.type.value, cancel.cancels) == ("cancel", first.alert_id)
    assert cancel.reason == "the read was revised: now XYZ9"
    assert outcomes(memory) == ["revised"] * 3
    assert memory.closed == {first.alert_id}


@pytest.mark.parametrize(("score", "outcome"), [(20.0, "suppressed"), (30.0, "updated")])
def test_an_alert_stands_for_a_repeat_that_came_with_the_revision(score: float, outcome: str) -> None:
    memory, read = Memory(), passing(0)
    settle(memory, revision(read, 1))
    recorded = settle(memory, revision(passing(20), 1, score=score), revision(read, 2, "XYZ9"))
    assert [(one.type.value, one.reason) for one in recorded.sent[1]] == [
        ("update", "the read was revised: now XYZ9; another read of the vehicle stands")
    ]
    assert (outcomes(memory), memory.closed) == (sorted([outcome, "revised"]), set())
    # Once that one is none any more either, nothing stands.
    assert told(settle(memory, revision(passing(20), 2, "XYZ9"))) == [("cancel", "the read was revised: now XYZ9")]


def test_what_stands_for_an_alert_is_known_however_many_revisions_a_batch_has() -> None:
    memory, read, other = Memory(), passing(0), passing(20)
    settle(memory, revision(read, 1))
    settle(memory, revision(other, 1))
    recorded = settle(memory, revision(read, 2), revision(read, 3, "XYZ9"))
    assert [[(one.type.value, one.reason) for one in some] for some in recorded.sent] == [
        [],
        [("update", "the read was revised: now XYZ9; another read of the vehicle stands")],
    ]
    assert (outcomes(memory), memory.closed) == (["revised", "suppressed"], set())


def test_a_revision_that_says_where_it_was_may_be_what_shows_a_clone() -> None:
    memory, here, there = Memory(), passing(0), passing(20, "bridge", None)
    (first,) = settle(memory, revision(here, 1)).sent[0]
    (second,) = settle(memory, revision(there, 1)).sent[0]
    (update,) = settle(memory, revision(there, 2, location=BRIDGE)).sent[0]
    assert (update.updates, update.reason) == (second.alert_id, "one of the plates may be cloned")
    assert update.clone is not None
    assert (update.clone.camera_id, update.clone.seconds) == ("gate", 20.0)
    assert memory.chains[second.alert_id].suspected_cameras == ("gate",)
    assert memory.chains[first.alert_id].suspected_cameras == ()
    # Said once.
    assert told(settle(memory, revision(there, 3, location=BRIDGE))) == []


def test_what_comes_late_or_again_tells_nobody_anything() -> None:
    memory, read = Memory(), passing(0)
    settle(memory, revision(read, 3))
    before = dict(memory.hits)
    for one in (revision(read, 2, "ABC1284"), revision(read, 1, "XYZ9")):
        recorded = settle(memory, one)
        assert (recorded.sent, recorded.hits, recorded.reads) == ([()], 0, 0)
    again = settle(memory, revision(read, 3))
    # Whoever waits for what was sent about it hears of the same alert.
    assert [alert.alert_id for alert in again.sent[0]] == [alert.alert_id for alert in sent(memory)]
    assert (again.reads, again.hits, again.alerts) == (0, 0, 0)
    assert (memory.hits, len(memory.messages)) == (before, 1)


def test_revisions_within_one_batch_are_settled_one_after_the_other() -> None:
    def story() -> Sequence[Found]:
        read = passing(0)
        plates = ("ABC1234", "ABC1284", "XYZ9", "ABC1234")
        return [revision(read, number, plate) for number, plate in enumerate(plates, start=1)]

    together, alone = Memory(), Memory()
    settled = settle(together, *story())
    sent_alone = [settle(alone, one).sent[0] for one in story()]
    assert [[(alert.type, alert.alert_id, alert.reason) for alert in some] for some in settled.sent] == [
        [(alert.type, alert.alert_id, alert.reason) for alert in some] for some in sent_alone
    ]
    assert [alert.type.value for some in sent_alone for alert in some] == [
        "alert",
        "cancel",
        "alert",
        "cancel",
        "alert",
    ]
    assert {key: (one.outcome, one.alert_id) for key, one in together.hits.items()} == {
        key: (one.outcome, one.alert_id) for key, one in alone.hits.items()
    }
    assert together.closed == alone.closed


def test_another_vehicle_s_alert_does_not_keep_this_one_s_open() -> None:
    """Both reads are revised in one batch: the first fits nothing, the second still raises its own."""
    memory, one, other = Memory(), passing(0), passing(7200, "bridge", BRIDGE)
    (first,) = settle(memory, revision(one, 1)).sent[0]
    (second,) = settle(memory, revision(other, 1)).sent[0]
    recorded = settle(memory, revision(one, 2, "XYZ9"), revision(other, 2))
    assert [[(alert.type.value, alert.cancels) for alert in some] for some in recorded.sent] == [
        [("cancel", first.alert_id)],
        [],
    ]
    assert memory.closed == {first.alert_id}
    assert outcomes(memory) == ["alerted", "revised"]
    assert second.alert_id not in memory.closed


def test_a_read_that_comes_twice_in_one_batch_is_settled_once() -> None:
    memory = Memory()
    one = revision(passing(0), 1)
    recorded = settle(memory, one, one)
    assert recorded.sent == [one.alerts, one.alerts]
    assert (recorded.reads, recorded.hits, recorded.alerts, len(memory.messages)) == (1, 1, 1, 1)
