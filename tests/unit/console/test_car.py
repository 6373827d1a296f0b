"""What the officer is told of an answer that the server did not take."""

from __future__ import annotations

import pytest

from console.car.showing import UntakenShown, _untaken
from operations.patrol.board import Untaken
from schemas.events import Answered
from schemas.types import CheckPriority, RecordAnswer
from tests.unit.alerts.life.test_spoken import answer

TWO = "What was said there counts. Call the desk: both stand on the alert's page, and a person decides."
NONE = "Tell your supervisor: it is kept in the car and at the server, and counts for nothing."


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (Answered.CORRECT, "Correct"),
        (Answered.WRONG_STATE, "Wrong state"),
        (Answered.MISREAD, "Misread"),
        (Answered.DISMISSED, "Dismiss"),
        (Answered.RECORD_ASKED, "that the record check was asked for"),
        (Answered.RECORD_ANSWERED, "the record check's answer"),
    ],
)
def test_it_is_named_as_it_was_pressed_with_why_and_what_to_do(what: Answered, words: str) -> None:
    more: dict[Answered, dict[str, object]] = {
        Answered.RECORD_ASKED: {"priority": CheckPriority.URGENT},
        Answered.RECORD_ANSWERED: {"answer": RecordAnswer.VALID},
    }
    said = answer(what, **more.get(what, {}))
    assert _untaken(Untaken(said, "pat rejected it", True)) == UntakenShown(words, "pat rejected it", TWO)
    assert _untaken(Untaken(said, "no such alert", False)) == UntakenShown(words, "no such alert", NONE)
