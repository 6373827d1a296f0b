"""A second reader that is slow, broken or busy delays alerts by its time limit at most, and never other reads."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

import pipeline.recording.second_opinion
from pipeline.recording.second_opinion import Opinion, SecondOpinions, open_second_opinions
from schemas.errors import ConfigurationError
from schemas.ids import read_id
from schemas.settings import AlertSettings
from schemas.types import Box, PlateRead, SecondReading

QUEUE_LENGTH = 16

MOMENT = datetime(2026, 3, 4, tzinfo=UTC)
PICTURE, BOX = b"jpeg", Box(0, 0, 8, 4)
READING = SecondReading("ABC1234", 0.9, True)


def plate_read(number: int = 0) -> PlateRead:
    return PlateRead(read_id("gate", "a", MOMENT, number), "gate", "local", MOMENT, MOMENT, MOMENT, "ABC1234", 0.9)


class Scripted:
    """A reader that does what the test says."""

    def __init__(self, read: Callable[[], SecondReading | None], load: Callable[[], None] = lambda: None) -> None:
        self.calls = 0
        self._read, self._load = read, load

    def load(self) -> None:
        self._load()

    def read(self, picture: bytes, box: Box | None, read: PlateRead) -> SecondReading | None:
        self.calls += 1
        return self._read()


def fail() -> SecondReading | None:
    raise RuntimeError("a network fell over")


def settle(opinion: Opinion, seconds: float = 60.0) -> float:
    """Wait for an opinion and return how long that took."""
    started = time.monotonic()
    while not opinion.settled:
        assert time.monotonic() - started < seconds
        time.sleep(0.005)
    return time.monotonic() - started


def test_answers_from_its_own_thread() -> None:
    threads: list[str] = []

    def read() -> SecondReading:
        threads.append(threading.current_thread().name)
        return READING

    with SecondOpinions(Scripted(read), 5.0) as opinions:
        opinion = opinions.ask(PICTURE, BOX, plate_read())
        settle(opinion)
    assert opinion.reading == READING
    assert threads == ["second-reader"]


def test_a_late_answer_is_not_waited_for_and_later_questions_of_that_time_are_not_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", "pipeline.recording.second_opinion")
    go_on = threading.Event()

    def read() -> SecondReading:
        go_on.wait(120)
        return READING

    reader = Scripted(read)
    with SecondOpinions(reader, 0.1) as opinions:
        slow, behind = opinions.ask(PICTURE, BOX, plate_read(1)), opinions.ask(PICTURE, BOX, plate_read(2))
        assert settle(slow) < 60
        assert settle(behind) < 60
        assert (slow.reading, behind.reading) == (None, None)
        go_on.set()
    assert reader.calls == 1
    assert "asked 2 times; 0 agreed, 0 contradicted" in caplog.text


def test_a_reader_that_fails_answers_none_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    reader = Scripted(fail)
    with SecondOpinions(reader, 5.0) as opinions:
        for number in range(2):
            opinion = opinions.ask(PICTURE, BOX, plate_read(number))
            settle(opinion)
            assert opinion.reading is None
    assert reader.calls == 2
    assert caplog.text.count("goes out without it") == 2
    assert "ABC1234" not in caplog.text


def test_a_reader_that_cannot_be_loaded_is_not_asked(caplog: pytest.LogCaptureFixture) -> None:
    def load() -> None:
        raise ConfigurationError("det.onnx: not a network")

    reader = Scripted(lambda: READING, load)
    with SecondOpinions(reader, 5.0) as opinions:
        assert settle(opinions.ask(PICTURE, BOX, plate_read(1))) < 5
        assert opinions.ask(PICTURE, BOX, plate_read(2)).settled
    assert reader.calls == 0
    assert caplog.text.count("not a network") == 1


def test_what_became_of_each_question_is_said_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "pipeline.recording.second_opinion")
    late = Opinion(time.monotonic() + 600)

    def too_late() -> SecondReading:
        late.deadline = time.monotonic()
        return READING

    seen: list[tuple[bytes, Box | None, PlateRead]] = []
    other = dataclasses.replace(READING, agrees=False)
    answers: Iterator[Callable[[], SecondReading | None]] = iter(
        [lambda: READING, lambda: READING, lambda: other, lambda: None, fail, too_late]
    )

    class Reader(Scripted):
        def read(self, picture: bytes, box: Box | None, read: PlateRead) -> SecondReading | None:
            seen.append((picture, box, read))
            return next(answers)()

    with SecondOpinions(Reader(lambda: None), 600.0) as opinions:
        found = []
        for number in range(5):
            opinion = opinions.ask(b"%d" % number, BOX, plate_read(number))
            assert opinion.wait(60)
            found.append(opinion.reading)
        opinions.ask_for(Opinion(0.0), PICTURE, None, plate_read(8))
        opinions.ask_for(late, PICTURE, None, plate_read(9))
        assert late.wait(60)
    assert found == [READING, READING, other, None, None]
    assert seen == [*((b"%d" % number, BOX, plate_read(number)) for number in range(5)), (PICTURE, None, plate_read(9))]
    assert caplog.messages[-1] == (
        "second reader: asked 7 times; 2 agreed, 1 contradicted, 1 saw no text, 1 failed, 2 were late, 0 were too many"
    )


def test_too_many_questions_are_answered_at_once() -> None:
    go_on = threading.Event()

    def read() -> SecondReading:
        go_on.wait(120)
        return READING

    with SecondOpinions(Scripted(read), 5.0) as opinions:
        asked = [opinions.ask(PICTURE, BOX, plate_read(number)) for number in range(QUEUE_LENGTH + 3)]
        assert [opinion.settled for opinion in asked[-2:]] == [True, True]
        assert not asked[0].settled
        go_on.set()
        settle(asked[0])
    assert asked[0].reading == READING


def test_closing_does_not_wait_for_a_reading_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline.recording.second_opinion, "CLOSING_SECONDS", 0.1)
    go_on = threading.Event()

    def read() -> None:
        go_on.wait(120)

    started = time.monotonic()
    with SecondOpinions(Scripted(read), 0.05) as opinions:
        settle(opinions.ask(PICTURE, BOX, plate_read()))
    assert time.monotonic() - started < 60
    go_on.set()


def test_what_the_configuration_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_second_opinions(AlertSettings(second_reader="off")) is None
    assert open_second_opinions(AlertSettings()) is not None
    monkeypatch.setattr(pipeline.recording.second_opinion, "available", lambda: False)
    assert open_second_opinions(AlertSettings()) is None
    with pytest.raises(ConfigurationError, match=r"rapidocr is not installed.*pip install 'rapidocr"):
        open_second_opinions(AlertSettings(second_reader="on"))
