"""The documented default of every key is the one that holds: people decide by the document what they need not set."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from schemas.settings import (
    AgreementFeed,
    DahuaPull,
    FolderFeed,
    GpsdReceiver,
    HikvisionPlatesPull,
    HikvisionStreamPull,
    HttpsFeed,
    ImageFolderCamera,
    IngestSource,
    KafkaChannel,
    LogChannel,
    MailChannel,
    MjpegCamera,
    MqttPull,
    NeighborSettings,
    NmeaReceiver,
    PatrolSettings,
    PushCamera,
    RecordedTrack,
    RtspCamera,
    RtspPull,
    SerialReceiver,
    Settings,
    SftpFeed,
    SingleSignOn,
    UsbCamera,
    VideoFileCamera,
)

OTHERWISE: dict[tuple[type[BaseModel], str], object] = {
    # Said in the meaning's words.
    (DahuaPull, "stall_seconds"): 20.0,
    (AgreementFeed, "poll_seconds"): 1.0,
    (AgreementFeed, "source"): "shared",
}
TEXT = (Path(__file__).parents[4] / "docs/configuration.md").read_text()


def documented(text: str) -> dict[str, str]:
    return dict(re.findall(r"^\| `([^`|]+)` \| `?([^`|]*?)`? \|", text, re.MULTILINE))


def shown(value: Any) -> Any:
    """A value as the document's tables write it."""
    if isinstance(value, (tuple, set, frozenset)):
        return [shown(one) for one in value]
    return value


def read(text: str) -> Any:
    """What the document says."""
    words = {"none": None, "the law's": None, "true": True, "false": False}
    if text in words:
        return words[text]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def defaults(values: BaseModel, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name in type(values).model_fields:
        value = getattr(values, name)
        if isinstance(value, BaseModel):
            yield from defaults(value, f"{prefix}{name}.")
        elif prefix + name not in (
            "cameras",
            "data_dir",
            "ingest.sources",
            "gps",
            "patrol",
        ):  # tables of their own; anchored in the working folder
            yield prefix + name, shown(value)


def test_defaults_are_as_documented() -> None:
    table = documented(TEXT)
    values = Settings.model_construct()  # whatever the environment says
    held = dict(defaults(values))
    assert {key: read(table[key]) for key in held} == held
    assert table["data_dir"] == values.data_dir.name


def default_of(field: FieldInfo) -> Any:
    if field.is_required():
        return "required"
    return shown(field.get_default(call_default_factory=True, validated_data={}))


@pytest.mark.parametrize(
    ("heading", "models"),
    [
        ("## [[hotlists.feeds]]", (FolderFeed, HttpsFeed, SftpFeed, AgreementFeed)),
        ("## [[cameras]]", (VideoFileCamera, ImageFolderCamera, RtspCamera, MjpegCamera, PushCamera, UsbCamera)),
        ("## [[ingest.sources]]", (IngestSource,)),
        ("## gps", (SerialReceiver, NmeaReceiver, GpsdReceiver, RecordedTrack)),
        ("## patrol", (PatrolSettings,)),
        ("## [console.single_sign_on]", (SingleSignOn,)),
        ("## [[sharing.neighbors]]", (NeighborSettings,)),
        ("## [[alerts.channels]]", (LogChannel, KafkaChannel, MailChannel)),
        ("## [ingest.sources.pull]", (MqttPull, HikvisionPlatesPull, HikvisionStreamPull, DahuaPull, RtspPull)),
    ],
)
def test_defaults_of_feeds_and_cameras_are_as_documented(heading: str, models: tuple[type[BaseModel], ...]) -> None:
    table = documented(TEXT.partition(heading)[2].partition("\n## ")[0].replace("`gps.", "`").replace("`patrol.", "`"))
    for model in models:
        for name, field in model.model_fields.items():
            if table.get(name) not in (None, "required", "Frigate's", "the section's"):
                held = default_of(field)
                if (model, name) in OTHERWISE:
                    assert held == OTHERWISE[model, name]
                    continue
                # What one kind needs, another has no use for.
                assert held in (read(table[name]), "required"), f"{model.__name__}.{name}"


def test_every_key_of_what_is_fetched_is_documented() -> None:
    table = documented(TEXT.partition("## [ingest.sources.pull]")[2].partition("\n## ")[0])
    kinds = (MqttPull, HikvisionPlatesPull, HikvisionStreamPull, DahuaPull, RtspPull)
    assert {name for model in kinds for name in model.model_fields} == set(table)
