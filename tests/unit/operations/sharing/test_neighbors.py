"""Whom we may ask, by its short name or its name; and what is said where no answer came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from operations.sharing.asking import _no_answer, neighbor_of
from schemas.errors import InvalidInput
from schemas.settings import NeighborSettings, Settings, SharingSettings
from storage.sharing.questions import AskedQuestion

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ONES = tuple(
    NeighborSettings(id=short, name=name, agreement="hampton")
    for short, name in (("suffolk-pd", "Suffolk Police"), ("norfolk", "Norfolk"))
)
SETTINGS = Settings(sharing=SharingSettings(neighbors=ONES))


@pytest.mark.parametrize("name", ["Suffolk-PD", "suffolk-pd", "SUFFOLK POLICE", "suffolk police"])
def test_either_name_will_do_however_it_is_written(name: str) -> None:
    assert neighbor_of(SETTINGS, name) == ONES[0]
    assert neighbor_of(SETTINGS, "Norfolk") == ONES[1]


@pytest.mark.parametrize(("settings", "known"), [(SETTINGS, "suffolk-pd, norfolk"), (Settings(), "none")])
def test_whom_nobody_has_configured_is_not_asked(settings: Settings, known: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        neighbor_of(settings, "hampton")
    assert str(refused.value) == (f"no neighbor 'hampton' is configured ([[sharing.neighbors]]); there are: {known}")


def test_how_long_an_answer_may_come_is_said() -> None:
    ends = NOW + timedelta(minutes=15)
    asked = AskedQuestion(UUID(int=7), "suffolk-pd", "lee", NOW, ends, "stolen vehicle", "26-117")
    waits = _no_answer(ONES[0], asked, NOW + timedelta(seconds=20))
    assert waits.startswith("asked Suffolk Police, no answer within 20 s; it is answered as soon as their installation")
    assert f"until {ends.astimezone():%H:%M:%S} (platewatch query --answer {asked.query_id})" in waits
    assert "does not any more" not in _no_answer(ONES[0], asked, ends - timedelta(seconds=1))
    assert _no_answer(ONES[0], asked, ends) == (
        f"Suffolk Police did not answer question {asked.query_id}, and does not any more; ask again"
    )
