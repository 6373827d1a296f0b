"""One frozen configuration: a TOML file plus `PLATEWATCH_*` environment variables (`__` between levels)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.logs import LogFormat
from schemas.settings.alerts import AlertSettings
from schemas.settings.backup import BackupSettings
from schemas.settings.cameras import CameraSettings, check_folders
from schemas.settings.console import ConsoleSettings
from schemas.settings.database import DatabaseSettings
from schemas.settings.edge import EdgeSettings
from schemas.settings.gps import GpsSettings
from schemas.settings.hotlists import HotlistSettings
from schemas.settings.images import ImageSettings
from schemas.settings.ingest import IngestSettings
from schemas.settings.kafka import KafkaSettings
from schemas.settings.matching import MatchingSettings
from schemas.settings.metrics import MetricsSettings
from schemas.settings.patrol import PatrolSettings
from schemas.settings.policy import PolicySettings
from schemas.settings.recognition import RecognitionSettings
from schemas.settings.repeats import RepeatSettings
from schemas.settings.retention import RetentionSettings
from schemas.settings.section import AbsolutePath, Identifier
from schemas.settings.sharing import SharingSettings


class Settings(BaseSettings):
    """Everything that can be set. Load it with `load_settings`."""

    model_config = SettingsConfigDict(
        env_prefix="PLATEWATCH_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        nested_model_default_partial_update=True,
    )

    data_dir: AbsolutePath = Path(".platewatch")
    """Everything a run keeps: database, images, broker, spools. A folder of its own: it is closed to other users."""
    agency_id: Identifier = "local"
    """Whose reads and alerts these are; part of the alert topic."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Least severity that is logged."""
    log_format: LogFormat = "text"
    """How lines of the log look: for people, or one JSON object each, with the same fields."""
    log_file: AbsolutePath | None = None
    """File that a service's log goes to; default: standard error, which systemd's journal keeps."""
    log_file_megabytes: Annotated[float, Field(gt=0, le=100_000)] = 100.0
    """Size at which a new log file is begun; the four before it are kept."""
    time_zone: str | None = None
    """The agency's time zone, an IANA name like America/New_York, for times that are shown; default: the machine's."""
    database: DatabaseSettings = DatabaseSettings()
    kafka: KafkaSettings = KafkaSettings()
    recognition: RecognitionSettings = RecognitionSettings()
    hotlists: HotlistSettings = HotlistSettings()
    matching: MatchingSettings = MatchingSettings()
    alerts: AlertSettings = AlertSettings()
    repeats: RepeatSettings = RepeatSettings()
    images: ImageSettings = ImageSettings()
    policy: PolicySettings = PolicySettings()
    retention: RetentionSettings = RetentionSettings()
    backup: BackupSettings = BackupSettings()
    sharing: SharingSettings = SharingSettings()
    metrics: MetricsSettings = MetricsSettings()
    ingest: IngestSettings = IngestSettings()
    console: ConsoleSettings = ConsoleSettings()
    edge: EdgeSettings = EdgeSettings()
    gps: GpsSettings | None = None
    """Where cameras that are mounted on a vehicle are; None: nobody knows."""
    patrol: PatrolSettings | None = None
    """The patrol car that this machine is built into; None: it is in none."""
    cameras: tuple[CameraSettings, ...] = ()

    @field_validator("time_zone")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError, OSError) as error:
                raise ValueError(f"'{value}' is no IANA time zone, like America/New_York") from error
        return value

    @field_validator("cameras")
    @classmethod
    def _distinct(cls, value: tuple[CameraSettings, ...]) -> tuple[CameraSettings, ...]:
        ids = [camera.id for camera in value]
        doubled = sorted({name for name in ids if ids.count(name) > 1})
        if doubled:
            raise ValueError(f"camera id used more than once: {', '.join(doubled)}")
        check_folders(value)
        return value

    @model_validator(mode="after")
    def _cars_move(self) -> Self:
        if self.gps is not None:
            for camera in self.cameras:
                if camera.mount == "vehicle" and (camera.latitude is not None or camera.longitude is not None):
                    raise ValueError(
                        f"camera '{camera.id}': is mounted on a vehicle, whose position is that of [gps]; remove "
                        "latitude and longitude"
                    )
        return self

    @property
    def local_folders(self) -> list[Path]:
        """The folders of this machine in which everything lies that is kept: the data directory, and the pictures'."""
        return [self.data_dir, *([] if self.images.folder is None else [self.images.folder])]

    @property
    def alert_topic(self) -> str:
        """The topic this agency's alerts go to."""
        return self.alerts.topic or f"platewatch.alerts.{self.agency_id}.v1"

    @property
    def alarm_topic(self) -> str:
        """The topic this agency's alarms go to."""
        return f"platewatch.alarms.{self.agency_id}.v1"
