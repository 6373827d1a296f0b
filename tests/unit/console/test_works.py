"""What is done beside the pages, and how its end is said."""

from __future__ import annotations

import pytest

from console.works import Works
from schemas.actions import Action
from schemas.errors import InvalidInput, NotPermitted

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
