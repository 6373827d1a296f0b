"""The published schemas: current, and true of real messages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from alerts.asking.wire import answer_message, question_message
from policy.agreements.agreement import answer_topic, query_topic
from schemas.convert import read_to_event
from schemas.events import Alert, OwnerEvent, QueryAnswerEvent, QueryTermsEvent
from schemas.generate import FOLDER, documents, main, render
from sharing.questions import parse_question
from tests.integration.alerts.records import outbox_message
from tests.unit.alerts.samples import sample_alert, sample_read
from tests.unit.sharing.test_questions import QUESTION


def _load(name: str) -> Any:
    return json.loads((FOLDER / name).read_text("utf-8"))


def test_the_files_are_what_the_models_say_now() -> None:
    current = {name: render(document) for name, document in documents().items()}
    stored = {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()}
    assert stored == current, "run `python -m schemas.generate`"


def test_generating_again_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_text("utf-8") for path in FOLDER.iterdir()}
    main()
    assert {path: path.read_text("utf-8") for path in FOLDER.iterdir()} == before
    assert capsys.readouterr().out.splitlines() == [str(FOLDER / name) for name in documents()]


def test_a_published_alert_fits_its_schema() -> None:
    schema = _load("alert.v1.json")
    Draft202012Validator.check_schema(schema)
    message = json.loads(outbox_message(sample_alert(picture=b"jpeg"), "t").payload)
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(message)


def test_a_read_fits_its_schema() -> None:
    schema = _load("plate-read.v1.json")
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(read_to_event(sample_read()).model_dump_json()))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"alert_id": None}, "alert_id"),
        ({"type": "ack"}, "type"),
        ({"plate_picture": "x" * 65_537}, "plate_picture"),
        ({"schema_version": "2"}, "schema_version"),
    ],
)
def test_schema_and_model_refuse_the_same_messages(change: dict[str, Any], field: str) -> None:
    message = json.loads(outbox_message(sample_alert(), "t").payload) | change
    assert not Draft202012Validator(_load("alert.v1.json")).is_valid(message)
    with pytest.raises(ValidationError, match=field):
        Alert.model_validate_json(json.dumps(message))


def test_a_field_that_a_later_publisher_adds_is_passed_over() -> None:
    message = json.loads(outbox_message(sample_alert(), "t").payload) | {"surprise": 1}
    Draft202012Validator(_load("alert.v1.json")).validate(message)
    assert Alert.model_validate_json(json.dumps(message)).alert_id == sample_alert().alert_id


def test_an_alert_of_before_the_second_reader_is_still_read() -> None:
    message = json.loads(outbox_message(sample_alert(), "t").payload)
    assert message["read"].pop("second_reading")["agrees"] is True
    assert message["hit"].pop("second_reader_agrees") is True
    Draft202012Validator(_load("alert.v1.json")).validate(message)
    old = Alert.model_validate_json(json.dumps(message))
    assert (old.read.second_reading, old.hit.second_reader_agrees) == (None, None)


def test_the_asyncapi_document_describes_the_message_that_is_sent() -> None:
    document = _load("asyncapi.json")
    assert document["asyncapi"] == "3.0.0"
    message = document["components"]["messages"]["alert"]
    sent = outbox_message(sample_alert(), "t")
    Draft202012Validator(message["headers"]).validate(dict(sent.headers))
    assert set(message["headers"]["required"]) == set(dict(sent.headers))
    assert (FOLDER / message["payload"]["schema"]["$ref"]).is_file()
    assert document["channels"]["alerts"]["address"].format(agency="a") == "platewatch.alerts.a.v1"


def test_the_asyncapi_document_describes_questions_and_answers() -> None:
    document = _load("asyncapi.json")
    query = parse_question(json.dumps(QUESTION).encode())
    answer = QueryAnswerEvent(
        query_id=query.query_id,
        agreement_id="suffolk",
        agreement_version=1,
        owner=OwnerEvent(agency_id="portsmouth-pd", name="Portsmouth", ori="VA1160000"),
        answered_at=query.asked_at,
        status="answered",
        reads=(read_to_event(sample_read()),),
        terms=QueryTermsEvent(fields=("plate",), keep_days=7),
    )
    for name, channel, sent, topic in (
        ("query", "queries", question_message(query), query_topic),
        ("answer", "answers", answer_message(answer), answer_topic),
    ):
        message = document["components"]["messages"][name]
        Draft202012Validator(message["headers"]).validate(dict(sent.headers))
        assert set(message["headers"]["required"]) == set(dict(sent.headers))
        schema = json.loads((FOLDER / message["payload"]["schema"]["$ref"]).read_text())
        Draft202012Validator.check_schema(schema)
        Draft202012Validator(schema).validate(json.loads(sent.payload))
        assert document["channels"][channel]["address"].format(agreement="a", member="b") == topic("a", "b")
