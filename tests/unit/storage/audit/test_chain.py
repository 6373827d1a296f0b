"""A row of the audit is one line of JSON that everybody digests alike."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from storage.audit.chain import GENESIS, digest_of, line_of, link_of, moment_of, moment_text
from storage.audit.sealing import parsed

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))
ROWS = st.fixed_dictionaries(
    {
        **dict.fromkeys(("actor", "via", "origin", "agency_id", "action"), TEXT),
        **{name: st.none() | TEXT for name in ("purpose", "case_number")},
        "audit_id": st.integers(1, 2**63 - 1),
        "happened_at": MOMENTS,
        "results": st.none() | st.integers(0, 2**31 - 1),
        "details": st.dictionaries(TEXT, TEXT | st.integers()).map(lambda value: json.dumps(value, ensure_ascii=False)),
    }
)


@given(ROWS)
def test_a_line_is_json_of_all_that_the_row_says(row: dict[str, object]) -> None:
    line = line_of(row)
    assert not set(line) & set(b"\n\r")
    told = json.loads(line)
    assert list(told) == sorted(row)
    moment = row["happened_at"]
    assert isinstance(moment, datetime)
    assert told == row | {"happened_at": moment_text(moment), "details": json.loads(str(row["details"]))}


@given(ROWS, ROWS)
def test_rows_that_differ_have_lines_that_differ(one: dict[str, object], other: dict[str, object]) -> None:
    assert (line_of(one) == line_of(other)) == (one == other)


@given(MOMENTS)
def test_times_are_written_in_utc_and_come_back(moment: datetime) -> None:
    assert moment_of(moment_text(moment)) == moment
    assert moment_text(moment.astimezone(timezone(timedelta(hours=-5)))) == moment_text(moment)


def test_a_link_is_what_the_documentation_says() -> None:
    moment, digest = datetime(2026, 1, 31, 12, tzinfo=UTC), digest_of(b"{}")
    expected = hashlib.sha256(GENESIS + hashlib.sha256(b"{}").digest() + b"2026-01-31T12:00:00.000000Z").digest()
    assert link_of(GENESIS, digest, moment) == expected
    assert link_of(expected, digest, moment) != link_of(GENESIS, digest, moment)


def test_a_document_is_an_object_or_none() -> None:
    assert parsed('{"number": 3}') == {"number": 3}
    for text in ("", "junk", "[]", "7", "null", '"a"', "[" * 100_000):
        assert parsed(text) == {}
