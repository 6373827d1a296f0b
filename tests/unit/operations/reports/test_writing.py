"""A report as text, table and JSON, whole: what is counted, hidden, written by hand, and what cannot be known."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from operations.reports.filing import FiledLine, FiledReport
from operations.reports.forms import Form
from operations.reports.writing import written
from policy.facts import Confidence
from policy.reports import LawReport, LawReportLine

BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
ACCESS: dict[str, Any] = {
    **{"happened_at": BEGIN, "person": "kim", "organization": "portsmouth-pd", "action": "search"},
    **{"plate": "ABC1234", "purpose": "=theft", "case_number": None, "results": 0},
}
COUNTED = LawReportLine.model_validate({"text": "reads", "query": "reads"})
NOTHING = LawReportLine.model_validate({"text": "lists", "query": "lists"})
LOG = LawReportLine.model_validate({"text": "who", "query": "access_log"})
HAND = LawReportLine.model_validate({"text": "why", "by_hand": "the chief says"})
UNKNOWN = LawReportLine.model_validate({"text": "prosecutions", "not_recorded": "courts know"})


def report(note: str = "", *, log: bool = True) -> FiledReport:
    lines = (
        FiledLine(COUNTED, (("gate", 7), ("bridge", None)), is_partial=True, sql="select 1"),
        FiledLine(NOTHING, (), sql="select 2"),
        *((FiledLine(LOG, records=(ACCESS,), sql="select 3"),) if log else ()),
        FiledLine(HAND),
        FiledLine(UNKNOWN),
    )
    law = LawReport(
        citation="Law 1",
        as_of=date(2026, 1, 2),
        confidence=Confidence.READ,
        note=note,
        title="A report",
        jurisdiction="US-VA",
        due="in March",
        lines=tuple(one.line for one in lines),
    )
    return FiledReport("a-report", law, "portsmouth-pd", BEGIN, END, END, lines)


def test_as_text() -> None:
    heading = [
        "A report; portsmouth-pd, 2026-01-01 until 2026-02-01 (exclusively)",
        "Law 1, as of 2026-01-02, read; due in March",
    ]
    body = [
        *("", "reads (some of it has ended already)", "    gate: 7", "    bridge: fewer than can be shown"),
        *("", "lists", "    nothing"),
        *("", "who", "    2026-01-01T00:00:00Z; kim; portsmouth-pd; search; ABC1234; =theft; 0 results"),
        *("", "why", "    write it yourself: the chief says"),
        *("", "prosecutions", "    not recorded: courts know"),
    ]
    assert written(report(), Form.TEXT).splitlines() == heading + body
    assert written(report("read it with care"), Form.TEXT).splitlines() == [*heading, "read it with care", *body]


def test_as_a_table() -> None:
    columns = "happened_at,person,organization,action,plate,purpose,case_number,results"
    said = "2026-01-01T00:00:00Z; kim; portsmouth-pd; search; ABC1234; =theft; 0 results"
    assert written(report(), Form.CSV).splitlines() == [
        f"line,label,number,query,note,{columns}",
        "reads,gate,7,reads,some of it has ended",
        "reads,bridge,fewer than can be shown,reads,some of it has ended",
        "lists,,0,lists,",
        f"who,{said},1,access_log,,2026-01-01T00:00:00Z,kim,portsmouth-pd,search,ABC1234,'=theft,,0",
        "why,,write it yourself,,the chief says",
        "prosecutions,,not recorded,,courts know",
    ]
    assert written(report(log=False), Form.CSV).splitlines()[0] == "line,label,number,query,note"


def test_as_json() -> None:
    nothing = {"query": None, "sql": None, "figures": None, "records": [], "not_recorded": None, "by_hand": None}
    nothing |= {"partial": False}
    text = written(report("caf\u00e9"), Form.JSON)
    assert "caf\u00e9" in text
    assert text.endswith("}\n")
    assert json.loads(text) == {
        "report": "a-report",
        "title": "A report",
        "jurisdiction": "US-VA",
        "agency_id": "portsmouth-pd",
        "since": "2026-01-01T00:00:00Z",
        "until": "2026-02-01T00:00:00Z",
        "made_at": "2026-02-01T00:00:00Z",
        "citation": "Law 1",
        "as_of": "2026-01-02",
        "confidence": "read",
        "note": "caf\u00e9",
        "lines": [
            nothing
            | {
                **{"text": "reads", "query": "reads", "sql": "select 1", "partial": True},
                "figures": [{"label": "gate", "number": 7}, {"label": "bridge", "number": None}],
            },
            nothing | {"text": "lists", "query": "lists", "sql": "select 2", "figures": []},
            nothing
            | {
                **{"text": "who", "query": "access_log", "sql": "select 3"},
                "records": [ACCESS | {"happened_at": "2026-01-01T00:00:00Z"}],
            },
            nothing | {"text": "why", "by_hand": "the chief says"},
            nothing | {"text": "prosecutions", "not_recorded": "courts know"},
        ],
    }
