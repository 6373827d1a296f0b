"""A question on its way out: what the neighbor is told of why it is asked."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest

from operations.sharing.asking import Wanted, ask_neighbor
from schemas.audit import Action
from schemas.errors import BrokerUnavailable
from schemas.events import QueryAnswerEvent, QueryEvent
from schemas.settings import NeighborSettings, Settings, SharingSettings
from storage.database import Database
from tests.integration.operations.audited import LEE, only_row

NEIGHBOR = NeighborSettings(id="suffolk-pd", name="Suffolk PD", agreement="hampton-roads")


class Silent:
    """A line on which nobody answers."""

    def __init__(self) -> None:
        self.asked: list[QueryEvent] = []

    def listen(self, since: datetime | None = None) -> None:
        pass

    def ask(self, query: QueryEvent) -> None:
        self.asked.append(query)

    def answer(self, query_id: UUID, seconds: float) -> QueryAnswerEvent | None:
        return None


@pytest.mark.parametrize("offense", ["240", None])
def test_the_offense_goes_along(database: Database, offense: str | None) -> None:
    line = Silent()
    settings = Settings(sharing=SharingSettings(ori="VA1234500", neighbors=(NEIGHBOR,)))
    wanted = Wanted("VNV4527", "stolen vehicle, seen at Main Street", "26-00117", offense=offense)
    with pytest.raises(BrokerUnavailable):
        ask_neighbor(LEE, database, settings, NEIGHBOR, wanted, line, 0.1)
    assert [query.offense for query in line.asked] == [offense]
    assert only_row(database, Action.QUERY).details["offense"] == ["240 motor vehicle theft"]
