"""The configuration, a file per section. What is named here is the one way to import any of it."""

from schemas.settings.addressed import Addressed
from schemas.settings.alerts import AlertSettings
from schemas.settings.camera_base import CameraBase
from schemas.settings.cameras import CameraSettings, FileCamera, ImageFolderCamera, VideoFileCamera
from schemas.settings.channels import ChannelSettings, KafkaChannel, LogChannel, MailChannel, WebhookChannel
from schemas.settings.database import DatabaseSettings
from schemas.settings.feeds import FeedSettings, FolderFeed, HttpsFeed, RemoteFeed, SftpFeed
from schemas.settings.hotlists import HotlistSettings
from schemas.settings.images import ImageSettings
from schemas.settings.ingest import IngestSettings, IngestSource, ReaderPlace
from schemas.settings.kafka import KafkaSettings
from schemas.settings.loading.load import load_settings
from schemas.settings.matching import CATEGORY_FALSE_ALERTS, MatchingSettings
from schemas.settings.metrics import MetricsSettings
from schemas.settings.policy import PolicySettings
from schemas.settings.pulling import (
    DahuaPull,
    HikvisionPlatesPull,
    HikvisionStreamPull,
    MqttPull,
    PullBase,
    PullSettings,
    RtspPull,
    StreamPull,
)
from schemas.settings.recognition import DetectorSettings, OcrSettings, RecognitionSettings, TrackingSettings
from schemas.settings.repeats import RepeatSettings
from schemas.settings.retention import RetentionSettings
from schemas.settings.root import Settings
from schemas.settings.streams import MjpegCamera, PulledCamera, PushCamera, RtspCamera, StreamCamera

__all__ = [
    "CATEGORY_FALSE_ALERTS",
    "Addressed",
    "AlertSettings",
    "CameraBase",
    "CameraSettings",
    "ChannelSettings",
    "DahuaPull",
    "DatabaseSettings",
    "DetectorSettings",
    "FeedSettings",
    "FileCamera",
    "FolderFeed",
    "HikvisionPlatesPull",
    "HikvisionStreamPull",
    "HotlistSettings",
    "HttpsFeed",
    "ImageFolderCamera",
    "ImageSettings",
    "IngestSettings",
    "IngestSource",
    "KafkaChannel",
    "KafkaSettings",
    "LogChannel",
    "MailChannel",
    "MatchingSettings",
    "MetricsSettings",
    "MjpegCamera",
    "MqttPull",
    "OcrSettings",
    "PolicySettings",
    "PullBase",
    "PullSettings",
    "PulledCamera",
    "PushCamera",
    "ReaderPlace",
    "RecognitionSettings",
    "RemoteFeed",
    "RepeatSettings",
    "RetentionSettings",
    "RtspCamera",
    "RtspPull",
    "Settings",
    "SftpFeed",
    "StreamCamera",
    "StreamPull",
    "TrackingSettings",
    "VideoFileCamera",
    "WebhookChannel",
    "load_settings",
]
