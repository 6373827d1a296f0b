"""What the server says became of the officers' answers, and of the reads of alerts: the officer has to know."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from operations.patrol.board import SHOWN_HOURS, CarBoard
from storage.car.answers import AnswerBook
from storage.car.outcomes import READ_REFUSED, AnswerOutcome, OutcomeBook
from storage.car.uploads import RefusedUpload

log = logging.getLogger(__name__)

ASKED_ABOUT: Final = timedelta(hours=2 * SHOWN_HOURS)
"""Older answers are gone in the car."""


class Outcomes:
    """Follows what becomes of answers.

    Args:
        answers: What was said in the car.
        book: Where outcomes are kept.
        board: The alerts, which show what was not taken.
    """

    def __init__(self, answers: AnswerBook, book: OutcomeBook, board: CarBoard) -> None:
        self._answers, self._book, self._board = answers, book, board

    def open(self, limit: int) -> list[UUID]:
        """Return the newest answers of which it is not known what became of them."""
        said = self._answers.since(self._board.now() - ASKED_ABOUT)
        return self._book.unknown([answer.answer_id for _, answer in reversed(said)])[:limit]

    def take(self, outcomes: Sequence[AnswerOutcome]) -> None:
        """Take what became of answers.

        Raises:
            TransientError: The disk is full or fails; it is asked again.
        """
        for number, one in self._book.add(outcomes, self._board.now()):
            if one.state != READ_REFUSED and not one.is_taken:
                log.warning("the server did not take an officer's answer: %s", one.why or one.state)
            self._board.hear_outcome(number, one)

    def take_refusals(self, refusals: Sequence[RefusedUpload]) -> None:
        """Take what the server refused as it came: answers, and the reads of alerts.

        Raises:
            TransientError: The disk is full or fails.
        """
        found = []
        for one in refusals:
            if one.kind == "answer":
                found.append(AnswerOutcome(UUID(one.upload_id), "refused", one.reason))
            elif one.read_id is not None:
                found.append(AnswerOutcome(one.read_id, READ_REFUSED, one.reason))
        self.take(found)

    def forget(self) -> None:
        """Forget what came long ago."""
        self._book.forget(self._board.now() - 2 * ASKED_ABOUT)

    def close(self) -> None:
        """Close what is open."""
        self._book.close()
