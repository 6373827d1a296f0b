"""The stage that answers what other agencies ask, under agreements that share queries with them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from alerts.asking.owner import Counter
from alerts.asking.reading import Posted
from alerts.asking.wire import answer_message
from operations.sharing.answering import answer_query, foreign_actor, note_flood, topic_of
from operations.sharing.zones import agency_zone
from pipeline.broker import BrokerAddress
from pipeline.stages.stage import SteppedStage
from policy.agreements.agreement import query_topic
from policy.decisions import open_policy
from schemas.errors import InvalidInput, PlatewatchError, TransientError
from schemas.messages import Message
from schemas.settings import Settings
from sharing.book import AgreementBook
from sharing.questions import LONGEST_LIFE, Desk, desks_of, parse_question
from storage.database import Database
from storage.leadership import Leadership

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2
IDLE_SECONDS = 0.5
"""How often it looks whether an agreement shares queries by now."""


class QueryStage(SteppedStage):
    """Answers each question once. Without an agreement that shares queries it has neither topics nor a connection.

    Args:
        database: An open database.
        settings: The configuration.
        kafka: Gives where questions come; asked anew after every outage.
        leadership: Only one process of several answers.

    Raises:
        ConfigurationError: The law profile cannot be used.
    """

    name = "queries"
    trouble = "questions of other agencies are not answered"
    recovery = "questions of other agencies are answered again"

    def __init__(self, database: Database, settings: Settings, kafka: BrokerAddress, leadership: Leadership) -> None:
        super().__init__(leadership)
        self._database = database
        self._settings = settings
        self._kafka = kafka
        self._policy = open_policy(settings)
        self._book = AgreementBook(database, self._policy, agency_zone(settings))
        self._counter: Counter | None = None
        self._unsent: list[tuple[str, Message, datetime]] = []
        """Answers that were written down and that the broker did not take yet, with when their questions are over."""

    def step(self, stop: threading.Event) -> float:
        """Answer what came, or wait for it.

        Raises:
            BrokerUnavailable: No broker answers; what came is read again later.
            DatabaseUnavailable: Likewise.
        """
        desks = self._desks()
        if not desks:
            self._close()
            return IDLE_SECONDS
        try:
            counter = self._opened(desks)
            self._send(counter, desks)
            posted = counter.poll(POLL_SECONDS)
            # What somebody decided meanwhile counts.
            desks = self._desks() if posted else desks
            for topic in dict.fromkeys(one.topic for one in posted):
                if topic in desks:
                    self._serve(counter, desks[topic], [one for one in posted if one.topic == topic])
        except PlatewatchError:
            # It begins anew with the questions of the last hour: those that were answered are known.
            self._close()
            raise
        return 0.0

    def end(self) -> None:
        """Close the connections to the broker."""
        self._close()

    def _desks(self) -> dict[str, Desk]:
        """Return where others may ask, by topic."""
        gates = self._book.heard_gates(datetime.now(UTC))
        return {query_topic(desk.agreement_id, desk.member.id): desk for gate in gates for desk in desks_of(gate)}

    def _opened(self, desks: Mapping[str, Desk]) -> Counter:
        if self._counter is not None and self._counter.questions != desks.keys():
            self._close()
        if self._counter is None:
            kafka = self._kafka()
            answers = [topic_of(desk) for desk in desks.values()]
            self._counter = Counter(kafka, kafka.bootstrap_servers, desks, answers, LONGEST_LIFE)
            log.info("questions of other agencies are answered: %s", _names(desks.values()))
        return self._counter

    def _serve(self, counter: Counter, desk: Desk, posted: list[Posted]) -> None:
        """Answer one member's questions."""
        replays = flood = 0
        unreadable: list[str] = []
        for one in posted:
            try:
                query = parse_question(one.payload)
            except InvalidInput as error:
                unreadable.append(str(error))
                continue
            now = datetime.now(UTC)
            actor = foreign_actor(query, desk)
            try:
                outcome = answer_query(actor, self._database, self._settings, self._policy, desk, query, now)
            except TransientError:
                raise
            except (PlatewatchError, ArithmeticError, LookupError, TypeError, ValueError) as error:
                # One question that cannot be handled keeps nobody else from being answered.
                kind = type(error).__name__
                log.error("question %s of %s cannot be handled (%s)", query.query_id, desk.member.id, kind)
                log.debug("question cannot be handled", exc_info=error)
                unreadable.append(f"it cannot be handled ({kind})")
                continue
            replays += outcome.is_replay
            flood += outcome.is_flood
            if outcome.answer is not None:
                self._unsent.append((topic_of(desk), answer_message(outcome.answer), query.expires_at))
                self._send(counter, {})
        if flood:
            most = self._settings.sharing.queries_per_hour
            note_flood(self._database, self._settings, desk, flood, f"far more than {most} questions within an hour")
        if unreadable:
            note_flood(self._database, self._settings, desk, len(unreadable), f"no question: {unreadable[0]}")
        if replays:
            log.info("%d questions of %s came again and are not answered again", replays, desk.member.id)

    def _send(self, counter: Counter, desks: Mapping[str, Desk]) -> None:
        """Send answers that wait, unless their questions are over or the agreement is.

        Raises:
            BrokerUnavailable: They wait on.
        """
        standing = {topic_of(desk) for desk in desks.values() if desk.gate.standing.is_in_force(datetime.now(UTC))}
        while self._unsent:
            topic, message, until = self._unsent[0]
            if datetime.now(UTC) < until and (not desks or topic in standing):
                counter.send(topic, message)
            else:
                log.warning(
                    "the answer to question %s is not sent: it is over, or its agreement is", message.message_id
                )
            self._unsent.pop(0)

    def _close(self) -> None:
        counter, self._counter = self._counter, None
        if counter is not None:
            counter.close()


def _names(desks: Iterable[Desk]) -> str:
    return ", ".join(sorted(f"{desk.member.id} ({desk.agreement_id})" for desk in desks))
