"""The stage that asks the server what became of the officers' answers."""

from __future__ import annotations

import json
import logging
import threading
from typing import Final
from uuid import UUID

from operations.patrol.outcomes import Outcomes
from pipeline.stages.stage import SteppedStage
from schemas.errors import TransientError
from schemas.printable import printable
from services.http.home import CarRevoked, Home, NotTaken, Unreachable
from storage.car.outcomes import TAKEN, AnswerOutcome
from storage.car.uploads import Uploads

log = logging.getLogger(__name__)

ASK_SECONDS: Final = 10.0
OLDER_SECONDS: Final = 60.0
"""A server that does not know the question is asked again after so long."""
MOST_AT_ONCE: Final = 200
LONGEST_WHY: Final = 500
_STATES: Final = TAKEN | {"conflict", "refused"}


class OutcomeStage(SteppedStage):
    """Asks, as long as there are answers of which nothing is known.

    Args:
        home: The server.
        uploads: What the server refused as it came.
        outcomes: Take what is said.
    """

    name = "answer-outcomes"
    trouble = "what became of officers' answers at the server is not known"
    patience_seconds = 300.0

    def __init__(self, home: Home, uploads: Uploads, outcomes: Outcomes) -> None:
        super().__init__()
        self._home, self._uploads, self._outcomes = home, uploads, outcomes

    def step(self, stop: threading.Event) -> float:
        """Ask once.

        Raises:
            TransientError: What it says cannot be understood, or the disk fails.
        """
        self._outcomes.take_refusals(self._uploads.refusals())
        self._outcomes.forget()
        asked = self._outcomes.open(MOST_AT_ONCE)
        if not asked:
            return ASK_SECONDS
        body = json.dumps({"answers": [str(one) for one in asked]}).encode()
        try:
            answer = self._home.ask("POST", "outcomes", body, headers={"content-type": "application/json"})
        except (Unreachable, CarRevoked):
            return ASK_SECONDS  # whoever brings home says so
        except NotTaken as error:
            log.debug("the server does not say what becomes of answers: %s", error)
            return OLDER_SECONDS
        self._outcomes.take([one for one in _outcomes_in(answer.body) if one.answer_id in set(asked)])
        return ASK_SECONDS

    def end(self) -> None:
        """Close the connections."""
        self._home.close()


def _outcomes_in(body: bytes) -> list[AnswerOutcome]:
    try:
        said = json.loads(body)["outcomes"]
        found = [
            AnswerOutcome(UUID(one["id"]), str(one["state"]), printable(str(one["why"]))[:LONGEST_WHY]) for one in said
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TransientError(f"the answer to 'outcomes' cannot be understood ({type(error).__name__})") from error
    return [one for one in found if one.state in _STATES]
