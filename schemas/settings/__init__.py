"""The configuration, a file per section. What is named here is the one way to import any of it."""

from schemas.settings.addressed import Addressed
from schemas.settings.alerts import AlertSettings
from schemas.settings.backup import BackupSettings
from schemas.settings.camera_base import CameraBase
from schemas.settings.cameras import CameraSettings, FileCamera, ImageFolderCamera, VideoFileCamera
from schemas.settings.channels import ChannelSettings, KafkaChannel, LogChannel, MailChannel, WebhookChannel
from schemas.settings.console import ConsoleSettings, SingleSignOn
from schemas.settings.database import DatabaseSettings
from schemas.settings.edge import EdgeSettings
from schemas.settings.feeds import AgreementFeed, FeedSettings, FolderFeed, HttpsFeed, RemoteFeed, SftpFeed
from schemas.settings.gps import (
    GpsdReceiver,
    GpsSettings,
    NmeaReceiver,
    ReceiverSettings,
    RecordedTrack,
    SerialReceiver,
)
from schemas.settings.hotlists import HotlistSettings
from schemas.settings.images import ImageSettings
from schemas.settings.ingest import IngestSettings, IngestSource, ReaderPlace
from schemas.settings.kafka import KafkaSettings
from schemas.settings.loading.load import load_settings
from schemas.settings.matching import CATEGORY_FALSE_ALERTS, MatchingSettings
from schemas.settings.metrics import MetricsSettings
from schemas.settings.patrol import PatrolSettings, PrivateArea
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
from schemas.settings.sharing import NeighborSettings, SharingSettings
from schemas.settings.streams import MjpegCamera, PulledCamera, PushCamera, RtspCamera, StreamCamera, UsbCamera

__all__ = [
    "CATEGORY_FALSE_ALERTS",
    "Addressed",
    "AgreementFeed",
    "AlertSettings",
    "BackupSettings",
    "CameraBase",
    "CameraSettings",
    "ChannelSettings",
    "ConsoleSettings",
    "DahuaPull",
    "DatabaseSettings",
    "DetectorSettings",
    "EdgeSettings",
    "FeedSettings",
    "FileCamera",
    "FolderFeed",
    "GpsSettings",
    "GpsdReceiver",
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
    "NeighborSettings",
    "NmeaReceiver",
    "OcrSettings",
    "PatrolSettings",
    "PolicySettings",
    "PrivateArea",
    "PullBase",
    "PullSettings",
    "PulledCamera",
    "PushCamera",
    "ReaderPlace",
    "ReceiverSettings",
    "RecognitionSettings",
    "RecordedTrack",
    "RemoteFeed",
    "RepeatSettings",
    "RetentionSettings",
    "RtspCamera",
    "RtspPull",
    "SerialReceiver",
    "Settings",
    "SftpFeed",
    "SharingSettings",
    "SingleSignOn",
    "StreamCamera",
    "StreamPull",
    "TrackingSettings",
    "UsbCamera",
    "VideoFileCamera",
    "WebhookChannel",
    "load_settings",
]
