"""The page on which somebody asks another agency: over a real broker, to the answer or the reason why there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.agreements import asking as page
from schemas.roles import Role
from storage.database import Database
from tests.integration.console.site import ConsoleSite, running_console
from tests.integration.kafka.conftest import Broker
from tests.integration.kafka.test_queries import Asking, answering, asking, open_counter, shares
from tests.integration.sharing.samples import pass_by, store

__all__ = ["asking"]
WHY = {"purpose": "stolen vehicle, seen at Main Street", "case": "26-00117"}


@pytest.fixture
def console(asking: Asking, tmp_path: Path) -> Iterator[ConsoleSite]:
    """The asker's console."""
    (neighbor,) = asking.settings.sharing.neighbors
    kafka = asking.kafka.model_copy(update={"bootstrap_servers": tuple(asking.servers)})
    named = neighbor.model_copy(update={"kafka": kafka, "name": "Portsmouth <b>Police</b>"})
    sharing = asking.settings.sharing.model_copy(update={"neighbors": (named,)})
    with running_console(
        asking.database, tmp_path / "console", sharing=sharing, agency_id=asking.settings.agency_id
    ) as site:
        yield site


def test_an_analyst_asks_and_sees_the_answer_or_why_there_is_none(
    database: Database, asking: Asking, kafka_broker: Broker, console: ConsoleSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares(database, asking)
    store(database, pass_by(0))
    question = {"agency": "portsmouth-pd", "plate": "VN?45*", **WHY}
    with console.client(console.signed_in("chen", Role.ANALYST)) as client:
        assert "Portsmouth &lt;b&gt;Police" in client.get("/ask").text
        for changes, expected in (
            ({"purpose": "test"}, "the purpose says nothing"),
            ({"case": "."}, "case or call number"),
            ({"plate": " "}, "the plate is missing"),
            ({"agency": "nobody"}, "no neighbor"),
            ({"since": "<x>"}, "is no time"),
        ):
            refused = client.post("/ask", data=question | changes)
            assert refused.status_code == 422
            assert expected in refused.text
            # What was typed stays.
            assert 'value="26-00117"' in refused.text or "case" in changes
        with answering(database, kafka_broker):
            open_counter(asking)
            answered = client.post("/ask", data=question)
            assert answered.status_code == 200
            assert "1 reads" in answered.text
            assert "VNV4527" in answered.text
            assert "Given under agreement" in answered.text
            forbidden = client.post("/ask", data=question | {"purpose": "wanted person, felony warrant"})
            assert (forbidden.status_code, "does not answer" in forbidden.text) == (422, True)
        monkeypatch.setattr(page, "WAIT_SECONDS", 1.0)
        late = client.post("/ask", data=question)
        assert late.status_code == 503
        query_id = re.search(r'name="query_id" value="([0-9a-f-]+)"', late.text)
        assert query_id is not None
        monkeypatch.setattr(page, "WAIT_SECONDS", 60.0)
        with answering(database, kafka_broker):
            again = client.post("/ask/answer", data={"query_id": query_id[1]})
            assert (again.status_code, "VNV4527" in again.text) == (200, True)
            with console.client(console.signed_in("roe", Role.ANALYST)) as other:
                foreign = other.post("/ask/answer", data={"query_id": query_id[1]})
                assert (foreign.status_code, "VNV4527" in foreign.text) == (422, False)
