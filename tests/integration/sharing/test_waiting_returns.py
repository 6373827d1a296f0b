"""What goes back to other agencies: one whose broker is away for days holds up no other."""

from __future__ import annotations

from uuid import uuid4

from storage.database import Database
from storage.sharing.returns import waiting_returns


def test_each_agency_has_its_own_oldest_ones(database: Database) -> None:
    agencies = ["away"] * 5 + ["suffolk-pd", "away", "norfolk-pd"]
    with database.connection() as connection:
        for number, agency in enumerate(agencies):
            connection.execute(
                "insert into returned_dispositions "
                "(disposition_id, agency_id, agreement_id, hotlist_id, plate, payload) "
                "values (%s, %s, 'one', 'stolen', %s, '{}')",
                [uuid4(), agency, f"AAA{number}"],
            )
        # What was written again lies behind all others, and is the oldest all the same.
        connection.execute("update returned_dispositions set plate = plate where plate in ('AAA0', 'AAA1')")
    found = [(one.agency_id, one.plate) for one in waiting_returns(database, 2)]
    assert found == [("away", "AAA0"), ("away", "AAA1"), ("suffolk-pd", "AAA5"), ("norfolk-pd", "AAA7")]
