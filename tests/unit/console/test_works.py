"""What is done beside the pages, and how its end is said."""

from __future__ import annotations

import threading

import pytest

from console.works import Works
from schemas.actions import Action
from schemas.errors import InvalidInput, NotPermitted, TransientError

PATIENT_SECONDS = 60.0


def refuse(_: object) -> None:
    raise NotPermitted("your roles do not let you import; supervisor may", Action.IMPORT)


def test_who_may_not_is_refused_and_not_told_of_a_problem_with_the_list() -> None:
    works = Works()
    for _ in range(2):  # whoever asks again is refused again
        with pytest.raises(NotPermitted, match="supervisor may"):
            works.begin("list", "the import", refuse, PATIENT_SECONDS)
    # Another person's page is not refused for it.
    assert works.find("list") is None


def test_what_is_wrong_with_the_list_is_the_works_problem() -> None:
    def fail(_: object) -> None:
        raise InvalidInput("no column is called plate")

    work = Works().begin("list", "the import", fail, PATIENT_SECONDS)
    assert (work.problem, work.refusal) == ("no column is called plate", None)


def test_two_are_done_at_a_time_twenty_wait_or_are_done_and_200_that_ended_are_remembered() -> None:
    works, go_on, begun = Works(), threading.Event(), threading.Semaphore(0)

    def wait(_: object) -> None:
        begun.release()
        go_on.wait(PATIENT_SECONDS)

    waiting = [works.begin(str(number), "the import", wait, 0) for number in range(20)]
    with pytest.raises(TransientError, match="too many lists"):
        works.begin("one more", "the import", wait, 0)
    assert begun.acquire(timeout=PATIENT_SECONDS)
    assert begun.acquire(timeout=PATIENT_SECONDS)
    assert not begun.acquire(timeout=0.05)
    go_on.set()
    assert all(work.has_ended.wait(PATIENT_SECONDS) for work in waiting)
    for number in range(20, 201):
        works.begin(str(number), "the import", lambda _: None, PATIENT_SECONDS)
    works.begin("last", "the import", lambda _: None, PATIENT_SECONDS)
    assert (works.find("0"), works.find("1") is None) == (None, False)
