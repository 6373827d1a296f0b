"""The car's page in memory: what came, what was said of it, what the server said of that, and how long it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from operations.patrol import board as boards
from operations.patrol.board import CarBoard, Cursor, Untaken
from operations.patrol.outcomes import Outcomes
from operations.patrol.saying import LookAgain, Sayings, SeenBefore, Wanted
from operations.patrol.shift import SignedOn
from schemas.errors import Conflict, NotThere, TransientError
from schemas.events import Alert, AlertType, Answered, CarAnswer, CarNote, Noted
from schemas.settings import PatrolSettings, Settings
from schemas.types import CheckPriority, RecordAnswer, Standing
from storage.car.alerts import NumberedAlert
from storage.car.answers import AnswerBook
from storage.car.outcomes import AnswerOutcome, OutcomeBook
from storage.car.uploads import RefusedUpload
from tests.unit.alerts.samples import AGENCY, START
from tests.unit.operations.patrol.test_storms import alert

KIM = SignedOn(UUID(int=9), "kim", "12", START, START + timedelta(hours=12), "server")


@dataclass
class Ledger:
    """The car's alerts, in memory."""

    messages: list[NumberedAlert] = field(default_factory=list)

    def newest(self, after: int, limit: int) -> Sequence[NumberedAlert]:
        return [one for one in self.messages if one.number > after][:limit]

    def since(self, moment: datetime) -> Sequence[NumberedAlert]:
        return [one for one in self.messages if one.alert.read.captured_at >= moment]

    def last(self) -> int:
        return self.messages[-1].number if self.messages else 0

    def came(self, one: Alert, **changes: Any) -> Alert:
        made = one.model_copy(update=changes)
        self.messages.append(NumberedAlert(self.last() + 1, made))
        return made


@dataclass
class Outbox:
    """What waits for the server; `fails` as a full disk does."""

    rows: list[tuple[str, str, bytes]] = field(default_factory=list)
    fails: bool = False

    def add(self, kind: str, upload_id: str, body: bytes) -> None:
        if self.fails:
            raise TransientError("the disk is full")
        self.rows.append((kind, upload_id, body))

    def notes(self) -> list[CarNote]:
        return [CarNote.model_validate_json(body) for kind, _, body in self.rows if kind == "note"]

    def answers(self) -> list[CarAnswer]:
        return [CarAnswer.model_validate_json(body) for kind, _, body in self.rows if kind == "answer"]


@dataclass
class World:
    settings: Settings
    ledger: Ledger
    outbox: Outbox
    book: AnswerBook
    words: OutcomeBook
    board: CarBoard
    sayings: Sayings
    moment: datetime = START + timedelta(hours=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    settings = Settings(data_dir=tmp_path, agency_id=AGENCY, patrol=PatrolSettings(car="unit-12"))
    ledger, outbox = Ledger(), Outbox()
    book, words = AnswerBook(tmp_path / "answers.sqlite"), OutcomeBook(tmp_path / "outcomes.sqlite")
    board = CarBoard(settings, ledger, book, words, now=lambda: made.moment)
    made = World(settings, ledger, outbox, book, words, board, Sayings("unit-12", AGENCY, board, book, outbox))
    yield made
    book.close()
    words.close()


def shown(board: CarBoard) -> list[tuple[int, int, Standing, bool]]:
    return [(one.first.number, one.newest.number, one.life.standing, one.is_canceled) for one in board.all()]


def test_messages_become_vehicles_newest_first(world: World) -> None:
    first = world.ledger.came(alert(0, "AAA111"))
    second = world.ledger.came(alert(1, "BBB222"))
    woken: list[int] = []
    with world.board.waking(lambda: woken.append(1)):
        assert world.board.follow()
        assert not world.board.follow()
    assert shown(world.board) == [(2, 2, Standing.NEW, False), (1, 1, Standing.NEW, False)]
    assert world.board.cursor == Cursor(2, 0, 0)
    update = {"type": AlertType.UPDATE, "updates": first.alert_id, "alert_id": uuid4()}
    world.ledger.came(first, **update)
    world.ledger.came(second, type=AlertType.CANCEL, cancels=second.alert_id, alert_id=uuid4(), reason="recovered")
    world.ledger.came(second, **update | {"updates": uuid4()})  # of one that is not shown any more
    assert world.board.follow()
    assert woken == [1]  # nobody waits any more
    assert shown(world.board) == [(2, 2, Standing.NEW, True), (1, 3, Standing.NEW, False)]
    canceled = world.board.vehicle(second.alert_id)
    assert canceled is not None
    assert (canceled.canceled, canceled.changed) == ("recovered", Cursor(4, 0))
    assert [one.alert_id for one in world.board.changed_since(Cursor(2))] == [first.alert_id, second.alert_id]
    assert [one.alert_id for one in world.board.changed_since(Cursor(3))] == [second.alert_id]
    assert world.board.changed_since(world.board.cursor) == []
    # Read anew, it is the same.
    before = world.board.all()
    world.board.load()
    assert world.board.all() == before
    assert world.board.cursor == Cursor(5, 0, 0)


def test_a_vehicle_is_shown_for_a_day_and_no_more_than_so_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        world.ledger.came(alert(number, f"AAA{number:03}"))
    monkeypatch.setattr(boards, "MOST_SHOWN", 3)
    world.board.load()
    assert [first for first, *_ in shown(world.board)] == [4, 3, 2]
    world.moment = START + timedelta(hours=24, seconds=2)
    assert [first for first, *_ in shown(world.board)] == [4, 3]
    world.moment += timedelta(seconds=2)
    world.board.load()
    assert shown(world.board) == []


def test_more_messages_than_fit_a_batch_are_all_taken(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "_BATCH", 2)
    for number in range(5):
        world.ledger.came(alert(number, f"AAA{number:03}"))
    world.board.follow()
    assert len(world.board.all()) == 5


@pytest.mark.parametrize(
    ("text", "cursor"),
    [
        ("1.2.3", Cursor(1, 2, 3)),
        ("0.0.0", Cursor()),
        (f"{10**18 - 1}.0.0", Cursor(10**18 - 1)),
        (f"{10**18}.0.0", None),
        ("1.2", None),
        ("1.2.3.4", None),
        ("1.-2.3", None),
        ("\u0661.2.3", None),
        ("", None),
        (None, None),
    ],
)
def test_a_cursor_is_what_it_was_written_as(text: str | None, cursor: Cursor | None) -> None:
    assert Cursor.of(text) == cursor
    if cursor is not None:
        assert str(cursor) == text


def test_what_is_said_is_kept_queued_and_shown(world: World) -> None:
    one = world.ledger.came(alert(0))
    world.board.load()
    vehicle = world.sayings.say(KIM, one.alert_id, Wanted(Answered.CORRECT))
    (answer,) = world.outbox.answers()
    assert answer.model_dump(exclude={"answer_id", "schema_version"}) == {
        **{"car_id": "unit-12", "alert_id": one.alert_id, "what": Answered.CORRECT, "at": world.moment},
        **{"person": "kim", "unit": "12", "sign_on": KIM.sign_on, "plate_seen": "VNV4527", "despite": ()},
        **{"priority": None, "answer": None, "minutes": None},
    }
    assert world.outbox.rows[0][:2] == ("answer", str(answer.answer_id))
    assert (vehicle.life.standing, vehicle.life.confirmed_by) == (Standing.CONFIRMED, "kim")
    assert (vehicle.answers, vehicle.changed) == ((answer,), Cursor(1, 1))
    assert world.book.unqueued(9) == []
    # Once more says the same, and is not said again.
    assert world.sayings.say(KIM, one.alert_id, Wanted(Answered.CORRECT)) == vehicle
    assert len(world.outbox.rows) == 1
    with pytest.raises(NotThere, match="not in the car any more"):
        world.sayings.say(KIM, UUID(int=7), Wanted(Answered.CORRECT))
    asked = world.sayings.say(KIM, one.alert_id, Wanted(Answered.RECORD_ASKED, priority=CheckPriority.ROUTINE))
    assert asked.life.check is not None
    said = world.sayings.say(
        KIM, one.alert_id, Wanted(Answered.RECORD_ANSWERED, answer=RecordAnswer.TIME_NEEDED, minutes=7)
    )
    assert [(one.priority, one.answer, one.minutes, one.plate_seen) for one in said.answers[1:]] == [
        (CheckPriority.ROUTINE, None, None, None),
        (None, RecordAnswer.TIME_NEEDED, 7, None),
    ]
    before = world.board.all()
    world.board.load()
    assert [(one.said, one.answers) for one in world.board.all()] == [(one.said, one.answers) for one in before]


def test_nobody_judges_what_they_have_not_seen(world: World) -> None:
    one = world.ledger.came(alert(0))
    world.ledger.came(one, type=AlertType.UPDATE, updates=one.alert_id, alert_id=uuid4())
    world.board.load()
    for what in (Answered.CORRECT, Answered.WRONG_STATE, Answered.MISREAD):
        with pytest.raises(SeenBefore, match="it has changed meanwhile"):
            world.sayings.say(KIM, one.alert_id, Wanted(what, seen=1))
    assert world.outbox.rows == []
    assert world.sayings.say(
        KIM, one.alert_id, Wanted(Answered.RECORD_ASKED, priority=CheckPriority.URGENT, seen=1)
    ).answers
    said = world.sayings.say(KIM, one.alert_id, Wanted(Answered.MISREAD, seen=2))
    assert said.life.standing is Standing.REJECTED


def test_what_contradicts_the_entry_is_confirmed_in_a_second_step(world: World) -> None:
    plain = alert(0)
    read = plain.read.model_copy(update={"jurisdiction": "US-MD"})
    one = world.ledger.came(plain, read=read)
    world.board.load()
    with pytest.raises(LookAgain, match="look again; then say it a second time") as again:
        world.sayings.say(KIM, one.alert_id, Wanted(Answered.CORRECT))
    assert [found.feature for found in again.value.found] == ["state"]
    world.sayings.say(KIM, one.alert_id, Wanted(Answered.CORRECT, again=True))
    assert [answer.despite for answer in world.outbox.answers()] == [("state",)]


def test_what_was_taken_back_is_not_confirmed(world: World) -> None:
    one = world.ledger.came(alert(0))
    world.ledger.came(one, type=AlertType.CANCEL, cancels=one.alert_id, alert_id=uuid4(), reason="recovered")
    world.board.load()
    with pytest.raises(Conflict, match="this cannot be said: "):
        world.sayings.say(KIM, one.alert_id, Wanted(Answered.CORRECT))
    assert (world.outbox.rows, world.book.unqueued(9)) == ([], [])


def test_where_it_cannot_be_queued_it_is_kept_and_queued_later(world: World) -> None:
    one = world.ledger.came(alert(0))
    world.board.load()
    world.outbox.fails = True
    assert world.sayings.say(KIM, one.alert_id, Wanted(Answered.CORRECT)).life.confirmed_by == "kim"
    world.sayings.note(Noted.ALERT_OPENED, who=KIM, alert_id=one.alert_id)  # lost, and nothing else
    world.outbox.fails = False
    world.sayings.queue_rest()
    world.sayings.queue_rest()
    assert [(kind, answer_id) for kind, answer_id, _ in world.outbox.rows] == [
        ("answer", str(answer.answer_id)) for answer in world.outbox.answers()
    ]
    assert [answer.person for answer in world.outbox.answers()] == ["kim"]


def test_notes_say_who_when_and_what(world: World) -> None:
    world.sayings.note(Noted.NOT_READING, who=None, words="x" * 501)
    world.sayings.note(Noted.ALERT_SHOWN, who=KIM, alert_id=UUID(int=3))
    dark, seen = world.outbox.notes()
    assert (dark.car_id, dark.at, dark.person, dark.unit, dark.sign_on, dark.alert_id, dark.words) == (
        *("unit-12", world.moment, None, None, None, None),
        "x" * 500,
    )
    assert (seen.what, seen.person, seen.unit, seen.sign_on, seen.alert_id, seen.words) == (
        *(Noted.ALERT_SHOWN, "kim", "12", KIM.sign_on, UUID(int=3)),
        "",
    )
    assert dark.note_id != seen.note_id


def test_what_the_server_did_not_take_stands_beside_the_answer(world: World) -> None:
    one, other = world.ledger.came(alert(0)), world.ledger.came(alert(1, "BBB222"))
    world.board.load()
    for alert_id in (one.alert_id, other.alert_id):
        world.sayings.say(KIM, alert_id, Wanted(Answered.CORRECT))
    first, second = world.outbox.answers()
    outcomes = Outcomes(world.book, world.words, world.board)
    assert outcomes.open(9) == [second.answer_id, first.answer_id]
    assert outcomes.open(1) == [second.answer_id]
    outcomes.take(
        [AnswerOutcome(first.answer_id, "conflict", "pat said otherwise"), AnswerOutcome(second.answer_id, "taken")]
    )
    assert outcomes.open(9) == []
    outcomes.take_refusals(
        [
            RefusedUpload("answer", str(second.answer_id), None, "too old"),
            RefusedUpload("read", "x", other.read.read_id, "of another agency"),
            RefusedUpload("note", "y", None, "nobody knows"),
        ]
    )
    told = {vehicle.alert_id: vehicle for vehicle in world.board.all()}
    assert told[one.alert_id].untaken == (Untaken(first, "pat said otherwise", True),)
    assert told[one.alert_id].refused is None
    assert told[other.alert_id].refused == "of another agency"
    assert (told[one.alert_id].changed.word, world.board.cursor.word) == (1, told[other.alert_id].changed.word)
    again = CarBoard(world.settings, world.ledger, world.book, world.words, now=lambda: world.moment)
    again.load()
    assert {one.alert_id: (one.untaken, one.refused) for one in again.all()} == {
        key: (one.untaken, one.refused) for key, one in told.items()
    }


@pytest.mark.parametrize(("age", "is_old"), [(None, False), (8 * 3600, False), (8 * 3600 + 1, True)])
def test_a_list_is_old_beyond_the_cars_limit(tmp_path: Path, age: float | None, is_old: bool) -> None:
    patrol = PatrolSettings(car="unit-12", list_red_hours=8)
    book = AnswerBook(tmp_path / "answers.sqlite")
    board = CarBoard(Settings(data_dir=tmp_path, patrol=patrol), Ledger(), book)
    one = alert(0)
    aged = one.model_copy(update={"hotlist": one.hotlist.model_copy(update={"age_seconds": age})})
    assert board.is_list_old(aged) is is_old
    book.close()
