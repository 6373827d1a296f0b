"""Rules and dashboard: what they ask is PromQL, and of metrics and labels that our own exporter gives."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.metrics.collector import RunCollector
from schemas.events import AlarmKind
from schemas.health import CameraHealth, OutgoingHealth

DEPLOY = Path(__file__).parents[3] / "deploy"
RULES = yaml.safe_load((DEPLOY / "prometheus/rules.yaml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((DEPLOY / "grafana/platewatch.json").read_text())
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SCRAPED = {"job", "instance"}
"""What Prometheus adds to every sample."""


def _exported() -> dict[str, set[str]]:
    """Return the names of all samples that a busy run gives, with their labels."""
    counters, board = Counters(), HealthBoard("here")
    counters.add("hits.exact", 1)
    camera = CameraHealth(
        camera_id="gate", known_since=NOON, problem="gone", last_read_at=NOON, last_picture_at=NOON, waiting=1, fps=9.0,
        last_frame_at=NOON, frames=1, dropped_frames=1, reconnects=1, clock_offset_seconds=0.1, decode_share=0.1
    )  # fmt: skip
    board.know_camera(camera)
    board.source(
        "axis", "axis", received=1, refused=1, quarantined=1, without_plate=1, reads=1, waiting=1, reconnects=1
    )
    board.raised(AlarmKind.BROKER, "here", "away")
    board.stage_fails("relay", "no broker")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(RunCollector(counters, board, lambda: 1, lambda: OutgoingHealth(waiting=1, oldest_at=NOON)))
    ProcessCollector(registry=registry)
    found: dict[str, set[str]] = {"up": set()}
    for family in text_string_to_metric_families(generate_latest(registry).decode()):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


EXPORTED = _exported()


def _selectors(expression: str) -> list[Any]:
    """Return every selector of an expression."""
    found: list[Any] = []

    def visit(node: Any) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)

    promql_parser.walk(promql_parser.parse(expression), visit)
    return found


def check(expression: str) -> None:
    """Assert that an expression can be asked of us."""
    asked = _selectors(expression)
    assert asked or expression.startswith("vector(")
    for selector in asked:
        assert selector.name in EXPORTED, f"{selector.name} is exported by nothing"
        labels = {matcher.name for matcher in selector.matchers.matchers}
        assert labels <= EXPORTED[selector.name] | SCRAPED, f"{selector.name} has no such labels: {labels}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_a_rule_asks_what_is_exported_and_says_what_to_do(rule: dict[str, Any]) -> None:
    check(rule["expr"])
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert set(rule["annotations"]) == {"summary", "action"}
    labels = set().union(*(EXPORTED[selector.name] for selector in _selectors(rule["expr"]))) | SCRAPED
    assert set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"]))) <= labels
    for command in re.findall(r"`platewatch ([^`]+)`", rule["annotations"]["action"]):
        assert command.split()[0] in _commands(), command


def test_every_kind_of_alarm_of_a_run_that_rules_name_is_one() -> None:
    kinds = {
        kind for rule in RULES for text in re.findall(r'kind=~?"([^"]+)"', rule["expr"]) for kind in text.split("|")
    }
    assert kinds <= {kind.value for kind in AlarmKind}


def test_what_nobody_exports_would_be_found() -> None:
    for wrong in ("platewatch_camera_on_fire == 1", 'platewatch_alarms{plate="x"} > 0'):
        with pytest.raises(AssertionError):
            check(wrong)
    with pytest.raises(ValueError, match="unclosed left parenthesis"):
        check("rate(platewatch_reads_total[5m]")


def test_every_panel_asks_what_is_exported_in_a_unit_and_of_the_chosen_source() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in (one for one in panels if one["type"] != "row"):
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["title"]
        assert panel["description"]
        for target in panel["targets"]:
            assert target["datasource"]["uid"] == panel["datasource"]["uid"] == "${datasource}"
            check(target["expr"].replace("$instance", "x"))
    assert [variable["name"] for variable in DASHBOARD["templating"]["list"]] == ["datasource", "instance"]


def test_no_two_panels_stand_on_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


def _commands() -> set[str]:
    import typer

    from cli.main import app

    return set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
