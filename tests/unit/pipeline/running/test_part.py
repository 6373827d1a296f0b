"""Stages as a part of a service: which event ends them, and who waits for their threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.outgoing.part import Outgoing
from pipeline.running.part import Part, Stages
from pipeline.services.matcher import TakenReads
from pipeline.stages.runner import Runner
from schemas.settings import KafkaSettings, Settings


@dataclass
class Waits:
    """A stage that works until it is told to end."""

    name: str
    begun: threading.Event = field(default_factory=threading.Event)

    def run(self, stop: threading.Event) -> None:
        self.begun.set()
        stop.wait()


@pytest.mark.parametrize(
    ("options", "waited", "hurried", "drained"),
    [
        ({}, True, False, False),
        ({"at_once": False}, True, False, False),
        ({"daemon": True}, False, True, False),
        ({"at_once": False, "daemon": True, "left": lambda: 1}, False, True, True),
        ({"left": lambda: 0, "watched": True}, True, False, True),
    ],
)
def test_stages_end_with_the_service_or_after_everything_else_and_are_waited_for(
    options: dict[str, Any], waited: bool, hurried: bool, drained: bool
) -> None:
    stop = threading.Event()
    runner, stages = Runner(stop), [Waits("one"), Waits("two")]
    part = Stages(runner, stages, **options)
    part.start()
    for stage in stages:
        assert stage.begun.wait(60)
    names = ["one", "two"]
    told = [[thread.name for thread in found] for found in (part.threads, part.hurried_threads, part.draining_threads)]
    assert told == [names if one else [] for one in (waited, hurried, drained)]
    threads = [*part.threads, *part.hurried_threads]
    assert {thread.daemon for thread in threads} == {options.get("daemon", False)}
    assert (runner.silent(-1.0) == names) is options.get("watched", False)
    left: Callable[[], int] = options.get("left", lambda: 0)
    assert part.is_something_left() is (left() > 0)
    stop.set()
    if options.get("at_once", True):
        runner.join(threads)
    else:
        assert all(thread.is_alive() for thread in threads)  # they go on until everything is handed on
        part.stop()
        runner.join(threads)
    part.stop()


def test_a_part_that_says_nothing_is_nothing() -> None:
    part = Part()
    part.start()
    part.wind_down(is_stopped=True)
    part.begin_drain()
    part.stop()
    part.close()
    part.check()
    assert (part.threads, part.hurried_threads, part.draining_threads, part.is_something_left()) == ((), (), (), False)


def test_a_machine_at_the_edge_opens_its_way_to_an_external_broker_anew() -> None:
    taken: list[KafkaSettings] = []
    publisher: Any = SimpleNamespace(name="publisher", take_anew=lambda kafka: taken.append(kafka()))
    part = Outgoing(Runner(threading.Event()), publisher)
    there = KafkaSettings(bootstrap_servers=("127.0.0.1:9092",))
    for kafka in (there, KafkaSettings(local=True)):
        part.take_anew(cast(Any, SimpleNamespace(settings=Settings(kafka=kafka))))
    assert taken == [there]  # the local one is kept up by itself


def test_reads_are_taken_until_the_end_and_their_last_commit_comes_when_all_is_recorded() -> None:
    stop, finished, stage = threading.Event(), list[bool](), Waits("reads-topic")
    runner = Runner(stop)
    topic: Any = SimpleNamespace(name=stage.name, run=stage.run, finish=lambda: finished.append(part.is_alive))
    part = TakenReads(runner, topic)
    assert not part.is_alive
    part.start()
    assert stage.begun.wait(60)
    assert part.is_alive
    assert runner.silent(-1.0) == ["reads-topic"]
    stop.set()
    runner.join(part.threads)
    part.close()
    assert finished == [False]
